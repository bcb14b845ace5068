//! One connection, from its socket to its end.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use capnp_rpc::CapabilityServerSet;
use kamodo_registry::{
    Administration, Budget, Cancel, Dispatcher, Function, Plan, PlanError, Registry, Snapshot,
};
use kamodo_schema::{administration, function, value};
use kamodo_value::Value;
use kamodo_wire::tls::Acceptor;
use kamodo_wire::transport::{self, Session};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use crate::Limits;
use crate::administration::AdministrationServer;
use crate::definition::Definitions;
use crate::error::RequestError;
use crate::function::FunctionServer;
use crate::kamodo::KamodoServer;
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

/// How long a client that is turned away may take to learn why.
const REFUSED: Duration = Duration::from_secs(2);

/// The largest message of such a client.
const REFUSED_BYTES: usize = 1 << 20;

/// Serves one client until it goes, or until the server stops.
pub(crate) async fn serve(
    socket: TcpStream,
    acceptor: Option<Acceptor>,
    shared: Shared,
    stop: watch::Receiver<bool>,
) {
    let peer = socket.peer_addr().map_or_else(|_| String::from("a client"), |address| address.to_string());
    log_end(&peer, drive(socket, acceptor, shared, stop).await);
}

/// Tells a client for whom there is no place why, whatever it asks for.
pub(crate) async fn turn_away(socket: TcpStream, acceptor: Option<Acceptor>, shared: &Shared, limit: usize) {
    let limits = **shared.limits.load();
    let transport = transport::Limits {
        first_message_bytes: limits.transport.first_message_bytes.min(REFUSED_BYTES),
        message_bytes: limits.transport.message_bytes.min(REFUSED_BYTES),
        queued_bytes: limits.transport.queued_bytes.min(REFUSED_BYTES),
        write_stall: limits.transport.write_stall.min(REFUSED),
        ..limits.transport
    };
    let refusal = || capnp_rpc::new_broken_cap(RequestError::TooManyConnections { limit }.into());
    let refused = async move {
        socket.set_nodelay(true)?;
        match acceptor {
            None => transport::serve(socket, refusal(), transport).await,
            Some(acceptor) => transport::serve(acceptor.accept(socket).await?, refusal(), transport).await,
        }
    };
    if let Ok(Err(error)) = timeout(limits.handshake.min(REFUSED), refused).await {
        tracing::debug!("a client that was turned away: {error}");
    }
}

/// Serves one administrator until it goes, or until the server stops.
pub(crate) async fn serve_administrator(
    socket: UnixStream,
    administration: Arc<dyn Administration>,
    shared: Shared,
    stop: watch::Receiver<bool>,
) {
    let limits = shared.limits.load().transport;
    let connection = Connection::new(shared, limits);
    let server = AdministrationServer::new(&connection, administration);
    let client: administration::Client = capnp_rpc::new_client(server);
    let session = transport::serve(socket, client.client, limits);
    log_end("an administrator", run(session, connection, stop).await);
}

fn log_end(peer: &str, ended: Result<(), transport::Error>) {
    match ended {
        Ok(()) => tracing::debug!("{peer}: disconnected"),
        Err(error) => {
            let cause =
                std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            tracing::info!("{peer}: {error}{cause}");
        }
    }
}

async fn drive(
    socket: TcpStream,
    acceptor: Option<Acceptor>,
    shared: Shared,
    stop: watch::Receiver<bool>,
) -> Result<(), transport::Error> {
    // An answer of some hundred bytes must not wait for the acknowledgement of the one before.
    socket.set_nodelay(true)?;
    let limits = **shared.limits.load();
    let connection = Connection::new(shared, limits.transport);
    let client: kamodo_schema::Client = capnp_rpc::new_client(KamodoServer::new(connection.clone()));
    let session = match acceptor {
        None => transport::serve(socket, client.client, limits.transport),
        Some(acceptor) => {
            let late = || io::Error::new(io::ErrorKind::TimedOut, "no TLS handshake in time");
            let stream = timeout(limits.handshake, acceptor.accept(socket)).await.map_err(|_| late())?;
            let stream = stream.map_err(handshake_error)?;
            transport::serve(stream, client.client, limits.transport)
        }
    };
    run(session, connection, stop).await
}

/// Says of a failed handshake that it was one, and in words if the client broke it off.
fn handshake_error(error: io::Error) -> io::Error {
    match error.kind() {
        kind @ (io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            io::Error::new(kind, "the client left before the TLS handshake was done")
        }
        kind => io::Error::new(kind, format!("TLS handshake failed: {error}")),
    }
}

/// Runs a session. When the server stops, open calls are answered, no more are taken, and then it ends.
async fn run(
    session: Session,
    connection: Rc<Connection>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), transport::Error> {
    let disconnector = session.disconnector();
    let drained = async move {
        // The sender is dropped only by a server that ends without draining: then nobody stops us.
        if stop.wait_for(|&stop| stop).await.is_err() {
            std::future::pending::<()>().await;
        }
        connection.stopping.set(true);
        while connection.n_open.get() > 0 {
            connection.idle.notified().await;
        }
        let _ = disconnector.await; // a connection that broke meanwhile is what we want as well
        std::future::pending::<()>().await; // the session ends itself
    };
    tokio::select! {
        biased;
        ended = session => ended,
        () = drained => unreachable!("it waits for ever at last"),
    }
}

// === impl Connection ===

impl Connection {
    fn new(shared: Shared, transport: transport::Limits) -> Rc<Self> {
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
