//! Changes under load: what a client sees is one whole generation or the next.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use kamodo_client::{Client, Endpoint, block_on};
use kamodo_tests::{Project, Server, fixture_plugin};
use kamodo_value::Value;

/// A client that asks all the while, on a thread of its own.
pub(crate) struct Asking {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<Seen>>,
}

/// What a client saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How many answers it got.
    pub(crate) n_answers: usize,
    /// The answers, each once.
    pub(crate) answers: BTreeSet<String>,
    /// The sets of functions with their equations, each once.
    pub(crate) sets: BTreeSet<Vec<String>>,
}

// === impl Asking ===

impl Asking {
    /// Begins to call `name` with 1 and to ask for all fields, in turn.
    pub(crate) fn start(server: &Server<'_>, project: &Project, name: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let endpoint = Endpoint::new("localhost", server.port(), project.path("selfsigned.cert"));
        let name = name.to_owned();
        let thread = thread::spawn(move || {
            block_on(async {
                let client = Client::connect(&endpoint).await.expect("the server is there");
                let mut seen = Seen::default();
                while !stopped.load(Ordering::Relaxed) {
                    let answer = match client.call(&name, &[Value::Float(1.0)], &[]).await {
                        Ok(value) => format!("{value:?}"),
                        Err(error) => format!("{error}"),
                    };
                    seen.answers.insert(answer);
                    let fields = client.fields().await.expect("the server is there");
                    let shown = fields.iter().map(|field| format!("{}={}", field.name, field.equation));
                    seen.sets.insert(shown.collect());
                    seen.n_answers += 2;
                }
                seen
            })
            .expect("the system gives an event queue")
        });
        Self { stop, thread: Some(thread) }
    }

    /// Ends, and says what it saw.
    pub(crate) fn stop(mut self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().expect("it stops once").join().expect("the client does not panic")
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_file_and_a_plugin_that_change_together() {
    let define = |version: u32| format!("f(x): {version}*x\nboth(x): 10*f(x) + answer()");
    let project = Project::new(&define(1));
    project.drop_plugin(&fixture_plugin("v1"), "changing.so");
    let server = Server::start(&project);
    server.answers(&["both", "1"], "11.0");
    let asking = Asking::start(&server, &project, "both");
    for version in [2, 1, 2, 1, 2, 1] {
        project.drop_plugin(&fixture_plugin(&format!("v{version}")), "changing.so");
        project.define(&define(version));
        server.answers(&["both", "1"], &format!("{version}{version}.0"));
    }
    let seen = asking.stop();
    let expect: BTreeSet<_> = ["Float(11.0)", "Float(22.0)"].map(str::to_owned).into();
    let answers: BTreeSet<_> = seen
        .answers
        .iter()
        .map(|answer| answer.replace("Scalar(Float64(", "Float(").replace("))", ")"))
        .collect();
    assert_eq!(answers, expect);
    assert_eq!(seen.sets.len(), 2, "{:?}", seen.sets);
}

#[test]
fn bursts_of_saves_are_whole_generations() {
    // Every function of a save names its epoch.
    let define =
        |epoch: u32| (0..20).map(|index| format!("f{index}(x): x + {epoch}")).collect::<Vec<_>>().join("\n");
    let project = Project::new(&define(0));
    let server = Server::start(&project);
    let asking = Asking::start(&server, &project, "f0");
    for epoch in 1..=12 {
        let text = format!("!Kamodo\n{}\n", define(epoch));
        match epoch % 3 {
            0 => fs::write(project.path("kamodo_rpc.yaml"), &text).unwrap(),
            1 => project.define(&define(epoch)),
            _ => {
                // an editor that empties the file first, and one that saves twice
                fs::write(project.path("kamodo_rpc.yaml"), "").unwrap();
                fs::write(project.path("kamodo_rpc.yaml"), &text[..text.len() / 2]).unwrap();
                fs::write(project.path("kamodo_rpc.yaml"), &text).unwrap();
            }
        }
        if epoch % 4 == 0 {
            server.answers(&["f0", "0"], &epoch.to_string());
        }
    }
    server.answers(&["f0", "0"], "12");
    for set in asking.stop().sets {
        let epochs: BTreeSet<_> =
            set.iter().map(|shown| shown.split_once('=').expect("name=equation").1.to_owned()).collect();
        assert_eq!((set.len(), epochs.len()), (20, 1), "{set:?}");
    }
}
