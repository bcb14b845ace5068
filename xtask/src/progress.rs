//! What a task shows while it runs: its plan, its steps with their times, and how far long commands are.
//!
//! On a terminal, cargo and pip show their own progress. Elsewhere (a file, CI) that would be hundreds of lines, so a
//! line every [`INTERVAL`] says how far they are, and everything else that they print, such as warnings, is shown.

use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::project::{Failure, shown};

/// How often a line says how far a command is, if no terminal shows it.
const INTERVAL: Duration = Duration::from_secs(15);

/// The steps of a task, announced before the first one begins.
#[derive(Debug)]
pub(crate) struct Steps {
    names: Vec<String>,
    n_begun: usize,
}

/// Whether people watch: what is printed goes to a terminal.
pub(crate) fn on_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Runs a command that may take minutes, and shows how far it is.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    eprintln!("$ {}", shown(command));
    if !on_terminal() {
        command.stderr(Stdio::piped());
    }
    let run = |command: &mut Command| {
        let mut child = command.spawn()?;
        if let Some(said) = child.stderr.take() {
            follow(said, INTERVAL, |line| eprintln!("{line}"));
        }
        child.wait()
    };
    let status = run(command).map_err(|e| Failure::new(format!("cannot run `{}`: {e}", shown(command))))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{}` failed: {status}", shown(command))))
    }
}

/// Reads what a command says until its end, and prints the lines that matter, and how far it is.
fn follow(said: impl Read + Send + 'static, interval: Duration, mut print: impl FnMut(String)) {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let start = Instant::now();
    let (mut next, mut n_compiled, mut latest) = (start + interval, 0, String::new());
    loop {
        match lines.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok(line) => match status(&line) {
                Some(("Compiling", package)) => {
                    n_compiled += 1;
                    latest = package.split(' ').next().unwrap_or_default().to_owned();
                }
                Some(_) => {}
                None => print(line),
            },
            Err(RecvTimeoutError::Timeout) => {
                let seconds = start.elapsed().as_secs();
                print(match n_compiled {
                    0 => format!("  {seconds:>4} s: running"),
                    n => format!("  {seconds:>4} s: {n} packages begun, the latest `{latest}`"),
                });
                next += interval;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Reads a line in which cargo says what it does: the word, right-aligned to twelve letters, and the rest.
fn status(line: &str) -> Option<(&str, &str)> {
    const WORDS: &[&str] = &[
        "Adding",
        "Blocking",
        "Checking",
        "Compiling",
        "Downloaded",
        "Downloading",
        "Finished",
        "Fresh",
        "Locking",
        "Updating",
    ];
    let (word, rest) = line.strip_prefix(' ')?.trim_start().split_once(' ')?;
    WORDS.contains(&word).then_some((word, rest))
}

/// A time as people say it.
pub(crate) fn time(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 100.. => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

// === impl Steps ===

impl Steps {
    /// Prints the plan of a task.
    pub(crate) fn announce<const N: usize>(task: &str, steps: [&str; N]) -> Self {
        eprintln!("{task}");
        for (index, step) in steps.iter().enumerate() {
            eprintln!("  {}. {step}", index + 1);
        }
        Self { names: steps.map(str::to_owned).to_vec(), n_begun: 0 }
    }

    /// Says that the next step begins.
    pub(crate) fn begin(&mut self) {
        let name = self.names.get(self.n_begun).map_or("", String::as_str);
        self.n_begun += 1;
        eprintln!("[{}/{}] {name}", self.n_begun, self.names.len());
    }

    /// Does the next step, and says how long it took.
    pub(crate) fn next<T>(&mut self, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.begin();
        let start = Instant::now();
        let result = work()?;
        eprintln!("[{}/{}] done in {}", self.n_begun, self.names.len(), time(start.elapsed()));
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(said: &'static str) -> Vec<String> {
        let mut printed = Vec::new();
        follow(said.as_bytes(), INTERVAL, |line| printed.push(line));
        printed
    }

    #[test]
    fn what_cargo_does_is_counted_and_the_rest_is_shown() {
        let said = "    Updating crates.io index\n   Compiling libc v0.2.1\nwarning: unused\n --> a.rs:1\n    Finished `dev` profile\n";
        assert_eq!(followed(said), ["warning: unused", " --> a.rs:1"]);
    }

    #[test]
    fn a_silent_command_shows_that_it_runs() {
        let (reader, writer) = std::io::pipe().unwrap();
        let (seen, shown) = channel();
        let follower = std::thread::spawn(move || {
            follow(reader, Duration::from_millis(1), |line| drop(seen.send(line)));
        });
        let line = shown.recv().unwrap();
        assert!(line.ends_with(" s: running"), "{line}");
        drop(writer);
        follower.join().unwrap();
    }

    #[test]
    fn times_as_people_say_them() {
        assert_eq!(time(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(time(Duration::from_secs(510)), "8 min 30 s");
    }
}
