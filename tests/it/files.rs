//! What stands where a file is expected and is no regular file, or has no end: refused by name, while everything else
//! goes on.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use kamodo_tests::{Project, Server, fixture_plugin};

/// Something that is no file to be read.
type Make = fn(&Path);

const KINDS: [(&str, Make); 6] = [
    ("found a named pipe", |path| {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }),
    ("found a character device", |path| symlink("/dev/zero", path).unwrap()),
    ("found a socket", |path| drop(UnixListener::bind(path).unwrap())),
    ("found a directory", |path| fs::create_dir(path).unwrap()),
    ("found more", |path| fs::File::create(path).unwrap().set_len(8 << 30).unwrap()),
    ("Too many levels of symbolic links", |path| symlink(path.file_name().unwrap(), path).unwrap()),
];

const SERVE: [&str; 7] = ["serve", "conf.d", "--port", "0", "--plugins", "plugins.d", "--watch"];

fn project() -> Project {
    let project = Project::new("f: x");
    fs::create_dir(project.path("conf.d")).unwrap();
    fs::write(project.path("conf.d/a.yaml"), "!Kamodo\nf: x\n").unwrap();
    project
}

fn remove(path: &Path) {
    if fs::symlink_metadata(path).unwrap().is_dir() {
        fs::remove_dir(path).unwrap();
    } else {
        fs::remove_file(path).unwrap();
    }
}

/// Makes it in every place while a server runs: the server says so, takes other edits, takes what replaces it, and
/// ends when it is told to.
#[track_caller]
fn check(found: &str, make: Make, watch: &str) {
    let project = project();
    let mut server = Server::start_with(&project, &[&SERVE[..], &[watch]].concat());
    let edit = |text: &str| fs::write(project.path("conf.d/a.yaml"), format!("!Kamodo\n{text}\n")).unwrap();
    let places = ["conf.d/b.yaml", "plugins.d/x.so", "plugins.d/y.so.sha256"];
    project.drop_plugin(&fixture_plugin("v1"), "y.so");
    server.answers(&["scaled", "3.0"], "3.0");
    for place in &places {
        make(&project.path(place));
    }
    for place in ["conf.d/b.yaml", "plugins.d/x.so", "plugins.d/y.so"] {
        kamodo_tests::eventually(
            || server.log(),
            |log| log.lines().any(|line| line.contains(place) && line.contains(found)),
        );
    }
    edit("f: x + 1");
    server.answers(&["f", "5"], "6");
    for place in &places {
        remove(&project.path(place));
    }
    fs::write(project.path("conf.d/b.yaml"), "!Kamodo\ng: 2*x\n").unwrap();
    server.answers(&["g", "5"], "10");
    for place in &places {
        let _ = fs::remove_file(project.path(place));
        make(&project.path(place));
    }
    edit("f: x + 2");
    server.answers(&["f", "5"], "7");
    assert_eq!(server.end_by("TERM"), Some(0), "{}", server.log());
}

#[test]
fn what_is_no_regular_file_appears_while_the_server_runs() {
    for (found, make) in KINDS {
        check(found, make, "events");
    }
    for (found, make) in KINDS {
        check(found, make, "poll");
    }
}

#[test]
fn what_is_no_regular_file_is_there_at_the_start() {
    for (found, make) in KINDS {
        let project = project();
        make(&project.path("plugins.d/x.so"));
        let mut server = Server::start_with(&project, &[&SERVE[..], &["events", "--tolerant"]].concat());
        assert_eq!(server.call(&["f", "5"]).stdout, "5\n", "{found}");
        assert!(server.log().contains(found), "{found}: {}", server.log());
        assert_eq!(server.end_by("TERM"), Some(0));
    }
}

#[test]
fn a_configuration_that_is_no_regular_file() {
    let told: Vec<_> = KINDS
        .iter()
        .filter(|(found, _)| !found.contains("directory")) // which is one of several files
        .map(|(_, make)| {
            let project = project();
            fs::remove_file(project.path("kamodo_rpc.yaml")).unwrap();
            make(&project.path("kamodo_rpc.yaml"));
            let output = project.run(&["check", "kamodo_rpc.yaml"]);
            assert_eq!(output.code, Some(1));
            output.stdout
        })
        .collect();
    assert_snapshot!(told.join("\n"), @r"
        kamodo_rpc.yaml: error: the configuration cannot be read: expected a regular file, found a named pipe
        hint: put a regular file in its place, or remove it

        0 functions, 1 error, 0 warnings

        kamodo_rpc.yaml: error: the configuration cannot be read: expected a regular file, found a character device
        hint: put a regular file in its place, or remove it

        0 functions, 1 error, 0 warnings

        kamodo_rpc.yaml: error: the configuration cannot be read: expected a regular file, found a socket
        hint: put a regular file in its place, or remove it

        0 functions, 1 error, 0 warnings

        kamodo_rpc.yaml: error: the configuration cannot be read: expected at most 1 MiB, found more
        hint: make it a directory of several files

        0 functions, 1 error, 0 warnings

        kamodo_rpc.yaml: error: the configuration cannot be read: Too many levels of symbolic links (os error 40)
        hint: let the link lead to a regular file

        0 functions, 1 error, 0 warnings
        ");
}

#[test]
fn a_certificate_a_key_and_a_trusted_certificate_that_are_no_regular_files() {
    let mut told = Vec::new();
    // A link that leads nowhere is no certificate yet: one is made in its place.
    for (_, make) in KINDS.iter().filter(|(found, _)| !found.contains("symbolic")) {
        let project = project();
        for place in ["own.cert", "own.key"] {
            make(&project.path(place));
        }
        // Of the pair, the certificate is read first.
        let serve = ["serve", "conf.d", "--port", "0", "--certfile", "own.cert", "--keyfile", "own.key"];
        told.push(project.run(&serve).stderr);
        told.push(project.run(&["call", "f", "5", "--port", "1", "--certfile", "own.key"]).stderr);
        told.push(project.run(&["call", "f", "@own.key", "--port", "1"]).stderr);
    }
    assert_snapshot!(told.join("\n"), @r"
    kamodo-rpc: own.cert: cannot be read: expected a regular file, found a named pipe
    hint: put a regular file in its place, or remove it

    kamodo-rpc: own.key: cannot be read: expected a regular file, found a named pipe
    hint: put a regular file in its place, or remove it

    kamodo-rpc: argument `@own.key`: own.key: cannot be read: expected a regular file, found a named pipe
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input

    kamodo-rpc: own.cert: cannot be read: expected a regular file, found a character device
    hint: put a regular file in its place, or remove it

    kamodo-rpc: own.key: cannot be read: expected a regular file, found a character device
    hint: put a regular file in its place, or remove it

    kamodo-rpc: argument `@own.key`: own.key: cannot be read: expected a regular file, found a character device
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input

    kamodo-rpc: own.cert: cannot be read: expected a regular file, found a socket
    hint: put a regular file in its place, or remove it

    kamodo-rpc: own.key: cannot be read: expected a regular file, found a socket
    hint: put a regular file in its place, or remove it

    kamodo-rpc: argument `@own.key`: own.key: cannot be read: expected a regular file, found a socket
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input

    kamodo-rpc: own.cert: cannot be read: expected a regular file, found a directory
    hint: put a regular file in its place, or remove it

    kamodo-rpc: own.key: cannot be read: expected a regular file, found a directory
    hint: put a regular file in its place, or remove it

    kamodo-rpc: argument `@own.key`: own.key: cannot be read: expected a regular file, found a directory
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input

    kamodo-rpc: own.cert: cannot be read: expected at most 4 MiB, found more
    hint: name a file that holds the needed certificates only

    kamodo-rpc: own.key: cannot be read: expected at most 4 MiB, found more
    hint: name a file that holds the needed certificates only

    kamodo-rpc: argument `@own.key`: own.key: cannot be read: expected at most 4 GiB, found more
    hint: name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input
    ");
}

#[test]
fn a_key_that_is_no_regular_file_while_the_server_runs() {
    for (found, make) in KINDS {
        let project = project();
        let mut server = Server::start_with(&project, &[&SERVE[..], &["events"]].concat());
        let key = project.path("selfsigned.key");
        let kept = fs::read(&key).unwrap();
        fs::remove_file(&key).unwrap();
        make(&key);
        server.logs(if found.contains("symbolic") { "selfsigned" } else { found });
        assert_eq!(server.command(&["reload"]).code, Some(0), "{found}");
        assert_eq!(server.call(&["f", "5"]).stdout, "5\n");
        remove(&key);
        fs::write(&key, kept).unwrap();
        fs::write(project.path("conf.d/a.yaml"), "!Kamodo\nf: x + 1\n").unwrap();
        server.answers(&["f", "5"], "6");
        assert_eq!(server.end_by("TERM"), Some(0));
    }
}

#[test]
fn a_configuration_of_empty_documents_is_refused_and_heals() {
    let project = project();
    let mut server = Server::start_with(&project, &[&SERVE[..], &["events"]].concat());
    fs::write(project.path("conf.d/b.yaml"), "---\n".repeat(100_000)).unwrap();
    server.logs("expected at most 1000 documents in a file, found more");
    fs::write(project.path("conf.d/b.yaml"), "!Kamodo\ng: 2*x\n").unwrap();
    server.answers(&["g", "5"], "10");
    assert_eq!(server.end_by("TERM"), Some(0));
}

#[test]
fn a_certificate_of_an_upstream_that_cannot_be_used_is_told_by_check() {
    let told: Vec<_> = KINDS[..2]
        .iter()
        .map(|(_, make)| {
            let project = Project::new("f: x");
            project.replace(
                "kamodo_rpc.yaml",
                "!Kamodo\nf: x\n--- !KamodoClient\nport: 1\ncertfile: its.cert\n",
            );
            make(&project.path("its.cert"));
            let output = project.run(&["check"]);
            assert_eq!(output.code, Some(0), "{output:?}");
            output.stdout
        })
        .collect();
    assert_snapshot!(told[0], @r"
    | symbol | units | lhs | rhs | arg_units | origin          |
    |--------|-------|-----|-----|-----------|-----------------|
    | f(x)   |       | f   | x   |           | kamodo_rpc.yaml |

    upstream localhost:1: warning: its.cert: cannot be read: expected a regular file, found a named pipe: no function of it comes before that is mended
    hint: put a regular file in its place, or remove it

    1 function, 0 errors, 1 warning
    ");
    assert!(told[1].contains("its.cert: "), "{}", told[1]);
}

#[test]
fn what_is_no_directory_of_plugins_is_named() {
    let project = Project::new("f: x");
    project.replace("kamodo_rpc.yaml", "!Kamodo\nf: x\n--- !Plugins\ndirectory: plugins.d\n");
    fs::remove_dir_all(project.path("plugins.d")).ok();
    KINDS[0].1(&project.path("plugins.d"));
    assert_snapshot!(project.run(&["check"]).stdout, @r"
    | symbol | units | lhs | rhs | arg_units | origin          |
    |--------|-------|-----|-----|-----------|-----------------|
    | f(x)   |       | f   | x   |           | kamodo_rpc.yaml |

    plugins.d: warning: expected a directory of plugins, found a named pipe
    hint: name a directory instead; a plugin's file is put into one that is named here

    1 function, 0 errors, 1 warning
    ");
}

#[test]
fn a_result_does_not_wait_for_a_reader_of_a_named_pipe() {
    let project = Project::new("f: x");
    let server = Server::start(&project);
    KINDS[0].1(&project.path("pipe"));
    let output = server.call(&["f", "5", "-o", "pipe"]);
    assert_snapshot!(output.stderr, @r"
    kamodo-rpc: pipe: cannot be written: nobody reads from it
    hint: start what reads the named pipe first, or name a file
    ");
    assert_eq!(output.code, Some(74), "{output:?}");
    let read = project
        .shell_at(server.port(), "cat pipe & until kamodo-rpc call f 5 -o pipe 2> said; do :; done; wait");
    assert_eq!(read.stdout, "5\n");
    KINDS[2].1(&project.path("socket"));
    assert_snapshot!(server.call(&["f", "5", "-o", "socket"]).stderr, @r"
    kamodo-rpc: socket: cannot be written: expected a file, a named pipe or a character device, found a socket
    hint: name a file, or leave `--output` out to print the result
    ");
    // What others wrote to the file at standard output stays.
    let script = "{ echo before; kamodo-rpc call f 5 -o /dev/stdout; echo after; } > all; cat all";
    assert_eq!(project.shell_at(server.port(), script).stdout, "before\n5\nafter\n");
    for device in ["/dev/stdout", "/dev/null"] {
        let output = server.call(&["f", "5", "-o", device]);
        let printed = if device == "/dev/stdout" { "5\n" } else { "" };
        assert_eq!((output.code, &*output.stdout), (Some(0), printed), "{device}: {}", output.stderr);
    }
}
