//! How a call runs: where it arrives if it is cheap, else on the pool.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use kamodo_expr::{EvaluateError, Machine, Progress};
use kamodo_value::Value;
use tokio::sync::oneshot;

use crate::function::Body;
use crate::pool::Pool;
use crate::{CallError, Cancel, Cost, Function, bind};

/// A hop to the pool wakes a thread, which costs about as much as this; what is cheaper runs in place.
const IN_PLACE: Duration = Duration::from_micros(20);

/// The most elements with which compiled code that its author declared cheap runs in place.
const IN_PLACE_ELEMENTS: usize = 512;

/// How many calls may wait for a thread of the pool.
const QUEUE: usize = 64;

/// Runs calls; a clone shares the pool.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    pool: Pool,
}

/// Cancels the call when the future that waits for it is dropped.
struct CancelOnDrop(Cancel);

// === impl Dispatcher ===

impl Dispatcher {
    /// Starts a pool of one thread a core.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn start() -> io::Result<Self> {
        let n_threads = thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { pool: Pool::start(n_threads, QUEUE)? })
    }

    /// Returns whether a call takes less than handing it to another thread would.
    #[must_use]
    pub fn is_cheap(&self, function: &Function, args: &[Value]) -> bool {
        is_cheap(function, args)
    }

    /// Calls the function on this thread.
    ///
    /// # Errors
    /// [`CallError`], also where the evaluation panics.
    pub fn call_in_place(
        &self,
        function: &Arc<Function>,
        args: Vec<Value>,
        cancel: &Cancel,
    ) -> Result<Value, CallError> {
        catch_unwind(AssertUnwindSafe(|| run(function, args, cancel)))
            .unwrap_or_else(|_| Err(CallError::Bug { function: function.name().to_owned() }))
    }

    /// Calls the function on the pool; dropping the future cancels the call at its next chunk.
    ///
    /// # Errors
    /// [`CallError`]; [`CallError::Overloaded`] where too many calls wait already.
    pub async fn call(&self, function: Arc<Function>, args: Vec<Value>) -> Result<Value, CallError> {
        let (sender, receiver) = oneshot::channel();
        let guard = CancelOnDrop(Cancel::default());
        let cancel = guard.0.clone();
        let name = function.name().to_owned();
        let job = Box::new(move || {
            if !cancel.is_cancelled() {
                // A receiver that is gone was cancelled: nobody wants the value.
                let _ = sender.send(run(&function, args, &cancel));
            }
        });
        if let Err(full) = self.pool.submit(job) {
            return Err(CallError::Overloaded { function: name, queued: full.queued });
        }
        receiver.await.unwrap_or(Err(CallError::Bug { function: name }))
    }
}

fn is_cheap(function: &Function, args: &[Value]) -> bool {
    let is_small = || {
        args.iter().all(|arg| match arg {
            Value::Array(array) => array.len() <= IN_PLACE_ELEMENTS,
            Value::List(list) => list.len() <= IN_PLACE_ELEMENTS,
            _ => true,
        })
    };
    match &function.body {
        Body::Waiting(_) => true, // an error, at once
        Body::Native(code) => code.cost() == Cost::Cheap && is_small(),
        Body::Program { program, callees } => {
            program.estimate(args) < IN_PLACE
                && (callees.is_empty() || is_small() && callees.iter().all(|callee| is_cheap(callee, &[])))
        }
    }
}

/// Runs a call to its end, with the calls that it makes; on a stack of its own, since a chain of
/// compositions may be longer than a thread's stack is deep.
fn run(function: &Arc<Function>, args: Vec<Value>, cancel: &Cancel) -> Result<Value, CallError> {
    let mut stack = Vec::new();
    let mut entered = enter(function, args, cancel)?;
    loop {
        match (entered, stack.last_mut()) {
            (Entered::Program(function, machine), _) => stack.push((function, machine)),
            (Entered::Value(value), Some((_, caller))) => caller.supply(value),
            (Entered::Value(value), None) => return Ok(value),
        }
        entered = resume(&mut stack, cancel)?;
    }
}

/// Where a call stands: answered, or about to run.
enum Entered<'a> {
    Value(Value),
    Program(&'a Function, Machine),
}

fn enter<'a>(function: &'a Function, args: Vec<Value>, cancel: &Cancel) -> Result<Entered<'a>, CallError> {
    match &function.body {
        Body::Native(code) => code.call(args, cancel).map(Entered::Value),
        Body::Program { program, .. } => Ok(Entered::Program(function, Arc::clone(program).start(args))),
        Body::Waiting(missing) => {
            Err(CallError::Waiting { function: function.name().to_owned(), missing: missing.clone() })
        }
    }
}

/// Lets the innermost program go on, to its end or to the call that it makes.
fn resume<'a>(stack: &mut Vec<(&'a Function, Machine)>, cancel: &Cancel) -> Result<Entered<'a>, CallError> {
    let Some((function, mut machine)) = stack.pop() else { unreachable!("a program is running") };
    let progress = machine.resume(&|| cancel.is_cancelled()).map_err(|source| match source {
        EvaluateError::Cancelled => CallError::Cancelled { function: function.name().to_owned() },
        source => CallError::Evaluate { function: function.name().to_owned(), source },
    })?;
    match (progress, &function.body) {
        (Progress::Done(value), _) => Ok(Entered::Value(value)),
        (Progress::Call { callee, args }, Body::Program { callees, .. }) => {
            stack.push((function, machine));
            let callee = &callees[callee];
            enter(callee, bind(&callee.signature, args, Vec::new())?, cancel)
        }
        (Progress::Call { .. }, _) => unreachable!("only a program calls"),
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
