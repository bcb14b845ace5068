//! How a call runs: where it arrives if it is cheap, else on the pool; what runs elsewhere is awaited, and
//! holds no thread meanwhile.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use kamodo_expr::{EvaluateError, Machine, Progress};
use kamodo_value::Value;
use tokio::sync::oneshot;

use crate::function::Body;
use crate::plan::{PlanError, Planned};
use crate::pool::{Full, Pool};
use crate::{Awaited, CallError, Cancel, Cost, Function, Plan, bind};

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

/// A call with the calls that it makes, on a stack of its own, since a chain of compositions may be longer
/// than a thread's stack is deep. It goes from thread to thread.
#[derive(Default)]
struct Running {
    /// What the calls are steps of, where there is more than one.
    plan: Option<Planned>,
    /// The programs that have begun, the innermost last.
    stack: Vec<(Arc<Function>, Machine)>,
    cancel: Cancel,
}

/// How far a call has come.
enum Step {
    /// It is answered.
    Done(Value),
    /// It goes on when this is there.
    Wait(Awaited),
}

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

    /// Calls the function, on this thread where that takes less than handing it to another one would.
    /// Dropping the future cancels the call: at its next chunk, or where it is awaited at once.
    ///
    /// # Errors
    /// [`CallError`], also where the evaluation panics; [`CallError::Overloaded`] where too many calls wait
    /// already.
    pub async fn call(&self, function: &Arc<Function>, args: Vec<Value>) -> Result<Value, CallError> {
        let is_cheap = is_cheap(function, &args);
        let own = Arc::clone(function);
        let begin = move |running: &mut Running| running.begin(&own, args);
        let driven = self.drive(function.name(), is_cheap, begin).await;
        driven.map(|(value, _)| value).map_err(|failed| failed.error)
    }

    /// Runs all steps of a plan, where one call of them together would run, and returns what it asks for.
    /// Dropping the future cancels it.
    ///
    /// # Errors
    /// [`PlanError`] of the first step that fails.
    pub async fn run(&self, plan: Plan) -> Result<Vec<Value>, PlanError> {
        let (is_cheap, name) = (is_cheap_plan(&plan), plan.name().to_owned());
        let begin = move |running: &mut Running| running.begin_plan(plan);
        let (_, plan) = self.drive(&name, is_cheap, begin).await?;
        Ok(plan.map(Planned::into_outputs).unwrap_or_default())
    }

    /// Computes something else where calls are computed; it is told when nobody waits for it any more.
    ///
    /// # Errors
    /// [`CallError`] where too many calls wait already, or where it panics; `name` is what it names.
    pub async fn compute<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Cancel) -> T + Send + 'static,
    ) -> Result<T, CallError> {
        let cancel = Cancel::default();
        let _guard = CancelOnDrop(cancel.clone());
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move || drop(sender.send(work(&cancel)))); // nobody may want it any more
        self.pool.submit_late(job).await.map_err(|full| overloaded(name, &full))?;
        receiver.await.map_err(|_| CallError::Bug { function: name.to_owned() })
    }

    /// Runs what `begin` begins, to its end.
    async fn drive(
        &self,
        name: &str,
        is_cheap: bool,
        begin: impl FnOnce(&mut Running) -> Result<Step, CallError> + Send + 'static,
    ) -> Result<(Value, Option<Planned>), PlanError> {
        let running = Running::default();
        let _guard = CancelOnDrop(running.cancel.clone());
        let (mut running, mut step) = if is_cheap {
            in_place(name, running, begin)?
        } else {
            let (job, answer) = job(running, begin);
            self.pool.submit(job).map_err(|full| overloaded(name, &full))?;
            received(name, answer).await?
        };
        loop {
            let value = match step {
                Step::Done(value) => return Ok((value, running.plan)),
                Step::Wait(awaited) => awaited.await.map_err(|error| running.failed(error))?,
            };
            (running, step) = if running.stack.is_empty() && running.plan.is_none() {
                return Ok((value, None)); // nobody called it but the client
            } else if is_cheap && is_small(std::slice::from_ref(&value)) {
                in_place(name, running, |running| running.supply(value))?
            } else {
                let (job, answer) = job(running, move |running| running.supply(value));
                self.pool.submit_late(job).await.map_err(|full| overloaded(name, &full))?;
                received(name, answer).await?
            };
        }
    }
}

/// What comes of one stretch of a call on the pool.
type Answer = oneshot::Receiver<Result<(Running, Step), PlanError>>;

fn overloaded(name: &str, full: &Full) -> CallError {
    CallError::Overloaded { function: name.to_owned(), queued: full.queued }
}

/// Makes a stretch of a call a job of the pool.
fn job(
    mut running: Running,
    advance: impl FnOnce(&mut Running) -> Result<Step, CallError> + Send + 'static,
) -> (crate::pool::Job, Answer) {
    let (sender, receiver) = oneshot::channel();
    let job = Box::new(move || {
        if !running.cancel.is_cancelled() {
            let step = advance(&mut running);
            // A receiver that is gone was cancelled: nobody wants the value.
            let _ = sender.send(match step {
                Ok(step) => Ok((running, step)),
                Err(error) => Err(running.failed(error)),
            });
        }
    });
    (job, receiver)
}

async fn received(name: &str, answer: Answer) -> Result<(Running, Step), PlanError> {
    answer.await.unwrap_or_else(|_| Err(CallError::Bug { function: name.to_owned() }.into()))
}

/// Runs a stretch of a call on this thread.
fn in_place(
    name: &str,
    mut running: Running,
    advance: impl FnOnce(&mut Running) -> Result<Step, CallError>,
) -> Result<(Running, Step), PlanError> {
    let step = catch_unwind(AssertUnwindSafe(|| advance(&mut running)))
        .unwrap_or_else(|_| Err(CallError::Bug { function: name.to_owned() }));
    match step {
        Ok(step) => Ok((running, step)),
        Err(error) => Err(running.failed(error)),
    }
}

/// Whether what of a call runs here takes less than handing it to another thread would.
fn is_cheap(function: &Function, args: &[Value]) -> bool {
    match &function.body {
        // An error at once; or others do the work.
        Body::Waiting(_) | Body::Unfit(_) | Body::Awaited(_) => true,
        Body::Native(code) => code.cost() == Cost::Cheap && is_small(args),
        Body::Program { program, callees } => {
            program.estimate(args) < IN_PLACE
                && (callees.is_empty()
                    || is_small(args) && callees.iter().all(|callee| is_cheap(callee, &[])))
        }
    }
}

/// Whether all steps of a plan together take less here.
fn is_cheap_plan(plan: &Plan) -> bool {
    let args = plan.largest_input().map(std::slice::from_ref).unwrap_or_default();
    let mut total = Duration::ZERO;
    plan.functions().all(|function| {
        total += match &function.body {
            Body::Program { program, .. } => program.estimate(args),
            Body::Waiting(_) | Body::Unfit(_) | Body::Awaited(_) | Body::Native(_) => {
                Duration::from_micros(1)
            }
        };
        total < IN_PLACE && is_cheap(function, args)
    })
}

fn is_small(values: &[Value]) -> bool {
    values.iter().all(|value| match value {
        Value::Array(array) => array.len() <= IN_PLACE_ELEMENTS,
        Value::List(list) => list.len() <= IN_PLACE_ELEMENTS,
        _ => true,
    })
}

// === impl Running ===

impl Running {
    /// Says of which step of the plan an error is.
    fn failed(&self, error: CallError) -> PlanError {
        PlanError { step: self.plan.as_ref().and_then(Planned::open), error }
    }

    /// Begins the call, and runs it to its end or to what it must wait for.
    fn begin(&mut self, function: &Arc<Function>, args: Vec<Value>) -> Result<Step, CallError> {
        let entered = self.enter(function, args)?;
        self.advance(entered)
    }

    /// Begins a plan, and runs it to its end or to what it must wait for.
    fn begin_plan(&mut self, plan: Plan) -> Result<Step, CallError> {
        self.plan = Some(Planned::new(plan));
        match self.next_of_plan()? {
            Some(entered) => self.advance(entered),
            None => Ok(Step::Done(Value::None)),
        }
    }

    /// Begins the next call of the plan; none where there is no more.
    fn next_of_plan(&mut self) -> Result<Option<Entered>, CallError> {
        let next = self.plan.as_mut().and_then(Planned::next);
        next.map(|(function, args)| self.enter(&function, args)).transpose()
    }

    /// Goes on with what was waited for.
    fn supply(&mut self, value: Value) -> Result<Step, CallError> {
        self.advance(Entered::Value(value))
    }

    fn advance(&mut self, mut entered: Entered) -> Result<Step, CallError> {
        loop {
            match (entered, self.stack.last_mut()) {
                (Entered::Awaited(awaited), _) => return Ok(Step::Wait(awaited)),
                (Entered::Program(function, machine), _) => self.stack.push((function, machine)),
                (Entered::Value(value), Some((_, caller))) => caller.supply(value),
                (Entered::Value(value), None) => {
                    let Some(plan) = &mut self.plan else { return Ok(Step::Done(value)) };
                    plan.supply(value)?;
                    let Some(next) = self.next_of_plan()? else { return Ok(Step::Done(Value::None)) };
                    entered = next;
                    continue;
                }
            }
            entered = self.resume()?;
        }
    }

    fn enter(&self, function: &Arc<Function>, args: Vec<Value>) -> Result<Entered, CallError> {
        match &function.body {
            Body::Native(code) => code.call(args, &self.cancel).map(Entered::Value),
            Body::Awaited(remote) => Ok(Entered::Awaited(remote.call(args))),
            Body::Program { program, .. } => {
                Ok(Entered::Program(Arc::clone(function), Arc::clone(program).start(args)))
            }
            Body::Waiting(missing) => {
                Err(CallError::Waiting { function: function.name().to_owned(), missing: missing.clone() })
            }
            Body::Unfit(reason) => {
                Err(CallError::Unfit { function: function.name().to_owned(), reason: Arc::clone(reason) })
            }
        }
    }

    /// Lets the innermost program go on, to its end or to the call that it makes.
    fn resume(&mut self) -> Result<Entered, CallError> {
        let Some((function, mut machine)) = self.stack.pop() else { unreachable!("a program is running") };
        let cancel = &self.cancel;
        let progress = machine.resume(&|| cancel.is_cancelled()).map_err(|source| match source {
            EvaluateError::Cancelled => CallError::Cancelled { function: function.name().to_owned() },
            source => CallError::Evaluate { function: function.name().to_owned(), source },
        })?;
        match (progress, &function.body) {
            (Progress::Done(value), _) => Ok(Entered::Value(value)),
            (Progress::Call { callee, args }, Body::Program { callees, .. }) => {
                let callee = Arc::clone(&callees[callee]);
                self.stack.push((function, machine));
                self.enter(&callee, bind(&callee.signature, args, Vec::new())?)
            }
            (Progress::Call { .. }, _) => unreachable!("only a program calls"),
        }
    }
}

/// Where a call stands: answered, about to run, or on its way elsewhere.
enum Entered {
    Value(Value),
    Program(Arc<Function>, Machine),
    Awaited(Awaited),
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
