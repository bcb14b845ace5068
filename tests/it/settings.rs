//! Settings: where they are said, and what happens when they change while clients are connected.

use std::fs;
use std::slice;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use insta::assert_snapshot;
use kamodo_client::{Client, Endpoint, block_on};
use kamodo_tests::{Project, Server, eventually};
use kamodo_value::Value;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

/// Serves `f` and what `settings` say, on a free port.
fn project(settings: &str) -> Project {
    let project = Project::new("");
    configure(&project, settings);
    project
}

fn configure(project: &Project, settings: &str) {
    project.replace("kamodo_rpc.yaml", format!("!Kamodo\nf: x\n--- !Server\n{settings}\n"));
}

const SERVE: [&str; 2] = ["serve", "kamodo_rpc.yaml"];

/// Runs what a client does on a connection of its own.
fn connected<T>(
    server: &Server<'_>,
    certificate: std::path::PathBuf,
    run: impl AsyncFnOnce(Client) -> T,
) -> T {
    block_on(async {
        let client = Client::connect(&Endpoint::new("localhost", server.port(), certificate)).await.unwrap();
        run(client).await
    })
    .unwrap()
}

#[test]
fn a_flag_comes_before_the_environment_and_that_before_the_file() {
    let mut project = project("port: 1\ncertfile: file.cert\nkeyfile: file.key\nworkers: 1");
    project.set("KAMODO_SERVE_PORT", "0");
    project.set("KAMODO_SERVE_CERTFILE", "environment.cert");
    let server = Server::start_with(&project, &["serve", "kamodo_rpc.yaml", "--certfile", "flag.cert"]);
    assert_ne!(server.port(), 1);
    assert!(project.path("flag.cert").exists() && project.path("file.key").exists());
    assert!(!project.path("environment.cert").exists() && !project.path("file.cert").exists());
    assert_eq!(server.call(&["f", "5", "--certfile", "flag.cert"]).stdout, "5\n");
}

#[test]
fn what_is_set_for_clients_does_not_move_a_server() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    fs::create_dir(project.path("client")).unwrap();
    fs::rename(project.path("selfsigned.cert"), project.path("client/its.cert")).unwrap();
    let set =
        format!("export KAMODO_HOST=127.0.0.1 KAMODO_PORT={} KAMODO_CERTFILE=client/its.cert", server.port());
    assert_eq!(project.shell(&format!("{set}; kamodo-rpc call f 5")).stdout, "5\n");
    fs::remove_file(project.path("selfsigned.key")).unwrap();
    let other = Server::start_by(&project, &format!("{set}; exec kamodo-rpc serve --port 0"));
    assert_ne!(other.port(), server.port());
    assert!(project.path("selfsigned.cert").exists(), "it has made a certificate of its own");
    let warning = "the environment variable `KAMODO_CERTFILE` is read by clients only";
    assert!(other.log().contains(warning), "{}", other.log());
    assert!(other.log().contains("hint: for a server, set `KAMODO_SERVE_CERTFILE`"), "{}", other.log());
}

#[test]
fn mistakes_of_the_environment_and_of_the_file() {
    let mut project = project("port: 0\nhandshake: soon\nworkesr: 2");
    let output = project.run(&SERVE);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stderr, @r"
    kamodo_rpc.yaml:5:12: error: `handshake`: expected a time from 10 ms to 1 h, found `soon`
      5 | handshake: soon
        |            ^^^^
    hint: the default is `handshake: 5 s`

    kamodo_rpc.yaml:6:1: error: `!Server` has no setting `workesr`
      6 | workesr: 2
        | ^^^^^^^
    hint: did you mean `workers`?

    kamodo-rpc: kamodo_rpc.yaml: not served: 2 errors above
    hint: mend the errors, or start with `--tolerant` to serve what is good
    ");
    project.set("KAMODO_SERVE_HANDSHAKE", "soon");
    let output = project.run(&SERVE);
    assert_eq!(output.code, Some(64));
    assert_snapshot!(output.stderr.lines().next().unwrap_or_default(), @"error: invalid value 'soon' for '--handshake <HANDSHAKE>': expected a time from 10 ms to 1 h, found `soon`");
}

#[test]
fn a_directory_is_a_configuration() {
    let project = Project::new("unused: x");
    fs::create_dir(project.path("conf.d")).unwrap();
    let write = |name: &str, text: &str| fs::write(project.path("conf.d").join(name), text).unwrap();
    write("10.yaml", "!Kamodo\nf: x + 1\n--- !Server\nport: 0\n");
    write("20.yml", "!Kamodo\ng(x): 2*f(x)\n");
    write(".30.yaml", "!Kamodo\nhidden: x\n");
    write("README", "no YAML");
    let server = Server::start_with(&project, &["serve", "conf.d"]);
    assert_eq!(server.call(&["g", "5"]).stdout, "12\n");
    assert_eq!(server.call(&["hidden", "5"]).code, Some(1));
    write("20.yml", "!Kamodo\ng(x): 3*f(x)\n");
    write("40.yaml", "!Kamodo\nh(x): g(x) + 1\n");
    server.answers(&["h", "5"], "19");
    fs::remove_file(project.path("conf.d/40.yaml")).unwrap();
    eventually(|| server.call(&["h", "5"]).code, |code| *code == Some(1));
    drop(server);

    write("20.yml", "!Kamodo\ng(x): 2*f(x) +\n");
    write("30.yaml", "!Server\nport: 1\n--- !Kamodo\nh: x\nh: y\n");
    let output = project.run(&["check", "conf.d"]);
    assert_eq!(output.code, Some(1));
    assert_snapshot!(output.stdout, @r"
    | symbol | units | lhs | rhs   | arg_units | origin         |
    |--------|-------|-----|-------|-----------|----------------|
    | f(x)   |       | f   | x + 1 |           | conf.d/10.yaml |
    | h(x)   |       | h   | x     |           | conf.d/30.yaml |

    conf.d/20.yml:2:15: error: `g`: expected an operand, found the end
      2 | g(x): 2*f(x) +
        |               ^
    hint: write a number, a name or `(` after `+`, or leave `+` out

    conf.d/30.yaml:2:1: error: `port`: set in `conf.d/10.yaml`, line 4 already
      2 | port: 1
        | ^^^^
    hint: keep one of the two

    conf.d/30.yaml:5:1: error: `h`: defined on line 4 already
      5 | h: y
        | ^
    hint: keep one of the lines 4 and 5, or rename one

    2 functions, 3 errors, 0 warnings
    ");
    assert_eq!(project.run(&["serve", "conf.d"]).code, Some(1));
    fs::create_dir(project.path("none.d")).unwrap();
    assert_snapshot!(project.run(&["serve", "none.d"]).stderr, @r"
    none.d: error: the configuration cannot be read: expected files named `*.yaml` or `*.yml`, found none
    hint: put it there, or name another one: `kamodo-rpc serve FILE`, `kamodo-rpc check FILE`

    kamodo-rpc: none.d: not served: 1 error above
    hint: mend the errors: nothing else can be served
    ");
}

#[test]
fn limits_that_are_edited() {
    let project = project("port: 0\nworkers: 1");
    let server = Server::start_with(&project, &SERVE);
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
    connected(&server, project.path("selfsigned.cert"), async |client| {
        let five = Value::Int(5.into());
        assert_eq!(client.call("f", slice::from_ref(&five), &[]).await.unwrap(), five);
        configure(&project, "port: 0\nworkers: 1\nconnections: 1\nmessage: 8 KiB");
        server.logs("`connections` is now `1`, was `256`");
        assert_eq!(server.call(&["f", "5"]).code, Some(75));
        server.logs("a connection was refused: 1 are open, as many as may");
        // who is connected stays so, under the limits under which the connection was made
        let large = Value::Text("x".repeat(100_000));
        assert_eq!(client.call("f", slice::from_ref(&large), &[]).await.unwrap(), large);
        configure(&project, "port: 0\nworkers: 1\nmessage: 8 KiB");
        server.logs("`connections` is now `256`, was `1`");
    });
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
    connected(&server, project.path("selfsigned.cert"), async |client| {
        let large = Value::Text("x".repeat(100_000));
        assert!(client.call("f", &[large], &[]).await.is_err());
    });
}

#[test]
fn a_listener_that_is_edited_waits_for_a_restart() {
    let project = project("port: 0");
    let server = Server::start_with(&project, &SERVE);
    configure(&project, "port: 60001\nworkers: 3");
    server.logs("`workers`: the server runs with `auto`");
    let told = "`port`: the server runs with `0`, set is `60001`";
    let log = server.log();
    assert_snapshot!(log[log.find("kamodo_rpc.yaml:4").unwrap()..].lines().take(4).collect::<Vec<_>>().join("\n"), @r"
    kamodo_rpc.yaml:4:7: warning: `port`: the server runs with `0`, set is `60001`
      4 | port: 60001
        |       ^^^^^
    hint: restart the server to change it
    ");
    configure(&project, "port: 60001\nworkers: 3\ncalls: 7");
    server.logs("`calls` is now `7`");
    assert_eq!(server.log().matches(told).count(), 1);
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
}

#[test]
fn a_mistake_keeps_settings_and_functions() {
    let project = project("port: 0\ncalls: 9");
    let server = Server::start_with(&project, &SERVE);
    project.replace("kamodo_rpc.yaml", "!Kamodo\nf: 2*x\n--- !Server\nport: 0\ncalls: none\n");
    server.logs("`calls`: expected a number from 1 to 65536, found `none`");
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
    configure(&project, "port: 0\ncalls: 8");
    server.logs("`calls` is now `8`, was `9`");
}

#[test]
fn a_certificate_that_is_replaced_under_load() {
    let project = project("port: 0\ncertfile: own.cert\nkeyfile: own.key");
    write_pair(&project, 2020, 2120);
    let server = Server::start_with(&project, &SERVE);
    fs::copy(project.path("own.cert"), project.path("first.cert")).unwrap();
    let (stop, n_calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        // a client that is connected before, and calls all the while
        let caller = scope.spawn(|| {
            connected(&server, project.path("first.cert"), async |client| {
                while !stop.load(Ordering::Relaxed) {
                    let argument = Value::Int(n_calls.fetch_add(1, Ordering::Relaxed).into());
                    assert_eq!(client.call("f", slice::from_ref(&argument), &[]).await.unwrap(), argument);
                }
            });
        });
        eventually(|| n_calls.load(Ordering::Relaxed), |&n| n > 10);
        write_pair(&project, 2020, 2120);
        server.logs("own.cert: shown from the next connection on");
        let n_before = n_calls.load(Ordering::Relaxed);
        eventually(|| n_calls.load(Ordering::Relaxed), |&n| n > n_before + 10);
        assert_eq!(server.call(&["f", "5", "--certfile", "own.cert"]).stdout, "5\n");
        assert_eq!(server.call(&["f", "5", "--certfile", "first.cert"]).code, Some(69));
        stop.store(true, Ordering::Relaxed);
        caller.join().unwrap();
    });
    // another path, by an edit
    fs::rename(project.path("own.cert"), project.path("other.cert")).unwrap();
    fs::rename(project.path("own.key"), project.path("other.key")).unwrap();
    write_pair(&project, 2020, 2120);
    fs::rename(project.path("own.cert"), project.path("third.cert")).unwrap();
    fs::rename(project.path("own.key"), project.path("third.key")).unwrap();
    configure(&project, "port: 0\ncertfile: third.cert\nkeyfile: third.key");
    server.logs("third.cert: shown from the next connection on");
    assert_eq!(server.call(&["f", "5", "--certfile", "third.cert"]).stdout, "5\n");
}

#[test]
fn a_bad_pair_is_refused_and_the_one_before_is_shown() {
    let project = project("port: 0\ncertfile: own.cert\nkeyfile: own.key");
    write_pair(&project, 2020, 2120);
    let server = Server::start_with(&project, &SERVE);
    let good = fs::read(project.path("own.cert")).unwrap();
    fs::write(project.path("first.cert"), &good).unwrap();
    let refused = |told: &str| {
        server.logs(told);
        let log = server.log();
        let at = log.rfind("the certificate is not taken").unwrap();
        assert_eq!(server.call(&["f", "5", "--certfile", "first.cert"]).stdout, "5\n");
        log[at..].lines().take(2).collect::<Vec<_>>().join("\n")
    };
    project.replace("own.key", KeyPair::generate().unwrap().serialize_pem());
    assert_snapshot!(refused("not the key of"), @r"
    the certificate is not taken: own.key: not the key of `own.cert`: keys may not be consistent: KeyMismatch
    hint: replace certificate and key together; the pair from before is shown until then
    ");
    write_pair(&project, 2001, 2002);
    assert_snapshot!(refused("expired on"), @r"
    the certificate is not taken: own.cert: expired on Jan  1 00:00:00 2002 +00:00
    hint: replace certificate and key together; the pair from before is shown until then
    ");
    project.replace("own.cert", &good[..good.len() / 2]);
    assert_snapshot!(refused("expected a certificate in PEM"), @r"
    the certificate is not taken: own.cert: expected a certificate in PEM, found one that is cut short or damaged
    hint: copy the file anew, from its `-----BEGIN` to its `-----END` line; the pair from before is shown until then
    ");
    fs::remove_file(project.path("own.key")).unwrap();
    assert_snapshot!(refused("without its other half"), @r"
    the certificate is not taken: own.cert: found without its other half `own.key`
    hint: replace certificate and key together; the pair from before is shown until then
    ");
    write_pair(&project, 2020, 2120);
    server.logs("own.cert: shown from the next connection on");
    assert_eq!(server.call(&["f", "5", "--certfile", "own.cert"]).stdout, "5\n");
}

/// Writes a certificate for localhost that is good between two years, and its key.
fn write_pair(project: &Project, from: i32, until: i32) {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    let key = KeyPair::generate().unwrap();
    project.replace("own.key", key.serialize_pem());
    project.replace("own.cert", params.self_signed(&key).unwrap().pem());
}
