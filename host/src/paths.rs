//! The directories that a user's servers have for themselves.

use std::path::PathBuf;

/// The private directory of this user's staged plugins.
pub(crate) fn stage() -> PathBuf {
    private().join("plugins")
}

/// The private directory of this user's servers.
pub(crate) fn private() -> PathBuf {
    let private = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = private.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    // Never a directory that others share; where there is no home, it stands beside the certificate.
    cache.map_or_else(|| PathBuf::from(".kamodo-rpc"), |cache| cache.join("kamodo-rpc"))
}
