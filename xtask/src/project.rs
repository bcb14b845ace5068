//! Where the project's files are, and how a task runs a command.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::progress;

/// Why a task failed, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

/// The packages whose artifacts the tasks run: the host and the example plugins.
const SERVED: &[&str] = &["kamodo-host", "kamodo-plugin-magnetopause", "kamodo-plugin-dipole"];

/// Returns the project's folder.
///
/// It is asked for when running: a clean copy that shares `target` runs the same xtask.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let xtask =
            std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        Path::new(&xtask).parent().expect("xtask is a folder of the project").to_owned()
    })
}

/// Returns the folder that holds everything that is built.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Returns a command that runs `program` in the project's folder.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Returns a command that runs the cargo that runs us.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(args);
    // what cargo tells this program of itself: some build scripts look at it, and would run again, with all that needs
    // what they make, at every change between `cargo build` and a task
    for (name, _) in std::env::vars_os() {
        if is_of_xtask(&name.to_string_lossy()) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// Whether cargo sets an environment variable for the package that it runs.
fn is_of_xtask(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Runs `command` and returns what it prints.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output =
        command.output().map_err(|e| Failure::new(format!("cannot run `{}`: {e}", shown(command))))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("`{}` failed: {}: {}", shown(command), output.status, said.trim())))
}

/// Builds the host and the example plugins as users run them, and returns the folder of the artifacts.
pub(crate) fn build_release() -> Result<PathBuf, Failure> {
    let mut build = cargo(&["build", "--release"]);
    for package in SERVED {
        build.args(["--package", package]);
    }
    progress::run(&mut build)?;
    Ok(target().join("release"))
}

/// Puts a plugin into a watched directory the way that is safe while it is served: under a name that is
/// not looked at, then renamed. Writing over a library that is in use would end its process.
pub(crate) fn install_plugin(library: &Path, directory: &Path) -> Result<PathBuf, Failure> {
    let name = library.file_name().expect("a library is a file").to_string_lossy();
    let (partial, installed) = (directory.join(format!(".{name}.partial")), directory.join(&*name));
    std::fs::create_dir_all(directory)
        .and_then(|()| std::fs::copy(library, &partial))
        .and_then(|_| std::fs::rename(&partial, &installed))
        .map_err(|e| {
            Failure::new(format!("{}: cannot install into {}: {e}", library.display(), directory.display()))
        })?;
    Ok(installed)
}

/// Returns a command as a reader would type it.
pub(crate) fn shown(command: &Command) -> String {
    // a program by its name alone: where it is differs from machine to machine
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

/// Quotes a word for a shell, if it needs that.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./=:,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

// === impl Failure ===

impl Failure {
    /// Makes a failure from its fact.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Adds what the reader can do.
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Returns what the reader can do.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cargo_that_a_task_runs_builds_as_one_that_a_reader_runs() {
        // set by the cargo that runs this test, as by the one that runs a task
        for name in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"] {
            assert!(std::env::var_os(name).is_some(), "{name}");
            assert!(cargo(&[]).get_envs().any(|(known, value)| known == name && value.is_none()), "{name}");
        }
    }

    #[test]
    fn words_are_quoted_if_a_shell_would_take_them_apart() {
        assert_eq!(quoted("target/release/kamodo-rpc"), "target/release/kamodo-rpc");
        assert_eq!(quoted("import x"), "'import x'");
        assert_eq!(quoted("it's here"), r"'it'\''s here'");
        assert_eq!(quoted(""), "''");
    }
}
