//! Opening, reading and writing the files that a user names.
//!
//! Where a file is expected there may be a named pipe, a device, a socket, a directory or a file without an end. So every file
//! is opened without blocking, must be a regular file by its descriptor, and is read up to the limit of its kind
//! ([`Limit`]) and no further. Nothing else in this project opens a file that a user names.
//!
//! [`read`] is for files that fit into memory, [`Opened::stream`] for those that need not: it keeps one piece at a time,
//! and looks at [`Stop`] before each. [`write()`] loses nothing of what a file held if it fails.

mod base;
mod write;

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use base::{keep_working_directory, resolve};
pub use write::{check_writable, write};

/// How large a file of one kind may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The most bytes.
    pub bytes: u64,
    /// What to do about a file that has more.
    pub hint: &'static str,
}

/// Tells whoever reads, on whatever thread, that nobody waits for it any more. All clones are one.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

/// A regular file that was opened for reading.
#[derive(Debug)]
pub struct Opened {
    file: File,
    metadata: Metadata,
    limit: Limit,
}

/// Why a file is not read.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system does not open or read it.
    #[error(transparent)]
    System(Arc<io::Error>),
    /// It is no regular file.
    #[error("expected a regular file, found {found}")]
    Kind {
        /// What it is.
        found: &'static str,
    },
    /// It is larger than files of its kind may be.
    #[error("expected at most {}, found more", size(limit.bytes))]
    TooLarge {
        /// What it may be.
        limit: Limit,
    },
    /// Reading was told to stop.
    #[error("expected to read to its end, found that the server stops")]
    Stopped,
}

/// How much of a file is in memory while it is streamed.
const PIECE: usize = 1 << 18;

// === impl Limit ===

impl Limit {
    /// A file of a configuration.
    pub const CONFIGURATION: Self = Self::new(1 << 20, "make it a directory of several files");
    /// A plugin's shared library, and a library that it needs.
    pub const PLUGIN: Self = Self::new(
        1 << 30,
        "remove what debuggers need (`strip --strip-debug`), or keep large data in a file of its own",
    );
    /// The checksums beside a plugin.
    pub const CHECKSUM: Self = Self::new(1 << 20, "write it with `sha256sum`, or remove it");
    /// Certificates in PEM.
    pub const CERTIFICATES: Self = Self::new(4 << 20, "name a file that holds the needed certificates only");
    /// A private key in PEM.
    pub const KEY: Self = Self::new(1 << 20, "name the file of the private key, in PEM");
    /// An array in a file.
    pub const ARRAY: Self = Self::new(4 << 30, "call with parts of the array");
    /// Numbers as text in a file.
    pub const TEXT: Self = Self::new(256 << 20, "write large arrays with `numpy.save`");
    /// What the system or this program writes for itself.
    pub const INTERNAL: Self = Self::new(64 << 20, "remove the file: it is written anew");

    const fn new(bytes: u64, hint: &'static str) -> Self {
        Self { bytes, hint }
    }
}

// === impl Stop ===

impl Stop {
    /// Makes everything that reads end at its next piece. It cannot be taken back.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

// === reading ===

/// Opens a regular file, through links, without ever waiting for somebody at its other end.
///
/// # Errors
/// [`Error`] if the system refuses it, if it is no regular file, and if it is larger than `limit`.
pub fn open(path: &Path, limit: Limit) -> Result<Opened, Error> {
    let path = &*resolve(path);
    // Some devices act when they are opened, and a socket cannot be: what can be refused before is.
    check_kind(fs::metadata(path)?.file_type())?;
    // std adds O_CLOEXEC.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)?;
    let file = leave_standard(file)?;
    // It may have been replaced in between: what counts is what was opened.
    let metadata = file.metadata()?;
    check_kind(metadata.file_type())?;
    if metadata.len() > limit.bytes {
        return Err(Error::TooLarge { limit });
    }
    Ok(Opened { file, metadata, limit })
}

/// Reads a regular file, whole.
///
/// # Errors
/// [`Error`], as [`open`]; also if it grows beyond `limit` while it is read.
pub fn read(path: &Path, limit: Limit) -> Result<Vec<u8>, Error> {
    open(path, limit)?.read()
}

/// Reads all of what is no file that is opened here, such as standard input.
///
/// # Errors
/// [`Error`] if it cannot be read, or has more than `limit` allows.
pub fn read_from(from: impl Read, limit: Limit) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    from.take(limit.bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit.bytes {
        return Err(Error::TooLarge { limit });
    }
    Ok(bytes)
}

/// Opens a directory, to lock it.
///
/// # Errors
/// Those of the system; also if it is something else.
pub fn open_directory(path: &Path) -> io::Result<File> {
    let flags = libc::O_DIRECTORY | libc::O_NONBLOCK | libc::O_NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// Returns what was opened under a number that is not that of standard input, output or error.
///
/// It has one of theirs if code of a plugin closed it. That number is to be free again at once: the server fills it
/// with what it was, and the plugin may close it again.
///
/// # Errors
/// If the system gives no other number.
pub fn leave_standard<T: AsFd + From<OwnedFd>>(opened: T) -> io::Result<T> {
    match opened.as_fd().as_raw_fd() {
        0..=2 => Ok(opened.as_fd().try_clone_to_owned()?.into()), // std asks for a number above them
        _ => Ok(opened),
    }
}

// === impl Opened ===

impl Opened {
    /// Returns what the system says of the file that was opened, whatever stands at its path by now.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Reads the whole of it.
    ///
    /// # Errors
    /// [`Error`] if it cannot be read, or is larger than its limit by now.
    pub fn read(self) -> Result<Vec<u8>, Error> {
        // Its length may be untrue: of the kernel's own files it is zero, and some file grows.
        read_from(self.file, self.limit)
    }

    /// Passes its bytes on, a piece at a time, and returns how many there were.
    ///
    /// # Errors
    /// [`Error`] as for [`Opened::read`], and if it is told to stop; and what `each` returns.
    pub fn stream<E: From<Error>>(
        &mut self,
        stop: &Stop,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut piece = vec![0; PIECE];
        let mut total = 0;
        loop {
            if stop.is_stopped() {
                return Err(Error::Stopped.into());
            }
            let n = match self.file.read(&mut piece) {
                Ok(0) => return Ok(total),
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::from(error).into()),
            };
            total += n as u64;
            if total > self.limit.bytes {
                return Err(Error::TooLarge { limit: self.limit }.into());
            }
            each(&piece[..n])?;
        }
    }

    /// Gives the file itself away, for a reader that takes of it what it needs.
    #[must_use]
    pub fn into_file(self) -> File {
        self.file
    }
}

/// Refuses what is no regular file.
fn check_kind(kind: FileType) -> Result<(), Error> {
    if kind.is_file() { Ok(()) } else { Err(Error::Kind { found: name_of(kind) }) }
}

/// Returns what something of the file system is called, such as `a directory`.
#[must_use]
pub fn name_of(kind: FileType) -> &'static str {
    match kind {
        _ if kind.is_file() => "a file",
        _ if kind.is_dir() => "a directory",
        _ if kind.is_fifo() => "a named pipe",
        _ if kind.is_socket() => "a socket",
        _ if kind.is_char_device() => "a character device",
        _ if kind.is_block_device() => "a block device",
        _ if kind.is_symlink() => "a link to nothing",
        _ => "something else",
    }
}

// === impl Error ===

impl Error {
    /// Returns what to do about it; none if only the caller knows.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::System(error) if error.raw_os_error() == Some(libc::ELOOP) => {
                Some("let the link lead to a regular file".to_owned())
            }
            Self::System(error) => (error.kind() == io::ErrorKind::PermissionDenied)
                .then(|| "make it readable for the server".to_owned()),
            Self::Kind { .. } => Some("put a regular file in its place, or remove it".to_owned()),
            Self::TooLarge { limit } => Some(limit.hint.to_owned()),
            Self::Stopped => Some("start the server again".to_owned()),
        }
    }

    /// Returns whether there is nothing of that name.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::System(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::System(Arc::new(error))
    }
}

/// A limit as a person would write it.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}
