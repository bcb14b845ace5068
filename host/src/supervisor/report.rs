//! What came of one look, for the log and for whoever asked for it.

use std::collections::HashSet;
use std::sync::Arc;

use kamodo_expr::{Diagnostic, Severity, bounded};
use kamodo_registry::{Changed, Function, Snapshot};

use crate::telemetry;

/// What came of one look.
#[derive(Debug, Default)]
pub struct Report {
    /// Errors and warnings of the files that changed.
    pub diagnostics: Vec<Diagnostic>,
    /// The new generation, where there is one.
    pub published: Option<Arc<Snapshot>>,
    /// Every good function of the files as they are now, also of those that are not served for an error
    /// beside it.
    pub defined: Vec<Arc<Function>>,
}

/// How many functions one warning names.
const NAMED: usize = 12;

// === impl Report ===

impl Report {
    /// Returns how many of the diagnostics are errors.
    #[must_use]
    pub fn n_errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// Has each thing told once, and no more of them than anybody reads.
    pub(super) fn leave_out_repetitions(&mut self) {
        let mut known = HashSet::new();
        self.diagnostics.retain(|diagnostic| known.insert(diagnostic.clone()));
        self.diagnostics = bounded(std::mem::take(&mut self.diagnostics));
    }

    /// Logs what is wrong, and one line for a new generation: what came, went and changed.
    pub(super) fn log(&self) {
        for diagnostic in &self.diagnostics {
            telemetry::log(diagnostic);
        }
        if self.n_errors() > 0 {
            tracing::warn!("what was served stays served");
        }
        let Some(snapshot) = &self.published else { return };
        let publication = snapshot.publication();
        tracing::info!(
            "generation {} ({}): {}",
            publication.generation,
            publication.cause,
            publication.changes
        );
        let redeclared: Vec<&Changed> = publication.changes.redeclared().collect();
        if !redeclared.is_empty() {
            let named: Vec<_> = redeclared.iter().take(NAMED).map(ToString::to_string).collect();
            let more = match redeclared.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            tracing::warn!("callers may have to change: {}{more}", named.join(", "));
        }
    }
}
