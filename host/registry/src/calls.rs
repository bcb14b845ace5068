//! The calls of compiled code that run now, so that one that does not return is noticed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{Body, Cancel, Cost, Function};

/// How long a call may take on a thread that serves connections. It was declared to take microseconds, but a busy
/// machine may keep its thread waiting.
pub(crate) const HERE: Duration = Duration::from_millis(500);

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
    n_replaced: usize,
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
    /// Whether another thread may do what the one of this call would do otherwise.
    is_replaced: bool,
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

/// How long a call may run before it no longer counts among those that run at a time: a model may run for hours,
/// and the plugin's other functions are not to wait for it.
const REPLACED: Duration = Duration::from_secs(10);

/// Returns how long a call of a function may run before another thread takes the place of its own. One that is declared
/// cheap and is not done by [`HERE`] will not be; a few of them took all threads of their plugin for ten seconds.
fn patience(function: &Function) -> Duration {
    match &function.body {
        Body::Native(code) if code.cost() == Cost::Cheap => HERE,
        _ => REPLACED,
    }
}

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
            is_replaced: false,
        });
        InCall { calls: self, id }
    }

    /// Looks at what runs: a call whose client left a while ago is abandoned from now on, and the thread of one that
    /// has run for long is replaced.
    pub(crate) fn look(&self) {
        let mut running = self.running();
        let now = Instant::now();
        let (mut n_abandoned, mut n_replaced) = (0, 0);
        for call in &mut running.calls {
            if call.cancel.is_cancelled() {
                let left = *call.left.get_or_insert(now);
                call.is_abandoned |= now.duration_since(left) >= GRACE;
            }
            call.is_replaced |=
                call.is_abandoned || now.duration_since(call.begun) >= patience(&call.function);
            n_abandoned += usize::from(call.is_abandoned);
            n_replaced += usize::from(call.is_replaced);
        }
        (running.n_abandoned, running.n_replaced) = (n_abandoned, n_replaced);
    }

    /// Returns how many calls have been abandoned and still run.
    pub(crate) fn n_abandoned(&self) -> usize {
        self.running().n_abandoned
    }

    /// Returns how many calls still run whose threads are replaced: those that are abandoned or have run for long.
    pub(crate) fn n_replaced(&self) -> usize {
        self.running().n_replaced
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
            running.n_replaced -= usize::from(call.is_replaced);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use kamodo_value::{Meta, Signature, Value};

    use super::*;
    use crate::{CallError, NativeFunction, Origin, Shown};

    #[derive(Debug)]
    struct Code(Cost);

    impl NativeFunction for Code {
        fn call(&self, _: Vec<Value>, _: &Cancel) -> Result<Value, CallError> {
            Ok(Value::Int(0.into()))
        }

        fn cost(&self) -> Cost {
            self.0
        }
    }

    fn function(body: Body) -> Function {
        Function {
            signature: Signature { name: "f".to_owned(), parameters: Vec::new(), unit: None },
            meta: Meta::default(),
            origin: Arc::new(Origin::Yaml { file: "a.yaml".into() }),
            line: None,
            shown: Shown::default(),
            route: Vec::new(),
            body,
        }
    }

    #[test]
    fn what_is_declared_cheap_and_is_not_gets_another_thread_early() {
        let native = |cost| function(Body::Native(Arc::new(Code(cost))));
        assert_eq!(patience(&native(Cost::Cheap)), HERE);
        assert_eq!(patience(&native(Cost::Unknown)), REPLACED);
        assert_eq!(patience(&function(Body::Waiting(Vec::new()))), REPLACED);
    }
}
