//! The whole: listeners, the thread that accepts, the workers, and the end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};
use kamodo_registry::{Administration, Dispatcher, Registry, StuckCalls};
use kamodo_wire::tls::{Acceptor, Identity};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Error;
use crate::connection::Shared;
use crate::dealer::{Crew, Dealer, LOOK};
use crate::limits::{Limits, REFUSED};
use crate::listener::listen;
use crate::local;
use crate::worker::Phase;

/// Where and how a server serves.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name or the address to listen on.
    pub host: String,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// What clients trust; none to serve unencrypted, as for measuring.
    pub identity: Option<Identity>,
    /// Threads that serve connections.
    pub n_workers: usize,
    /// What clients may use at first.
    pub limits: Limits,
}

/// What of a running server may be replaced, from any thread.
#[derive(Clone)]
pub struct Controls {
    acceptor: Arc<ArcSwapOption<Acceptor>>,
    limits: Arc<ArcSwap<Limits>>,
    dispatcher: Dispatcher,
}

/// The sockets of a server that does not run yet.
#[derive(Debug)]
pub struct Listening(Vec<TcpListener>);

/// A server that runs. It ends with [`Server::drain`], or when it is dropped.
pub struct Server {
    addresses: Vec<SocketAddr>,
    controls: Controls,
    phase: watch::Sender<Phase>,
    listening: JoinHandle<()>,
    crew: Arc<Crew>,
    shared: Shared,
    administered: Vec<JoinHandle<()>>,
}

/// How a server ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still open at the deadline.
    pub n_cut_off: usize,
    /// The calls of compiled code that still ran then.
    pub running: Vec<StuckCalls>,
    /// The threads that did not end.
    pub threads: Vec<String>,
}

/// How long threads may take to end after the deadline; what does not return then never does.
const GRACE: Duration = Duration::from_millis(500);

// === impl Config ===

impl Default for Config {
    fn default() -> Self {
        Self {
            host: String::from("localhost"),
            port: 60000,
            identity: None,
            n_workers: thread::available_parallelism().map_or(1, usize::from),
            limits: Limits::default(),
        }
    }
}

// === impl Controls ===

impl Controls {
    /// Shows another certificate from the next connection on; what is connected stays so.
    pub fn replace_identity(&self, identity: &Identity) {
        self.acceptor.store(Some(Arc::new(Acceptor::new(identity))));
    }

    /// Sets other limits: of calls and values from the next one on, else from the next connection on. Nobody is cut
    /// off who is above them already.
    pub fn replace_limits(&self, limits: Limits) {
        self.dispatcher.tell_after(limits.long_call);
        self.limits.store(Arc::new(limits));
    }
}

// === impl Listening ===

impl Listening {
    /// Listens on every address of a host; nobody is answered before a server is started on it.
    ///
    /// # Errors
    /// [`Error`] if the host has no address here, or another program has the port.
    pub fn at(host: &str, port: u16) -> Result<Self, Error> {
        listen(host, port).map(Self)
    }
}

// === impl Server ===

impl Server {
    /// Listens, and serves the registry's functions from threads of its own.
    ///
    /// # Errors
    /// [`Error`] where it cannot listen or gets no threads.
    pub fn start(config: &Config, registry: Arc<Registry>, dispatcher: Dispatcher) -> Result<Self, Error> {
        Self::start_on(Listening::at(&config.host, config.port)?, config, registry, dispatcher)
    }

    /// Serves the registry's functions where somebody listens already, whatever host and port `config` names.
    ///
    /// # Errors
    /// [`Error`] if it gets no threads.
    pub fn start_on(
        Listening(listeners): Listening,
        config: &Config,
        registry: Arc<Registry>,
        dispatcher: Dispatcher,
    ) -> Result<Self, Error> {
        let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        let acceptor = config.identity.as_ref().map(|identity| Arc::new(Acceptor::new(identity)));
        let acceptor = Arc::new(ArcSwapOption::new(acceptor));
        let (phase, phase_seen) = watch::channel(Phase::Serving);
        let limits = Arc::new(ArcSwap::from_pointee(config.limits));
        let health = Arc::clone(registry.health());
        dispatcher.tell(&health);
        let controls =
            Controls { acceptor: acceptor.clone(), limits: limits.clone(), dispatcher: dispatcher.clone() };
        controls.replace_limits(config.limits);
        let shared = Shared { registry, dispatcher, limits: limits.clone(), started: Instant::now() };
        let crew = Crew::start(config.n_workers.max(1), shared.clone(), acceptor, phase_seen.clone());
        let crew = Arc::new(crew.map_err(Error::Thread)?);
        let dealer = Dealer::new(crew.clone(), limits);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = runtime.map_err(Error::Thread)?;
        let listening = thread::Builder::new()
            .name(String::from("rpc-accept"))
            .spawn(move || {
                // A server that accepts nothing any more must not seem well.
                let accepting = || runtime.block_on(accept_all(listeners, &dealer, phase_seen));
                if let Some(Err(error)) = health.essential("rpc-accept", accepting) {
                    health.fail(format!("cannot wait for connections: {error}"));
                }
            })
            .map_err(Error::Thread)?;
        Ok(Self { addresses, controls, phase, listening, crew, shared, administered: Vec::new() })
    }

    /// Returns where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Returns what may be replaced while it runs.
    #[must_use]
    pub fn controls(&self) -> Controls {
        self.controls.clone()
    }

    /// Serves administrators at a Unix socket, which is this user's alone, until the server ends.
    ///
    /// # Errors
    /// [`Error`] where it cannot listen there, or gets no thread.
    pub fn administer(
        &mut self,
        socket: &Path,
        administration: Arc<dyn Administration>,
    ) -> Result<(), Error> {
        let thread = local::start(socket, self.shared.clone(), administration, self.phase.subscribe())?;
        self.administered.push(thread);
        Ok(())
    }

    /// Takes nothing new, lets open calls be answered until the deadline, and ends, whatever its threads do.
    #[must_use = "it says whether clients were cut off"]
    pub fn drain(self, deadline: Duration) -> Drained {
        let end = Instant::now() + deadline;
        self.phase.send_replace(Phase::Draining);
        let mut running = Vec::new();
        let ended = self.crew.end(end, GRACE, || {
            running = self.shared.dispatcher.running();
            self.phase.send_replace(Phase::Ended);
        });
        self.phase.send_replace(Phase::Ended);
        let mut threads = ended.left;
        let end = Instant::now() + GRACE;
        for thread in self.administered.into_iter().chain([self.listening]) {
            if !ends_by(&thread, end) {
                threads.extend(thread.thread().name().map(str::to_owned));
            }
        }
        Drained { n_cut_off: ended.n_cut_off, running, threads }
    }
}

/// Waits for a thread until then. A join would have no end if the thread has none.
fn ends_by(thread: &JoinHandle<()>, end: Instant) -> bool {
    while !thread.is_finished() {
        if Instant::now() >= end {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

/// Accepts until the server no longer serves.
async fn accept_all(
    listeners: Vec<TcpListener>,
    dealer: &Dealer,
    mut phase: watch::Receiver<Phase>,
) -> io::Result<()> {
    let (accepted, mut dealt) = tokio::sync::mpsc::channel(1);
    let mut accepting = JoinSet::new();
    for listener in listeners {
        accepting.spawn(accept(tokio::net::TcpListener::from_std(listener)?, accepted.clone()));
    }
    drop(accepted);
    loop {
        tokio::select! {
            _ = phase.wait_for(|&phase| phase > Phase::Serving) => return Ok(()), // also if the server is dropped
            Some(socket) = dealt.recv() => dealer.deal(socket),
            () = tokio::time::sleep(LOOK), if dealer.has_waiting() => dealer.deal_again(),
            // One of them ends only with a panic: nobody would be accepted at that address any more.
            Some(Err(error)) = accepting.join_next() => return Err(io::Error::other(error)),
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, accepted: tokio::sync::mpsc::Sender<std::net::TcpStream>) {
    loop {
        let accepted_now = listener.accept().await.and_then(|(socket, _)| socket.into_std());
        match accepted_now.and_then(kamodo_files::leave_standard) {
            Ok(socket) => {
                if accepted.send(socket).await.is_err() {
                    return; // the server stops
                }
            }
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(REFUSED).await;
            }
        }
    }
}
