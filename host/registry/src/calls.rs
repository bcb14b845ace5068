//! The calls of compiled code that run now, so that one that does not return is noticed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{Cancel, Function};

/// The calls that run on one thread, or on the threads of one plugin.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    calls: Vec<RunningCall>,
    next_id: u64,
    n_abandoned: usize,
}

#[derive(Debug)]
struct RunningCall {
    id: u64,
    function: Arc<Function>,
    cancel: Cancel,
    begun: Instant,
    /// When it was first seen that its client had left.
    left: Option<Instant>,
    is_abandoned: bool,
}

/// A call that runs. It has returned when this is dropped.
pub(crate) struct InCall<'a> {
    calls: &'a Calls,
    id: u64,
}

/// A call that has run for long.
#[derive(Debug, Clone)]
pub(crate) struct LongCall {
    pub(crate) function: Arc<Function>,
    pub(crate) begun: Instant,
    /// Whether its client has left.
    pub(crate) is_abandoned: bool,
}

/// How long code may take to notice that its client has left, before it counts as one that does not return.
const GRACE: Duration = Duration::from_secs(1);

// === impl Calls ===

impl Calls {
    /// Notes a call that begins.
    pub(crate) fn enter(&self, function: &Arc<Function>, cancel: &Cancel) -> InCall<'_> {
        let mut running = self.running();
        let id = running.next_id;
        running.next_id += 1;
        running.calls.push(RunningCall {
            id,
            function: Arc::clone(function),
            cancel: cancel.clone(),
            begun: Instant::now(),
            left: None,
            is_abandoned: false,
        });
        InCall { calls: self, id }
    }

    /// Looks at what runs: a call whose client left a while ago is abandoned from now on.
    pub(crate) fn look(&self) {
        let mut running = self.running();
        let now = Instant::now();
        let mut n_abandoned = 0;
        for call in &mut running.calls {
            if call.cancel.is_cancelled() {
                let left = *call.left.get_or_insert(now);
                call.is_abandoned |= now.duration_since(left) >= GRACE;
            }
            n_abandoned += usize::from(call.is_abandoned);
        }
        running.n_abandoned = n_abandoned;
    }

    /// Returns how many calls have been abandoned and still run.
    pub(crate) fn n_abandoned(&self) -> usize {
        self.running().n_abandoned
    }

    /// Returns the calls that are abandoned, or have run for longer than `limit`.
    pub(crate) fn longer_than(&self, limit: Duration) -> Vec<LongCall> {
        let running = self.running();
        let long = running.calls.iter().filter(|call| call.is_abandoned || call.begun.elapsed() > limit);
        let shown = |call: &RunningCall| LongCall {
            function: Arc::clone(&call.function),
            begun: call.begun,
            is_abandoned: call.is_abandoned,
        };
        long.map(shown).collect()
    }

    /// A thread that panicked while it held the lock left nothing half done.
    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InCall<'_> {
    fn drop(&mut self) {
        let mut running = self.calls.running();
        if let Some(index) = running.calls.iter().position(|call| call.id == self.id) {
            let call = running.calls.swap_remove(index);
            running.n_abandoned -= usize::from(call.is_abandoned);
        }
    }
}
