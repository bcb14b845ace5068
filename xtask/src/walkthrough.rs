//! `cargo xtask walkthrough`: the README, run in a clean copy, with what it really shows.
//!
//! Every block runs in order, as a reader would: the server in one terminal, the rest in another. What
//! the README says is printed must be printed, at the latest after [`PATIENCE`], since a change takes a
//! moment to go live. The outcome is written to `docs/walkthrough.md`, which `--check` leaves as it is.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::Background;
use crate::project::{Failure, root};
use crate::readme::{Action, Step, agrees, steps};
use crate::{copy, python};

/// How long what the README says may take to come true.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the server may take to start, building included.
const BUILD_TIME: Duration = Duration::from_secs(1800);

/// Runs the README, and writes `docs/walkthrough.md` unless told only to check.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let python = python::interpreter()?;
    let steps = steps(&std::fs::read_to_string(root().join("README.md"))?)?;
    let mut walk =
        Walk { copy: copy::make("walkthrough")?, python, server: None, n_shown: 0, report: String::new() };
    for step in &steps {
        walk.step(step)?;
    }
    if args.iter().any(|arg| arg == "--check") {
        eprintln!("README: {} blocks ran as written", steps.len());
        return Ok(());
    }
    let docs = root().join("docs");
    std::fs::create_dir_all(&docs)?;
    std::fs::write(docs.join("walkthrough.md"), walk.finish())?;
    Ok(())
}

/// The state of the walk: the two terminals and what they showed.
struct Walk {
    copy: PathBuf,
    python: PathBuf,
    server: Option<Background>,
    /// The server's lines that the report has.
    n_shown: usize,
    report: String,
}

// === impl Walk ===

impl Walk {
    fn step(&mut self, step: &Step) -> Result<(), Failure> {
        eprintln!("README, {}: {}", step.heading, step.text.lines().next().unwrap_or_default());
        match &step.action {
            Action::Server => self.serve(step),
            Action::ServerPrints => self.server_prints(step),
            Action::Write(file) => {
                let path = self.copy.join(file);
                std::fs::create_dir_all(path.parent().expect("a file is in a folder"))?;
                std::fs::write(path, format!("{}\n", step.text))?;
                self.show(&format!("{file}:"), &step.text);
                Ok(())
            }
            // whoever asked for this is that command, or can ask for it
            Action::Tests => {
                if step.text != "cargo xtask test" {
                    return Err(Failure::new(format!(
                        "README.md: the tests' command is `{}`, expected `cargo xtask test`",
                        step.text
                    )));
                }
                Ok(())
            }
            Action::Shell | Action::Python => self.ask(step),
        }
    }

    /// Starts the server in its terminal and waits until it is ready.
    fn serve(&mut self, step: &Step) -> Result<(), Failure> {
        let mut server = Background::start(
            Command::new("bash")
                .args(["-c", &format!("exec {}", step.text)])
                .current_dir(&self.copy)
                .env("PWD", &self.copy),
        )?;
        server
            .wait(0, "the server", BUILD_TIME, |lines| lines.iter().any(|line| line.starts_with("ready")))?;
        self.server = Some(server);
        let printed = self.new_server_lines();
        self.show("", &format!("$ {}\n{}", step.text, printed.join("\n")));
        expect(step, &printed)
    }

    /// Waits for lines of the server that no block has shown yet.
    fn server_prints(&mut self, step: &Step) -> Result<(), Failure> {
        let expected = format!("…\n{}\n…", step.text);
        let first = self.n_shown;
        let server = self
            .server
            .as_mut()
            .ok_or_else(|| Failure::new("README.md: the server prints before it is started"))?;
        server.wait(first, &format!("the server's lines `{}`", step.text), PATIENCE, |lines| {
            agrees(lines, &expected)
        })?;
        let printed = self.new_server_lines();
        self.show("The server prints:", &printed.join("\n"));
        Ok(())
    }

    /// Runs a block, again until it prints what the README says.
    fn ask(&mut self, step: &Step) -> Result<(), Failure> {
        let end = Instant::now() + PATIENCE;
        loop {
            let mut command = match step.action {
                Action::Python => Command::new(&self.python),
                _ => Command::new("bash"),
            };
            let prelude = if step.action == Action::Python { "" } else { "set -euo pipefail\n" };
            command
                .args(["-c", &format!("{prelude}{}", step.text)])
                .current_dir(&self.copy)
                .env("PWD", &self.copy)
                .stdin(Stdio::null());
            let output = command.output()?;
            let said = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            let lines: Vec<String> = said.lines().map(str::to_owned).collect();
            let outcome = match &step.expected {
                None if !output.status.success() => {
                    Err(Failure::new(format!("README.md: `{}` failed: {}\n{said}", step.text, output.status)))
                }
                _ => expect(step, &lines),
            };
            // a block that says nothing of its output is done once
            if outcome.is_ok() || step.expected.is_none() || Instant::now() > end {
                let prompt = if step.action == Action::Python { ">>>" } else { "$" };
                let commands: Vec<String> =
                    step.text.lines().map(|line| format!("{prompt} {line}")).collect();
                self.show("", &format!("{}\n{said}", commands.join("\n")));
                return outcome;
            }
        }
    }

    fn new_server_lines(&mut self) -> Vec<String> {
        let Some(server) = &self.server else { return Vec::new() };
        let lines = server.lines_from(self.n_shown);
        self.n_shown = server.n_lines();
        lines
    }

    fn show(&mut self, title: &str, text: &str) {
        // writing to a String cannot fail
        let _ = write!(
            self.report,
            "{title}{}```text\n{}\n```\n\n",
            if title.is_empty() { "" } else { "\n\n" },
            text.trim_end()
        );
    }

    fn finish(self) -> String {
        let home = self.copy.display().to_string();
        format!(
            "# The walk-through of the README, as it ran\n`cargo xtask walkthrough` writes this page; its commands are those of the README.\n\n{}",
            self.report.replace(&home, "~/kamodo")
        )
    }
}

fn expect(step: &Step, printed: &[String]) -> Result<(), Failure> {
    match &step.expected {
        Some(expected) if !agrees(printed, expected) => Err(Failure::new(format!(
            "README.md: `{}` printed\n{}\nexpected\n{expected}",
            step.text,
            printed.join("\n")
        ))),
        _ => Ok(()),
    }
}
