//! Servers that name each other: their functions are served, those that would come back are not.

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, eventually, throughout};

use super::{beside, document, edit};

/// What a server says in its status of what is left out, with the ports by the letters of their servers.
#[track_caller]
fn left_out(server: &Server<'_>, ports: &[(&str, u16)]) -> String {
    let status = || server.command(&["status"]).stdout;
    let status = eventually(status, |status| status.contains("would come back"));
    let told: Vec<_> = status
        .lines()
        .skip_while(|line| !line.contains("served but for"))
        .take_while(|line| !line.is_empty())
        .collect();
    let mut told = told.join("\n");
    for (letter, port) in ports {
        told = told.replace(&port.to_string(), letter);
    }
    told
}

/// The names that a server lists, once they are these and stay so.
#[track_caller]
fn lists(server: &Server<'_>, expected: &[&str]) {
    let names = || -> Vec<String> {
        let status = server.command(&["status", "--json"]).stdout;
        let status: serde_json::Value = serde_json::from_str(&status).unwrap();
        let functions = status["functions"].as_array().unwrap().iter();
        let served = functions.filter(|function| function["state"] != "unserved");
        let mut names: Vec<_> =
            served.map(|function| function["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let is_it = |names: &Vec<String>| names == expected;
    eventually(names, is_it);
    throughout(std::time::Duration::from_millis(300), names, is_it);
}

#[test]
fn two_servers_with_each_others_functions() {
    let left = Project::new("f(x): x + 1");
    let a = Server::start(&left);
    let right = beside("g(x): 2*x", &document(&left, a.port(), "prefix: a"));
    let b = Server::start(&right);
    edit(&left, "f(x): x + 1", &document(&right, b.port(), "prefix: b"));
    a.answers(&["b_g", "5"], "10");
    b.answers(&["a_f", "5"], "6");
    lists(&a, &["b_g", "f"]);
    lists(&b, &["a_f", "g"]);
    let ports = [("A", a.port()), ("B", b.port())];
    assert_snapshot!(left_out(&a, &ports), @"
    localhost:B as b_: served but for b_a_f
      localhost:B as b_: warning: left out: calls of `a_f` would come back here: localhost:B → localhost:A (this server)
      hint: the others are served; to be rid of the loop, take one of these servers out of the upstreams of the one before it
    ");
    assert_snapshot!(left_out(&b, &ports), @"
    localhost:A as a_: served but for a_b_g
      localhost:A as a_: warning: left out: calls of `b_g` would come back here: localhost:A → localhost:B (this server)
      hint: the others are served; to be rid of the loop, take one of these servers out of the upstreams of the one before it
    ");
    a.logs("left out: calls of `a_f` would come back here");

    // each may compose of what the other has of its own, and of nothing else
    edit(&left, "f(x): x + 1\nh(x): b_g(x) + 1", &document(&right, b.port(), "prefix: b"));
    a.answers(&["h", "5"], "11");
    lists(&b, &["a_f", "g"]);
}

#[test]
fn a_server_that_names_itself() {
    let project = Project::new("f(x): x + 1");
    let server = Server::start(&project);
    edit(&project, "f(x): x + 1", &document(&project, server.port(), "prefix: own"));
    assert_snapshot!(left_out(&server, &[("A", server.port())]), @"
    localhost:A as own_: served but for own_f
      localhost:A as own_: warning: left out: calls of `f` would come back here: localhost:A (this server)
      hint: the others are served; to be rid of the loop, take one of these servers out of the upstreams of the one before it
    ");
    lists(&server, &["f"]);
}

#[test]
fn three_servers_in_a_ring() {
    let first = Project::new("f(x): x + 1");
    let a = Server::start(&first);
    let second = beside("g(x): x + 2", &document(&first, a.port(), "prefix: a"));
    let b = Server::start(&second);
    let third = beside("h(x): x + 3", &document(&second, b.port(), "prefix: b"));
    let c = Server::start(&third);
    edit(&first, "f(x): x + 1", &document(&third, c.port(), "prefix: c"));
    c.answers(&["b_a_f", "5"], "6");
    a.answers(&["c_b_g", "5"], "7");
    b.answers(&["a_c_h", "5"], "8");
    lists(&a, &["c_b_g", "c_h", "f"]);
    lists(&b, &["a_c_h", "a_f", "g"]);
    lists(&c, &["b_a_f", "b_g", "h"]);
    let ports = [("A", a.port()), ("B", b.port()), ("C", c.port())];
    assert_snapshot!(left_out(&a, &ports), @"
    localhost:C as c_: served but for c_b_a_f
      localhost:C as c_: warning: left out: calls of `b_a_f` would come back here: localhost:C → localhost:B → localhost:A (this server)
      hint: the others are served; to be rid of the loop, take one of these servers out of the upstreams of the one before it
    ");
}

#[test]
fn a_ring_stays_one_when_a_server_of_it_begins_anew() {
    let left = Project::new("f(x): x + 1");
    let a = Server::start(&left);
    let right = beside("g(x): 2*x", &document(&left, a.port(), "prefix: a"));
    let mut b = Server::start(&right);
    let port = b.port();
    edit(&left, "f(x): x + 1", &document(&right, port, "prefix: b"));
    a.answers(&["b_g", "5"], "10");
    b.end_by("KILL");
    drop(b);
    let b = super::start_at(&right, port);
    a.answers(&["b_g", "5"], "10");
    lists(&a, &["b_g", "f"]);
    lists(&b, &["a_f", "g"]);
}

#[test]
fn definitions_that_wait_for_each_other() {
    let left = Project::new("g(x): b_f(x) + 1");
    let a = Server::start(&left);
    let right = beside("f(x): a_g(x) + 1", &document(&left, a.port(), "prefix: a"));
    let b = Server::start(&right);
    edit(&left, "g(x): b_f(x) + 1", &document(&right, b.port(), "prefix: b"));
    a.logs("left out: it waits there for `a_g`");
    b.logs("left out: it waits there for `b_f`");
    lists(&a, &["g"]);
    lists(&b, &["f"]);
    assert_snapshot!(a.call(&["g", "5"]).stderr, @"
    kamodo-rpc: `g` waits for `b_f`, which no origin provides
    hint: it works as soon as a plugin, an upstream or an edit brings `b_f`
    ");

    // as soon as one of them is defined by itself, both are served
    edit(&right, "f(x): x", &document(&left, a.port(), "prefix: a"));
    a.answers(&["g", "5"], "6");
}
