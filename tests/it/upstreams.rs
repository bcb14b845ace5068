//! Functions of other servers, as if they were ours.

mod load;
mod loops;

use insta::assert_snapshot;
use kamodo_tests::{Project, Proxy, Server, Weather, eventually, throughout};

/// A `!KamodoClient` document that names a server of a project at a port.
fn document(upstream: &Project, port: u16, more: &str) -> String {
    let certificate = upstream.path("selfsigned.cert");
    format!("--- !KamodoClient\nport: {port}\ncertfile: {}\n{more}\n", certificate.display())
}

/// A project that defines functions besides those of an upstream.
fn beside(functions: &str, documents: &str) -> Project {
    let project = Project::new("");
    edit(&project, functions, documents);
    project
}

fn edit(project: &Project, functions: &str, documents: &str) {
    project.replace("kamodo_rpc.yaml", format!("!Kamodo\n{functions}\n{documents}"));
}

fn start_at(project: &Project, port: u16) -> Server<'_> {
    let port = port.to_string();
    Server::start_with(project, &["serve", "kamodo_rpc.yaml", "--port", &port])
}

#[test]
fn composed_with_a_conversion_of_units() {
    let far = Project::new("h(t[s])[km]: 3*t");
    let upstream = Server::start(&far);
    let near = beside("g(t[minute])[m]: h(t)", &document(&far, upstream.port(), ""));
    let server = Server::start(&near);
    server.answers(&["h", "2"], "6");
    server.answers(&["g", "1"], "180000");
    let listed = server.command(&["list"]);
    assert!(listed.stdout.contains("km"), "{listed:?}");
}

#[test]
fn a_chain_with_a_prefix_and_alone_in_a_file() {
    let far = Project::new("f(x): x**2 - x - 1");
    let last = Server::start(&far);
    let middle = Project::new("");
    middle.replace("kamodo_rpc.yaml", document(&far, last.port(), "prefix: sat"));
    let relay = Server::start(&middle);
    relay.answers(&["sat_f", "5"], "19");
    let near = beside("g(x): 2*sat_f(x)", &document(&middle, relay.port(), ""));
    let server = Server::start(&near);
    server.answers(&["g", "5"], "38");
}

#[test]
fn an_upstream_that_goes_and_comes_back_with_other_functions() {
    let far = Project::new("f(x): x + 1\nh(x): x");
    let mut upstream = Server::start(&far);
    let port = upstream.port();
    let near = beside("g(x): 2*f(x)\nown(x): x", &document(&far, port, ""));
    let server = Server::start(&near);
    server.answers(&["g", "5"], "12");

    upstream.end_by("KILL");
    let failed = eventually(|| server.call(&["f", "5"]), |output| output.code != Some(0));
    let told = failed.stderr.replace(&port.to_string(), "PORT");
    assert!(told.contains("upstream localhost:PORT"), "{told}");
    let down = eventually(|| server.call(&["g", "5"]), |output| output.stderr.contains("refused"));
    let told = down.stderr.replace(&port.to_string(), "PORT");
    let (fact, next) = told.split_once("; next attempt ").expect("it says when");
    assert_snapshot!(fact, @"kamodo-rpc: `f`: upstream localhost:PORT is not reachable: Connection refused (os error 111)");
    assert!(next.starts_with("in ") || next.starts_with("now"), "{next}");
    assert_eq!(server.call(&["own", "5"]).stdout, "5\n");
    drop(upstream);

    far.define("f(x): x + 2\nk(x): x");
    let _upstream = start_at(&far, port);
    server.answers(&["g", "5"], "14");
    server.answers(&["k", "5"], "5");
    eventually(|| server.call(&["h", "5"]), |output| output.stderr.contains("no function `h`"));
}

#[test]
fn the_start_waits_for_nobody() {
    let near = beside("g(x): 2*f(x)\nown(x): x", "--- !KamodoClient {port: 1, certfile: none.cert}\n");
    let server = Server::start(&near);
    assert_eq!(server.call(&["own", "5"]).stdout, "5\n");
    let waiting = server.call(&["g", "5"]);
    assert!(waiting.stderr.contains("waits for `f`"), "{waiting:?}");
}

#[test]
fn changes_there_are_served_here() {
    let far = Project::new("f(x): x + 1");
    let upstream = Server::start(&far);
    let near = beside("g(x): 2*f(x)", &document(&far, upstream.port(), ""));
    let server = Server::start(&near);
    server.answers(&["g", "5"], "12");
    far.define("f(x): x + 1\nh(x): 3*x");
    server.answers(&["h", "5"], "15");
}

#[test]
fn upstreams_come_go_and_change_live() {
    let far = Project::new("f(x): x + 1");
    let upstream = Server::start(&far);
    let near = beside("own(x): x", "");
    let server = Server::start(&near);
    edit(&near, "own(x): x", &document(&far, upstream.port(), ""));
    server.answers(&["f", "5"], "6");
    edit(&near, "own(x): x", &document(&far, upstream.port(), "prefix: far"));
    server.answers(&["far_f", "5"], "6");
    assert_eq!(server.call(&["f", "5"]).code, Some(1));
    edit(&near, "own(x): x", "");
    eventually(|| server.call(&["far_f", "5"]), |output| output.code == Some(1));
}

#[test]
fn a_certificate_of_another_server_is_refused() {
    let (far, other) = (Project::new("f(x): x + 1"), Project::new("f(x): x"));
    let (upstream, _other) = (Server::start(&far), Server::start(&other));
    let near = beside("own(x): x", &document(&other, upstream.port(), ""));
    let server = Server::start(&near);
    server.logs("is not reachable: ");
    assert!(server.log().contains("invalid peer certificate"), "{}", server.log());
    assert_eq!(server.call(&["f", "5"]).code, Some(1));
    // as soon as the right one is there, it is dialled again
    near.replace("right.cert", std::fs::read(far.path("selfsigned.cert")).unwrap());
    edit(&near, "own(x): x", &document(&near, upstream.port(), "").replace("selfsigned", "right"));
    server.answers(&["f", "5"], "6");
}

#[test]
fn a_network_that_cuts_slows_and_falls_silent() {
    let far = Project::new("f(x): x + 1");
    let upstream = Server::start(&far);
    let proxy = Proxy::start(upstream.port());
    let near = beside("g(x): 2*f(x)\nown(x): x", &document(&far, proxy.port(), "timeout: 1 s"));
    let server = Server::start(&near);
    server.answers(&["g", "5"], "12");

    proxy.cut();
    server.answers(&["g", "5"], "12");

    proxy.set(Weather::Slow);
    server.answers(&["g", "5"], "12");

    proxy.set(Weather::Silent);
    let late = server.call(&["g", "5"]);
    let told = late.stderr.replace(&proxy.port().to_string(), "PORT");
    assert_snapshot!(told, @r"
    kamodo-rpc: `f`: upstream localhost:PORT did not answer within 1s
    hint: give it longer with the `timeout` of its `!KamodoClient`, or leave that out
    ");
    assert_eq!(server.call(&["own", "5"]).stdout, "5\n");
    proxy.set(Weather::Fair);
    server.answers(&["g", "5"], "12");
}

#[test]
fn others_are_served_while_an_upstream_is_silent() {
    let far = Project::new("f(x): x + 1");
    let upstream = Server::start(&far);
    let proxy = Proxy::start(upstream.port());
    let near = beside("own(x): x", &document(&far, proxy.port(), "timeout: 2 s"));
    let server = Server::start(&near);
    server.answers(&["f", "5"], "6");
    proxy.set(Weather::Silent);
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| server.call(&["f", "5"]))).collect();
        throughout(
            std::time::Duration::from_millis(500),
            || server.call(&["own", "5"]),
            |output| output.stdout == "5\n",
        );
        for call in calls {
            assert_eq!(call.join().unwrap().code, Some(1));
        }
    });
}

#[test]
fn a_connection_whose_other_end_is_gone() {
    let far = Project::new("f(x): x + 1");
    let upstream = Server::start(&far);
    let proxy = Proxy::start(upstream.port());
    let near = beside("own(x): x", &document(&far, proxy.port(), ""));
    let server = Server::start(&near);
    server.answers(&["f", "5"], "6");
    // nobody calls, and nothing ends
    proxy.set(Weather::Silent);
    server.logs("is not reachable: no answer within 10s");
    let down = server.call(&["f", "5"]).stderr.replace(&proxy.port().to_string(), "PORT");
    assert!(down.starts_with("kamodo-rpc: `f`: upstream localhost:PORT is not reachable: no "), "{down}");
    assert_eq!(server.call(&["own", "5"]).stdout, "5\n");
    proxy.set(Weather::Fair);
    server.answers(&["f", "5"], "6");
}

#[test]
fn what_is_said_of_functions_goes_through() {
    let far = Project::new("f(y[cm],x[s])[kg]: x**2*y");
    let upstream = Server::start(&far);
    let near = beside("g(x[m],t[s])[g]: f(x,t)", &document(&far, upstream.port(), ""));
    let server = Server::start(&near);
    server.answers(&["f", "3", "2"], "12"); // y and x, as it is defined there
    server.answers(&["f", "x=2", "y=3"], "12");
    server.answers(&["g", "3", "2"], "1200000");
    let listed = server.command(&["list"]).stdout;
    let row = listed.lines().find(|line| line.contains("f(y, x)")).unwrap_or_default();
    assert!(row.contains("kg") && row.contains("y: cm, x: s"), "{listed}");
    let status = server.command(&["status", "f", "--json"]).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["equation"], "x^{2} y");
    assert_eq!(status["through"][0], format!("localhost:{}", upstream.port()));
}

#[test]
fn a_composition_that_does_not_fit_is_refused() {
    let far = Project::new("f(x[cm])[kg]: x");
    let upstream = Server::start(&far);
    let near = beside("own(x): x", &document(&far, upstream.port(), "prefix: far"));
    let server = Server::start(&near);
    server.answers(&["far_f", "2"], "2");
    edit(&near, "own(x): x\ng(x[cm])[s]: far_f(x)", &document(&far, upstream.port(), "prefix: far"));
    server.logs("what was served stays served");
    let log = server.log();
    let told: Vec<_> = log.lines().skip_while(|line| !line.contains("cannot")).take(4).collect();
    assert!(told.join("\n").contains("far_f"), "{log}");
    assert_eq!(server.call(&["own", "5"]).stdout, "5\n");
}

/// What does not fit is not served, and what was served in its place is there no more: its numbers would be
/// taken for those of another unit.
#[test]
fn a_function_that_is_another_one_by_now_is_not_asked() {
    let far = Project::new("twice(x[m])[km]: 2*x");
    let upstream = Server::start(&far);
    let near = beside("v(x[m])[m]: twice(x)\nown(x): x", &document(&far, upstream.port(), ""));
    let server = Server::start(&near);
    server.answers(&["v", "4"], "8000");
    far.define("twice(x[m])[kg]: 2*x");
    let refused = eventually(|| server.call(&["v", "4"]), |call| call.code == Some(1));
    let said = refused.stderr.replace(&upstream.port().to_string(), "PORT");
    assert_snapshot!(said, @"
    kamodo-rpc: `twice`: upstream localhost:PORT: `twice(x[m])[km]` is `twice(x[m])[kg]` there by now, which is not served here
    hint: `kamodo-rpc status` says why, and what is pinned
    ");
    assert_eq!(server.call(&["twice", "4"]).code, Some(1));
    assert_eq!(server.call(&["own", "5"]).stdout, "5\n");
    far.define("twice(x[m])[km]: 3*x");
    server.answers(&["v", "4"], "12000");
}

#[test]
fn what_waits_for_an_upstream_comes_with_it() {
    let far = Project::new("f(x): x + 1");
    let mut upstream = Server::start(&far);
    let port = upstream.port();
    upstream.end_by("KILL");
    drop(upstream);
    let near = Project::new("");
    near.replace("kamodo_rpc.yaml", document(&far, port, "prefix: far"));
    let server = Server::start(&near);
    let printed = server.printed().replace(&port.to_string(), "PORT");
    assert!(
        printed.contains("functions of upstream localhost:PORT as far_ come as soon as it answers"),
        "{printed}"
    );
    edit(&near, "g(x): 2*far_f(x)", &document(&far, port, "prefix: far"));
    let waiting = eventually(|| server.call(&["g", "5"]), |call| call.stderr.contains("waits for"));
    assert_snapshot!(waiting.stderr, @r"
    kamodo-rpc: `g` waits for `far_f`, which no origin provides
    hint: it works as soon as a plugin, an upstream or an edit brings `far_f`
    ");
    let _upstream = start_at(&far, port);
    server.answers(&["g", "5"], "12");
}

#[test]
fn a_composition_of_one_upstream_travels_as_one() {
    let far = Project::new("f(x): x + 1\ng(x): 2*x");
    let upstream = Server::start(&far);
    let proxy = Proxy::start(upstream.port());
    let near = beside("h(x): f(g(x)) + 1\nk(x): f(1*g(x) + 0*x + 1)", &document(&far, proxy.port(), ""));
    let server = Server::start(&near);
    server.answers(&["h", "5"], "12");
    server.answers(&["k", "5"], "12");
    let n_bytes = |name: &str| load::n_bytes_of_a_call(&near, &server, &proxy, name);
    let (one, two) = (n_bytes("h"), n_bytes("k"));
    println!("f(g(x)) on 1e6 doubles: {one} bytes as one, {two} bytes step by step");
    // one array there and one back, instead of two each
    assert!((16_000_000..17_000_000).contains(&one) && two > 32_000_000, "{one} {two}");
}
