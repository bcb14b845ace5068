//! The threads that serve connections.
//!
//! Each has a runtime of one thread of its own, since nothing of Cap'n Proto may leave its thread.

use std::collections::VecDeque;
use std::io;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use kamodo_registry::Dispatcher;
use kamodo_wire::tls::Acceptor;
use tokio::runtime::Builder;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinSet, LocalSet};

use crate::connection::Shared;
use crate::session;

/// A connection that was accepted, and its place among those that there may be.
pub(crate) struct Accepted {
    pub(crate) socket: TcpStream,
    pub(crate) place: Place,
    /// How many connections are open, if this is one too many: it is told so.
    pub(crate) excess_of: Option<usize>,
}

/// The connections that are open: how many there may be changes, so no permits are handed out beforehand.
#[derive(Default)]
pub(crate) struct Places(AtomicUsize);

/// A connection's place, given back when it is dropped.
pub(crate) struct Place(Arc<Places>);

/// How far a server is on its way to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Serving,
    /// Open calls are answered, nothing new is taken.
    Draining,
    /// What is still open is cut off.
    Ended,
}

/// A thread with connections of its own, as others see it.
pub(crate) struct Worker {
    pub(crate) name: String,
    pub(crate) inbox: Arc<Inbox>,
    dispatcher: Dispatcher,
}

/// The accepted sockets that a worker has not taken yet. They can be taken back, should it be stuck.
#[derive(Default)]
pub(crate) struct Inbox {
    waiting: Mutex<Waiting>,
    changed: Notify,
    n_connections: AtomicUsize,
}

#[derive(Default)]
struct Waiting {
    sockets: VecDeque<Accepted>,
    is_closed: bool,
    /// Since when the worker could have taken one and did not.
    since: Option<Instant>,
    /// Whether sockets were taken back, and the worker has not been seen since.
    is_stuck: bool,
}

/// What a worker needs besides what it shares with the others.
#[derive(Clone)]
pub(crate) struct Means {
    pub(crate) shared: Shared,
    pub(crate) acceptor: Arc<ArcSwapOption<Acceptor>>,
    pub(crate) phase: watch::Receiver<Phase>,
    /// Told by each worker that ends: which one, and how many connections it had to cut off.
    pub(crate) ended: Sender<(usize, usize)>,
}

/// How long a socket may wait for its worker before another one gets it.
const OVERDUE: Duration = Duration::from_millis(250);

// === impl Places ===

impl Places {
    /// Takes a place where fewer than `limit` are taken. Only one thread takes places.
    pub(crate) fn take(self: &Arc<Self>, limit: usize) -> Option<Place> {
        if self.0.load(Ordering::Relaxed) >= limit {
            return None;
        }
        self.0.fetch_add(1, Ordering::Relaxed);
        Some(Place(self.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

// === impl Inbox ===

impl Inbox {
    /// Adds a socket.
    pub(crate) fn put(&self, accepted: Accepted) {
        let mut waiting = self.waiting();
        if !waiting.is_closed {
            waiting.sockets.push_back(accepted);
            waiting.since.get_or_insert_with(Instant::now);
            self.changed.notify_one();
        }
    }

    /// Waits for a socket; none if no more come.
    async fn take(&self) -> Option<Accepted> {
        loop {
            {
                let mut waiting = self.waiting();
                waiting.is_stuck = false;
                let accepted = waiting.sockets.pop_front();
                waiting.since = (!waiting.sockets.is_empty()).then(Instant::now);
                if accepted.is_some() || waiting.is_closed {
                    return accepted;
                }
            }
            self.changed.notified().await;
        }
    }

    /// Takes back what the worker has not taken.
    pub(crate) fn take_back(&self) -> Vec<Accepted> {
        let mut waiting = self.waiting();
        waiting.is_stuck = true;
        waiting.since = None;
        self.changed.notify_one(); // it says that it is there again
        waiting.sockets.drain(..).collect()
    }

    /// Takes no more sockets, and lets go of those that wait.
    pub(crate) fn close(&self) {
        let mut waiting = self.waiting();
        waiting.is_closed = true;
        let sockets = std::mem::take(&mut waiting.sockets);
        drop(waiting);
        drop(sockets);
        self.changed.notify_one();
    }

    /// Returns how many connections the worker has, those among them that it has not taken yet.
    pub(crate) fn n_connections(&self) -> usize {
        self.n_taken() + self.n_waiting()
    }

    /// Returns how many connections the worker has taken.
    pub(crate) fn n_taken(&self) -> usize {
        self.n_connections.load(Ordering::Relaxed)
    }

    pub(crate) fn n_waiting(&self) -> usize {
        self.waiting().sockets.len()
    }

    /// A thread that panicked while it held the lock left nothing half done.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Worker ===

impl Worker {
    /// Starts a thread. It says when it ends.
    pub(crate) fn start(index: usize, means: Means) -> io::Result<Self> {
        let name = format!("rpc-{index}");
        let inbox = Arc::new(Inbox::default());
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let Means { shared, acceptor, phase, ended } = means;
        let dispatcher = shared.dispatcher.for_thread(&name);
        let shared = Shared { dispatcher: dispatcher.clone(), ..shared };
        let health = Arc::clone(shared.registry.health());
        let (own_name, own_inbox) = (name.clone(), Arc::clone(&inbox));
        thread::Builder::new().name(name.clone()).spawn(move || {
            let serving = || {
                let local = LocalSet::new();
                local.block_on(&runtime, serve(shared, acceptor, &own_inbox, phase))
            };
            let n_cut_off = health.essential(&own_name, serving).unwrap_or(0);
            own_inbox.close();
            let _ = ended.send((index, n_cut_off)); // nobody listens to a server that was dropped
        })?;
        Ok(Self { name, inbox, dispatcher })
    }

    /// Returns whether it takes what it is dealt, as far as can be seen.
    pub(crate) fn is_live(&self) -> bool {
        let waiting = self.inbox.waiting();
        let is_overdue = waiting.since.is_some_and(|since| since.elapsed() > OVERDUE);
        !waiting.is_stuck && !is_overdue && !self.is_in_long_call()
    }

    /// Returns whether its thread is in a call that takes longer than one may there.
    pub(crate) fn is_in_long_call(&self) -> bool {
        self.dispatcher.is_stuck_here()
    }
}

async fn serve(
    shared: Shared,
    acceptor: Arc<ArcSwapOption<Acceptor>>,
    inbox: &Arc<Inbox>,
    mut phase: watch::Receiver<Phase>,
) -> usize {
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut accepting = true;
    loop {
        tokio::select! {
            accepted = inbox.take(), if accepting => match accepted {
                Some(Accepted { socket, place, excess_of }) => {
                    let Ok(socket) = tokio::net::TcpStream::from_std(socket) else { continue };
                    let acceptor = acceptor.load_full().map(|acceptor| (*acceptor).clone());
                    let (shared, stopped) = (shared.clone(), stopped.clone());
                    connections.spawn_local(async move {
                        match excess_of {
                            None => session::serve(socket, acceptor, shared, stopped).await,
                            Some(limit) => session::turn_away(socket, acceptor, &shared, limit).await,
                        }
                        drop(place);
                    });
                    inbox.n_connections.store(connections.len(), Ordering::Relaxed);
                }
                None => accepting = false,
            },
            Some(joined) = connections.join_next() => {
                if let Err(error) = joined {
                    tracing::error!("a connection ended with a panic: {error}");
                }
                inbox.n_connections.store(connections.len(), Ordering::Relaxed);
            }
            changed = phase.changed() => {
                let now = if changed.is_ok() { *phase.borrow() } else { Phase::Ended };
                if now == Phase::Ended {
                    return connections.len();
                }
                // Nobody listens where every connection is gone already.
                stop.send_replace(now == Phase::Draining);
                accepting = false;
                inbox.close();
            }
            else => return 0,
        }
        if !accepting && connections.is_empty() {
            return 0;
        }
    }
}

/// Keeps a connection whose client is silent from being forgotten by what is between.
pub(crate) fn keep_alive(socket: &TcpStream, silence: Duration) -> io::Result<()> {
    let keep_alive = socket2::TcpKeepalive::new().with_time(silence);
    socket2::SockRef::from(socket).set_tcp_keepalive(&keep_alive)
}
