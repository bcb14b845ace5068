//! The whole: listeners, the thread that accepts, the workers, and the end.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};
use kamodo_registry::{Administration, Dispatcher, Registry};
use kamodo_wire::tls::{Acceptor, Identity};
use kamodo_wire::transport;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Error;
use crate::connection::Shared;
use crate::listener::listen;
use crate::local;
use crate::worker::{Accepted, Phase, Places, Worker, keep_alive};

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

/// What clients may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time.
    pub n_connections: usize,
    /// Calls at a time of one connection.
    pub n_calls: usize,
    /// Values that one connection may hold at a time.
    pub n_values: usize,
    /// Bytes of the values that one connection may hold.
    pub value_bytes: usize,
    /// How long a client may take to shake hands.
    pub handshake: Duration,
    /// After how long a silent client is asked whether it is still there.
    pub keep_alive: Duration,
    /// What one connection may cost.
    pub transport: transport::Limits,
}

/// What of a running server may be replaced, from any thread.
#[derive(Clone)]
pub struct Controls {
    acceptor: Arc<ArcSwapOption<Acceptor>>,
    limits: Arc<ArcSwap<Limits>>,
}

/// A server that runs. It ends with [`Server::drain`], or when it is dropped.
pub struct Server {
    addresses: Vec<SocketAddr>,
    controls: Controls,
    phase: watch::Sender<Phase>,
    listening: JoinHandle<()>,
    workers: Vec<JoinHandle<usize>>,
    shared: Shared,
    administered: Vec<JoinHandle<()>>,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still open at the deadline.
    pub n_cut_off: usize,
}

/// How long to wait before accepting again after the system refused, as when descriptors run out.
pub(crate) const REFUSED: Duration = Duration::from_millis(100);

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

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self {
            n_connections: 256,
            n_calls: 256,
            n_values: 1024,
            value_bytes: 1 << 30,
            handshake: Duration::from_secs(5),
            keep_alive: Duration::from_secs(60),
            transport: transport::Limits::default(),
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
        self.limits.store(Arc::new(limits));
    }
}

// === impl Server ===

impl Server {
    /// Listens, and serves the registry's functions from threads of its own.
    ///
    /// # Errors
    /// [`Error`] where it cannot listen or gets no threads.
    pub fn start(config: &Config, registry: Arc<Registry>, dispatcher: Dispatcher) -> Result<Self, Error> {
        let listeners = listen(&config.host, config.port)?;
        let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        let acceptor = config.identity.as_ref().map(|identity| Arc::new(Acceptor::new(identity)));
        let acceptor = Arc::new(ArcSwapOption::new(acceptor));
        let (phase, phase_seen) = watch::channel(Phase::Serving);
        let limits = Arc::new(ArcSwap::from_pointee(config.limits));
        let shared = Shared { registry, dispatcher, limits: limits.clone(), started: Instant::now() };
        let workers = (0..config.n_workers.max(1))
            .map(|index| Worker::start(index, shared.clone(), acceptor.clone(), phase_seen.clone()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(Error::Thread)?;
        let (sockets, workers) = workers.into_iter().map(|worker| (worker.sockets, worker.thread)).unzip();
        let dealer = Dealer { sockets, limits: limits.clone(), places: Arc::default(), next: 0 };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = runtime.map_err(Error::Thread)?;
        let listening = thread::Builder::new()
            .name(String::from("rpc-accept"))
            .spawn(move || runtime.block_on(accept_all(listeners, dealer, phase_seen)))
            .map_err(Error::Thread)?;
        let controls = Controls { acceptor, limits };
        Ok(Self { addresses, controls, phase, listening, workers, shared, administered: Vec::new() })
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

    /// Takes nothing new, lets open calls be answered until the deadline, and ends.
    #[must_use = "it says whether clients were cut off"]
    pub fn drain(self, deadline: Duration) -> Drained {
        let end = Instant::now() + deadline;
        self.phase.send_replace(Phase::Draining);
        let (ended, all_ended) = std::sync::mpsc::channel();
        let n_workers = self.workers.len();
        for worker in self.workers {
            let ended = ended.clone();
            // A join has no deadline; a thread of its own may wait for it.
            thread::spawn(move || ended.send(worker.join().unwrap_or(0)));
        }
        let mut n_cut_off = 0;
        for _ in 0..n_workers {
            let remaining = end.saturating_duration_since(Instant::now());
            n_cut_off += all_ended.recv_timeout(remaining).unwrap_or_else(|_| {
                self.phase.send_replace(Phase::Ended);
                all_ended.recv().unwrap_or(0)
            });
        }
        self.phase.send_replace(Phase::Ended);
        let _ = self.listening.join(); // a panic there was already printed
        for thread in self.administered {
            let _ = thread.join();
        }
        Drained { n_cut_off }
    }
}

/// Deals accepted sockets out to the workers in turn.
#[derive(Clone)]
struct Dealer {
    sockets: Vec<tokio::sync::mpsc::Sender<Accepted>>,
    limits: Arc<ArcSwap<Limits>>,
    places: Arc<Places>,
    next: usize,
}

/// Accepts until the server no longer serves.
async fn accept_all(listeners: Vec<TcpListener>, dealer: Dealer, mut phase: watch::Receiver<Phase>) {
    let (accepted, mut dealt) = tokio::sync::mpsc::channel(1);
    let mut accepting = JoinSet::new();
    for listener in listeners {
        accepting.spawn(accept(listener, accepted.clone()));
    }
    drop(accepted);
    let mut dealer = dealer;
    loop {
        tokio::select! {
            _ = phase.wait_for(|&phase| phase > Phase::Serving) => return, // also where the server is dropped
            socket = dealt.recv() => match socket {
                Some(socket) => dealer.deal(socket).await,
                None => return,
            },
        }
    }
}

async fn accept(listener: TcpListener, accepted: tokio::sync::mpsc::Sender<std::net::TcpStream>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!("cannot wait for connections: {error}"),
    };
    loop {
        match listener.accept().await.and_then(|(socket, _)| socket.into_std()) {
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

// === impl Dealer ===

impl Dealer {
    async fn deal(&mut self, socket: std::net::TcpStream) {
        let limits = **self.limits.load();
        let Some(place) = self.places.take(limits.n_connections) else {
            let limit = limits.n_connections;
            return tracing::warn!("a connection was refused: {limit} are open, as many as may");
        };
        if let Err(error) = keep_alive(&socket, limits.keep_alive) {
            tracing::debug!("no keep-alive: {error}"); // it works without
        }
        let sender = &self.sockets[self.next];
        self.next = (self.next + 1) % self.sockets.len();
        let _ = sender.send(Accepted { socket, place }).await; // a worker that ended drops it
    }
}
