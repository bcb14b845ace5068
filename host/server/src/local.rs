//! The local socket, at which the one who runs the server administers it.
//!
//! It has a thread of its own, so that an administrator is heard whatever the workers do. Only the user
//! whose server it is, and root, are: the file's permissions say so, and each peer's credentials are asked.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use kamodo_registry::Administration;
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::task::{JoinSet, LocalSet};

use crate::Error;
use crate::connection::Shared;
use crate::session;
use crate::worker::Phase;

/// Administrators at a time.
const PLACES: usize = 16;

/// A socket file, removed when this is dropped.
struct SocketFile {
    path: PathBuf,
    /// What was bound, to be told from what somebody else puts there later.
    identity: (u64, u64),
    /// Whose it is.
    owner: u32,
}

/// Serves administrators at a socket until the server ends.
pub(crate) fn start(
    path: &Path,
    shared: Shared,
    administration: Arc<dyn Administration>,
    phase: watch::Receiver<Phase>,
) -> Result<JoinHandle<()>, Error> {
    let failed = |source| Error::Socket { path: path.to_owned(), source };
    let runtime = Builder::new_current_thread().enable_io().enable_time().build().map_err(Error::Thread)?;
    let (listener, file) = listen(path)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = {
        let _inside = runtime.enter();
        UnixListener::from_std(listener).map_err(failed)?
    };
    let thread = thread::Builder::new().name(String::from("rpc-local"));
    let health = shared.registry.health().clone();
    let serving = move || {
        let serving = || {
            LocalSet::new().block_on(&runtime, serve(&listener, &file, &shared, &administration, phase));
        };
        health.essential("rpc-local", serving);
    };
    thread.spawn(serving).map_err(Error::Thread)
}

/// How many bytes the path of a socket may have, with the zero at its end.
const LONGEST: usize = 108;

/// Listens at a path that nobody listens at: the file of a server that died is replaced.
fn listen(given: &Path) -> Result<(net::UnixListener, SocketFile), Error> {
    let failed = |source| Error::Socket { path: given.to_owned(), source };
    let resolved = kamodo_files::resolve(given);
    // The system takes no longer name for a socket; then it is the relative one.
    let path = if resolved.as_os_str().len() < LONGEST { &*resolved } else { given };
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
    }
    let listener = match net::UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let kind = fs::symlink_metadata(path).map_err(failed)?.file_type();
            if !kind.is_socket() {
                // What a link leads to says more than that it is one.
                let kind = fs::metadata(path).map_or(kind, |found| found.file_type());
                return Err(Error::NoSocket { path: given.to_owned(), found: kamodo_files::name_of(kind) });
            }
            if net::UnixStream::connect(path).is_ok() {
                return Err(Error::SocketTaken { path: given.to_owned() });
            }
            fs::remove_file(path).map_err(failed)?;
            net::UnixListener::bind(path)
        }
        result => result,
    };
    let listener = listener.map_err(failed)?;
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
    let found = fs::symlink_metadata(path).map_err(failed)?;
    let identity = (found.dev(), found.ino());
    Ok((listener, SocketFile { path: resolved.clone().into_owned(), identity, owner: found.uid() }))
}

async fn serve(
    listener: &UnixListener,
    file: &SocketFile,
    shared: &Shared,
    administration: &Arc<dyn Administration>,
    mut phase: watch::Receiver<Phase>,
) {
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted.and_then(|(socket, _)| leave_standard(socket)) {
                Ok(socket) if connections.len() < PLACES && file.admits(&socket) => {
                    let (administration, shared) = (administration.clone(), shared.clone());
                    connections.spawn_local(
                        session::serve_administrator(socket, administration, shared, stopped.clone())
                    );
                }
                Ok(_) => tracing::warn!("{}: an administrator was refused", file.path.display()),
                Err(error) => {
                    tracing::warn!("{}: cannot accept a connection: {error}", file.path.display());
                    tokio::time::sleep(crate::limits::REFUSED).await;
                }
            },
            Some(joined) = connections.join_next() => {
                if let Err(error) = joined {
                    tracing::error!("an administrator's connection ended with a panic: {error}");
                }
            }
            _ = phase.wait_for(|&phase| phase > Phase::Serving) => break, // also where the server is dropped
        }
    }
    // Commands that are carried out are answered; nobody listens where every connection is gone already.
    stop.send_replace(true);
    tokio::select! {
        () = async { while connections.join_next().await.is_some() {} } => {}
        _ = phase.wait_for(|&phase| phase == Phase::Ended) => {}
    }
}

// === impl SocketFile ===

impl SocketFile {
    fn admits(&self, socket: &UnixStream) -> bool {
        const ROOT: u32 = 0;
        socket.peer_cred().is_ok_and(|peer| peer.uid() == self.owner || peer.uid() == ROOT)
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path);
        if found.is_ok_and(|found| (found.dev(), found.ino()) == self.identity) {
            let _ = fs::remove_file(&self.path); // a file that stays is replaced by the next server
        }
    }
}

/// Gives a connection a number that is not that of standard input, output or error.
fn leave_standard(socket: UnixStream) -> io::Result<UnixStream> {
    UnixStream::from_std(kamodo_files::leave_standard(socket.into_std()?)?)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn shown(path: &Path, directory: &Path) -> String {
        let error = listen(path).err().unwrap();
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        let text = format!("{error}{cause}\nhint: {}", error.hint().unwrap_or_default());
        text.replace(&*directory.to_string_lossy(), "~")
    }

    #[test]
    fn it_is_private_and_goes_with_its_server() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run/60000.sock");
        let (_listener, file) = listen(&path).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        drop(file);
        assert!(!path.exists());
    }

    #[test]
    fn a_dead_servers_socket_is_replaced_and_a_live_ones_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("60000.sock");
        drop(net::UnixListener::bind(&path).unwrap()); // leaves its file behind, as a killed server does
        let (_listener, first) = listen(&path).unwrap();
        assert_snapshot!(shown(&path, directory.path()), @r"
        ~/60000.sock: another server listens there
        hint: name another place with `--admin-socket`
        ");
        fs::remove_file(&path).unwrap();
        let (_listener, _second) = listen(&path).unwrap();
        drop(first);
        assert!(path.exists(), "only one's own file is removed");
    }

    #[test]
    fn places_that_do_not_do() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "").unwrap();
        assert_snapshot!(shown(&path, directory.path()), @r"
        ~/file: expected a socket or nothing, found a file
        hint: name another place with `--admin-socket`
        ");
        assert_snapshot!(shown(directory.path(), directory.path()), @r"
        ~: expected a socket or nothing, found a directory
        hint: name another place with `--admin-socket`
        ");
        assert_snapshot!(shown(&path.join("60000.sock"), directory.path()), @r"
        ~/file/60000.sock: cannot listen for administrators: File exists (os error 17)
        hint: name a place with `--admin-socket` that is yours, of at most 107 bytes
        ");
        assert_snapshot!(shown(&directory.path().join("long".repeat(30)), directory.path()), @r"
        ~/longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong: cannot listen for administrators: path must be shorter than SUN_LEN
        hint: name a place with `--admin-socket` that is yours, of at most 107 bytes
        ");
    }
}
