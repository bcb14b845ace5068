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
    let subject = what.split(" changed").next().and_then(|what| what.split(';').next()).unwrap();
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
    assert_snapshot!(told.join("\n"), @r"
    the working directory changed from `/srv/kamodo` to `/`; it was put back; hint: tell the plugin's author: the working directory is the whole server's: name files by absolute paths instead
    the locale changed from `C` to `C.UTF-8`; it was put back; hint: tell the plugin's author: the locale is the whole server's: use `newlocale` and the functions that take a locale
    the disposition of SIGTERM changed from a handler to ignored; it was put back; hint: tell the plugin's author: signals are the whole server's: return an error instead, and wait with a condition variable
    the disposition of SIGTERM changed from a handler to ignored; it was put back; hint: tell the plugin's author: signals are the whole server's: return an error instead, and wait with a condition variable
    the disposition of SIGINT changed from a handler to another handler; it was put back; hint: tell the plugin's author: signals are the whole server's: return an error instead, and wait with a condition variable
    the disposition of SIGPIPE changed from ignored to the default; it was put back; hint: tell the plugin's author: signals are the whole server's: return an error instead, and wait with a condition variable
    the disposition of SIGCHLD changed from the default to ignored; it was put back; hint: tell the plugin's author: signals are the whole server's: return an error instead, and wait with a condition variable
    the disposition of SIGSEGV changed from a handler to another handler; it was put back; hint: tell the plugin's author: signals are the whole server's: return an error instead, and wait with a condition variable
    the timer SIGALRM changed from none to one that runs; it was put back; hint: tell the plugin's author: signals are the whole server's: return an error instead, and wait with a condition variable
    the thread's blocked signals changed from none to 29 signals; it was put back; hint: tell the plugin's author: restore the mask of the thread before the code returns
    standard output changed from open to closed; it was put back; plugin `changes` is not called any more until its file changes; hint: tell the plugin's author: these are the server's: write to a file of the plugin's own instead
    it left another floating-point environment: denormal numbers are zero; it was put back; hint: tell the plugin's author: restore the floating-point environment before the code returns
    it left another floating-point environment: it rounds up; it was put back; hint: tell the plugin's author: restore the floating-point environment before the code returns
    it left another floating-point environment: exceptions trap; it was put back; hint: tell the plugin's author: restore the floating-point environment before the code returns
    ");
}

#[test]
fn what_cannot_be_put_back_is_told_once() {
    let told = told("session").replace(|letter: char| letter.is_ascii_digit(), "");
    assert_snapshot!(told, @"the process's session changed from  to ; it stays so: this cannot be put back; hint: tell the plugin's author: this is the whole server's, and its administrator's: leave it as it is");
}

#[test]
fn an_ignored_signal_ends_the_server_while_the_call_goes_on() {
    let project = project();
    let mut server = Server::start_with(
        &project,
        &["serve", "kamodo_rpc.yaml", "--port", "0", "--plugins", "plugins.d", "--drain", "1s"],
    );
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
    let mut server = Server::start_with(&project, &["serve", "--port", "0", "--plugins", "plugins.d"]);
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

/// The bytes of the plugin, with one changed that is of no importance.
fn other_bytes() -> Vec<u8> {
    let mut bytes = fs::read(fixture_plugin("changes")).unwrap();
    let mark = b"kamodo-fixture-deed:never: nothing";
    let at = bytes.windows(mark.len()).position(|window| window == mark).unwrap();
    bytes[at + mark.len() - 1] = b'?';
    bytes
}

#[test]
fn a_plugin_that_closes_a_descriptor_is_not_called_until_its_file_changes() {
    let project = project();
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    let mut server = Server::start(&project);
    server.answers(&["tried", "1.0"], "1.0");
    server.answers(&["scaled", "3.0"], "3.0");
    assert_eq!(server.call(&["close_output", "2.0"]).stdout, "2.0\n");
    for function in ["close_output", "close_output", "tried"] {
        let refused = server.call(&[function, "2.0"]);
        assert_eq!(refused.code, Some(1), "{}", refused.stderr);
        if function == "tried" {
            assert_snapshot!(refused.stderr, @r"
            kamodo-rpc: `tried`: plugin `changes` is not called any more: after a call of its `close_output`, standard output changed from open to closed
            hint: replace the plugin's file by one that does not do it; its author: these are the server's: write to a file of the plugin's own instead
            ");
        }
    }
    server.logs("is not called any more");
    let log = server.log();
    let line = log.lines().find(|line| line.contains("is not called any more")).unwrap();
    assert_snapshot!(line.split_once("after ").unwrap().1, @"a call of `close_output` of plugin `changes`: standard output changed from open to closed; it was put back; plugin `changes` is not called any more until its file changes; hint: tell the plugin's author: these are the server's: write to a file of the plugin's own instead");
    server.answers(&["scaled", "3.0"], "3.0");
    project.drop_bytes(&other_bytes(), "changes.so");
    server.answers(&["tried", "2.0"], "2.0");
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn a_cheap_call_that_closes_a_descriptor_is_the_last_one() {
    let project = project();
    let mut server = Server::start(&project);
    server.answers(&["close_quickly", "1.0"], "1.0");
    let refused = server.call(&["close_quickly", "1.0"]);
    assert_snapshot!(refused.stderr, @r"
    kamodo-rpc: `close_quickly`: plugin `changes` is not called any more: after a call of its `close_quickly`, standard output changed from open to closed
    hint: replace the plugin's file by one that does not do it; its author: these are the server's: write to a file of the plugin's own instead
    ");
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn a_plugin_that_replaces_a_descriptor_is_not_called_and_its_file_is_left_there() {
    let project = project();
    let mut server = Server::start(&project);
    server.answers(&["replace_error", "1.0"], "1.0");
    let refused = server.call(&["tried", "1.0"]);
    assert_snapshot!(refused.stderr, @r"
    kamodo-rpc: `tried`: plugin `changes` is not called any more: after a call of its `replace_error`, standard error changed from open to another file
    hint: replace the plugin's file by one that does not do it; its author: these are the server's: write to a file of the plugin's own instead
    ");
    server.logs("what is open in its place may be somebody else's"); // the log has a number of its own
    assert_eq!(server.call(&["g", "3.0"]).stdout, "6.0\n");
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn descriptors_of_the_server_that_a_plugin_closed_are_told() {
    let project = project();
    let mut server = Server::start(&project);
    server.answers(&["close_far", "1.0"], "1.0");
    let refused = eventually(|| server.call(&["tried", "1.0"]), |call| call.code == Some(1));
    assert_snapshot!(refused.stderr.replace("after a call of its `close_far`", "while it ran"), @r"
    kamodo-rpc: `tried`: plugin `changes` is not called any more: while it ran, the server's own descriptors changed from open to closed
    hint: replace the plugin's file by one that does not do it; its author: close only what the plugin opened itself: another number may be somebody's connection
    ");
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn calls_at_once_that_close_a_descriptor_leave_the_server_running() {
    let project = project();
    let mut server = Server::start(&project);
    server.answers(&["tried", "1.0"], "1.0");
    let port = server.port().to_string();
    let functions = ["close_output", "close_output", "g", "close_output", "tried", "close_output", "g"];
    let calls = functions.map(|function| project.spawn(&["call", "--port", &port, function, "3.0"]));
    for (function, mut call) in functions.iter().zip(calls) {
        let status = call.wait().unwrap();
        assert!(*function != "g" || status.success(), "{status}");
    }
    assert_eq!(server.call(&["tried", "1.0"]).code, Some(1));
    assert_eq!(server.call(&["g", "3.0"]).stdout, "6.0\n");
    assert_eq!(server.end_by("TERM"), Some(0));
}
