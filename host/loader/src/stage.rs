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

use crate::digest::Digest;
use crate::elf;
use crate::error::{Error, ErrorKind};
use crate::function::Plugin;
use crate::library;
use crate::needs;
use crate::trial::Trial;

/// A private directory of copies, each named by the SHA-256 of its bytes, and the memory of what became of
/// them. Copies are kept while the process runs, since debuggers and profilers look for them; those that no
/// process has loaded for seven days are removed when the next one begins.
pub struct StageDir {
    dir: PathBuf,
    trial: Option<Trial>,
    limits: Mutex<Limits>,
    outcomes: Mutex<HashMap<Digest, Arc<OnceLock<Outcome>>>>,
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

/// A file as it was at one moment.
pub(crate) struct ReadFile {
    bytes: Vec<u8>,
    digest: Digest,
}

/// The path of a private copy: the only kind of path that is ever opened as a library.
#[derive(Debug)]
pub(crate) struct Staged(PathBuf);

// === impl StageDir ===

impl StageDir {
    /// Makes the directory, or takes one that is there and that nobody else may enter.
    ///
    /// # Errors
    /// Where it cannot be made, or others may enter it.
    pub fn create(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let dir = dir.into();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&dir);
        made.and_then(|()| check_private(&dir))
            .map_err(|source| Error::new(&dir, None, ErrorKind::Stage(Arc::new(source))))?;
        remove_leftovers(&dir, SystemTime::now());
        Ok(Self { dir, trial: None, limits: Mutex::default(), outcomes: Mutex::default() })
    }

    /// Has every plugin tried in a process of its own before it is opened here. Without this, what a plugin
    /// does while it is opened it does to this process first, and its examples are not tried.
    #[must_use]
    pub fn with_trial(mut self, trial: Trial) -> Self {
        self.trial = Some(trial);
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
        self.trial.as_ref().map_or(Ok(()), |trial| trial.run(staged, self.limits().trial))
    }

    /// Returns the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Reads a file, whole, as it is now.
    pub(crate) fn read(&self, path: &Path) -> Result<ReadFile, Error> {
        let read = fs::metadata(path).and_then(|metadata| match metadata.is_file() {
            true => fs::read(path),
            // A pipe would never end, and a directory is somebody's mistake.
            false => Err(io::Error::new(io::ErrorKind::InvalidInput, "expected a regular file")),
        });
        let bytes = read.map_err(|source| Error::new(path, None, ErrorKind::Read(Arc::new(source))))?;
        Ok(ReadFile { digest: Digest::of(&bytes), bytes })
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
        elf::check(&file.bytes).map_err(ErrorKind::Damaged)?;
        let staged = self.dir.join(format!("{}.so", file.digest));
        self.write(file, &staged).map_err(|source| ErrorKind::Stage(Arc::new(source)))?;
        Ok(Staged(staged))
    }

    /// Checks that what a file needs is there.
    pub(crate) fn check_needs(&self, file: &ReadFile, watched: &Path) -> Result<(), ErrorKind> {
        needs::check(&file.bytes, watched, &self.dir)
    }

    fn write(&self, file: &ReadFile, staged: &Path) -> io::Result<()> {
        // An earlier process may have left it, whole or not. It may be mapped: replaced, never written to.
        if fs::read(staged).is_ok_and(|bytes| Digest::of(&bytes) == file.digest) {
            // It is in use again. Where that cannot be noted, a later start copies it anew.
            let _ = fs::File::open(staged).and_then(|copy| copy.set_modified(SystemTime::now()));
            return Ok(());
        }
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let partial =
            self.dir.join(format!("{}.{}.{count}.partial", file.digest.short(), std::process::id()));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o500)
            .open(&partial)
            .and_then(|mut copy| copy.write_all(&file.bytes))
            .and_then(|()| fs::rename(&partial, staged));
        if written.is_err() {
            // What is left of it would only take room; that it cannot be removed either is not the news.
            let _ = fs::remove_file(&partial);
        }
        written
    }
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

/// What gives the room of old libraries back.
pub(crate) const RESTART: &str =
    "restart the server when it suits: it serves the same again, with the newest library of each file only";

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

// === impl Staged ===

impl Staged {
    /// Takes the path of a copy that another process made.
    pub(crate) fn copied_before(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}
