//! The binary while it serves.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::{DEADLINE, Output, Project, eventually};

/// A server of a project; it is ended when this is dropped.
#[derive(Debug)]
pub struct Server<'a> {
    project: &'a Project,
    process: Child,
    printed: Arc<Mutex<String>>,
    logged: Arc<Mutex<String>>,
    port: u16,
}

// === impl Server ===

impl<'a> Server<'a> {
    /// Serves the project on a free port, with its directory for plugins.
    ///
    /// # Panics
    /// Where it does not get ready before the [`DEADLINE`]; says what it printed.
    #[must_use]
    #[track_caller]
    pub fn start(project: &'a Project) -> Self {
        Self::start_with(project, &["serve", "kamodo_rpc.yaml", "--port", "0", "--plugins", "plugins.d"])
    }

    /// Serves the project with a command line of one's own.
    ///
    /// # Panics
    /// Where it does not get ready before the [`DEADLINE`]; says what it printed.
    #[must_use]
    #[track_caller]
    pub fn start_with(project: &'a Project, args: &[&str]) -> Self {
        Self::await_ready(project, project.command(args))
    }

    /// Serves the project as the last command of a script, such as `exec kamodo-rpc serve --port 0 2>/dev/full`. The
    /// line that says it is ready must come on standard output or standard error.
    ///
    /// # Panics
    /// If it does not get ready before the [`DEADLINE`]; says what it printed.
    #[must_use]
    #[track_caller]
    pub fn start_by(project: &'a Project, script: &str) -> Self {
        Self::await_ready(project, project.script(script))
    }

    /// As [`Server::start_by`], for a server that may not start: then its exit code, and what it printed and logged.
    ///
    /// # Errors
    /// The exit code and the text of one that ended before it was ready.
    ///
    /// # Panics
    /// If it is neither ready nor ended before the [`DEADLINE`].
    #[track_caller]
    pub fn try_start_by(project: &'a Project, script: &str) -> Result<Self, (Option<i32>, String)> {
        Self::ready_or_ended(project, project.script(script))
    }

    #[track_caller]
    fn await_ready(project: &'a Project, command: Command) -> Self {
        match Self::ready_or_ended(project, command) {
            Ok(server) => server,
            Err((code, said)) => panic!("the server ended with {code:?}: {said}"),
        }
    }

    #[track_caller]
    fn ready_or_ended(project: &'a Project, mut command: Command) -> Result<Self, (Option<i32>, String)> {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let (printed, printing) = collect(process.stdout.take().expect("stdout is piped"));
        let (logged, logging) = collect(process.stderr.take().expect("stderr is piped"));
        let mut server = Self { project, process, printed, logged, port: 0 };
        let end = Instant::now() + DEADLINE;
        server.port = loop {
            let ended = server.process.try_wait().expect("the process is ours");
            if let Some(port) = server.ready_port() {
                break port;
            }
            let said = || format!("{}{}", server.printed(), server.log());
            if let Some(status) = ended {
                // What it said last may still have to be read.
                eventually(|| printing.is_finished() && logging.is_finished(), |all_is_read| *all_is_read);
                return Err((status.code(), said()));
            }
            assert!(Instant::now() < end, "the server is not ready: {}", said());
            thread::park_timeout(crate::PERIOD);
        };
        Ok(server)
    }

    /// Returns the port at which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Returns what it has printed so far: the table, and the line that says it is ready.
    #[must_use]
    pub fn printed(&self) -> String {
        lock(&self.printed).clone()
    }

    /// Returns what it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        lock(&self.logged).clone()
    }

    /// Waits until it has logged `text`.
    ///
    /// # Panics
    /// Where it does not before the [`DEADLINE`].
    #[track_caller]
    pub fn logs(&self, text: &str) {
        eventually(|| self.log(), |log| log.contains(text));
    }

    /// Calls a function with `kamodo-rpc call`.
    #[must_use]
    #[track_caller]
    pub fn call(&self, call: &[&str]) -> Output {
        let port = self.port.to_string();
        self.project.run(&[&["call", "--port", &port], call].concat())
    }

    /// Runs another command of the binary on this server, such as `status --json`.
    #[must_use]
    #[track_caller]
    pub fn command(&self, command: &[&str]) -> Output {
        let port = self.port.to_string();
        self.project.run(&[command, &["--port", &port]].concat())
    }

    /// Runs a script in which `kamodo-rpc` finds this server.
    #[must_use]
    pub fn shell(&self, script: &str) -> Output {
        self.project.shell(&format!("export KAMODO_PORT={}; {script}", self.port))
    }

    /// Waits until a call prints `expected`.
    ///
    /// # Panics
    /// Where it does not before the [`DEADLINE`].
    #[track_caller]
    pub fn answers(&self, call: &[&str], expected: &str) {
        eventually(
            || self.call(call),
            |output| output.code == Some(0) && output.stdout.trim_end() == expected,
        );
    }

    /// Sends a signal, such as `TERM`, and waits for the end.
    ///
    /// # Panics
    /// Where it does not end before the [`DEADLINE`].
    #[track_caller]
    pub fn end_by(&mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        let status = eventually(|| self.process.try_wait().expect("the process is ours"), Option::is_some);
        status.and_then(|status| status.code())
    }

    /// Sends a signal, such as `HUP`.
    ///
    /// # Panics
    /// Where there is no `kill`.
    #[track_caller]
    pub fn signal(&self, signal: &str) {
        let kill = std::process::Command::new("kill")
            .args([&format!("-{signal}"), &self.process.id().to_string()])
            .status();
        assert!(kill.is_ok_and(|status| status.success()), "SIG{signal} could not be sent");
    }

    fn ready_port(&self) -> Option<u16> {
        let (printed, logged) = (self.printed(), self.log());
        // A server whose output cannot be written says in its log where it is ready.
        let mut lines = printed.lines().filter(|line| line.starts_with("ready")).chain(logged.lines());
        let line = lines.find(|line| line.contains("ready at "))?;
        line.rsplit(':').next()?.trim().parse().ok()
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        // it may have ended by itself, which is what a test of that is about
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Collects what comes of a stream, on a thread that ends with it.
fn collect(stream: impl Read + Send + 'static) -> (Arc<Mutex<String>>, JoinHandle<()>) {
    let text = Arc::new(Mutex::new(String::new()));
    let collected = Arc::clone(&text);
    let collecting = thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut collected = lock(&collected);
            collected.push_str(&line);
            collected.push('\n');
        }
    });
    (text, collecting)
}

fn lock(text: &Mutex<String>) -> MutexGuard<'_, String> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
