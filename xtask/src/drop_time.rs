//! `cargo xtask drop-time`: from dropping a plugin to the first call of its function.

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
        "drop_time",
    ]))
}
