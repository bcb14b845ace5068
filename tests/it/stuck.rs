//! A server with a plugin whose calls never return, and one with more clients than it has places for.

use std::process::Child;

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, eventually, fixture_plugin};

/// A client of the command line that waits for an answer; it is killed when this is dropped.
struct Waiting(Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn project() -> Project {
    let project = Project::new("wide(x): sin(x)*cos(x)*exp(x) + sin(2*x)\nthrough(x): never(x) + 1");
    project.drop_plugin(&fixture_plugin("stuck"), "stuck.so");
    project.drop_plugin(&fixture_plugin("v1"), "other.so");
    project
}

const SERVE: &[&str] =
    &["serve", "kamodo_rpc.yaml", "--port", "0", "--plugins", "plugins.d", "--workers", "2"];

/// Begins calls that never return, and waits until the server says that so many of them run.
#[track_caller]
fn begin(project: &Project, server: &Server<'_>, name: &str, n_calls: usize) -> Vec<Waiting> {
    let port = server.port().to_string();
    let call = |_| Waiting(project.spawn(&["call", "--port", &port, name, "1.0"]));
    let calls = (0..n_calls).map(call).collect();
    let plural = if n_calls == 1 { "call" } else { "calls" };
    told(server, &format!("{n_calls} {plural}"));
    calls
}

/// Waits until `status` tells of something.
#[track_caller]
fn told(server: &Server<'_>, text: &str) -> String {
    eventually(|| server.command(&["status"]).stdout, |status| status.contains(text))
}

#[track_caller]
fn others_are_answered(server: &Server<'_>) {
    let many = format!("[{}]", ["1.0"; 5000].join(","));
    assert_eq!(server.call(&["scaled", "3.0"]).stdout, "3.0\n");
    assert_eq!(server.call(&["answer"]).stdout, "1.0\n");
    let output = server.call(&["wide", &many]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
}

#[test]
fn calls_that_never_return_hold_up_nobody_else() {
    for (name, n_calls) in [("never", 1), ("through", 2), ("never", 4)] {
        let project = project();
        let server = Server::start_with(&project, &[SERVE, &["--long-call", "1s"]].concat());
        let _waiting = begin(&project, &server, name, n_calls);
        others_are_answered(&server);
    }
}

#[test]
fn calls_whose_clients_were_killed_hold_up_nobody_and_are_told() {
    let project = project();
    let server = Server::start_with(&project, &[SERVE, &["--long-call", "1s"]].concat());
    for n_calls in [4, 8] {
        let port = server.port().to_string();
        let waiting: Vec<_> =
            (0..4).map(|_| Waiting(project.spawn(&["call", "--port", &port, "never", "1.0"]))).collect();
        told(&server, &format!("`never` of stuck 0.1.0 (plugins.d/stuck.so): {n_calls} calls"));
        drop(waiting);
        told(&server, "nobody waits for an answer any more");
        others_are_answered(&server);
        assert_eq!(server.call(&["twice", "3.0"]).stdout, "6.0\n", "of the same plugin");
    }
    assert!(server.log().contains("`never` of stuck 0.1.0"), "{}", server.log());
}

#[test]
fn a_stuck_call_of_a_cheap_function_locks_no_newcomers_out() {
    let project = project();
    let server = Server::start_with(&project, SERVE);
    let _waiting = begin(&project, &server, "never_cheap", 1);
    let port = server.port().to_string();
    for _ in 0..3 {
        let clients: Vec<_> =
            (0..20).map(|_| project.spawn(&["call", "--port", &port, "scaled", "3.0"])).collect();
        for client in clients {
            let output = client.wait_with_output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), "3.0\n");
        }
    }
    // Calls of it run elsewhere from now on: the second worker is not lost as well.
    let _more = begin(&project, &server, "never_cheap", 1);
    others_are_answered(&server);
    let status = told(&server, "is declared cheap");
    assert!(status.contains("`never_cheap` of stuck 0.1.0 (plugins.d/stuck.so): "), "{status}");
    assert!(server.log().contains("`never_cheap`"), "{}", server.log());
}

#[test]
fn a_server_ends_in_time_although_calls_never_return() {
    let project = project();
    for name in ["never", "never_cheap", "through"] {
        let args = [SERVE, &["--drain", "1s", "--long-call", "1s"]].concat();
        let mut server = Server::start_with(&project, &args);
        let _waiting = begin(&project, &server, name, 1);
        assert_eq!(server.end_by("TERM"), Some(0));
        eventually(|| server.log(), |log| log.contains("stopped; "));
        let function = if name == "through" { "never" } else { name };
        assert!(server.log().contains(&format!("cut off: `{function}` of stuck 0.1.0")), "{}", server.log());
        assert!(server.log().contains("stopped; 1 connections were cut off"), "{}", server.log());
    }
}

#[test]
fn a_client_too_many_is_told_so_with_a_status_of_its_own() {
    let project = project();
    let server =
        Server::start_with(&project, &[SERVE, &["--connections", "1", "--long-call", "1s"]].concat());
    let waiting = begin(&project, &server, "never", 1);
    for command in [&["call", "scaled", "3.0"][..], &["list"], &["eval", "scaled(3.0)"]] {
        let output = server.command(command);
        assert_eq!(output.code, Some(75), "{output:?}");
        assert!(output.stderr.contains("1 connection is open, as many as may be"), "{output:?}");
    }
    let output = server.call(&["scaled", "3.0"]);
    assert_snapshot!(output.stderr, @r"
    kamodo-rpc: 1 connection is open, as many as may be
    hint: connect again once others have left, or allow more with `--connections`
    ");
    drop(waiting);
    server.answers(&["scaled", "3.0"], "3.0");
}
