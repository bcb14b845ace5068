//! Standard output and the log that cannot be written: the server serves on, and a command says so by its status.

use std::io::Write as _;
use std::net::TcpStream;

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, eventually};

/// The server of a project, with its standard error sent elsewhere.
fn serve(redirection: &str) -> String {
    format!("exec kamodo-rpc serve --port 0 --plugins plugins.d {redirection}")
}

/// Makes the server log: a stray connection at each worker, a mistake, a mended file.
fn log_much(project: &Project, server: &Server<'_>) {
    for _ in 0..8 {
        let mut stray = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stray.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    }
    project.define("f: x**2 - * x");
    let refused = |status: &String| status.contains("expected an operand");
    eventually(|| server.command(&["status"]).stdout, refused);
}

/// Holds that the server serves, takes edits, tells that lines were lost, and stops when it is told to.
fn check_lost(script: &str, reason: &str) {
    let project = Project::new("f: x**2 - x - 1");
    let mut server = Server::start_by(&project, script);
    log_much(&project, &server);
    project.define("f: x**2 - x + 1");
    server.answers(&["f", "5"], "21");
    project.drop_bytes(b"no library", "bad.so");
    let status = server.command(&["status", "--json"]).stdout;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let lost = &status["conditions"][0];
    let message = lost["message"].as_str().unwrap();
    assert_eq!(message, format!("lines of the log were lost, the last one since: {reason}"));
    assert!(lost["count"].as_u64().unwrap() > 1, "{status}");
    assert!(server.command(&["status"]).stdout.contains("lines of the log were lost"));
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn a_log_on_a_full_disk_stops_nothing() {
    check_lost(&serve("2>/dev/full"), "No space left on device (os error 28)");
}

#[test]
fn a_log_whose_reader_is_gone_stops_nothing() {
    // The reader of the pipe ends at once.
    check_lost(&serve("2> >(exec true)"), "Broken pipe (os error 32)");
}

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    // The pipe is full before the server starts, and nobody reads it.
    let script = "mkfifo log; exec 3<>log; head -c 65536 /dev/zero >&3; \
                  exec kamodo-rpc serve --port 0 --plugins plugins.d 2>&3";
    let project = Project::new("f: x**2 - x - 1");
    let mut server = Server::start_by(&project, script);
    log_much(&project, &server);
    project.define("f: x**2 - x + 1");
    server.answers(&["f", "5"], "21");
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn a_server_serves_whose_table_cannot_be_printed() {
    let project = Project::new("f: x**2 - x - 1");
    for redirection in [">/dev/full", "> >(exec true)"] {
        let mut server = Server::start_by(&project, &serve(redirection));
        assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
        assert_eq!(server.end_by("TERM"), Some(0), "{}", server.log());
    }
}

#[test]
fn a_command_whose_output_cannot_be_written_says_so() {
    let functions: Vec<_> = (0..3000).map(|index| format!("f_{index}: x")).collect();
    let project = Project::new(&functions.join("\n"));
    let server = Server::start(&project);
    for command in [
        "check",
        "check --format json",
        "list --port $port",
        "status --port $port",
        "status --json --port $port",
        "call --port $port f_1 5",
        "eval --port $port 'f_1(5)'",
        "reload --port $port",
        "--help",
        "--version",
        "check --help",
        "completions bash",
    ] {
        let run = |redirection: &str| {
            let script = format!("port={}; kamodo-rpc {command} {redirection}", server.port());
            project.shell(&script)
        };
        let full = run(">/dev/full");
        assert_eq!(full.code, Some(74), "{command}: {full:?}");
        let why = "kamodo-rpc: standard output: cannot be written: No space left on device (os error 28)\n";
        assert_eq!(full.stderr, why, "{command}");
        let gone = run("| head -c 0; exit ${PIPESTATUS[0]}");
        assert_eq!((gone.code, &*gone.stderr), (Some(0), ""), "{command}");
    }
    let wrong = project.shell("kamodo-rpc check 2>/dev/full --no-such-flag");
    assert_eq!(wrong.code, Some(64), "{wrong:?}");
}

#[test]
fn a_server_that_says_ready_can_be_stopped_whatever_descriptors_it_has() {
    let project = Project::new("f: x**2 - x - 1");
    drop(Server::start(&project)); // makes the certificate
    let mut outcomes = Vec::new();
    for limit in (8..60).step_by(3) {
        let script = format!("ulimit -n {limit}; exec kamodo-rpc serve --port 0 --workers 2");
        outcomes.push(match Server::try_start_by(&project, &script) {
            Ok(mut server) => {
                assert_eq!(server.end_by("TERM"), Some(0), "limit {limit}: {}", server.log());
                true
            }
            Err((code, said)) => {
                assert_eq!(code, Some(1), "limit {limit}: {said}");
                assert!(said.contains("Too many open files"), "limit {limit}: {said}");
                false
            }
        });
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "{outcomes:?}");
}

#[test]
fn the_log_holds_what_is_asked_for() {
    let project = Project::new("f: x");
    let serve = ["serve", "kamodo_rpc.yaml", "--port", "0", "--log-level"];
    let quiet = Server::start_with(&project, &[&serve[..], &["off"]].concat());
    project.define("f: x +");
    eventually(|| quiet.command(&["status"]).stdout, |status| status.contains("refused"));
    assert_eq!(quiet.log(), "");
    drop(quiet);
    project.define("f: x");
    let talkative = Server::start_with(&project, &[&serve[..], &["info,kamodo_server=debug"]].concat());
    assert_eq!(talkative.call(&["f", "5"]).code, Some(0));
    talkative.logs("disconnected");
    let output = project.run(&[&serve[..], &["loud"]].concat());
    assert_eq!(output.code, Some(64));
    assert_snapshot!(output.stderr.lines().next().unwrap_or_default(), @"error: invalid value 'loud' for '--log-level <LEVEL>': expected `off`, `error`, `warn`, `info`, `debug`, `trace` or `target=level`, found `loud`");
}
