//! Certificates: made at the first start, taken from elsewhere, and refused with a reason.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;
use kamodo_tests::{Project, Server};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

#[test]
fn made_at_the_first_start_and_kept() {
    let project = Project::new("f: x**2 - x - 1");
    let server = Server::start(&project);
    let mode = |name: &str| fs::metadata(project.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("selfsigned.cert"), mode("selfsigned.key")), (0o644, 0o600));
    let made = fs::read(project.path("selfsigned.cert")).unwrap();
    assert_eq!(server.call(&["f", "5"]).stdout, "19\n");
    drop(server);
    let again = Server::start(&project);
    assert_eq!(fs::read(project.path("selfsigned.cert")).unwrap(), made);
    assert_eq!(again.call(&["f", "5"]).stdout, "19\n");
}

#[test]
fn taken_from_elsewhere() {
    let project = Project::new("f: x");
    write_pair(&project, 2020, 2120);
    let served = ["serve", "--port", "0", "--certfile", "own.cert", "--keyfile", "own.key"];
    let server = Server::start_with(&project, &served);
    assert!(!project.path("selfsigned.cert").exists());
    assert_eq!(server.call(&["f", "5", "--certfile", "own.cert"]).stdout, "5\n");
    let other = server.call(&["f", "5"]);
    assert_eq!(other.code, Some(64));
    assert!(other.stderr.contains("selfsigned.cert"), "{}", other.stderr);
}

#[test]
fn half_a_pair() {
    let project = Project::new("f: x");
    write_pair(&project, 2020, 2120);
    fs::remove_file(project.path("own.key")).unwrap();
    assert_snapshot!(refusal(&project), @r"
    kamodo-rpc: own.cert: found without its other half `own.key`
    hint: put `own.key` back, or move `own.cert` away: a new pair is made when both are absent
    ");
}

#[test]
fn expired() {
    let project = Project::new("f: x");
    write_pair(&project, 2001, 2002);
    assert_snapshot!(refusal(&project), @r"
    kamodo-rpc: own.cert: expired on Jan  1 00:00:00 2002 +00:00
    hint: replace certificate and key together, or move both away: a new pair is then made
    ");
}

#[test]
fn unreadable() {
    let project = Project::new("f: x");
    write_pair(&project, 2020, 2120);
    project.replace("own.cert", "this is no certificate");
    assert_snapshot!(refusal(&project), @r"
    kamodo-rpc: own.cert: expected a certificate in PEM, found none
    hint: name a file with a section `-----BEGIN CERTIFICATE-----`
    ");
}

#[test]
fn a_pair_that_does_not_fit() {
    let project = Project::new("f: x");
    write_pair(&project, 2020, 2120);
    project.replace("own.key", KeyPair::generate().unwrap().serialize_pem());
    assert_snapshot!(refusal(&project), @r"
    kamodo-rpc: own.key: not the key of `own.cert`: keys may not be consistent: KeyMismatch
    hint: replace certificate and key together, or move both away: a new pair is then made
    ");
}

/// Writes a certificate for localhost that is good between two years, and its key.
fn write_pair(project: &Project, from: i32, until: i32) {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    let key = KeyPair::generate().unwrap();
    project.replace("own.cert", params.self_signed(&key).unwrap().pem());
    project.replace("own.key", key.serialize_pem());
    fs::set_permissions(project.path("own.key"), fs::Permissions::from_mode(0o600)).unwrap();
}

/// What a server says that does not start.
#[track_caller]
fn refusal(project: &Project) -> String {
    let output = project.run(&["serve", "--port", "0", "--certfile", "own.cert", "--keyfile", "own.key"]);
    assert_eq!(output.code, Some(1), "{output:?}");
    output.stderr
}

#[test]
fn what_is_logged_of_a_handshake_that_is_not_done() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    drop(std::net::TcpStream::connect(("localhost", server.port())).unwrap());
    server.logs("connection lost: the client left before the TLS handshake was done");
    let mut stranger = std::net::TcpStream::connect(("localhost", server.port())).unwrap();
    std::io::Write::write_all(&mut stranger, b"GET / HTTP/1.1\r\n\r\n").unwrap();
    server.logs("connection lost: TLS handshake failed: ");
    assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
    assert!(!server.log().contains("eof"), "{}", server.log());
}

#[test]
fn a_server_that_does_not_start_leaves_no_certificate_behind() {
    let project = Project::new("f: x");
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = project.run(&["serve", "--host", "127.0.0.1", "--port", &port]);
    assert_eq!(output.code, Some(1), "{output:?}");
    assert!(output.stderr.contains("in use"), "{}", output.stderr);
    project.define("f: x +");
    assert_eq!(project.run(&["serve", "--port", "0"]).code, Some(1));
    assert!(!project.path("selfsigned.cert").exists() && !project.path("selfsigned.key").exists());
}

#[test]
fn an_untrusted_server_is_told_with_the_certificate_that_is_trusted() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    write_pair(&project, 2020, 2120);
    let output = server.call(&["f", "5", "--certfile", "own.cert"]);
    assert_snapshot!(output.stderr.replace(&server.port().to_string(), "PORT"), @r"
    kamodo-rpc: localhost:PORT: TLS handshake failed: invalid peer certificate: UnknownIssuer
    hint: own.cert must be a copy of the server's own certificate, and name `localhost` among its hosts
    ");
}

#[test]
fn a_pair_that_begins_with_the_mark_of_utf_8() {
    let project = Project::new("f: x");
    write_pair(&project, 2020, 2120);
    for file in ["own.cert", "own.key"] {
        let marked = format!("\u{feff}{}", fs::read_to_string(project.path(file)).unwrap());
        fs::write(project.path(file), marked).unwrap(); // keeps its mode
    }
    let served = ["serve", "--port", "0", "--certfile", "own.cert", "--keyfile", "own.key"];
    let server = Server::start_with(&project, &served);
    assert_eq!(server.call(&["f", "5", "--certfile", "own.cert"]).stdout, "5\n");
}
