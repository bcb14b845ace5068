//! What the capabilities of one connection share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use capnp_rpc::CapabilityServerSet;
use kamodo_registry::{Budget, Cancel, Dispatcher, Function, Plan, PlanError, Registry, Snapshot};
use kamodo_schema::{function, value};
use kamodo_value::Value;
use kamodo_wire::transport;
use tokio::sync::Notify;

use crate::Limits;
use crate::definition::Definitions;
use crate::error::RequestError;
use crate::function::FunctionServer;
use crate::math::Operators;
use crate::value::{Held, ValueServer};

/// What every connection of a server is given.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) registry: Arc<Registry>,
    pub(crate) dispatcher: Dispatcher,
    /// They may change: a connection keeps those of its transport, all else is looked up each time.
    pub(crate) limits: Arc<ArcSwap<Limits>>,
    /// When the server began.
    pub(crate) started: Instant,
}

/// What the capabilities of one connection share.
pub(crate) struct Connection {
    shared: Shared,
    transport: transport::Limits,
    /// To recognise our own capabilities when a client sends them back.
    pub(crate) functions: RefCell<CapabilityServerSet<FunctionServer, function::Client>>,
    pub(crate) values: RefCell<CapabilityServerSet<ValueServer, value::Client>>,
    pub(crate) operators: Operators,
    pub(crate) held: Held,
    pub(crate) definitions: Definitions,
    n_open: Cell<usize>,
    /// One more is counted for each feed that this client has told.
    feeds: Rc<()>,
    stopping: Cell<bool>,
    idle: Notify,
}

/// A call that is being answered; it counts until it is dropped, by its end or by its client's.
pub(crate) struct OpenCall(Rc<Connection>);

/// The feeds that one client may have told at a time.
const FEEDS: usize = 16;

// === impl Connection ===

impl Connection {
    pub(crate) fn new(shared: Shared, transport: transport::Limits) -> Rc<Self> {
        let dispatcher = shared.dispatcher.for_client();
        Rc::new(Self {
            shared: Shared { dispatcher, ..shared },
            transport,
            functions: RefCell::default(),
            values: RefCell::default(),
            operators: Operators::default(),
            held: Held::default(),
            definitions: Definitions::default(),
            n_open: Cell::new(0),
            feeds: Rc::default(),
            stopping: Cell::new(false),
            idle: Notify::new(),
        })
    }

    /// Returns the current functions; a request asks once and keeps what it got.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.registry.snapshot()
    }

    /// Returns all that is published, for what tells of more than the functions.
    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.shared.registry
    }

    /// Returns how long the server has been running.
    pub(crate) fn uptime(&self) -> Duration {
        self.shared.started.elapsed()
    }

    /// Takes a place for one more feed, which is free again when it is dropped.
    pub(crate) fn subscribe(&self) -> Result<Rc<()>, RequestError> {
        match Rc::strong_count(&self.feeds) > FEEDS {
            true => Err(RequestError::TooManyFeeds { limit: FEEDS }),
            false => Ok(self.feeds.clone()),
        }
    }

    /// Returns what clients may use now.
    pub(crate) fn limits(&self) -> Limits {
        **self.shared.limits.load()
    }

    /// Returns the bytes that a message to the client may have.
    pub(crate) fn message_limit(&self) -> usize {
        self.transport.message_bytes
    }

    /// Returns the levels of pointers that a message from the client may have.
    pub(crate) fn nesting_limit(&self) -> i32 {
        self.transport.nesting
    }

    /// Takes no more calls, and waits until those that are open have ended.
    pub(crate) async fn drain(&self) {
        self.stopping.set(true);
        while self.n_open.get() > 0 {
            self.idle.notified().await;
        }
    }

    /// Counts a call as open.
    pub(crate) fn open_call(self: &Rc<Self>) -> Result<OpenCall, RequestError> {
        if self.stopping.get() {
            return Err(RequestError::Stopping);
        }
        let limit = self.limits().n_calls;
        if self.n_open.get() >= limit {
            return Err(RequestError::TooManyCalls { limit });
        }
        self.n_open.set(self.n_open.get() + 1);
        Ok(OpenCall(self.clone()))
    }

    /// Runs a call with bound arguments: here where that is cheaper than handing it on.
    /// It is cancelled when the future is dropped, which is when the client goes.
    pub(crate) async fn call(
        &self,
        function: &Arc<Function>,
        args: Vec<Value>,
    ) -> Result<Value, RequestError> {
        Ok(self.shared.dispatcher.call(function, args).await?)
    }

    /// Runs calls that feed each other, in the same way.
    pub(crate) async fn run(&self, plan: Plan) -> Result<Vec<Value>, PlanError> {
        self.shared.dispatcher.run(plan).await
    }

    /// Computes something that is no call, on threads for that alone.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Cancel) -> T + Send + 'static,
    ) -> Result<T, RequestError> {
        Ok(self.shared.dispatcher.compute(name, work).await?)
    }

    /// Returns the memory that the values of the client may take, with what they are computed with.
    pub(crate) fn budget(&self) -> Budget {
        self.held.budget(self.limits().value_bytes)
    }
}

// === impl OpenCall ===

impl Drop for OpenCall {
    fn drop(&mut self) {
        let n_open = self.0.n_open.get() - 1;
        self.0.n_open.set(n_open);
        if n_open == 0 {
            self.0.idle.notify_one();
        }
    }
}
