//! The directory from which relative paths are meant.
//!
//! It is the working directory at the start. Plugins run in the same process, and may change the working directory for
//! everybody at any time, so that nothing of ours gives the system a relative path. Messages keep the path that the user
//! wrote.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static BASE: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Takes the working directory as it is now for the directory from which relative paths are meant, for as long as the
/// process runs. Without this, the first path that is resolved does it.
pub fn keep_working_directory() {
    base();
}

/// Returns the path from the root, for the system; a relative one is meant from where the process was started.
#[must_use]
pub fn resolve(path: &Path) -> Cow<'_, Path> {
    match base() {
        // An empty path names nothing, and must not become a name of the directory.
        Some(base) if path.is_relative() && !path.as_os_str().is_empty() => base.join(path).into(),
        _ => path.into(),
    }
}

fn base() -> Option<&'static Path> {
    // A working directory that was removed has no path; then a relative path can only be tried as it is.
    BASE.get_or_init(|| std::env::current_dir().ok()).as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_keep_their_meaning() {
        let before = std::env::current_dir().unwrap();
        keep_working_directory();
        let elsewhere = tempfile::tempdir().unwrap();
        std::env::set_current_dir(elsewhere.path()).unwrap();
        assert_eq!(resolve(Path::new("a.yaml")), before.join("a.yaml"));
        assert_eq!(resolve(Path::new("../plugins.d")), before.join("../plugins.d"));
        assert_eq!(resolve(Path::new(".")), before.join("."));
        assert_eq!(resolve(Path::new("/etc/a.yaml")), Path::new("/etc/a.yaml"));
        assert_eq!(resolve(Path::new("")), Path::new(""));
        assert!(
            crate::read(Path::new("Cargo.toml"), crate::Limit::CONFIGURATION).is_ok(),
            "read from {before:?}"
        );
        std::env::set_current_dir(before).unwrap();
    }
}
