//! `kamodo-rpc check`: what a file defines, and what is wrong with it.

use insta::assert_snapshot;
use kamodo_tests::{Output, Project, example_plugin};
use serde_json::{Value, json};

#[test]
fn the_json_of_a_function() {
    let project = Project::new("f(x[cm])[kg]: x**2 - x - 1");
    let described = json_of(&project.run(&["check", "--format", "json"]));
    let mut function = described["functions"][0].clone();
    // its look is held by the golden cases
    assert!(function.as_object_mut().unwrap().remove("latex").is_some_and(|latex| latex.is_string()));
    assert!(
        function.as_object_mut().unwrap().remove("origin").is_some_and(|origin| origin == "kamodo_rpc.yaml")
    );
    assert_eq!(
        function,
        json!({
            "name": "f", "symbol": "f(x)", "lhs": "f(x)", "rhs": "x**2 - x - 1", "units": "kg", "unit": "kg", "arg_units": {"x": "cm"},
            "args": ["x"], "defaults": {}, "equation": "x^{2} - x - 1", "citation": "", "doc": "", "waits_for": [],
        })
    );
    assert_eq!(described["diagnostics"], json!([]));
}

#[test]
fn the_json_of_a_plugins_function() {
    let project = Project::new("f: x");
    project.drop_plugin(&example_plugin("dipole"), "dipole.so");
    let described =
        json_of(&project.run(&["check", "kamodo_rpc.yaml", "--plugins", "plugins.d", "--format", "json"]));
    let functions = described["functions"].as_array().unwrap();
    let function = functions.iter().find(|function| function["name"] == "dipole_B").unwrap();
    assert_eq!(function["units"], "nT");
    assert_eq!(function["args"], json!(["r", "mlat", "B_0"]));
    assert!(function["defaults"]["B_0"].is_f64(), "{function}");
    assert!(function["citation"].as_str().unwrap().contains("Kivelson"), "{function}");
    assert!(function["origin"].as_str().unwrap().contains("dipole"), "{function}");
}

#[test]
fn the_text_of_a_good_file() {
    let project = Project::new("f: x**2 - x - 1\ng(t[s])[m]: 3*t");
    let output = project.run(&["check"]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    assert_snapshot!(output.stdout, @r"
    | symbol | units | lhs  | rhs          | arg_units | origin          |
    |--------|-------|------|--------------|-----------|-----------------|
    | f(x)   |       | f    | x**2 - x - 1 |           | kamodo_rpc.yaml |
    | g(t)   | m     | g(t) | 3*t          | t: s      | kamodo_rpc.yaml |

    2 functions, 0 errors, 0 warnings
    ");
}

#[test]
fn every_mistake_at_once() {
    let project = Project::new("f: x**2 - * x\ng: x + 1\nh(x[kgg]): x\nk: 2 x");
    let output = project.run(&["check", "--format", "json"]);
    let described: Value = serde_json::from_str(&output.stdout).unwrap();
    let places: Vec<_> = described["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|diagnostic| (diagnostic["severity"].clone(), diagnostic["line"].clone()))
        .collect();
    let error = |line: u32| (json!("error"), json!(line));
    assert_eq!((output.code, places), (Some(1), vec![error(2), error(4), error(5)]));
    assert_snapshot!(project.run(&["check"]).stdout, @r"
    | symbol | units | lhs | rhs   | arg_units | origin          |
    |--------|-------|-----|-------|-----------|-----------------|
    | g(x)   |       | g   | x + 1 |           | kamodo_rpc.yaml |

    kamodo_rpc.yaml:2:11: error: `f`: expected an operand, found `*`
      2 | f: x**2 - * x
        |           ^
    hint: write a number, a name or `(` after `-`, or leave `-` out

    kamodo_rpc.yaml:4:5: error: unknown unit `kgg`
      4 | h(x[kgg]): x
        |     ^^^
    hint: did you mean `kg`?

    kamodo_rpc.yaml:5:6: error: `k`: expected an operator or the end, found `x`
      5 | k: 2 x
        |      ^
    hint: there is no implicit multiplication: write `*`

    1 function, 3 errors, 0 warnings
    ");
}

#[test]
fn a_call_of_nothing_waits_and_warns() {
    let project = Project::new("r_0(p[nPa])[km]: standoff(0, p)");
    let output = project.run(&["check"]);
    assert_eq!(output.code, Some(0));
    assert_snapshot!(output.stdout, @r"
    | symbol | units | lhs    | rhs            | arg_units | origin          |
    |--------|-------|--------|----------------|-----------|-----------------|
    | r_0(p) | km    | r_0(p) | standoff(0, p) | p: nPa    | kamodo_rpc.yaml |

    kamodo_rpc.yaml:2:18: warning: `r_0`: no function `standoff` is there yet
      2 | r_0(p[nPa])[km]: standoff(0, p)
        |                  ^^^^^^^^
    hint: `r_0` is served as soon as a plugin, an upstream or a definition brings `standoff`

    1 function, 0 errors, 1 warning
    ");
}

#[test]
fn units_that_do_not_fit() {
    let project = Project::new("f(x[cm])[kg]: x\ng(x[cm])[m]: x\nh(x[cm])[kg]: f(x) + g(x)");
    let output = project.run(&["check"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stdout, @r"
    | symbol | units | lhs  | rhs | arg_units | origin          |
    |--------|-------|------|-----|-----------|-----------------|
    | f(x)   | kg    | f(x) | x   | x: cm     | kamodo_rpc.yaml |
    | g(x)   | m     | g(x) | x   | x: cm     | kamodo_rpc.yaml |

    kamodo_rpc.yaml:2:15: warning: `f`: the right-hand side is a number in `cm`, and no factor converts that to `kg`: parameters are plain numbers
      2 | f(x[cm])[kg]: x
        |               ^
    hint: write `f(x[cm])[cm]` on the left, or multiply by a constant that carries the rest of the unit

    kamodo_rpc.yaml:3:14: warning: `g`: the right-hand side is a number in `cm`, and is not converted to `m`: parameters are plain numbers
      3 | g(x[cm])[m]: x
        |              ^
    hint: write `g(x[cm])[cm]` on the left, or to convert it write `x/100` on the right

    kamodo_rpc.yaml:4:22: error: `h`: cannot convert `m` to `kg`, the unit of `h`
      4 | h(x[cm])[kg]: f(x) + g(x)
        |                      ^^^^ Length, expected Mass
    hint: multiply it by a quantity of the dimension Mass·Length^-1, or change the unit on the left

    2 functions, 1 error, 2 warnings
    ");
}

/// Warnings were told only once all errors were mended, and came in another order than the lines.
#[test]
fn warnings_come_beside_errors_by_line() {
    let lines = |project: &Project| -> Vec<String> {
        let said = project.run(&["check"]).stdout;
        let heads = said.lines().filter(|line| line.starts_with("kamodo_rpc.yaml:"));
        let place = |head: &str| head.splitn(5, ':').skip(1).take(3).collect::<Vec<_>>().join(":");
        let mut found: Vec<_> = heads.map(place).collect();
        found.push(said.lines().last().unwrap_or_default().to_owned());
        found
    };
    let of_the_text = Project::new("f(x): magnetopause(x)\ng(x): 2 x\nh(x): standoff(x)\nk(x[kgg]): x");
    assert_eq!(
        lines(&of_the_text),
        ["2:7: warning", "3:9: error", "4:7: warning", "5:5: error", "2 functions, 2 errors, 2 warnings"]
            .map(str::to_owned)
    );
    let of_units = Project::new("f(x): magnetopause(x)\ng(x)[m]: x\nh(x)[s]: g(x)\nk(x): standoff(x)");
    assert_eq!(
        lines(&of_units),
        ["2:7: warning", "4:10: error", "5:7: warning", "3 functions, 1 error, 2 warnings"]
            .map(str::to_owned)
    );
}

#[test]
fn an_upstream_is_named_whose_prefix_a_missing_name_has() {
    let project =
        Project::new("f(x): sat_rho(x)\n--- !KamodoClient\nhost: model.example\nport: 60000\nprefix: sat");
    assert_snapshot!(project.run(&["check"]).stdout, @"
    | symbol | units | lhs  | rhs        | arg_units | origin          |
    |--------|-------|------|------------|-----------|-----------------|
    | f(x)   |       | f(x) | sat_rho(x) |           | kamodo_rpc.yaml |

    f(x) waits for `sat_rho`, a name of upstream model.example:60000 as sat_

    kamodo_rpc.yaml:2:7: warning: `f`: no function `sat_rho` is there yet
      2 | f(x): sat_rho(x)
        |       ^^^^^^^
    hint: `f` is served as soon as a plugin, an upstream or a definition brings `sat_rho`

    upstream model.example:60000 as sat_: warning: selfsigned.cert: cannot be read: No such file or directory (os error 2): no function of it comes before that is mended
    hint: name a copy of that server's certificate

    1 function, 0 errors, 2 warnings
    ");
}

#[test]
fn the_mistakes_of_each_file_of_a_directory() {
    let project = Project::new("f: x");
    std::fs::create_dir(project.path("conf.d")).unwrap();
    for (file, text) in [
        ("a.yaml", "!Kamodo\nf(x): x +\n"),
        ("b.yaml", "!Kamodo\ng(x)[kg]: h(x)\nh(x[m])[m]: x\n"),
        ("c.yaml", "!Kamodo\n k: [\n"),
        ("d.yaml", "!Kamodo\nl(x): l(x)\n--- !Server\nport: a\n"),
    ] {
        std::fs::write(project.path("conf.d").join(file), text).unwrap();
    }
    std::fs::create_dir(project.path("conf.d/e.yaml")).unwrap();
    let checked = project.run(&["check", "conf.d"]).stdout;
    let errors: Vec<_> = checked.lines().filter(|line| line.contains("error: ")).collect();
    assert_snapshot!(errors.join("\n"), @r"
    conf.d/a.yaml:2:10: error: `f`: expected an operand, found the end
    conf.d/c.yaml:2:5: error: this is no YAML: unclosed bracket '['
    conf.d/d.yaml:2:1: error: `l`: calls itself: `l` → `l`
    conf.d/d.yaml:4:7: error: `port`: expected a number from 0 to 65535, found `a`
    conf.d/e.yaml: error: the configuration cannot be read: expected a regular file, found a directory
    conf.d/b.yaml:2:11: error: `g`: cannot convert `m` to `kg`, the unit of `g`
    ");
}

#[test]
fn no_such_file() {
    let output = Project::new("f: x").run(&["check", "other.yaml"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stdout, @r"
    other.yaml: error: the configuration cannot be read: No such file or directory (os error 2)
    hint: put it there, or name another one: `kamodo-rpc serve FILE`, `kamodo-rpc check FILE`

    0 functions, 1 error, 0 warnings
    ");
}

#[track_caller]
fn json_of(output: &Output) -> Value {
    assert_eq!(output.code, Some(0), "{output:?}");
    serde_json::from_str(&output.stdout).unwrap()
}
