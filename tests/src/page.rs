//! Pages of the documentation that say what the program says.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the project's folder.
///
/// # Panics
/// If the tests are no folder of the project.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are a folder of the project").to_owned()
}

/// Holds a page to what `render` makes of it; writes it if `KAMODO_UPDATE_DOCS` is set.
///
/// # Panics
/// If the page is another, or cannot be written.
#[track_caller]
pub fn check_page(page: &str, render: impl FnOnce(&str) -> String) {
    let path = root().join(page);
    let shown = fs::read_to_string(&path).unwrap_or_default();
    let now = render(&shown);
    if std::env::var_os("KAMODO_UPDATE_DOCS").is_some() {
        fs::write(&path, now).expect("the page can be written");
        return;
    }
    assert!(shown == now, "{page} is not what is said now; KAMODO_UPDATE_DOCS=1 writes it:\n{now}");
}
