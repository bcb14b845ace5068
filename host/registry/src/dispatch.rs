//! How a call runs: where it arrives if it is light, else on the pool; code of a plugin that is not cheap on threads
//! of that plugin. What runs elsewhere is awaited, and holds no thread meanwhile.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kamodo_compute::{EvaluateError, Machine, Progress};
use kamodo_value::Value;
use tokio::sync::oneshot;

use crate::calls::Calls;
use crate::function::Body;
use crate::lane::{Bounds, Lane, Lanes};
use crate::plan::{PlanError, Planned};
use crate::pool::Pool;
use crate::queue::{ClientId, Full, Job, Place, Room};
use crate::watchdog::{StuckCalls, Watched};
use crate::{Awaited, CallError, Cancel, Cost, Function, Health, NativeFunction, Plan, bind};

/// A hop to the pool wakes a thread, which costs about as much as this; what is cheaper runs in place.
const IN_PLACE: Duration = Duration::from_micros(20);

/// The most elements with which compiled code that its author declared cheap runs in place.
const IN_PLACE_ELEMENTS: usize = 512;

/// The most functions that a call in place may run: chains of definitions may call each other ever more often.
const IN_PLACE_FUNCTIONS: usize = 256;

/// How many calls may wait for a thread of the pool, and how many of one client whatever others do.
const CALLS: Room = Room { queue: 64, share: 8 };

/// How many definitions may wait to be made. Each client makes one after the other, but links those that it calls.
const DEFINITIONS: Room = Room { queue: 1024, share: 8 };

/// How long a call may go on while others wait for a thread, if it makes calls of its own between which it can stop.
const TURN: Duration = Duration::from_millis(50);

/// Runs calls; a clone shares the threads.
#[derive(Debug, Clone)]
pub struct Dispatcher {
    shared: Arc<Shared>,
    client: ClientId,
    /// Notes the calls that run on the thread on which this is used.
    here: Arc<Calls>,
}

#[derive(Debug)]
struct Shared {
    pool: Pool,
    /// Definitions have threads of their own, so that they keep nobody's calls waiting.
    definitions: Pool,
    watched: Arc<Watched>,
    next_client: AtomicU64,
}

/// Cancels the call when the future that waits for it is dropped.
struct CancelOnDrop(Cancel);

/// A call with the calls that it makes, on a stack of its own, since a chain of compositions may be longer
/// than a thread's stack is deep. It goes from thread to thread.
struct Running {
    /// What the calls are steps of, where there is more than one.
    plan: Option<Planned>,
    /// The programs that have begun, the innermost last.
    stack: Vec<Frame>,
    cancel: Cancel,
    shared: Arc<Shared>,
    at: At,
    /// Since it is there.
    since: Instant,
    /// The programs that went on there.
    n_resumed: usize,
}

/// A program that has begun.
struct Frame {
    function: Arc<Function>,
    machine: Machine,
    /// Whether it may go on elsewhere than on the pool.
    is_light: bool,
}

/// On which thread a call is.
enum At {
    /// Where it arrived.
    Here(Arc<Calls>),
    Pool,
    /// On one of a plugin.
    Lane(Arc<Lane>),
}

/// How far a call has come.
enum Step {
    /// It is answered.
    Done(Value),
    /// It goes on when this is there.
    Wait(Awaited),
    /// It goes on with this call, on a thread of the function's plugin.
    Native(Arc<Function>, Vec<Value>),
    /// It goes on, on the pool.
    Resume,
}

// === impl Dispatcher ===

impl Dispatcher {
    /// Starts a pool of one thread a core.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn start() -> io::Result<Self> {
        let n_threads = thread::available_parallelism().map_or(1, usize::from);
        Self::with(n_threads, Bounds::default())
    }

    /// Starts threads for evaluation, and says how many the plugins get.
    fn with(n_threads: usize, bounds: Bounds) -> io::Result<Self> {
        let watched = Arc::new(Watched::new(Lanes::new(bounds)));
        watched.start()?;
        let here = watched.thread("caller");
        let shared = Arc::new(Shared {
            pool: Pool::start("pool", n_threads, CALLS)?,
            definitions: Pool::start("define", n_threads / 2, DEFINITIONS)?,
            watched,
            next_client: AtomicU64::new(1),
        });
        Ok(Self { shared, client: ClientId(0), here })
    }

    /// Returns this for one more client, who has a share of its own of what may wait.
    #[must_use]
    pub fn for_client(&self) -> Self {
        let client = ClientId(self.shared.next_client.fetch_add(1, Ordering::Relaxed));
        Self { client, ..self.clone() }
    }

    /// Returns this for one more thread that serves connections: calls that do not return on it are told with its
    /// name.
    #[must_use]
    pub fn for_thread(&self, name: &str) -> Self {
        Self { here: self.shared.watched.thread(name), ..self.clone() }
    }

    /// Tells of calls that do not return there.
    pub fn tell(&self, health: &Arc<Health>) {
        self.shared.watched.tell(health);
    }

    /// Tells of a call whose client waits once it has been running for so long.
    pub fn tell_after(&self, long: Duration) {
        self.shared.watched.tell_after(long);
    }

    /// Returns the calls of compiled code that run now.
    #[must_use]
    pub fn running(&self) -> Vec<StuckCalls> {
        self.shared.watched.longer_than(Duration::ZERO, Duration::ZERO)
    }

    /// Returns whether the thread of this is in a call that has taken longer than one may that runs in place.
    #[must_use]
    pub fn is_stuck_here(&self) -> bool {
        !self.here.longer_than(crate::calls::HERE).is_empty()
    }

    /// Calls the function, on this thread where that takes less than handing it to another one would.
    /// Dropping the future cancels the call: at its next chunk, or where it is awaited at once.
    ///
    /// # Errors
    /// [`CallError`], also where the evaluation panics; [`CallError::Overloaded`] where too many calls wait
    /// already.
    pub async fn call(&self, function: &Arc<Function>, args: Vec<Value>) -> Result<Value, CallError> {
        let is_light = is_light(function, &args);
        let own = Arc::clone(function);
        let begin = move |running: &mut Running| running.begin(&own, args);
        let driven = self.drive(function.name(), is_light, begin).await;
        driven.map(|(value, _)| value).map_err(|failed| failed.error)
    }

    /// Runs all steps of a plan, where one call of them together would run, and returns what it asks for.
    /// Dropping the future cancels it.
    ///
    /// # Errors
    /// [`PlanError`] of the first step that fails.
    pub async fn run(&self, plan: Plan) -> Result<Vec<Value>, PlanError> {
        let (is_light, name) = (is_light_plan(&plan), plan.name().to_owned());
        let begin = move |running: &mut Running| running.begin_plan(plan);
        let (_, plan) = self.drive(&name, is_light, begin).await?;
        Ok(plan.map(Planned::into_outputs).unwrap_or_default())
    }

    /// Computes something else than a call, such as a definition, on threads for that alone; it is told when nobody
    /// waits for it any more, and not begun then.
    ///
    /// # Errors
    /// [`CallError`] where too many wait already, or where it panics; `name` is what it names.
    pub async fn compute<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Cancel) -> T + Send + 'static,
    ) -> Result<T, CallError> {
        let cancel = Cancel::default();
        let _guard = CancelOnDrop(cancel.clone());
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |_| {
            if !cancel.is_cancelled() {
                drop(sender.send(work(&cancel))); // nobody may want it any more
            }
        });
        let place = self.shared.definitions.submit(self.client, true, job);
        let place = place.map_err(|full| overloaded(name, full))?;
        let computed = receiver.await.map_err(|_| CallError::Bug { function: name.to_owned() });
        place.done();
        computed
    }

    /// Runs what `begin` begins, to its end.
    async fn drive(
        &self,
        name: &str,
        is_light: bool,
        begin: impl FnOnce(&mut Running) -> Result<Step, CallError> + Send + 'static,
    ) -> Result<(Value, Option<Planned>), PlanError> {
        let running = Running::new(&self.shared);
        let _guard = CancelOnDrop(running.cancel.clone());
        let mut is_late = !is_light; // whether it was let in already
        let (mut running, mut step) = match is_light {
            true => self.in_place(name, running, begin)?,
            false => self.on_pool(name, running, true, begin).await?,
        };
        loop {
            (running, step) = match step {
                Step::Done(value) => return Ok((value, running.plan)),
                Step::Resume => self.on_pool(name, running, false, Running::resumed).await?,
                Step::Native(function, args) => {
                    let is_new = !std::mem::replace(&mut is_late, true);
                    self.on_lane(running, function, args, is_new).await?
                }
                Step::Wait(awaited) => {
                    let value = awaited.await.map_err(|error| running.failed(error))?;
                    if running.stack.is_empty() && running.plan.is_none() {
                        return Ok((value, None)); // nobody called it but the client
                    }
                    self.in_place(name, running, |running| running.supply(value))?
                }
            };
        }
    }

    /// Runs a stretch of a call on this thread.
    fn in_place(
        &self,
        name: &str,
        mut running: Running,
        advance: impl FnOnce(&mut Running) -> Result<Step, CallError>,
    ) -> Result<(Running, Step), PlanError> {
        running.arrive(At::Here(Arc::clone(&self.here)));
        let step = catch_unwind(AssertUnwindSafe(|| advance(&mut running)))
            .unwrap_or_else(|_| Err(CallError::Bug { function: name.to_owned() }));
        match step {
            Ok(step) => Ok((running, step)),
            Err(error) => Err(running.failed(error)),
        }
    }

    /// Runs a stretch of a call on the pool.
    async fn on_pool(
        &self,
        name: &str,
        running: Running,
        is_new: bool,
        advance: impl FnOnce(&mut Running) -> Result<Step, CallError> + Send + 'static,
    ) -> Result<(Running, Step), PlanError> {
        let (job, answer) = job(running, At::Pool, advance);
        let place = self.shared.pool.submit(self.client, is_new, job);
        received(name, place.map_err(|full| overloaded(name, full))?, answer).await
    }

    /// Runs a call of a plugin's function on a thread of that plugin, and goes on there with what is light.
    async fn on_lane(
        &self,
        running: Running,
        function: Arc<Function>,
        args: Vec<Value>,
        is_new: bool,
    ) -> Result<(Running, Step), PlanError> {
        let lane = self.shared.watched.lanes.of(&function.origin);
        let step = running.step();
        let own = Arc::clone(&function);
        let (job, answer) = job(running, At::Lane(Arc::clone(&lane)), move |running| {
            let entered = running.enter(&own, args)?;
            running.advance(entered)
        });
        let place = lane.submit(&function, self.client, is_new, job);
        received(function.name(), place.map_err(|error| PlanError { step, error })?, answer).await
    }
}

/// What comes of one stretch of a call on another thread.
type Answer = oneshot::Receiver<Result<(Running, Step), PlanError>>;

fn overloaded(name: &str, full: Full) -> CallError {
    CallError::Overloaded { function: name.to_owned(), queued: full.queued }
}

/// Makes a stretch of a call a job of another thread.
fn job(
    mut running: Running,
    at: At,
    advance: impl FnOnce(&mut Running) -> Result<Step, CallError> + Send + 'static,
) -> (Job, Answer) {
    let (sender, receiver) = oneshot::channel();
    let job = Box::new(move |begun: Result<(), CallError>| {
        if !running.cancel.is_cancelled() {
            running.arrive(at);
            let step = begun.and_then(|()| advance(&mut running));
            // A receiver that is gone was cancelled: nobody wants the value.
            let _ = sender.send(match step {
                Ok(step) => Ok((running, step)),
                Err(error) => Err(running.failed(error)),
            });
        }
    });
    (job, receiver)
}

async fn received(name: &str, place: Place, answer: Answer) -> Result<(Running, Step), PlanError> {
    let answered = answer.await.unwrap_or_else(|_| Err(CallError::Bug { function: name.to_owned() }.into()));
    place.done();
    answered.map_err(|failed| PlanError { error: failed.error.of(name), ..failed })
}

/// Whether what a call evaluates itself takes less here than handing it to another thread would. What is not cheap
/// of what it calls is handed on by itself.
fn is_light(function: &Function, args: &[Value]) -> bool {
    let mut n_left = IN_PLACE_FUNCTIONS;
    is_light_within(function, args, &mut n_left)
}

/// As above, where so many functions may still be looked at: a chain of definitions may come to the same one on many
/// ways.
fn is_light_within(function: &Function, args: &[Value], n_left: &mut usize) -> bool {
    let Some(rest) = n_left.checked_sub(1) else { return false };
    *n_left = rest;
    match &function.body {
        // An error at once; or others do the work.
        Body::Waiting(_) | Body::Unfit(_) | Body::Awaited(_) | Body::Native(_) => true,
        Body::Program { program, callees } => {
            program.estimate(args) < IN_PLACE
                && (callees.is_empty()
                    || is_small(args) && callees.iter().all(|callee| is_light_within(callee, &[], n_left)))
        }
    }
}

/// Whether all steps of a plan together take less here.
fn is_light_plan(plan: &Plan) -> bool {
    let args = plan.largest_input().map(std::slice::from_ref).unwrap_or_default();
    let mut total = Duration::ZERO;
    plan.functions().all(|function| {
        total += match &function.body {
            Body::Program { program, .. } => program.estimate(args),
            Body::Waiting(_) | Body::Unfit(_) | Body::Awaited(_) | Body::Native(_) => {
                Duration::from_micros(1)
            }
        };
        total < IN_PLACE && is_light(function, args)
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
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            plan: None,
            stack: Vec::new(),
            cancel: Cancel::default(),
            shared: Arc::clone(shared),
            at: At::Pool,
            since: Instant::now(),
            n_resumed: 0,
        }
    }

    /// Says on which thread it goes on.
    fn arrive(&mut self, at: At) {
        (self.at, self.since, self.n_resumed) = (at, Instant::now(), 0);
    }

    /// Returns the step of the plan whose result is on its way.
    fn step(&self) -> Option<usize> {
        self.plan.as_ref().and_then(Planned::open)
    }

    /// Says of which step of the plan an error is.
    fn failed(&self, error: CallError) -> PlanError {
        PlanError { step: self.step(), error }
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

    /// Goes on with the innermost program.
    fn resumed(&mut self) -> Result<Step, CallError> {
        let entered = self.resume()?;
        self.advance(entered)
    }

    fn advance(&mut self, mut entered: Entered) -> Result<Step, CallError> {
        loop {
            match (entered, self.stack.last_mut()) {
                (Entered::Awaited(awaited), _) => return Ok(Step::Wait(awaited)),
                (Entered::Native(function, args), _) => return Ok(Step::Native(function, args)),
                (Entered::Program(frame), _) => self.stack.push(frame),
                (Entered::Value(value), Some(caller)) => {
                    caller.is_light &= is_small(std::slice::from_ref(&value));
                    caller.machine.supply(value);
                }
                (Entered::Value(value), None) => {
                    let Some(plan) = &mut self.plan else { return Ok(Step::Done(value)) };
                    plan.supply(value)?;
                    let Some(next) = self.next_of_plan()? else { return Ok(Step::Done(Value::None)) };
                    entered = next;
                    continue;
                }
            }
            if !self.may_resume() {
                return Ok(Step::Resume);
            }
            entered = self.resume()?;
        }
    }

    /// Whether the innermost program may go on on this thread.
    fn may_resume(&self) -> bool {
        match &self.at {
            At::Pool => self.n_resumed == 0 || self.since.elapsed() < TURN || !self.shared.pool.is_crowded(),
            At::Here(_) | At::Lane(_) => {
                self.n_resumed < IN_PLACE_FUNCTIONS && self.stack.last().is_some_and(|frame| frame.is_light)
            }
        }
    }

    fn enter(&self, function: &Arc<Function>, args: Vec<Value>) -> Result<Entered, CallError> {
        match &function.body {
            Body::Native(code) => {
                let _call = match &self.at {
                    At::Here(calls) if self.is_cheap(code, &args) => calls.enter(function, &self.cancel),
                    At::Lane(lane) if lane.origin == function.origin => {
                        lane.calls.enter(function, &self.cancel)
                    }
                    At::Here(_) | At::Pool | At::Lane(_) => {
                        return Ok(Entered::Native(Arc::clone(function), args));
                    }
                };
                code.call(args, &self.cancel).map(Entered::Value)
            }
            Body::Awaited(remote) => Ok(Entered::Awaited(remote.call(args))),
            Body::Program { program, .. } => {
                // It is asked for only where it matters.
                let is_light = !matches!(self.at, At::Pool) && program.estimate(&args) < IN_PLACE;
                let machine = Arc::clone(program).start(args);
                Ok(Entered::Program(Frame { function: Arc::clone(function), machine, is_light }))
            }
            Body::Waiting(missing) => {
                Err(CallError::Waiting { function: function.name().to_owned(), missing: missing.clone() })
            }
            Body::Unfit(reason) => {
                Err(CallError::Unfit { function: function.name().to_owned(), reason: Arc::clone(reason) })
            }
        }
    }

    /// Whether a call of compiled code may run where it arrives.
    fn is_cheap(&self, code: &Arc<dyn NativeFunction>, args: &[Value]) -> bool {
        code.cost() == Cost::Cheap && is_small(args) && !self.shared.watched.is_demoted(code)
    }

    /// Lets the innermost program go on, to its end or to the call that it makes.
    fn resume(&mut self) -> Result<Entered, CallError> {
        let Some(mut frame) = self.stack.pop() else { unreachable!("a program is running") };
        let function = &frame.function;
        let cancelled = || CallError::Cancelled { function: function.name().to_owned() };
        // A program that calls others may be too short to ask by itself.
        if self.cancel.is_cancelled() {
            return Err(cancelled());
        }
        self.n_resumed += 1;
        let cancel = &self.cancel;
        let progress = frame.machine.resume(&|| cancel.is_cancelled()).map_err(|source| match source {
            EvaluateError::Cancelled => cancelled(),
            source => CallError::Evaluate { function: function.name().to_owned(), source },
        })?;
        match (progress, &function.body) {
            (Progress::Done(value), _) => Ok(Entered::Value(value)),
            (Progress::Call { callee, args }, Body::Program { callees, .. }) => {
                let callee = Arc::clone(&callees[callee]);
                self.stack.push(frame);
                self.enter(&callee, bind(&callee.signature, args, Vec::new())?)
            }
            (Progress::Call { .. }, _) => unreachable!("only a program calls"),
        }
    }
}

/// Where a call stands: answered, about to run, or on its way elsewhere.
enum Entered {
    Value(Value),
    Program(Frame),
    Awaited(Awaited),
    Native(Arc<Function>, Vec<Value>),
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
