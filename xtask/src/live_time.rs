//! `cargo xtask live-time`: from a save to the first answer of the new generation.

use crate::progress;
use crate::project::{Failure, cargo};

/// Runs the measurement of the tests' package.
pub(crate) fn run(_: &[String]) -> Result<(), Failure> {
    progress::run(&mut cargo(&["run", "--release", "--package", "kamodo-tests", "--example", "live_time"]))
}
