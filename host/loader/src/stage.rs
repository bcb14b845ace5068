//! Private copies of plugins' files, and what is remembered of each.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::digest::Digest;
use crate::elf;
use crate::error::{Error, ErrorKind};
use crate::function::Plugin;

/// A private directory of copies, each named by the SHA-256 of its bytes, and the memory of what became of
/// them. Copies are kept: debuggers and profilers look for them.
pub struct StageDir {
    dir: PathBuf,
    outcomes: Mutex<HashMap<Digest, Arc<OnceLock<Outcome>>>>,
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
        Ok(Self { dir, outcomes: Mutex::default() })
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

    fn write(&self, file: &ReadFile, staged: &Path) -> io::Result<()> {
        // An earlier process may have left it, whole or not. It may be mapped: replaced, never written to.
        if fs::read(staged).is_ok_and(|bytes| Digest::of(&bytes) == file.digest) {
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

/// Refuses a directory that others may enter: they could put code into it.
fn check_private(dir: &Path) -> io::Result<()> {
    let mode = fs::metadata(dir)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let message = format!("expected a directory that only its owner enters (700), found {mode:o}");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    Ok(())
}

// === impl ReadFile ===

impl ReadFile {
    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }
}

// === impl Staged ===

impl Staged {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}
