//! The binary and the plugins that the tests run, built once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Returns the folder of the built artifacts, after seeing to it that they are built.
pub(crate) fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let libraries = ["--lib", "--package=kamodo-plugin-magnetopause", "--package=kamodo-plugin-dipole"];
        cargo_build(&["--bins", "--package=kamodo-host"]);
        cargo_build(&libraries);
        cargo_build(&["--examples", "--package=kamodo-fixture-plugins"]);
        // the tests themselves are in target/PROFILE/deps
        let test = std::env::current_exe().expect("a process has a file");
        test.ancestors().nth(2).expect("tests are in target/PROFILE/deps").to_owned()
    })
}

/// Returns the library of an example plugin, such as `magnetopause`.
///
/// # Panics
/// Where it cannot be built.
#[must_use]
pub fn example_plugin(name: &str) -> PathBuf {
    folder().join(format!("libkamodo_plugin_{name}.so"))
}

/// Returns the library of one of `tests/fixtures/plugins`.
///
/// # Panics
/// Where it cannot be built.
#[must_use]
pub fn fixture_plugin(name: &str) -> PathBuf {
    folder().join("examples").join(format!("lib{name}.so"))
}

fn cargo_build(selection: &[&str]) {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--quiet", "--locked"]).args(selection);
    // What cargo tells a test of its package: some build scripts look at it, and would build everything above them anew,
    // also while the tests of the documentation need it.
    for (name, _) in std::env::vars_os() {
        let is_of_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if name.to_str().is_some_and(|name| is_of_package.iter().any(|prefix| name.starts_with(prefix))) {
            build.env_remove(name);
        }
    }
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let status = build.status().expect("cargo runs these tests, so it is there");
    assert!(status.success(), "`cargo build {}` failed: {status}", selection.join(" "));
}
