//! What a plugin may change of the process, under everybody who runs in it.
//!
//! A [`State`] is what the process is like at one moment. Two of them give the [`Changes`] between, in words, and what
//! can be put back is put back by [`State::restore`]. `system` asks the system and tells it.

mod system;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::PathBuf;

pub(crate) use system::end;
use system::{Disposition, FileId, Limit, Mask};

/// Something of the process that is everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// The directory from which relative paths are meant.
    WorkingDirectory,
    /// The permissions that new files lack.
    Umask,
    /// What C code takes for a decimal point, and the like.
    Locale,
    /// What a signal does.
    Signals,
    /// Which signals a thread does not take.
    Mask,
    /// A timer that ends in a signal.
    Timer,
    /// The environment variables.
    Environment,
    /// How much of something the process may have.
    Limits,
    /// How willingly it gives up the processor.
    Priority,
    /// Its session, its group, or the user that it runs for.
    Identity,
    /// Standard input, output or error.
    Standard,
    /// Other descriptors that the plugin did not open.
    Descriptors,
    /// How numbers are computed.
    Floats,
}

/// Something that was changed, from what to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is of.
    pub aspect: Aspect,
    /// What exactly, such as `SIGTERM`.
    pub what: String,
    /// What it was.
    pub before: String,
    /// What it is now.
    pub after: String,
}

/// What the process is like.
#[derive(Debug)]
pub(crate) struct State {
    directory: Directory,
    umask: Option<u32>,
    locale: String,
    signals: BTreeMap<i32, Disposition>,
    mask: Mask,
    timers: Vec<(&'static str, bool)>,
    environment: Option<BTreeMap<OsString, OsString>>,
    limits: BTreeMap<&'static str, Limit>,
    nice: i32,
    identity: Vec<(&'static str, i64)>,
    standard: [Option<FileId>; 3],
    /// What is needed to put things back; only a state that is kept has them.
    kept: Option<Kept>,
}

/// The working directory: which one it is, and how it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Directory {
    id: Option<FileId>,
    path: Option<PathBuf>,
}

/// Descriptors of what may be replaced.
#[derive(Debug)]
struct Kept {
    directory: Option<OwnedFd>,
    standard: [Option<OwnedFd>; 3],
}

/// How much a look costs, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// In a process that runs only a plugin: everything.
    Whole,
    /// In a process whose other threads go on: without what cannot be read while they may change it.
    Shared,
}

/// The standard descriptors, and their names.
const DESCRIPTORS: [i32; 3] = [0, 1, 2];
const STANDARD: [&str; 3] = ["input", "output", "error"];

// === impl State ===

impl State {
    /// Looks at the process.
    pub(crate) fn read(look: Look) -> Self {
        Self {
            directory: Directory { id: system::working_directory(), path: std::env::current_dir().ok() },
            umask: system::umask(),
            locale: system::locale(),
            signals: system::dispositions(),
            mask: system::mask(),
            timers: system::timers(),
            // What another thread changes of it must not be read meanwhile.
            environment: (look == Look::Whole).then(|| std::env::vars_os().collect()),
            limits: system::limits(),
            nice: system::nice(),
            identity: system::identity(),
            standard: DESCRIPTORS.map(system::file_id),
            kept: None,
        }
    }

    /// Returns which of the standard descriptors are other now. It opens nothing: what is opened while a standard
    /// descriptor is closed gets its number.
    pub(crate) fn standard_changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (index, name) in STANDARD.into_iter().enumerate() {
            let (before, after) = (self.standard[index], system::file_id(DESCRIPTORS[index]));
            if before != after {
                let shown = |id: Option<FileId>| if id.is_some() { "open" } else { "closed" }.to_owned();
                let (before, after) = (shown(before), shown(after));
                let after = if before == after { "another file".to_owned() } else { after };
                changes.push(Change { aspect: Aspect::Standard, what: name.to_owned(), before, after });
            }
        }
        changes
    }

    /// Returns whether the standard descriptors lead where they did.
    pub(crate) fn has_standard(&self) -> bool {
        (DESCRIPTORS.iter().zip(&self.standard)).all(|(&number, id)| system::file_id(number) == *id)
    }

    /// Returns whether what is kept is still what it was: a plugin that closes descriptors by number closes it as well.
    fn has_kept(&self) -> bool {
        let Some(kept) = &self.kept else { return true };
        let standard = kept.standard.iter().zip(&self.standard);
        let mut all = standard.chain([(&kept.directory, &self.directory.id)]);
        all.all(|(descriptor, id)| descriptor.as_ref().is_none_or(|descriptor| is_same(descriptor, *id)))
    }

    /// Looks at the process, and keeps what is needed to bring it back to this state. The mask is that of this thread,
    /// which all threads that it makes take over.
    pub(crate) fn keep() -> Self {
        let kept = Kept {
            directory: system::open_working_directory(),
            standard: DESCRIPTORS.map(system::duplicate),
        };
        Self { kept: Some(kept), ..Self::read(Look::Shared) }
    }

    /// Returns what of `self` is other now.
    pub(crate) fn changes(&self, now: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut note = |aspect, what: &str, before: String, after: String| {
            changes.push(Change { aspect, what: what.to_owned(), before, after });
        };
        if self.directory.id != now.directory.id {
            let shown = |directory: &Directory| match &directory.path {
                Some(path) => format!("`{}`", path.display()),
                None => "one without a path".to_owned(),
            };
            note(Aspect::WorkingDirectory, "", shown(&self.directory), shown(&now.directory));
        }
        if let (Some(before), Some(after)) = (self.umask, now.umask)
            && before != after
        {
            note(Aspect::Umask, "", format!("{before:03o}"), format!("{after:03o}"));
        }
        if self.locale != now.locale {
            note(Aspect::Locale, "", format!("`{}`", self.locale), format!("`{}`", now.locale));
        }
        for (&signal, before) in &self.signals {
            if let Some(after) = now.signals.get(&signal)
                && before != after
            {
                let name = system::signal_name(signal);
                let (before, after) = (before.describe(), after.describe());
                let after = if before == after { "another handler".to_owned() } else { after };
                note(Aspect::Signals, &name, before, after);
            }
        }
        if self.mask != now.mask {
            note(Aspect::Mask, "", self.mask.describe(), now.mask.describe());
        }
        for ((name, before), (_, after)) in self.timers.iter().zip(&now.timers) {
            if !before && *after {
                note(Aspect::Timer, name, "none".to_owned(), "one that runs".to_owned());
            }
        }
        if let (Some(before), Some(after)) = (&self.environment, &now.environment) {
            let names: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
            for name in names.into_iter().filter(|name| before.get(*name) != after.get(*name)) {
                // The values may be secrets.
                let shown =
                    |value: Option<&OsString>| if value.is_some() { "set" } else { "not set" }.to_owned();
                let (before, after) = (shown(before.get(name)), shown(after.get(name)));
                let after = if before == after { "set to another value".to_owned() } else { after };
                note(Aspect::Environment, &name.to_string_lossy(), before, after);
            }
        }
        for (name, before) in &self.limits {
            if let Some(after) = now.limits.get(name)
                && before != after
            {
                note(Aspect::Limits, name, before.describe(), after.describe());
            }
        }
        if self.nice != now.nice {
            note(Aspect::Priority, "", self.nice.to_string(), now.nice.to_string());
        }
        for ((name, before), (_, after)) in self.identity.iter().zip(&now.identity) {
            if before != after {
                note(Aspect::Identity, name, before.to_string(), after.to_string());
            }
        }
        if !self.has_kept() {
            note(Aspect::Descriptors, "", "open".to_owned(), "closed".to_owned());
        }
        changes.extend(self.standard_changes());
        changes
    }

    /// Returns whether the signals that end a server do what they did, and this thread takes them.
    pub(crate) fn can_be_stopped(&self) -> bool {
        let is_same = |signal| system::disposition(signal).as_ref() == self.signals.get(&signal);
        system::STOPS.into_iter().all(is_same) && system::mask() == self.mask
    }

    /// Brings back of a change what can be brought back safely while other threads run.
    ///
    /// # Errors
    /// Why that is not possible.
    pub(crate) fn restore(&self, change: &Change) -> io::Result<()> {
        let impossible = || Err(io::Error::other("this cannot be put back"));
        match change.aspect {
            Aspect::WorkingDirectory => match self.kept.as_ref().and_then(|kept| kept.directory.as_ref()) {
                Some(directory) if is_same(directory, self.directory.id) => {
                    system::change_directory(directory)
                }
                _ => impossible(),
            },
            Aspect::Umask => self.umask.map_or_else(impossible, |umask| {
                system::set_umask(umask);
                Ok(())
            }),
            Aspect::Locale => system::set_locale(&self.locale),
            Aspect::Signals => {
                let mut same =
                    self.signals.iter().filter(|(signal, _)| system::signal_name(**signal) == change.what);
                same.try_for_each(|(signal, disposition)| system::set_disposition(*signal, disposition))
            }
            Aspect::Mask => system::set_mask(&self.mask),
            Aspect::Timer => system::stop_timer(&change.what),
            Aspect::Limits => match self.limits.get(&*change.what) {
                Some(limit) => system::set_limit(&change.what, limit),
                None => impossible(),
            },
            Aspect::Standard => {
                let Some(index) = STANDARD.iter().position(|name| *name == change.what) else {
                    return impossible();
                };
                match self.kept.as_ref().and_then(|kept| kept.standard[index].as_ref()) {
                    // What came into its place may be somebody's connection.
                    _ if change.after != "closed" => {
                        Err(io::Error::other("what is open in its place may be somebody else's"))
                    }
                    Some(kept) if is_same(kept, self.standard[index]) => system::put_back(kept, index),
                    _ => impossible(),
                }
            }
            Aspect::Environment | Aspect::Priority | Aspect::Identity | Aspect::Descriptors => impossible(),
            Aspect::Floats => Ok(()), // was put back where it was seen
        }
    }
}

/// Returns whether a descriptor leads to what it led to when it was kept.
fn is_same(descriptor: &OwnedFd, id: Option<FileId>) -> bool {
    id.is_some() && system::file_id(descriptor.as_raw_fd()) == id
}

// === impl Aspect ===

impl Aspect {
    /// Returns what an author does instead.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::WorkingDirectory => {
                "the working directory is the whole server's: name files by absolute paths instead"
            }
            Self::Umask => {
                "the umask is the whole server's: give new files their permissions when they are made"
            }
            Self::Locale => {
                "the locale is the whole server's: use `newlocale` and the functions that take a locale"
            }
            Self::Signals | Self::Timer => {
                "signals are the whole server's: return an error instead, and wait with a condition variable"
            }
            Self::Mask => "restore the mask of the thread before the code returns",
            Self::Environment => {
                "the environment is the whole server's: pass the value to the library that reads it"
            }
            Self::Limits | Self::Priority | Self::Identity => {
                "this is the whole server's, and its administrator's: leave it as it is"
            }
            Self::Standard => "these are the server's: write to a file of the plugin's own instead",
            Self::Descriptors => {
                "close only what the plugin opened itself: another number may be somebody's connection"
            }
            Self::Floats => "restore the floating-point environment before the code returns",
        }
    }

    /// Returns its name, by which a trial's journal has it as well.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::WorkingDirectory => "the working directory",
            Self::Umask => "the umask",
            Self::Locale => "the locale",
            Self::Signals => "the disposition of",
            Self::Mask => "the thread's blocked signals",
            Self::Timer => "the timer",
            Self::Environment => "the environment variable",
            Self::Limits => "the limit",
            Self::Priority => "the nice value",
            Self::Identity => "the process's",
            Self::Standard => "standard",
            Self::Descriptors => "the server's own descriptors",
            Self::Floats => "the floating-point environment",
        }
    }

    /// Finds an aspect by its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::WorkingDirectory,
            Self::Umask,
            Self::Locale,
            Self::Signals,
            Self::Mask,
            Self::Timer,
            Self::Environment,
            Self::Limits,
            Self::Priority,
            Self::Identity,
            Self::Standard,
            Self::Descriptors,
            Self::Floats,
        ];
        all.into_iter().find(|aspect| aspect.name() == name)
    }
}

// === impl Change ===

impl Change {
    /// Returns what was changed, such as `the disposition of SIGTERM`.
    pub(crate) fn subject(&self) -> String {
        match (self.aspect, &*self.what) {
            (aspect, "") => aspect.name().to_owned(),
            (Aspect::Environment, what) => format!("{} `{what}`", self.aspect.name()),
            (_, what) => format!("{} {what}", self.aspect.name()),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} changed from {} to {}", self.subject(), self.before, self.after)
    }
}
