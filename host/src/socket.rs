//! Where the local socket of a server is, at which it is administered.

use std::path::PathBuf;

use crate::paths;

/// Returns the places where a server of this user with that port may have its socket, the preferred first.
///
/// Who logs in has a directory that the system takes away at the end; a service may have none.
pub(crate) fn places(port: u16) -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    let runtime = runtime.map(|directory| directory.join("kamodo-rpc"));
    let own = paths::private().join("run");
    let directories = runtime.into_iter().chain([own]);
    directories.map(|directory| directory.join(format!("{port}.sock"))).collect()
}
