//! The way of a call from any thread to the one that has the connection.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kamodo_registry::{Awaited, AwaitedFunction, CallError, Composed, Hop};
use kamodo_value::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::news::Declared;

/// How many calls of one upstream may be open. A server of ours lets a connection have 256, with some
/// places left for what else is asked.
const PLACES: usize = 240;

/// The way to one upstream, for all of its functions.
#[derive(Debug)]
pub(crate) struct Line {
    address: String,
    state: Mutex<State>,
    places: Arc<Semaphore>,
    calls: mpsc::Sender<Call>,
}

#[derive(Debug)]
enum State {
    Up,
    Down { cause: String, next: Instant },
}

/// A call on its way.
#[derive(Debug)]
pub(crate) struct Call {
    /// The name here.
    pub(crate) function: String,
    /// What is called there.
    pub(crate) asked: Asked,
    /// How the functions there were declared when whoever calls learnt of them.
    pub(crate) declared: Arc<Declared>,
    pub(crate) args: Vec<Value>,
    pub(crate) answer: oneshot::Sender<Result<Value, CallError>>,
    /// Taken for as long as the call is open.
    _place: OwnedSemaphorePermit,
}

/// What of an upstream is called.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    /// A function, by its name there.
    Function(String),
    /// Several, one after another, without a way back in between.
    Composition(Arc<Composed>),
}

/// One function of an upstream.
#[derive(Debug)]
pub(crate) struct RemoteFunction {
    pub(crate) line: Arc<Line>,
    /// The name here.
    pub(crate) name: String,
    /// What is called there.
    pub(crate) asked: Asked,
    /// How the functions there were declared when this one was told.
    pub(crate) declared: Arc<Declared>,
    /// The servers that a call goes through, that one first.
    pub(crate) route: Vec<Hop>,
}

// === impl Line ===

impl Line {
    /// Makes a line that is not up yet, and its other end.
    pub(crate) fn new(address: String) -> (Arc<Self>, mpsc::Receiver<Call>) {
        let (calls, receiver) = mpsc::channel(PLACES);
        let state = Mutex::new(State::Down { cause: "not connected yet".to_owned(), next: Instant::now() });
        let places = Arc::new(Semaphore::new(PLACES));
        (Arc::new(Self { address, state, places, calls }), receiver)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets calls through.
    pub(crate) fn set_up(&self) {
        *self.state() = State::Up;
    }

    /// Fails calls from now on.
    pub(crate) fn set_down(&self, cause: &str, pause: Duration) {
        *self.state() = State::Down { cause: cause.to_owned(), next: Instant::now() + pause };
    }

    /// Why a call of a function fails now; none while the line is up.
    pub(crate) fn refusal(&self, function: &str) -> Option<CallError> {
        match &*self.state() {
            State::Up => None,
            State::Down { cause, next } => Some(CallError::Unreachable {
                function: function.to_owned(),
                address: self.address.clone(),
                cause: cause.clone(),
                next: next.saturating_duration_since(Instant::now()),
            }),
        }
    }

    /// The error of a call whose connection ended.
    pub(crate) fn lost(&self, function: &str, cause: &str) -> CallError {
        CallError::Lost {
            function: function.to_owned(),
            address: self.address.clone(),
            cause: cause.to_owned(),
        }
    }
}

// === impl RemoteFunction ===

impl RemoteFunction {
    fn begin(&self, args: Vec<Value>) -> Result<oneshot::Receiver<Result<Value, CallError>>, CallError> {
        let line = &self.line;
        if let Some(refusal) = line.refusal(&self.name) {
            return Err(refusal);
        }
        let crowded = || CallError::Crowded {
            function: self.name.clone(),
            address: line.address.clone(),
            queued: PLACES,
        };
        let place = Arc::clone(&line.places).try_acquire_owned().map_err(|_| crowded())?;
        let (answer, answered) = oneshot::channel();
        let (function, asked) = (self.name.clone(), self.asked.clone());
        let declared = Arc::clone(&self.declared);
        let sent = line.calls.try_send(Call { function, asked, declared, args, answer, _place: place });
        match sent {
            Ok(()) => Ok(answered),
            Err(mpsc::error::TrySendError::Full(_)) => Err(crowded()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(line.lost(&self.name, REMOVED)),
        }
    }
}

/// Why calls of a function fail that somebody still holds whose upstream was taken out.
const REMOVED: &str = "it is no longer among the upstreams";

impl AwaitedFunction for RemoteFunction {
    fn call(&self, args: Vec<Value>) -> Awaited {
        let begun = self.begin(args);
        let (line, name) = (Arc::clone(&self.line), self.name.clone());
        Box::pin(async move { begun?.await.unwrap_or_else(|_| Err(line.lost(&name, REMOVED))) })
    }

    fn route(&self) -> Vec<Hop> {
        self.route.clone()
    }

    fn name_there(&self) -> Option<&str> {
        match &self.asked {
            Asked::Function(name) => Some(name),
            Asked::Composition(_) => None,
        }
    }

    fn compose(&self, composed: Composed) -> Option<Arc<dyn AwaitedFunction>> {
        let asked = Asked::Composition(Arc::new(composed));
        let (line, name, route) = (Arc::clone(&self.line), self.name.clone(), self.route.clone());
        Some(Arc::new(Self { line, name, asked, declared: Arc::clone(&self.declared), route }))
    }
}
