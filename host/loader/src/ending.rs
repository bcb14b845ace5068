//! How far a trial came, and how it ended.

use std::fmt;
use std::time::Duration;

use crate::process::Change;

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

/// The most that a plugin may print while it is tried. In the host it would go to the server's log.
pub(crate) const MAX_OUTPUT: usize = 1 << 20;

/// How many changes of the process a message names.
const SHOWN: usize = 4;

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
