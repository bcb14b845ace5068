//! Plugins whose calls change the process under everybody, and what the server does about it.

use std::fs;

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, eventually, fixture_plugin};

/// A project with the plugin, beside a function of its own.
fn project() -> Project {
    let project = Project::new("f(x): x*0.1\ng(x): 2*x");
    project.drop_plugin(&fixture_plugin("changes"), "changes.so");
    project
}

/// What is logged of the plugins' changes after a call, without what differs from machine to machine.
#[track_caller]
fn told(function: &str) -> String {
    let project = project();
    let mut server = Server::start(&project);
    server.answers(&["tried", "1.0"], "1.0");
    assert_eq!(server.call(&[function, "2.0"]).stdout, "2.0\n");
    let is_told = |log: &String| log.contains("hint: tell the plugin's author");
    let log = eventually(|| server.log(), is_told);
    let line = log.lines().find(|line| line.contains("hint: tell")).unwrap();
    // Who else was called since the last look is a matter of time.
    let (who, what) = line.rsplit_once("of plugin `changes`: ").unwrap();
    assert!(who.contains(&format!("`{function}`")), "{line}");
    let status = server.command(&["status"]).stdout;
    let subject = what.split(" changed").next().unwrap();
    assert!(status.contains(subject), "{subject}\nis not in\n{status}");
    assert_eq!(server.call(&["g", "3.0"]).stdout, "6.0\n");
    assert_eq!(server.end_by("TERM"), Some(0), "after `{function}`");
    let here = project.path("").canonicalize().unwrap();
    what.replace(&here.display().to_string(), "/srv/kamodo")
}

#[test]
fn what_a_call_changes_is_put_back() {
    let functions = [
        "chdir",
        "locale",
        "no_sigterm",
        "quickly",
        "own_sigint",
        "default_sigpipe",
        "no_sigchld",
        "own_sigsegv",
        "alarm",
        "mask",
        "close_output",
        "flush",
        "round_up",
        "trap",
    ];
    let told: Vec<_> = functions.iter().map(|function| told(function)).collect();
    assert_snapshot!(told.join("\n"), @"");
}

#[test]
fn what_cannot_be_put_back_is_told_once() {
    assert_snapshot!(told("session"), @"");
}

#[test]
fn an_ignored_signal_ends_the_server_while_the_call_goes_on() {
    let project = project();
    let mut server = Server::start_with(&project, &["--drain", "1s"]);
    server.answers(&["tried", "1.0"], "1.0");
    let port = server.port().to_string();
    let mut call = project.spawn(&["call", "--port", &port, "no_sigterm_for_ever", "1.0"]);
    server.logs("the disposition of SIGTERM changed from a handler to ignored; it was put back");
    assert_eq!(server.end_by("TERM"), Some(0));
    let _ = call.kill();
    let _ = call.wait();
}

#[test]
fn a_plugin_does_not_keep_the_server_from_its_end() {
    let project = project();
    let mut server = Server::start(&project);
    server.answers(&["tried", "1.0"], "1.0");
    assert_eq!(server.call(&["atexit", "1.0"]).code, Some(0));
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn relative_paths_keep_their_meaning_whatever_a_plugin_does() {
    let project = project();
    project.remove_plugin("changes.so");
    let mut server = Server::start_with(&project, &["--plugins", "plugins.d"]);
    let certificate = fs::read(project.path("selfsigned.cert")).unwrap();
    project.drop_plugin(&fixture_plugin("changes"), "changes.so");
    server.answers(&["chdir_for_ever", "1.0"], "1.0");
    for factor in 2..6 {
        project.define(&format!("f(x): {factor}*x"));
        server.answers(&["f", "1.0"], &format!("{factor}.0"));
    }
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    server.answers(&["scaled", "3.0"], "3.0");
    project.remove_plugin("changing.so");
    eventually(|| server.call(&["scaled", "3.0"]).code, |code| *code == Some(1));
    assert_eq!(server.command(&["reload"]).code, Some(0));
    assert_eq!(fs::read(project.path("selfsigned.cert")).unwrap(), certificate);
    assert!(!server.log().contains("certificate"), "{}", server.log());
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn large_arrays_are_computed_as_ever_after_a_plugin_changed_how() {
    const N: usize = 1_000_000;
    let project = project();
    let server = Server::start(&project);
    server.answers(&["tried", "1.0"], "1.0");
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({N},), }}");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend(118_u16.to_le_bytes());
    file.extend(format!("{header:<117}\n").bytes());
    file.extend(std::iter::repeat_n(1e-310_f64.to_le_bytes(), N).flatten());
    fs::write(project.path("small.npy"), file).unwrap();
    for function in ["flush", "round_up", "flush", "flush_and_panic", "trap", "x87"] {
        let _ = server.call(&[function, "1.0"]); // on whichever thread of the pool
        let _ = server.call(&[function, "@small.npy"]);
        let scaled = server.call(&["f", "@small.npy", "--output", "scaled.npy"]);
        assert_eq!(scaled.code, Some(0), "{}", scaled.stderr);
        let scaled = fs::read(project.path("scaled.npy")).unwrap();
        let values = scaled[128..].chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()));
        assert_eq!(values.clone().count(), N);
        assert_eq!(values.filter(|value| *value != 1e-311).count(), 0, "after `{function}`");
        assert_eq!(server.call(&["f", "1e-310"]).stdout, "1e-311\n");
    }
}
