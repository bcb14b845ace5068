//! Calls whose connection is lost before their answer comes: they may have been carried out, so they are sent again
//! only if somebody asks for that.

use std::process::{Child, Output};
use std::thread;

use insta::assert_snapshot;
use kamodo_client::blocking::Client;
use kamodo_client::{Endpoint, Error, Options};
use kamodo_tests::{Project, Proxy, Server, Weather, eventually, fixture_plugin};

const SERVE: &[&str] =
    &["serve", "kamodo_rpc.yaml", "--port", "0", "--plugins", "plugins.d", "--long-call", "1s"];

/// A server with a function whose calls never return, so that they are lost for sure.
fn project() -> Project {
    let project = Project::new("f: x**2 - x - 1");
    project.drop_plugin(&fixture_plugin("stuck"), "stuck.so");
    project
}

/// Waits until the server has begun so many calls of `never` in all.
#[track_caller]
fn has_begun(server: &Server<'_>, n_calls: usize) {
    let plural = if n_calls == 1 { "call" } else { "calls" };
    let told = format!("`never` of stuck 0.1.0 (plugins.d/stuck.so): {n_calls} {plural}");
    eventually(|| server.command(&["status"]).stdout, |status| status.contains(&told));
}

/// What a command said, without the port that it was told.
fn said(child: Child, port: &str) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8_lossy(&stderr).replace(port, "PORT"))
}

#[test]
fn a_lost_call_is_not_sent_again_and_says_that_it_may_have_been_carried_out() {
    let project = project();
    let server = Server::start_with(&project, SERVE);
    let proxy = Proxy::start(server.port());
    let port = proxy.port().to_string();
    let lines =
        [&["call", "--port", &port, "never", "1.0"][..], &["eval", "--port", &port, "never(x) + 1", "x=1.0"]];
    let mut told = String::new();
    for (line, n_calls) in lines.into_iter().zip(1..) {
        let waiting = project.spawn(line);
        has_begun(&server, n_calls);
        proxy.cut();
        let (code, said) = said(waiting, &port);
        assert_eq!(code, Some(69), "{said}");
        told += &said;
        has_begun(&server, n_calls);
    }
    assert_snapshot!(told, @"
    kamodo-rpc: `never`: the connection was lost during the call: Peer disconnected.
    hint: the server may have carried it out: send it again only if that does no harm, or let `--retry` do so
    kamodo-rpc: `expression`: the connection was lost during the call: Peer disconnected.
    hint: the server may have carried it out: send it again only if that does no harm, or let `--retry` do so
    ");
}

#[test]
fn what_is_to_be_said_of_an_expression_is_said_once_however_often_it_is_sent() {
    let project = project();
    let server = Server::start_with(&project, SERVE);
    let proxy = Proxy::start(server.port());
    let port = proxy.port().to_string();
    let waiting = project.spawn(&["eval", "--port", &port, "g(y)[nT/Hz^1/2] = never(y)", "1.0", "--retry"]);
    for n_calls in 1..=2 {
        has_begun(&server, n_calls);
        proxy.cut();
    }
    let (_, said) = said(waiting, &port);
    assert_eq!(said.matches("can be read in two ways").count(), 1, "{said}");
}

#[test]
fn a_lost_call_is_sent_again_if_it_is_asked_for() {
    let project = project();
    let server = Server::start_with(&project, SERVE);
    let proxy = Proxy::start(server.port());
    let port = proxy.port().to_string();
    let mut n_begun = 0;
    for (retry, n_calls) in [("--retry", 2), ("--retry=2", 3)] {
        let waiting = project.spawn(&["call", "--port", &port, "never", "1.0", retry]);
        for _ in 0..n_calls {
            n_begun += 1;
            has_begun(&server, n_begun);
            proxy.cut();
        }
        assert_eq!(said(waiting, &port).0, Some(69));
        has_begun(&server, n_begun);
    }
}

#[test]
fn a_call_that_is_lost_with_its_server_says_so_at_once() {
    let project = project();
    for (retry, expect_dialled) in [(&[][..], false), (&["--retry"], true)] {
        let mut server = Server::start_with(&project, SERVE);
        let port = server.port().to_string();
        let waiting = project.spawn(&[&["call", "--port", &port, "never", "1.0"], retry].concat());
        has_begun(&server, 1);
        server.end_by("KILL");
        let (code, said) = said(waiting, &port);
        assert_eq!(code, Some(69), "{said}");
        assert!(said.starts_with("kamodo-rpc: `never`: the connection was lost during the call: "), "{said}");
        assert_eq!(
            said.contains("it is not sent again: localhost:PORT: cannot connect"),
            expect_dialled,
            "{said}"
        );
        assert!(said.contains("\nhint: the server may have carried it out"), "{said}");
    }
}

#[test]
fn a_client_sends_a_lost_call_again_only_if_it_is_asked_for() {
    let project = project();
    let server = Server::start_with(&project, SERVE);
    let proxy = Proxy::start(server.port());
    let endpoint = Endpoint::new("localhost", proxy.port(), project.path("selfsigned.cert"));
    let mut n_begun = 0;
    for options in [Options::default(), Options { repeats: 1, ..Options::default() }] {
        let n_calls = 1 + options.repeats as usize;
        let client = Client::connect([endpoint.clone()], options).unwrap();
        let lost = thread::scope(|scope| {
            let asking = scope.spawn(|| client.ask::<f64>("never", (1.0,)));
            for _ in 0..n_calls {
                n_begun += 1;
                has_begun(&server, n_begun);
                proxy.cut();
            }
            asking.join().unwrap()
        });
        assert!(matches!(&lost, Err(Error::Lost { what, .. }) if what == "`never`"), "{lost:?}");
        // The next call goes over a new connection.
        assert_eq!(client.ask::<i64>("f", (5,)).unwrap(), 19);
        has_begun(&server, n_begun);
    }
}

#[test]
fn what_changes_nothing_is_asked_again_after_a_lost_connection() {
    let project = project();
    let server = Server::start_with(&project, SERVE);
    let proxy = Proxy::start(server.port());
    let endpoint = Endpoint::new("localhost", proxy.port(), project.path("selfsigned.cert"));
    let client = Client::connect([endpoint], Options::default()).unwrap();
    for _ in 0..3 {
        proxy.set(Weather::Silent);
        let fields = thread::scope(|scope| {
            let asking = scope.spawn(|| client.fields());
            proxy.cut();
            proxy.set(Weather::Fair);
            asking.join().unwrap()
        });
        assert!(fields.unwrap().iter().any(|field| field.name == "f"));
    }
}
