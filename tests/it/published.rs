//! What the published client is shown otherwise than it is defined, and who is told of that.

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, eventually};

/// Names of functions and of arguments, letters and units that the published client cannot take.
const SHOWN_OTHERWISE: &str = "\
beta(x, y): x + y
f(gamma[m], x): gamma*x
Ⓐ(x): x
far(x)[nmi^100]: x
plain(x[angstrom])[nmi]: 2*x";

#[test]
fn check_tells_each_function_that_the_published_client_is_shown_otherwise() {
    let output = Project::new(SHOWN_OTHERWISE).run(&["check"]);
    assert_eq!(output.code, Some(0));
    let told = output.stdout.split_once("\n\n").map(|(_, told)| told).unwrap_or_default();
    assert_snapshot!(told, @r"
    kamodo_rpc.yaml:2:1: warning: `beta`: the published Python client connects, and it sees `beta` as `beta_`
      2 | beta(x, y): x + y
        | ^^^^
    hint: sympy or Python there refuses the name: call it so there, or take another name here

    kamodo_rpc.yaml:3:1: warning: `f`: the published Python client connects, and it sees its argument `gamma` as `gamma_`
      3 | f(gamma[m], x): gamma*x
        | ^
    hint: sympy or Python there refuses the name: call it so there, or take another name here

    kamodo_rpc.yaml:4:1: warning: `Ⓐ`: the published Python client connects, and it sees `Ⓐ` as `u24B6`
      4 | Ⓐ(x): x
        | ^
    hint: sympy or Python there refuses the name: call it so there, or take another name here

    kamodo_rpc.yaml:5:1: warning: `far`: the published Python client connects, and it does not see the unit `nautical_mile**100` of the result, which it has no text for
      5 | far(x)[nmi^100]: x
        | ^^^
    hint: take a unit nearer to those of the SI, or a smaller default

    kamodo_rpc.yaml:6:26: warning: `plain`: the right-hand side is a number in `angstrom`, and is not converted to `nautical_mile`: parameters are plain numbers
      6 | plain(x[angstrom])[nmi]: 2*x
        |                          ^^^
    hint: write `plain(x[angstrom])[angstrom]` on the left, or to convert it write `2*x/18520000000000` on the right

    5 functions, 0 errors, 5 warnings
    ");
}

#[test]
fn the_status_says_what_the_published_client_is_shown_otherwise_as_long_as_it_is_so() {
    let project = Project::new(SHOWN_OTHERWISE);
    let server = Server::start(&project);
    let condition = |text: &str| {
        let from = text.find("\nsince ").expect("there is a condition");
        let part = text[from..].trim_start().split("\n\n").next().unwrap_or_default();
        part.split_once(": ").map(|(_, said)| said.to_owned()).unwrap_or_default()
    };
    assert_snapshot!(condition(&server.command(&["status"]).stdout), @r"
    the published Python client is shown 4 functions otherwise: `beta`: it sees `beta` as `beta_`; `f`: it sees its argument `gamma` as `gamma_`; `Ⓐ`: it sees `Ⓐ` as `u24B6`; `far`: it does not see the unit `nautical_mile**100` of the result, which it has no text for
      hint: `kamodo-rpc check` tells it of each function; our own clients see all as it is
    ");
    let json: serde_json::Value =
        serde_json::from_str(&server.command(&["status", "--json"]).stdout).expect("it is JSON");
    let message = json["conditions"][0]["message"].as_str().expect("a text");
    assert!(message.starts_with("the published Python client is shown 4 functions otherwise: "), "{message}");
    assert!(server.log().contains("it sees `beta` as `beta_`"), "{}", server.log());
    project.define("plain(x[angstrom])[nmi]: 2*x");
    eventually(|| server.command(&["status"]).stdout, |status| !status.contains("published Python client"));
    project.define("beta(x, y): x + y");
    eventually(|| server.command(&["status"]).stdout, |status| status.contains("it sees `beta` as `beta_`"));
}
