//! Units of dimension one and factor one, such as `kg/kg`, against others of dimension one, on every way in.

use kamodo_tests::{Project, Server, fixture_plugin};

use crate::upstreams::{document, edit};

/// What the plugin `ratios` brings, as definitions: each passes its number on.
const DEFINED: &str = "\
gives_ratio(x)[kg/kg]: x
gives_grams(x)[g/kg]: x
takes_ratio(x[kg/kg]): x
takes_grams(x[g/kg]): x";

/// Definitions that need conversions, each with what it makes of 2.0.
const CONVERTED: &[(&str, &str, &str)] = &[
    ("a(x)[g/kg]", "gives_ratio(x)", "2000.0"),
    ("b(x)[kg/kg]", "gives_grams(x)", "0.002"),
    ("c(x[g/kg])", "takes_ratio(x)", "0.002"),
    ("d(x[kg/kg])", "takes_grams(x)", "2000.0"),
    ("e(x)[percent]", "gives_ratio(x)", "200.0"),
    ("f(x[percent])", "takes_ratio(x)", "0.02"),
    ("g(x)[g/kg]", "gives_ratio(x) + gives_grams(x)", "2002.0"),
    ("h(x)[kg/kg]", "gives_ratio(x) + gives_grams(x)", "2.002"),
    ("i(x)[mol/mol]", "gives_ratio(x)", "2.0"),
    ("j(x[m/m])[g/kg]", "gives_grams(takes_grams(x)) + gives_ratio(takes_ratio(x))", "4000.0"),
];

fn converted() -> String {
    CONVERTED.iter().map(|(lhs, rhs, _)| format!("'{lhs}': {rhs}\n")).collect()
}

/// Holds what a server makes of the definitions in its file, and of the same as definitions of a client.
#[track_caller]
fn check(server: &Server<'_>) {
    for (lhs, rhs, expect) in CONVERTED {
        let name = lhs.split('(').next().unwrap();
        server.answers(&[name, "2.0"], expect);
        let define = format!("{} = {rhs}", lhs.replacen('(', "_own(", 1));
        let output = server.command(&["eval", &define, "x=2.0"]);
        assert_eq!((output.stdout.trim_end(), output.stderr.as_str()), (*expect, ""), "{define}");
    }
}

#[test]
fn ratios_of_definitions_convert() {
    let project = Project::new(&format!("{DEFINED}\n{}", converted()));
    check(&Server::start(&project));
}

#[test]
fn ratios_of_a_plugin_convert() {
    let project = Project::new(&converted());
    project.drop_plugin(&fixture_plugin("ratios"), "ratios.so");
    check(&Server::start(&project));
}

#[test]
fn ratios_of_an_upstream_convert() {
    let far = Project::new(DEFINED);
    let upstream = Server::start(&far);
    let near = Project::new("");
    edit(&near, &converted(), &document(&far, upstream.port(), ""));
    check(&Server::start(&near));
}

#[test]
fn ratios_of_a_plugin_of_an_upstream_convert() {
    let far = Project::new("unused: x");
    far.drop_plugin(&fixture_plugin("ratios"), "ratios.so");
    let upstream = Server::start(&far);
    let near = Project::new("");
    let renamed = converted().replace("gives_", "far_gives_").replace("takes_", "far_takes_");
    edit(&near, &renamed, &document(&far, upstream.port(), "prefix: far"));
    let server = Server::start(&near);
    for (lhs, _, expect) in CONVERTED {
        server.answers(&[lhs.split('(').next().unwrap(), "2.0"], expect);
    }
}
