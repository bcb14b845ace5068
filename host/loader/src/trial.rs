//! Trying a plugin in a process of its own, before the host opens it.
//!
//! The process is some program whose `main` calls [`try_plugin`]: it opens the private copy, has it start,
//! reads what it says of itself and runs its examples, and writes each step and the end of it into a
//! journal, a file of the stage. So nothing that a plugin does with its descriptors, its output or its
//! process hides what became of it, and the host reads a story, not only a status.
//!
//! Here is the host's side; the other one is in `child.rs`, and `watch.rs` waits between the two.

mod child;
mod confine;
mod journal;
mod watch;

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kamodo_files::{Limit, Stop};

use crate::error::{ErrorKind, after};
use crate::process::Change;
use crate::stage::Staged;

pub use child::try_plugin;
use journal::{Story, Verdict};
use watch::{Observed, watch};

/// The most that a plugin may print while it is tried. In the host it would go to the server's log.
pub(crate) const MAX_OUTPUT: usize = 1 << 20;

/// How many changes of the process a message names.
const SHOWN: usize = 4;

/// A program in which plugins are tried: it passes its last two arguments to [`try_plugin`].
#[derive(Debug, Clone)]
pub struct Trial {
    program: PathBuf,
    args: Vec<OsString>,
    name: String,
}

/// What a plugin was doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Its library was being opened, and its initialisers ran.
    Open,
    /// It was building its state.
    Start,
    /// What it says of itself was being read.
    Describe,
    /// One of its examples ran.
    Example {
        /// The call.
        call: String,
        /// What it should give.
        expected: String,
    },
}

/// How a trial ended that came to no verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// A signal ended the process.
    Signal(i32),
    /// The process exited.
    Status(i32),
    /// Its time was over.
    TooLate {
        /// How long it had.
        deadline: Duration,
        /// Whether it was computing, and not waiting for something.
        was_busy: bool,
    },
    /// It printed too much.
    Flood,
    /// It left another process behind, or made a second one of its own.
    Forked,
    /// It closed, or put something else in the place of, a descriptor that is not its own.
    Descriptor(u32),
    /// It changed the process under everybody.
    Changed(Box<[Change]>),
}

// === impl Trial ===

impl Trial {
    /// Names the program.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let program = program.into();
        let name = program.display().to_string();
        Self { program, args: Vec::new(), name }
    }

    /// Adds an argument, which stands before those of the trial.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Sets how errors name the program with its arguments, for who wants to run it again.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Tries a private copy.
    pub(crate) fn run(&self, staged: &Staged, deadline: Duration, stop: &Stop) -> Result<(), ErrorKind> {
        let no_trial = |source| ErrorKind::NoTrial(Arc::new(source));
        let journal = Scratch::beside(staged.path());
        let (observed, pid) = self.observe(staged, &journal.0, deadline, stop).map_err(no_trial)?;
        let text = match kamodo_files::read(&journal.0, Limit::INTERNAL) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.is_missing() => String::new(),
            Err(error) => return Err(no_trial(io::Error::other(error))),
        };
        let Story { step, verdict, has_stranger } = journal::read(&text, pid);
        let verdict = match verdict {
            _ if has_stranger => Verdict::Ended(Ending::Forked),
            _ if observed.ending == Ending::Flood => Verdict::Ended(Ending::Flood),
            Some(verdict) => verdict,
            None => Verdict::Ended(observed.ending),
        };
        match (verdict, step) {
            (Verdict::Good, _) => Ok(()),
            (Verdict::Refused(kind), _) => Err(kind),
            (Verdict::Ended(ending), Some(step)) => {
                Err(ErrorKind::Trial { step, ending, printed: observed.printed, program: self.name.clone() })
            }
            // It came to nothing before the plugin had a say.
            (Verdict::Ended(ending), None) => {
                let printed = after(&observed.printed);
                let message = format!("`{}`: expected a verdict, found {ending}{printed}", self.name);
                Err(no_trial(io::Error::other(message)))
            }
        }
    }

    fn observe(
        &self,
        staged: &Staged,
        journal: &Path,
        deadline: Duration,
        stop: &Stop,
    ) -> Result<(Observed, u32), io::Error> {
        let (output, input) = io::pipe()?;
        let mut command = Command::new(&self.program);
        command.args(&self.args).arg(staged.path()).arg(journal);
        // Where this process began, whatever a plugin changed since.
        let began = kamodo_files::resolve(Path::new("."));
        if began.is_dir() {
            command.current_dir(began);
        }
        // A group of its own, so that all of it can be ended, and the terminal's ^C is not for it.
        command.process_group(0).stdin(Stdio::null()).stdout(input.try_clone()?).stderr(input);
        let child = command.spawn()?;
        drop(command); // and with it our ends of the pipe
        let pid = child.id();
        Ok((watch(child, output, deadline, stop)?, pid))
    }
}

/// A file that goes with its name.
struct Scratch(PathBuf);

impl Scratch {
    fn beside(staged: &Path) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(staged.with_extension(format!("{}.{count}.trial", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It may not be there; and one that stays only takes room.
        let _ = fs::remove_file(&self.0);
    }
}

// === impl Step ===

impl fmt::Display for Step {
    /// Says what should have happened.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => write!(f, "it to be opened"),
            Self::Start => write!(f, "it to start"),
            Self::Describe => write!(f, "it to describe itself"),
            Self::Example { call, expected } => write!(f, "example `{call}` to give {expected}"),
        }
    }
}

// === impl Ending ===

impl Ending {
    /// Returns whether the same bytes would end so again.
    ///
    /// A time that was spent waiting, or lost to a busy machine, and a signal that others send, such as the
    /// kernel's where memory ran out, say nothing of the bytes.
    pub(crate) fn is_about_the_bytes(&self) -> bool {
        const OF_OTHERS: [i32; 4] = [1, 2, 9, 15]; // SIGHUP, SIGINT, SIGKILL, SIGTERM
        match self {
            Self::Signal(signal) => !OF_OTHERS.contains(signal),
            Self::TooLate { was_busy, .. } => *was_busy,
            _ => true,
        }
    }

    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Changed(changes) => changes.first().map_or("", |change| change.aspect.hint()),
            Self::Signal(_) => "mend what a debugger shows",
            Self::Status(_) => "a plugin must not end its process: return an error instead",
            Self::TooLate { was_busy: true, .. } => {
                "leave long work to the first call, or allow more time: the setting `trial`"
            }
            Self::TooLate { was_busy: false, .. } => {
                "it was waiting, or the machine is busy: it is tried again when it is looked at again; or allow \
                 more time: the setting `trial`"
            }
            Self::Flood => "print less: in the server it would fill the log",
            Self::Forked => {
                "a plugin must not fork, nor leave a program running: it would have a copy of the server's \
                 connections"
            }
            Self::Descriptor(_) => {
                "close only what the plugin opened itself: in the server it would be somebody's connection"
            }
        }
    }
}

impl fmt::Display for Ending {
    /// Says what was found.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(signal) => write!(f, "its process ended by {}", signal_name(*signal)),
            Self::Status(status) => write!(f, "its process ended with status {status}"),
            Self::TooLate { deadline, was_busy } => {
                let doing = if *was_busy { "computing" } else { "waiting" };
                write!(f, "it still {doing} after {deadline:?}")
            }
            Self::Flood => write!(f, "more than {} MiB printed", MAX_OUTPUT >> 20),
            Self::Forked => write!(f, "another process that it began and left running"),
            Self::Descriptor(number) => {
                let what = match number {
                    0 => "standard input",
                    1 => "standard output",
                    2 => "standard error",
                    _ => "not its own",
                };
                write!(f, "descriptor {number} ({what}) closed or replaced")
            }
            Self::Changed(changes) => {
                let shown: Vec<_> = changes.iter().take(SHOWN).map(ToString::to_string).collect();
                write!(f, "{}", shown.join(", "))?;
                match changes.len().saturating_sub(SHOWN) {
                    0 => Ok(()),
                    rest => write!(f, " and {rest} more"),
                }
            }
        }
    }
}

fn signal_name(signal: i32) -> String {
    let (name, meaning) = match signal {
        4 => ("SIGILL", "an instruction that this machine does not have, or a deliberate trap"),
        5 => ("SIGTRAP", "a deliberate trap"),
        6 => ("SIGABRT", "an abort"),
        7 => ("SIGBUS", "memory beyond the end of a file"),
        8 => ("SIGFPE", "an arithmetic fault"),
        9 => ("SIGKILL", "from outside: was there too little memory?"),
        11 => ("SIGSEGV", "an invalid memory access"),
        13 => ("SIGPIPE", "a write to a closed pipe"),
        14 => ("SIGALRM", "an alarm that it set"),
        15 => ("SIGTERM", "from outside"),
        31 => ("SIGSYS", "a forbidden system call"),
        _ => return format!("signal {signal}"),
    };
    format!("{name} ({meaning})")
}
