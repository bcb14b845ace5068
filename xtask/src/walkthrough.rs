//! `cargo xtask walkthrough`: the README, run in a clean copy, with what it really shows.
//!
//! Every block runs once and in order, as a reader would paste it: the server in one terminal, the rest in another,
//! which keeps its environment variables. What the README says is printed must be printed; the server's lines may
//! take [`PATIENCE`] to come. In the end everything must be as it was.
//! The outcome is written to `docs/walkthrough.md`. `--check` leaves it as it is, and takes the usual port first, as a
//! server of the reader's may have it.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::process::Background;
use crate::project::{Failure, root, target};
use crate::readme::{Action, Step, agrees, steps};
use crate::{copy, port, python};

/// How long what the README says may take to come true.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the server may take to start, building included.
const BUILD_TIME: Duration = Duration::from_secs(1800);

/// Runs the README, and writes `docs/walkthrough.md` unless told only to check.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let checks = args.iter().any(|arg| arg == "--check");
    // before the copy, which shares it
    python::interpreter()?;
    let steps = steps(&std::fs::read_to_string(root().join("README.md"))?)?;
    let copy = copy::make("walkthrough")?;
    let terminal = target().join("walkthrough.sh");
    std::fs::write(&terminal, "")?;
    let mut walk = Walk { copy, terminal, server: None, n_shown: 0, report: String::new() };
    // that it cannot be taken means that it is taken
    let taken = checks.then(|| TcpListener::bind((Ipv4Addr::LOCALHOST, port::USUAL)));
    for step in &steps {
        walk.step(step)?;
    }
    walk.server = None;
    drop(taken);
    let differences = copy::differences(&walk.copy)?;
    if !differences.is_empty() {
        return Err(Failure::new(format!("after README.md: {}", differences.join(", ")))
            .with_hint("have its last block put it back"));
    }
    if checks {
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
    /// The environment variables of the second terminal, as a script.
    terminal: PathBuf,
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
        let mut server = Background::start(&mut self.shell(&format!("exec {}", step.text)))?;
        server
            .wait(0, "the server", BUILD_TIME, |lines| lines.iter().any(|line| line.starts_with("ready")))?;
        self.server = Some(server);
        let printed = self.new_server_lines();
        self.show("", &format!("$ {}\n{}", step.text, printed.join("\n")));
        expect(step, &printed)
    }

    /// Returns a shell in the copy, with none of the settings of whoever runs this.
    fn shell(&self, script: &str) -> Command {
        let mut shell = Command::new("bash");
        shell.args(["-c", script]).current_dir(&self.copy).env("PWD", &self.copy).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KAMODO_") || name == "CARGO_TARGET_DIR" {
                shell.env_remove(name);
            }
        }
        shell
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

    /// Runs a block in the second terminal.
    fn ask(&mut self, step: &Step) -> Result<(), Failure> {
        // errors come among the rest, as on a terminal; what a block exports stays for the next one
        const TERMINAL: &str =
            "exec 2>&1; terminal=$1; source \"$terminal\"; trap 'export -p > \"$terminal\"' EXIT";
        let python = step.action == Action::Python;
        let script = if python {
            format!("{TERMINAL}; python -c \"$2\"")
        } else {
            // where something is shown, that is what counts: a block may show that a command fails
            let strict = if step.expected.is_none() { "set -euo pipefail; " } else { "" };
            format!("{TERMINAL}; {strict}eval \"$2\"")
        };
        let output = self.shell(&script).arg("bash").arg(&self.terminal).arg(&step.text).output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        let prompt = if python { ">>>" } else { "$" };
        let commands: Vec<String> = step.text.lines().map(|line| format!("{prompt} {line}")).collect();
        self.show("", &format!("{}\n{said}", commands.join("\n")));
        if step.expected.is_none() && !output.status.success() {
            return Err(Failure::new(format!(
                "README.md: `{}` failed: {}\n{said}",
                step.text, output.status
            )));
        }
        let lines: Vec<String> = said.lines().map(str::to_owned).collect();
        expect(step, &lines)
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
