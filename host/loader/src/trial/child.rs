//! The side of a trial that runs in a process of its own.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::process::{Signal, WaitId, WaitIdOptions, getpid, kill_process, waitid};

use super::confine::{Guard as Descriptors, confine};
use super::journal::{self, Verdict};
use super::{Ending, Step};
use crate::error::ErrorKind;
use crate::function;
use crate::library;
use crate::process::{Look, State};
use crate::spec;
use crate::staged::Staged;

/// Tries a private copy of a plugin, and writes into the journal how far it came: the whole business of a
/// program that [`Trial`](super::Trial) names. It must be the first thing that the program does.
///
/// It ends the process by itself, with no code of the plugin run afterwards; it returns only where the
/// journal cannot be written.
#[must_use]
pub fn try_plugin(staged: &Path, journal: &Path) -> ExitCode {
    let guard = Guard { descriptors: confine(), before: State::read(Look::Whole) };
    let mut diary = Diary { path: journal.to_owned(), is_written: true };
    let verdict = attempt(staged, &guard, &mut diary).map_or_else(|verdict| verdict, |()| Verdict::Good);
    diary.write(&journal::end(&verdict));
    if diary.is_written {
        // Neither the plugin's destructors nor the threads that it began have a say any more.
        let _ = kill_process(getpid(), Signal::KILL);
    }
    ExitCode::FAILURE
}

/// What the process was before the plugin was opened.
struct Guard {
    descriptors: Descriptors,
    before: State,
}

fn attempt(staged: &Path, guard: &Guard, diary: &mut Diary) -> Result<(), Verdict> {
    diary.write(&journal::step(&Step::Open));
    // A name alone would be looked for in the system's directories.
    let staged = staged.canonicalize().unwrap_or_else(|_| staged.to_owned());
    let library = library::open(&Staged::copied_before(&staged))?;
    look_round(guard)?;
    let module = library.root_module()?;
    diary.write(&journal::step(&Step::Start));
    let table = library::start(module);
    look_round(guard)?;
    let table = table?;
    diary.write(&journal::step(&Step::Describe));
    let spec = spec::read(table)?;
    let mut faults = Vec::new();
    for (function, examples) in function::with_examples(spec) {
        for example in examples {
            let (call, expected) = example.shown(&function);
            diary.write(&journal::step(&Step::Example { call, expected }));
            faults.extend(example.run(&function).err());
            look_round(guard)?;
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ErrorKind::Examples { faults }.into()) }
}

/// Looks at what the last step left behind.
fn look_round(guard: &Guard) -> Result<(), Verdict> {
    if let Some(number) = guard.descriptors.broken() {
        return Err(Verdict::Ended(Ending::Descriptor(number)));
    }
    if has_children() {
        return Err(Verdict::Ended(Ending::Forked));
    }
    let changes = guard.before.changes(&State::read(Look::Whole));
    if changes.is_empty() { Ok(()) } else { Err(Verdict::Ended(Ending::Changed(changes.into()))) }
}

/// Whether there are processes that this one began and did not wait for.
fn has_children() -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::All, options) {
        Ok(ended) => ended.is_none(),
        Err(_) => false, // there is none
    }
}

impl From<ErrorKind> for Verdict {
    fn from(kind: ErrorKind) -> Self {
        Self::Refused(kind)
    }
}

/// The journal as it is written: opened for each entry, since a plugin may close what is open.
struct Diary {
    path: PathBuf,
    is_written: bool,
}

impl Diary {
    fn write(&mut self, entry: &str) {
        let written = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.path)
            .and_then(|mut journal| journal.write_all(entry.as_bytes()));
        self.is_written &= written.is_ok();
    }
}
