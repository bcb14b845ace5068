//! Functions of other servers, as if they were ours.

mod load;
mod loops;

use insta::assert_snapshot;
use kamodo_tests::{Project, Proxy, Server, Weather, eventually, throughout};

/// A `!KamodoClient` document that names a server of a project at a port.
pub(crate) fn document(upstream: &Project, port: u16, more: &str) -> String {
    let certificate = upstream.path("selfsigned.cert");
    format!("--- !KamodoClient\nport: {port}\ncertfile: {}\n{more}\n", certificate.display())
}

/// A project that defines functions besides those of an upstream.
fn beside(functions: &str, documents: &str) -> Project {
    let project = Project::new("");
    edit(&project, functions, documents);
    project
}

pub(crate) fn edit(project: &Project, functions: &str, documents: &str) {
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
            assert_eq!(call.join().unwrap().code, Some(75));
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

/// What does not fit any more fails alone, until it fits again.
#[test]
fn a_composition_that_no_longer_fits_fails_alone() {
    let far = Project::new("twice(x[m])[km]: 2*x");
    let upstream = Server::start(&far);
    let near =
        beside("v(x[m])[m]: twice(x)\nw(x): v(x) + 1\nown(x): x", &document(&far, upstream.port(), ""));
    let server = Server::start(&near);
    server.answers(&["v", "4"], "8000");
    far.define("twice(x[m])[kg]: 2*x\nthrice(x): 3*x");
    server.answers(&["thrice", "5"], "15");
    server.answers(&["twice", "5"], "10");
    assert_eq!(server.call(&["own", "5"]).stdout, "5\n");
    assert_snapshot!(server.call(&["v", "4"]).stderr, @"
    kamodo-rpc: `v` does not fit what it calls: cannot convert `kg` to `m`, the unit of `v`
    hint: multiply it by a quantity of the dimension Mass^-1·Length, or change the unit on the left
    ");
    assert_snapshot!(server.call(&["w", "4"]).stderr, @"
    kamodo-rpc: `w` does not fit what it calls: `v`: cannot convert `kg` to `m`, the unit of `v`
    hint: multiply it by a quantity of the dimension Mass^-1·Length, or change the unit on the left
    ");
    let log = server.log();
    let told: Vec<_> = log.lines().skip_while(|line| !line.contains("cannot convert")).take(4).collect();
    let told = told.join("\n");
    assert_snapshot!(told[told.find("kamodo_rpc").unwrap_or(0)..], @"
    kamodo_rpc.yaml:2:13: warning: `v`: cannot convert `kg` to `m`, the unit of `v`
      2 | v(x[m])[m]: twice(x)
        |             ^^^^^^^^ Mass, expected Length
    hint: multiply it by a quantity of the dimension Mass^-1·Length, or change the unit on the left
    ");
    assert!(!log.contains("what was served stays served"), "{log}");
    let status = server.command(&["status", "v"]).stdout;
    let lines: Vec<_> = status.lines().filter(|line| !line.starts_with("since")).collect();
    assert_snapshot!(lines.join("\n"), @r"
    function:   v(x[m])[m]
    state:      does not fit what it calls
    definition: v(x) = twice(x)
    equation:   \operatorname{twice}{\left(x \right)}
    origin:     kamodo_rpc.yaml:2

    kamodo_rpc.yaml: served but for v
      kamodo_rpc.yaml:2:13: warning: `v`: cannot convert `kg` to `m`, the unit of `v`
        2 | v(x[m])[m]: twice(x)
          |             ^^^^^^^^ Mass, expected Length
      hint: multiply it by a quantity of the dimension Mass^-1·Length, or change the unit on the left
    ");
    let status: serde_json::Value =
        serde_json::from_str(&server.command(&["status", "--json"]).stdout).unwrap();
    let origins = status["origins"].as_array().unwrap();
    let yaml = origins.iter().find(|one| one["file"] == "kamodo_rpc.yaml").unwrap();
    assert_eq!((&yaml["state"], &yaml["unserved"]), (&"partly served".into(), &serde_json::json!(["v"])));
    assert_eq!(yaml["diagnostics"][0]["severity"], "warning");

    // what has nothing to do with it goes live
    edit(&near, "v(x[m])[m]: twice(x)\nw(x): v(x) + 1\nown(x): 2*x", &document(&far, upstream.port(), ""));
    server.answers(&["own", "5"], "10");
    far.define("twice(x[m])[km]: 3*x");
    server.answers(&["v", "4"], "12000");
    server.answers(&["w", "4"], "12001");
    let status = server.command(&["status"]).stdout;
    assert!(!status.contains("served but for"), "{status}");
}

/// A name that is taken here is left out of what an upstream brings, and nothing else of it is.
#[test]
fn a_name_that_is_taken_is_left_out() {
    let far = Project::new("f(x): 10*x\ng(x): 20*x");
    let upstream = Server::start(&far);
    let near = beside("f(x): x", &document(&far, upstream.port(), ""));
    let server = Server::start(&near);
    server.answers(&["g", "5"], "100");
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
    let log = server.log().replace(&upstream.port().to_string(), "PORT");
    let told: Vec<_> = log.lines().skip_while(|line| !line.contains("left out")).take(2).collect();
    let told = told.join("\n");
    assert_snapshot!(told[told.find("localhost").unwrap_or(0)..], @"
    localhost:PORT: warning: `f`: left out: kamodo_rpc.yaml has a function of that name
    hint: give the upstream a `prefix`, or rename one of the two
    ");
    // a definition that would take a name of the upstream's is refused, since that is served
    edit(&near, "f(x): x\ng(x): x", &document(&far, upstream.port(), ""));
    server.logs("two origins bring this name");
    assert_eq!(server.call(&["g", "5"]).stdout, "100\n");
    // and once the name is free it is theirs
    edit(&near, "own(x): x", &document(&far, upstream.port(), ""));
    server.answers(&["f", "5"], "50");
}

/// Numbers of what is held back would be taken for those of another unit.
#[test]
fn a_function_that_is_another_one_by_now_is_not_asked() {
    let far = Project::new("twice(x[m])[km]: 2*x");
    let upstream = Server::start(&far);
    let near = beside("v(x[m])[m]: twice(x)\nown(x): x", &document(&far, upstream.port(), ""));
    let server = Server::start(&near);
    server.answers(&["v", "4"], "8000");
    assert_eq!(server.command(&["pin"]).code, Some(0));
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

/// An angle is a pure number, and has a unit all the same.
#[test]
fn units_of_pure_numbers_come_with_a_function() {
    let far = Project::new("half[rad]: pi\nang(a[deg])[rad]: a\npct(x[m])[percent]: x\nLTf(LT,S): LT + S");
    let upstream = Server::start(&far);
    let named = document(&far, upstream.port(), "prefix: u");
    let middle = beside("own(x): x", &named);
    let relay = Server::start(&middle);
    relay.answers(&["u_half"], "3.141592653589793");
    let local =
        Project::new("u_half[rad]: pi\nu_ang(a[deg])[rad]: a\nc1[deg]: u_half()\nc2(a[rad])[deg]: u_ang(a)");
    let here = Server::start(&local);
    let near = beside(
        "c1[deg]: v_u_half()\nc2(a[rad])[deg]: v_u_ang(a)",
        &document(&middle, relay.port(), "prefix: v"),
    );
    let server = Server::start(&near);
    for call in [&["c1"][..], &["c2", "1.0"]] {
        let expect = here.call(call).stdout;
        server.answers(call, expect.trim_end());
    }
    assert_eq!(server.call(&["v_u_LTf", "LT=1", "S_=2"]).stdout, "3\n");
    // a unit that does not fit is told here as there
    edit(&near, "c3(x[cm])[kg]: v_u_pct(x)", &document(&middle, relay.port(), "prefix: v"));
    server.logs("cannot convert");
    // and one that changes is another one
    far.define("half[deg]: 180");
    edit(&near, "c1[deg]: v_u_half()", &document(&middle, relay.port(), "prefix: v"));
    server.answers(&["c1"], "180");
}

/// The published client refuses some names, and is shown others for them; a relay has the functions' own.
#[test]
fn names_that_the_published_client_refuses_come_as_they_are() {
    let far = Project::new("N(x): x + 1\nbeta(x): x + 2\ntest(x): x + 3\ntest_(x): x + 4");
    let upstream = Server::start(&far);
    let near = beside("own(x): u_N(x)", &document(&far, upstream.port(), "prefix: u"));
    let server = Server::start(&near);
    for (name, expect) in [("u_N", "6"), ("u_beta", "7"), ("u_test", "8"), ("u_test_", "9"), ("own", "6")] {
        server.answers(&[name, "5"], expect);
    }
}

/// A server that begins anew with what it had changes nothing that anybody would go back to.
#[test]
fn an_upstream_that_begins_anew_unchanged_is_no_generation() {
    let far = Project::new("f(x): x + 1");
    let mut upstream = Server::start(&far);
    let port = upstream.port();
    let near = beside("g(x): 2*f(x)", &document(&far, port, ""));
    let server = Server::start(&near);
    let last = beside("h(x): g(x)", &document(&near, server.port(), ""));
    let end = Server::start(&last);
    end.answers(&["h", "5"], "12");
    let generations = || {
        let said = [&server, &end].map(|server| server.command(&["status", "--generations"]).stdout);
        said.map(|said| said.lines().count())
    };
    let before = generations();
    for _ in 0..2 {
        upstream.end_by("KILL");
        eventually(|| end.call(&["h", "5"]), |call| call.code == Some(75));
        drop(upstream);
        upstream = start_at(&far, port);
        end.answers(&["h", "5"], "12");
    }
    assert_eq!(generations(), before);
}

#[test]
fn a_certificate_that_is_touched_ends_nothing() {
    let far = Project::new("f(x): x + 1");
    let upstream = Server::start(&far);
    let near = Project::new("");
    near.replace("copy.cert", std::fs::read(far.path("selfsigned.cert")).unwrap());
    let certificate = near.path("copy.cert");
    let named =
        format!("--- !KamodoClient\nport: {}\ncertfile: {}\n", upstream.port(), certificate.display());
    edit(&near, "g(x): 2*f(x)", &named);
    let server = Server::start(&near);
    server.answers(&["g", "5"], "12");
    let n_connections = || {
        let log = server.log();
        log.matches("upstream localhost").count()
    };
    let before = n_connections();
    for bytes in [std::fs::read(&certificate).unwrap(), b"-----BEGIN CERT".to_vec()] {
        std::fs::write(&certificate, bytes).unwrap();
        throughout(
            std::time::Duration::from_millis(2500), // it is looked at once a second
            || server.call(&["g", "5"]).stdout,
            |stdout| stdout == "12\n",
        );
    }
    assert_eq!(n_connections(), before, "{}", server.log());
}

#[test]
fn the_status_of_upstreams_that_are_away() {
    let far = Project::new("f(x): x + 1");
    let mut upstream = Server::start(&far);
    let port = upstream.port();
    let never = "--- !KamodoClient {port: 1, certfile: none.cert}\n";
    let near = beside("g(x): 2*f(x)", &(document(&far, port, "") + never));
    let server = Server::start(&near);
    server.answers(&["g", "5"], "12");
    let refused = "localhost:1: not reachable: ";
    eventually(|| server.command(&["status"]).stdout, |status| status.contains(refused));
    let status = || -> serde_json::Value {
        serde_json::from_str(&server.command(&["status", "--json"]).stdout).unwrap()
    };
    let state_of = |name: &str| {
        let status = status();
        let function = status["functions"].as_array().unwrap().iter().find(|one| one["name"] == name);
        function.unwrap()["state_in_words"].as_str().unwrap().to_owned()
    };
    assert_eq!((state_of("f"), state_of("g")), ("served".into(), "served".into()));
    upstream.end_by("KILL");
    eventually(|| state_of("f"), |state| state == "away");
    drop(upstream);
    let _upstream = start_at(&far, port);
    eventually(|| state_of("f"), |state| state == "served");
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

#[test]
fn an_upstreams_names_of_the_language_need_a_prefix() {
    let far = Project::new("sin(r): 2.5*r\nbeta(r): 3*r\nfactor(r): 4*r\ng(r)[angstrom]: r");
    let upstream = Server::start(&far);
    let near = beside("f(x): x", &document(&far, upstream.port(), "timeout: 60 s"));
    let server = Server::start(&near);
    // Listed under other names for the published client, they have their own here.
    server.answers(&["beta", "2"], "6");
    server.answers(&["factor", "2"], "8");
    let status = || server.command(&["status"]).stdout;
    let status = eventually(status, |status| status.contains("served but for"));
    for told in ["served but for sin", "left out: `sin` is a function of the language", "hint: set `prefix:`"]
    {
        assert!(status.contains(told), "{status}");
    }
    assert!(server.command(&["call", "sin", "1.0"]).stderr.contains("sin"), "it is not served");

    edit(&near, "f(x): x", &document(&far, upstream.port(), "prefix: far"));
    server.answers(&["far_sin", "2.0"], "5.0");
    server.answers(&["far_factor", "2"], "8");
}
