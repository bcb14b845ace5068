//! The fixture plugins, built, and their bytes.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Returns the shared library of a fixture plugin.
pub(crate) fn built(name: &str) -> PathBuf {
    static EXAMPLES: OnceLock<PathBuf> = OnceLock::new();
    let examples = EXAMPLES.get_or_init(|| {
        let output = cargo(&["build", "--quiet", "--examples"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        target().join("debug/examples")
    });
    examples.join(format!("lib{name}.so"))
}

/// Runs cargo on the fixture plugins.
pub(crate) fn cargo(arguments: &[&str]) -> Output {
    let (command, rest) = arguments.split_first().expect("cargo has a command");
    Command::new(env!("CARGO"))
        .args([command, "--package", "kamodo-fixture-plugins", "--target-dir"])
        .arg(target())
        .args(rest)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap()
}

/// Returns the directory of everything that is built.
pub(crate) fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).expect("tests run from <target>/<profile>/deps").to_owned()
}

/// Writes a deed, such as `start: abort`, into the bytes of the plugin that does what its bytes say.
pub(crate) fn with_deed(bytes: &[u8], deed: &str) -> Vec<u8> {
    const MARK: &[u8] = b"kamodo-fixture-deed:";
    let mut bytes = bytes.to_vec();
    let marks = bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
    let places: Vec<_> = marks.map(|(at, _)| at + MARK.len()).collect();
    for at in places {
        bytes[at..at + 28].copy_from_slice(format!("{deed:28}").as_bytes());
    }
    bytes
}
