//! The hidden command `try-plugin`, and how the loader comes to run it.

use std::path::Path;
use std::process::ExitCode;

use kamodo_loader::{Error, StageDir, Trial};

use crate::cli::TryPlugin;

/// Tries a plugin in this process, which ends with it.
#[must_use]
pub fn run(attempt: &TryPlugin) -> ExitCode {
    kamodo_loader::try_plugin(&attempt.staged, &attempt.journal)
}

/// Makes the directory of staged plugins, each of which is tried by this same program before it is opened.
pub(crate) fn stage(path: &Path) -> Result<StageDir, Error> {
    // The running program itself, also where its file was replaced or removed meanwhile.
    let trial = Trial::new("/proc/self/exe").arg("try-plugin").named("kamodo-rpc try-plugin");
    Ok(StageDir::create(path)?.with_trial(trial))
}
