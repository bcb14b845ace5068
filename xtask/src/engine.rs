//! The container engine that the tasks talk to: the machine's, or one that a test started.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The address of an engine that is not the machine's.
static ADDRESS: OnceLock<String> = OnceLock::new();

/// Talks to the engine at `address` from now on; the first choice stays.
pub(crate) fn choose(address: String) {
    ADDRESS.get_or_init(|| address);
}

/// Returns a command of the engine's own tools, in the project's folder.
pub(crate) fn command(tool: &str) -> Command {
    let mut command = crate::project::command(tool);
    if let Some(address) = ADDRESS.get() {
        command.env("DOCKER_HOST", address);
    }
    command
}

/// Returns whether an engine answers.
pub(crate) fn is_there() -> bool {
    let status = command("docker").arg("info").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
