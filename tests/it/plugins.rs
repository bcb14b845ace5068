//! Plugins that are dropped in, replaced and removed while the server runs.

use std::fs;

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, eventually, example_plugin, fixture_plugin};

#[test]
fn dropped_in_replaced_and_removed() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    assert_eq!(server.call(&["scaled", "3.0"]).code, Some(1));
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    server.answers(&["scaled", "3.0"], "3.0");
    project.drop_plugin(&fixture_plugin("v2"), "changing.so");
    server.answers(&["scaled", "3.0"], "6.0");
    assert_eq!(server.call(&["new", "3.0"]).stdout, "9.0\n");
    assert_eq!(server.call(&["old", "3.0"]).code, Some(1));
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    server.answers(&["scaled", "3.0"], "3.0");
    project.remove_plugin("changing.so");
    eventually(|| server.call(&["scaled", "3.0"]).code, |code| *code == Some(1));
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
}

#[test]
fn a_function_waits_for_a_plugin() {
    let project = Project::new("r_0(B_z[nT],p[nPa])[km]: standoff(B_z, p)");
    let server = Server::start(&project);
    let waiting = server.call(&["r_0", "0.0", "2.0"]);
    assert_eq!(waiting.code, Some(1));
    assert_snapshot!(waiting.stderr, @r"
    kamodo-rpc: `r_0` waits for `standoff`, which no origin provides
    hint: it works as soon as a plugin, an upstream or an edit brings `standoff`
    ");
    project.drop_plugin(&example_plugin("magnetopause"), "magnetopause.so");
    let answer = eventually(|| server.call(&["r_0", "0.0", "2.0"]), |output| output.code == Some(0));
    let kilometres: f64 = answer.stdout.trim().parse().unwrap();
    let radii = (10.22 + 1.29 * (0.184_f64 * 8.14).tanh()) * 2_f64.powf(-1.0 / 6.6);
    assert!((kilometres / (radii * 6371.0) - 1.0).abs() < 1e-12, "{kilometres}");
}

#[test]
fn two_origins_of_one_name() {
    let project = Project::new("scaled(x): 7*x");
    let server = Server::start(&project);
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    server.logs("changing.so");
    assert_eq!(server.call(&["scaled", "3"]).stdout, "21\n", "the one that is served stays");
    let report = project.run(&["check", "kamodo_rpc.yaml", "--plugins", "plugins.d"]);
    assert_eq!(report.code, Some(1));
    let diagnostics =
        report.stdout.lines().filter(|line| !line.starts_with('|')).collect::<Vec<_>>().join("\n");
    assert_snapshot!(diagnostics, @r"
    kamodo_rpc.yaml:2:1: error: `scaled`: two origins bring this name: kamodo_rpc.yaml and changing 0.1.0 (plugins.d/changing.so)
      2 | scaled(x): 7*x
        | ^^^^^^
    hint: rename one of the two, or remove it

    plugins.d/changing.so: error: `scaled`: two origins bring this name: changing 0.1.0 (plugins.d/changing.so) and kamodo_rpc.yaml
    hint: rename one of the two, or remove it

    2 functions, 2 errors, 0 warnings
    ");
    // what was refused is tried again once the name is free
    project.define("f: x");
    server.answers(&["scaled", "3.0"], "3.0");
}

#[test]
fn a_file_that_is_no_plugin() {
    let project = Project::new("f: x");
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    let server = Server::start(&project);
    fs::write(project.path("plugins.d/broken.so"), b"\x7fELF but not for long").unwrap();
    server.logs("broken.so");
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
    // what is broken takes the place of what was good: the good one stays
    fs::write(project.path("plugins.d/changing.so"), b"\x7fELF but not for long").unwrap();
    server.logs("changing.so");
    assert_eq!(server.call(&["scaled", "3.0"]).stdout, "3.0\n");
}

#[test]
fn every_bad_plugin_is_told_and_hurts_nobody() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    for name in ["bad_abi", "bad_layout", "bad_spec", "panics_at_start", "fails_at_start"] {
        project.drop_plugin(&fixture_plugin(name), &format!("{name}.so"));
        server.logs(&format!("{name}.so"));
        assert_eq!(server.call(&["f", "5"]).stdout, "5\n", "after {name}");
    }
}

#[test]
fn a_panic_in_a_call_ends_only_the_call() {
    let project = Project::new("f: x");
    project.drop_plugin(&fixture_plugin("panics"), "panics.so");
    let server = Server::start(&project);
    let panicked = server.call(&["picky", "13.0"]);
    assert_eq!(panicked.code, Some(1), "{panicked:?}");
    assert_snapshot!(panicked.stderr, @"kamodo-rpc: `picky`: plugin `panics` panicked: unlucky number 13 (tests/fixtures/plugins/panics.rs:6)");
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
}
