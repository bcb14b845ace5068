//! What a definition may say besides its expression, as users meet it: defaults, a description, a citation, and
//! reductions of arrays.

use insta::assert_snapshot;
use kamodo_tests::{Project, Server};
use serde_json::{Value, json};

#[test]
fn defaults_are_shown_and_used() {
    let project = Project::new("f(x[m]=5[km],k=2)[m]: k*x\ng(y[m])[m]: f() + f(y)");
    let described = project.run(&["check", "--format", "json"]).stdout;
    let described: Value = serde_json::from_str(&described).unwrap();
    assert_eq!(described["functions"][0]["defaults"], json!({"x": 5000, "k": 2}));
    assert_snapshot!(project.run(&["check"]).stdout, @"
    | symbol         | units | lhs            | rhs                  | arg_units | origin          |
    |----------------|-------|----------------|----------------------|-----------|-----------------|
    | f(x=5000, k=2) | m     | f(x=5000, k=2) | k*x                  | x: m      | kamodo_rpc.yaml |
    | g(y)           | m     | g(y)           | f(5000, 2) + f(y, 2) | y: m      | kamodo_rpc.yaml |

    2 functions, 0 errors, 0 warnings
    ");
    let server = Server::start(&project);
    assert_eq!(server.call(&["f"]).stdout, "10000\n");
    assert_eq!(server.call(&["f", "1"]).stdout, "2\n");
    assert_eq!(server.call(&["f", "k=3"]).stdout, "15000\n");
    assert_eq!(server.call(&["f", "1", "k=3"]).stdout, "3\n");
    assert_eq!(server.call(&["g", "1"]).stdout, "10002\n");
    assert_eq!(server.command(&["eval", "f() + f(1)"]).stdout, "10002\n");
    let status = server.command(&["status", "--json"]).stdout;
    let status: Value = serde_json::from_str(&status).unwrap();
    let f = status["functions"].as_array().unwrap().iter().find(|function| function["name"] == "f").unwrap();
    assert_eq!(f["declaration"], "f(x[m]=5000, k=2)[m]");
    assert_eq!(f["arguments"][0]["default"], 5000);
}

#[test]
fn a_changed_default_is_a_change() {
    let project = Project::new("f(x=5): 2*x\ng(y): f() + y");
    let server = Server::start(&project);
    server.answers(&["g", "1"], "11");
    project.define("f(x=6): 2*x\ng(y): f() + y");
    server.answers(&["g", "1"], "13");
    server.answers(&["f"], "12");
}

#[test]
fn a_description_is_shown() {
    let project = Project::new(
        "f(x[cm])[kg]:\n  expression: $x^2 - x - 1$\n  doc: The mass of a rod by its length.\n  citation: Kepler 1609\ng: f",
    );
    let described: Value = serde_json::from_str(&project.run(&["check", "--format", "json"]).stdout).unwrap();
    let f = &described["functions"][0];
    assert_eq!(
        [&f["doc"], &f["citation"], &f["rhs"]],
        ["The mass of a rod by its length.", "Kepler 1609", "x**2 - x - 1"]
    );
    let server = Server::start(&project);
    let shown = server.command(&["status", "f"]).stdout;
    assert!(shown.contains("citation:   Kepler 1609\n"), "{shown}");
    assert!(shown.contains("doc:        The mass of a rod by its length.\n"), "{shown}");
    let listed = server.command(&["list", "--format", "json"]).stdout;
    assert!(
        listed.contains("\"citation\":\"Kepler 1609\"") || listed.contains("\"citation\": \"Kepler 1609\""),
        "{listed}"
    );
}

#[test]
fn reductions_are_along_the_last_axis() {
    let project = Project::new(
        "speed(v[km/s])[km/s]: norm(v)\nanomaly(x): x - mean(x)\ntotal(x): sum(x)\nlowest(x): min(x)\nhighest(x): max(x)\nrange(x): highest(x) - lowest(x)",
    );
    let server = Server::start(&project);
    assert_eq!(server.call(&["speed", "[[3.0,4.0],[6.0,8.0]]"]).stdout, "[ 5. 10.]\n");
    assert_eq!(server.call(&["anomaly", "[1,2,6]"]).stdout, "[-2. -1.  3.]\n");
    assert_eq!(server.call(&["total", "5"]).stdout, "5\n");
    assert_eq!(server.call(&["range", "[[1,5],[2,9]]"]).stdout, "[4 7]\n");
    let none = server.call(&["lowest", "[]"]);
    assert_snapshot!(none.stderr, @"
    kamodo-rpc: `lowest`: `min` of an array of shape `(0,)`, whose last axis has no elements
    hint: pass at least one element along it; only `sum` and `norm` are 0 there
    ");
}

#[test]
fn a_name_of_the_language_has_one_meaning_on_every_way_in() {
    let definitions = [
        "called(x): sin(x) + 0*lg(x)",
        "own_lg(x): lg(x)",
        r"sign(x): $\sin x$",
        r"raised(x): $\sin^2(x)$",
        r"lg_sign(x): $\lg x$",
        r"lg_raised(x): $\lg^{2} x$",
        r"lg_upright(x): $\operatorname{lg}(x)$",
        r"ln_sign(x): $\ln x$",
        r"largest(x): $\max(x, 1)$",
        r"real(x): $\Re x$",
        "sin(x): 5*x",
        "lg(x): x + 1",
        "ln(x): x + 2",
        "max(x,y): x - y",
        "re(x): x + 3",
    ];
    let project = Project::new(&definitions.join("\n"));
    let server = Server::start(&project);
    let answers = [
        ("sin", "10.0"),
        ("called", "10.0"),
        ("sign", "10.0"),
        ("raised", "100.0"),
        ("own_lg", "3.0"),
        ("lg_sign", "3.0"),
        ("lg_raised", "9.0"),
        ("lg_upright", "3.0"),
        ("ln_sign", "4.0"),
        ("largest", "1.0"),
        ("real", "5.0"),
    ];
    for (function, expected) in answers {
        server.answers(&[function, "2.0"], expected);
    }
    for (expression, expected) in [
        ("sin(2.0)", "10.0\n"),
        ("$\\sin(2.0)$", "10.0\n"),
        ("$\\lg(2.0)$", "3.0\n"),
        ("max(2.0, 1)", "1.0\n"),
        ("ln(2.0) + called(2.0)", "14.0\n"),
    ] {
        assert_eq!(server.command(&["eval", expression]).stdout, expected, "{expression}");
    }
    // Without the own functions the names are the language's again.
    project.define(&definitions[..10].join("\n"));
    server.answers(&["sign", "0.0"], "0.0");
    server.answers(&["largest", "2.0"], "2.0");
    server.answers(&["lg_sign", "100.0"], "2.0");
    server.answers(&["ln_sign", "1.0"], "0.0");
}
