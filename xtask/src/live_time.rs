//! `cargo xtask live-time`: from a save to the first answer of the new generation.

use crate::project::{Failure, cargo, run as run_command};

/// Runs the measurement of the tests' package.
pub(crate) fn run(_: &[String]) -> Result<(), Failure> {
    run_command(&mut cargo(&[
        "run",
        "--quiet",
        "--release",
        "--package",
        "kamodo-tests",
        "--example",
        "live_time",
    ]))
}
