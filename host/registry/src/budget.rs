//! Memory that is counted for as long as it is held, against a limit that several may share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How much memory may be held; a clone shares the count.
#[derive(Debug, Clone)]
pub struct Budget {
    used: Arc<AtomicUsize>,
    limit: usize,
}

/// Memory that is held; it is free again when this is dropped.
#[derive(Debug)]
pub struct Charge {
    used: Arc<AtomicUsize>,
    n_bytes: usize,
}

/// There is no room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("value of {found} bytes: the connection holds {held} of at most {limit} bytes already")]
pub struct Exceeded {
    /// The bytes that were asked for.
    pub found: usize,
    /// Those that are held.
    pub held: usize,
    /// Those that may be held.
    pub limit: usize,
}

// === impl Budget ===

impl Budget {
    /// Counts in `used` what is held, against `limit`.
    #[must_use]
    pub fn new(used: Arc<AtomicUsize>, limit: usize) -> Self {
        Self { used, limit }
    }

    /// Counts some bytes until the charge is dropped.
    ///
    /// # Errors
    /// [`Exceeded`] where that is more than may be held.
    pub fn charge(&self, n_bytes: usize) -> Result<Charge, Exceeded> {
        let grown = |held: usize| held.checked_add(n_bytes).filter(|sum| *sum <= self.limit);
        match self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown) {
            Ok(_) => Ok(Charge { used: Arc::clone(&self.used), n_bytes }),
            Err(held) => Err(Exceeded { found: n_bytes, held, limit: self.limit }),
        }
    }
}

impl Default for Budget {
    /// A budget without a limit.
    fn default() -> Self {
        Self::new(Arc::default(), usize::MAX)
    }
}

// === impl Exceeded ===

impl Exceeded {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        "drop values that are no longer needed, ask for less at once, or allow more with `--values-bytes`"
            .to_owned()
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.used.fetch_sub(self.n_bytes, Ordering::Relaxed);
    }
}
