//! Where the current snapshot stands, for all readers and one writer.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::{Function, Snapshot};

/// The current snapshot. A request reads it once and keeps what it read to its end.
#[derive(Debug, Default)]
pub struct Registry {
    current: ArcSwap<Snapshot>,
}

// === impl Registry ===

impl Registry {
    /// Returns the current generation.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Replaces all functions at once by a new generation, and returns it.
    ///
    /// Only the supervisor publishes, so that generations follow one another without a gap.
    pub fn publish(&self, functions: Vec<Arc<Function>>) -> Arc<Snapshot> {
        let snapshot = Arc::new(Snapshot::following(&self.current.load(), functions));
        self.current.store(Arc::clone(&snapshot));
        snapshot
    }
}
