//! What is said of the worst configurations: its size is bounded, however much is wrong with them.
//!
//! What they cost in time and memory, `cargo run --package kamodo-tests --example worst_files` measures.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use kamodo_tests::{Project, Server, WORST_FILES, WorstFile};
use serde_json::Value as Json;

/// The size of each file: what grows with its square is far beyond the bounds by then.
const BYTES: usize = 40_000;

/// What may be said of what is wrong, whatever it is: a hundred diagnostics of at most a few thousand bytes, most of
/// far fewer.
const WRONG: usize = 150_000;

/// What may be said of the functions of a file, as a multiple of its bytes: a table repeats each definition in several
/// columns, and each row is as wide as the widest.
const SHOWN: usize = 60;

#[test]
fn what_is_said_of_the_worst_files_is_bounded() {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let project = Project::new("f: x");
                let server = Server::start(&project);
                while let Some(file) = WORST_FILES.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(&project, &server, file);
                }
            });
        }
    });
}

#[track_caller]
fn check(project: &Project, server: &Server<'_>, file: &WorstFile) {
    let (name, text) = (file.name, file.text(BYTES));
    assert!(text.len() < 3 * BYTES, "{name}: {} bytes", text.len());
    let bounded = |what: &str, said: &str, n_bytes: usize| {
        let beginning: String = said.chars().take(2_000).collect();
        assert!(said.len() < n_bytes, "{name}: {what} has {} bytes: {beginning}…", said.len());
    };

    project.replace("worst.yaml", &text);
    let json = project.run(&["check", "worst.yaml", "--format", "json"]).stdout;
    let described: Json = serde_json::from_str(&json).expect("it is JSON");
    let diagnostics = &described["diagnostics"];
    assert!(diagnostics.as_array().is_some_and(|all| all.len() <= 101), "{name}: {diagnostics}");
    bounded("what is wrong", &diagnostics.to_string(), WRONG);
    bounded("`check`", &json, WRONG + SHOWN * text.len());

    let logged = server.log().len();
    project.replace("kamodo_rpc.yaml", &text);
    let told = server.command(&["reload"]);
    assert!(matches!(told.code, Some(0 | 1)), "{name}: {told:?}");
    bounded("`reload`", &told.stderr, WRONG);
    bounded("the log", &server.log()[logged..], WRONG);
    for command in [&["status"][..], &["status", "--json"], &["status", "--generations"]] {
        let output = server.command(command);
        assert_eq!(output.code, Some(0), "{name}: {}", output.stderr);
        let n_bytes = WRONG + SHOWN * text.len();
        bounded(
            &format!("{command:?}"),
            &output.stdout,
            if command.len() == 1 { n_bytes } else { 2 * n_bytes },
        );
    }
}
