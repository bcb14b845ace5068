//! Private copies of plugins' files, and what is remembered of each.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use kamodo_files::{Limit, Stop};
use object::ReadCache;

use crate::digest::{Digest, Hash};
use crate::elf;
use crate::error::{Error, ErrorKind, RESTART};
use crate::function::Plugin;
use crate::library;
use crate::needs;
use crate::staged::Staged;
use crate::trial::Trial;

/// A private directory of copies, each named by the SHA-256 of its bytes, and the memory of what became of
/// them. Copies are kept while the process runs, since debuggers and profilers look for them; those that no
/// process has loaded for seven days are removed when the next one begins.
pub struct StageDir {
    dir: PathBuf,
    trial: Option<Trial>,
    limits: Mutex<Limits>,
    outcomes: Mutex<HashMap<Digest, Arc<OnceLock<Outcome>>>>,
    stop: Stop,
}

/// Bounds on what plugins may take. They may change while plugins are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a plugin's trial may take, all its examples included.
    pub trial: Duration,
    /// From how many open libraries on [`StageDir::crowding`] warns.
    pub warn_at: usize,
    /// How many libraries may be open at once. None is ever closed, so that this is how many different
    /// files can be loaded before the process has to begin anew.
    pub refuse_at: usize,
}

/// So many libraries are open that it is time to think of a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{open} plugin libraries are open in this process, of at most {refuse_at}: an old one is never closed"
)]
#[non_exhaustive]
pub struct Crowding {
    /// How many are open.
    pub open: usize,
    /// How many may be.
    pub refuse_at: usize,
}

/// What became of some bytes, good or bad, for as long as the process runs.
type Outcome = Result<Arc<Plugin>, ErrorKind>;

/// A plugin's file, and what it was when it was read. It may be larger than memory is to be spent on it, so its
/// bytes are not kept: whoever reads them again finds out whether they are the same.
pub(crate) struct ReadFile {
    path: PathBuf,
    digest: Digest,
}

// === impl StageDir ===

impl StageDir {
    /// Makes the directory, or takes one that is there and that nobody else may enter.
    ///
    /// # Errors
    /// Where it cannot be made, or others may enter it.
    pub fn create(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let dir = kamodo_files::resolve(&dir.into()).into_owned();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&dir);
        made.and_then(|()| check_private(&dir)).map_err(|source| Error::new(&dir, None, unstaged(source)))?;
        remove_leftovers(&dir, SystemTime::now());
        Ok(Self {
            dir,
            trial: None,
            limits: Mutex::default(),
            outcomes: Mutex::default(),
            stop: Stop::default(),
        })
    }

    /// Has every plugin tried in a process of its own before it is opened here. Without this, what a plugin
    /// does while it is opened it does to this process first, and its examples are not tried.
    #[must_use]
    pub fn with_trial(mut self, trial: Trial) -> Self {
        self.trial = Some(trial);
        self
    }

    /// Has reading and copying end when it is told to stop.
    #[must_use]
    pub fn with_stop(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Sets bounds for the plugins that are loaded from now on.
    pub fn set_limits(&self, limits: Limits) {
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    pub(crate) fn limits(&self) -> Limits {
        *self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has bytes that failed tried again: the reason may have been outside of them, such as a library that
    /// was not installed.
    pub fn forget_failures(&self) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.retain(|_, outcome| !matches!(outcome.get(), Some(Err(_))));
    }

    /// Returns how many libraries are open where that is many, for a warning after a load.
    #[must_use]
    pub fn crowding(&self) -> Option<Crowding> {
        let (limits, open) = (self.limits(), library::n_open());
        (open >= limits.warn_at).then_some(Crowding { open, refuse_at: limits.refuse_at })
    }

    /// Checks that one more library may be opened.
    pub(crate) fn check_room(&self) -> Result<(), ErrorKind> {
        let (limits, open) = (self.limits(), library::n_open());
        match open < limits.refuse_at {
            true => Ok(()),
            false => Err(ErrorKind::TooManyLibraries { open, limit: limits.refuse_at }),
        }
    }

    /// Tries a private copy, where trials were asked for.
    pub(crate) fn try_out(&self, staged: &Staged) -> Result<(), ErrorKind> {
        self.trial.as_ref().map_or(Ok(()), |trial| trial.run(staged, self.limits().trial, &self.stop))
    }

    /// Returns the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Reads a file as it is now.
    pub(crate) fn read(&self, path: &Path) -> Result<ReadFile, Error> {
        let digest = kamodo_files::open(path, Limit::PLUGIN)
            .and_then(|mut file| Digest::of_file(&mut file, &self.stop))
            .map_err(|source| Error::new(path, None, ErrorKind::Read(source)))?;
        Ok(ReadFile { path: path.to_owned(), digest })
    }

    /// Returns what became of these bytes before, or finds out now. Two threads that ask at once get one
    /// answer.
    pub(crate) fn remember(
        &self,
        digest: Digest,
        load: impl FnOnce() -> Result<Plugin, ErrorKind>,
    ) -> Outcome {
        let outcome = {
            let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(outcomes.entry(digest).or_default())
        };
        let outcome = outcome.get_or_init(|| load().map(Arc::new)).clone();
        if matches!(&outcome, Err(kind) if !kind.is_about_the_bytes()) {
            self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest);
        }
        outcome
    }

    /// Checks the bytes, and puts them where nobody changes them.
    pub(crate) fn copy(&self, file: &ReadFile) -> Result<Staged, ErrorKind> {
        let staged = self.dir.join(format!("{}.so", file.digest));
        // An earlier process may have left it, whole or not. It may be mapped: replaced, never written to.
        if let Ok(mut copy) = kamodo_files::open(&staged, Limit::PLUGIN)
            && Digest::of_file(&mut copy, &self.stop).is_ok_and(|digest| digest == file.digest)
        {
            let copy = copy.into_file();
            // It is in use again. If that cannot be noted, a later start copies it anew.
            let _ = copy.set_modified(SystemTime::now());
            elf::check(&ReadCache::new(copy)).map_err(ErrorKind::Damaged)?;
        } else {
            self.write(file, &staged)?;
        }
        Ok(Staged::new(staged))
    }

    /// Checks that what a private copy needs is there.
    pub(crate) fn check_needs(&self, staged: &Staged, watched: &Path) -> Result<(), ErrorKind> {
        let copy = kamodo_files::open(staged.path(), Limit::PLUGIN).map_err(unstaged)?;
        needs::check(&ReadCache::new(copy.into_file()), watched, &self.dir)
    }

    fn write(&self, file: &ReadFile, staged: &Path) -> Result<(), ErrorKind> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let partial =
            self.dir.join(format!("{}.{}.{count}.partial", file.digest.short(), std::process::id()));
        let written = self.copy_to(&partial, file).and_then(|()| {
            let copy = kamodo_files::open(&partial, Limit::PLUGIN).map_err(unstaged)?;
            elf::check(&ReadCache::new(copy.into_file())).map_err(ErrorKind::Damaged)?;
            fs::rename(&partial, staged).map_err(unstaged)
        });
        if written.is_err() {
            // What is left of it would only take room; that it cannot be removed either is not the news.
            let _ = fs::remove_file(&partial);
        }
        written
    }

    /// Copies a file, and checks that what was copied are the bytes that were read before.
    fn copy_to(&self, partial: &Path, file: &ReadFile) -> Result<(), ErrorKind> {
        let mut original = kamodo_files::open(&file.path, Limit::PLUGIN)?;
        let copy = OpenOptions::new().write(true).create_new(true).mode(0o500).open(partial);
        let mut copy = copy.map_err(unstaged)?;
        let mut hash = Hash::default();
        original.stream(&self.stop, |piece| {
            hash.update(piece);
            copy.write_all(piece).map_err(unstaged)
        })?;
        if hash.finish() == file.digest { Ok(()) } else { Err(ErrorKind::Changed) }
    }
}

fn unstaged(error: impl Into<kamodo_files::Error>) -> ErrorKind {
    ErrorKind::Stage(error.into())
}

impl fmt::Debug for StageDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StageDir").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// How long a copy that nobody loads is kept for debuggers.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// Removes what earlier processes left and has not been loaded for a while. A process that has it mapped goes
/// on with it; only its debugger would miss the name. What cannot be removed is left for the next start.
fn remove_leftovers(dir: &Path, now: SystemTime) {
    for file in fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let is_ours =
            file.extension().is_some_and(|kind| ["so", "partial", "trial"].iter().any(|one| kind == *one));
        let age =
            fs::metadata(&file).and_then(|metadata| metadata.modified()).map(|time| now.duration_since(time));
        if is_ours && matches!(age, Ok(Ok(age)) if age > KEPT) {
            let _ = fs::remove_file(file);
        }
    }
}

/// Refuses a directory that others may enter: they could put code into it.
fn check_private(dir: &Path) -> io::Result<()> {
    let mode = fs::metadata(dir)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let message = format!("expected a directory that only its owner enters (700), found {mode:o}");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    Ok(())
}

// === impl Crowding ===

impl Crowding {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        RESTART.to_owned()
    }
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self { trial: Duration::from_secs(5), warn_at: 200, refuse_at: 1000 }
    }
}

// === impl ReadFile ===

impl ReadFile {
    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }
}
