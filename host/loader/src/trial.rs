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
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kamodo_files::{Limit, Stop};

use crate::ending::{Ending, MAX_OUTPUT, Step};
use crate::error::{ErrorKind, after};
use crate::staged::Staged;

pub use child::try_plugin;
use journal::{Story, Verdict};
use watch::{Observed, watch};

/// A program in which plugins are tried: it passes its last two arguments to [`try_plugin`].
#[derive(Debug, Clone)]
pub struct Trial {
    program: PathBuf,
    args: Vec<OsString>,
    name: String,
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
