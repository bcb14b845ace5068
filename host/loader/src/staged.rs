//! A private copy of a plugin's file.

use std::path::{Path, PathBuf};

/// The path of a private copy: the only kind of path that is ever opened as a library.
#[derive(Debug)]
pub(crate) struct Staged(PathBuf);

// === impl Staged ===

impl Staged {
    /// Takes the path of a copy that [`StageDir`](crate::StageDir) made.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Takes the path of a copy that another process made.
    pub(crate) fn copied_before(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}
