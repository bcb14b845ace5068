//! What the server says while it runs: one log, on standard error.

use std::error::Error;
use std::io::IsTerminal as _;

use kamodo_expr::{Diagnostic, Severity};
use tracing_subscriber::EnvFilter;

/// Starts the log; `KAMODO_LOG` chooses what it holds, in the usual `target=level` form.
pub fn start() {
    let filter = EnvFilter::try_from_env("KAMODO_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
}

/// Logs an error or a warning, with its lines of the file.
pub(crate) fn log(diagnostic: &Diagnostic) {
    let text = diagnostic.render();
    match diagnostic.severity {
        Severity::Error => tracing::error!("{text}"),
        Severity::Warning => tracing::warn!("{text}"),
    }
}

/// An error with its causes in one line: the one place where they are joined.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
