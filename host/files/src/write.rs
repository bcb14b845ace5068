//! Writing a file that a user names: what it held is replaced only once the new content is complete.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::{name_of, resolve};

/// How a path is written to.
enum Way {
    /// To a new file beside it, which then takes its name.
    Beside { target: PathBuf, partial: PathBuf, permissions: Option<fs::Permissions> },
    /// To what is there: a device or a pipe, or a link to a file that is not there yet.
    Directly(PathBuf),
}

/// Looks whether a file can be written, without changing it: before work that would be lost if it cannot.
///
/// # Errors
/// Those of the system, such as that there is no such directory.
pub fn check_writable(path: &Path) -> io::Result<()> {
    match way(path)? {
        Way::Beside { partial, .. } => {
            create(&partial)?;
            fs::remove_file(partial)
        }
        Way::Directly(_) => Ok(()),
    }
}

/// Writes a file. What it held stays until all of the new content is written.
///
/// # Errors
/// Those of the system and of `content`; then the file is what it was.
pub fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let (target, partial, permissions) = match way(path)? {
        Way::Directly(path) => {
            return whole(open_directly(&path)?, content).map(drop);
        }
        Way::Beside { target, partial, permissions } => (target, partial, permissions),
    };
    let written = create(&partial).and_then(|file| {
        let file = whole(file, content)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()?; // some file systems only say now that they are full
        fs::rename(&partial, &target)
    });
    if written.is_err() {
        let _ = fs::remove_file(&partial); // that it cannot be written is what is told
    }
    written
}

fn whole(file: File, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::new(file);
    content(&mut out)?;
    Ok(out.into_inner()?)
}

/// Returns standard output or error, if it is named so. What is there may be a file to which others write as well: it
/// must be neither replaced nor written from its beginning.
fn standard(path: &Path) -> Option<io::Result<File>> {
    let descriptor = match path.to_str()? {
        "/dev/stdout" => io::stdout().as_fd().try_clone_to_owned(),
        "/dev/stderr" => io::stderr().as_fd().try_clone_to_owned(),
        _ => return None,
    };
    Some(descriptor.map(File::from))
}

/// Opens what is no file that could be replaced. A named pipe without a reader would keep whoever opens it waiting.
fn open_directly(path: &Path) -> io::Result<File> {
    if let Some(own) = standard(path) {
        return own;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path).map_err(|error| match error.raw_os_error() {
        Some(libc::ENXIO) => io::Error::new(io::ErrorKind::NotConnected, "nobody reads from it"),
        _ => error,
    })?;
    // From here on a slow reader is waited for, as at standard output; one that leaves ends it.
    let flags = fcntl_getfl(&file)?;
    fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
    Ok(file)
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

fn way(path: &Path) -> io::Result<Way> {
    let path = &*resolve(path);
    if standard(path).is_some() {
        return Ok(Way::Directly(path.into()));
    }
    let permissions = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => {
            let kind = metadata.file_type();
            // What is written to a disk past its file system is lost with everything that was there.
            return match kind.is_fifo() || kind.is_char_device() {
                true => Ok(Way::Directly(path.into())),
                false => Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    format!("expected a file, a named pipe or a character device, found {}", name_of(kind)),
                )),
            };
        }
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Err(_) if path.is_symlink() => return Ok(Way::Directly(path.into())),
        Err(_) => None,
    };
    // Links stay, and what they lead to is replaced.
    let target = if permissions.is_some() { path.canonicalize()? } else { path.into() };
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(io::ErrorKind::PermissionDenied.into()); // its name could be given to another file all the same
    }
    let mut name = OsString::from(".");
    name.push(target.file_name().ok_or(io::ErrorKind::InvalidInput)?);
    static COUNT: AtomicU32 = AtomicU32::new(0);
    name.push(format!(".{}-{}.partial", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    Ok(Way::Beside { partial: target.with_file_name(name), target, permissions })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_fails_leaves_what_was_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.csv");
        fs::write(&path, "kept").unwrap();
        let failed = write(&path, |out| {
            out.write_all(&[0; 100_000])?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(directory.path())),
            ("kept", vec!["x.csv".into()])
        );
        check_writable(&path).unwrap();
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(directory.path())),
            ("kept", vec!["x.csv".into()])
        );
    }

    #[test]
    fn what_is_written_replaces_it() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("x.csv"), directory.path().join("link"));
        fs::write(&path, "old and longer").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        symlink("x.csv", &link).unwrap();
        write(&link, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(link.is_symlink());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let (dangling, there) = (directory.path().join("dangling"), directory.path().join("there"));
        symlink("there", &dangling).unwrap();
        write(&dangling, |out| out.write_all(b"there")).unwrap();
        assert_eq!(fs::read_to_string(&there).unwrap(), "there");
        assert_eq!(names(directory.path()), ["dangling", "link", "there", "x.csv"]);
    }

    #[test]
    fn a_named_pipe_is_written_if_somebody_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
        check_writable(&path).unwrap(); // opening it would end what its reader reads
        let unread = write(&path, |out| out.write_all(b"lost")).unwrap_err();
        assert_eq!(unread.to_string(), "nobody reads from it");
        // More than the pipe holds at once, so that the writer waits for the reader.
        let reader = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path).unwrap();
        rustix::fs::fcntl_setfl(&reader, OFlags::empty()).unwrap();
        let writer = std::thread::spawn({
            let path = path.clone();
            move || write(&path, |out| out.write_all(&[7; 1 << 18]))
        });
        let (mut reader, mut read) = (reader, Vec::new());
        while read.len() < 1 << 18 {
            let mut piece = [0; 4096];
            let n = std::io::Read::read(&mut reader, &mut piece).unwrap();
            read.extend_from_slice(&piece[..n]);
        }
        writer.join().unwrap().unwrap();
        assert_eq!(read, [7; 1 << 18]);
    }

    #[test]
    fn what_is_no_place_for_a_file_is_refused_before() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let refused = check_writable(&path).unwrap_err();
        let expected = "expected a file, a named pipe or a character device, found a socket";
        assert_eq!((refused.kind(), &*refused.to_string()), (io::ErrorKind::Unsupported, expected));
    }

    #[test]
    fn what_cannot_be_written_is_known_before() {
        let directory = tempfile::tempdir().unwrap();
        let refused = |path: PathBuf| check_writable(&path).unwrap_err().kind();
        assert_eq!(refused(directory.path().join("missing/x.csv")), io::ErrorKind::NotFound);
        assert_eq!(refused(directory.path().into()), io::ErrorKind::IsADirectory);
        let path = directory.path().join("x.csv");
        fs::write(&path, "kept").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(refused(path), io::ErrorKind::PermissionDenied);
        check_writable(Path::new("/dev/null")).unwrap();
    }
}
