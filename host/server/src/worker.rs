//! The threads that serve connections.
//!
//! Each has a runtime of one thread of its own, since nothing of Cap'n Proto may leave its thread.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use kamodo_wire::tls::Acceptor;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinSet, LocalSet};

use crate::connection::{self, Shared};

/// A connection that was accepted, and its place among those that there may be.
pub(crate) struct Accepted {
    pub(crate) socket: TcpStream,
    pub(crate) place: Place,
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

/// A thread with connections of its own.
pub(crate) struct Worker {
    pub(crate) sockets: mpsc::Sender<Accepted>,
    pub(crate) thread: JoinHandle<usize>,
}

/// How many accepted sockets may wait for their thread.
const DEALT: usize = 64;

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

// === impl Worker ===

impl Worker {
    /// Starts a thread. It ends with the number of connections that it had to cut off.
    pub(crate) fn start(
        index: usize,
        shared: Shared,
        acceptor: Arc<ArcSwapOption<Acceptor>>,
        phase: watch::Receiver<Phase>,
    ) -> io::Result<Self> {
        let (sockets, dealt) = mpsc::channel(DEALT);
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let thread = thread::Builder::new().name(format!("rpc-{index}")).spawn(move || {
            let local = LocalSet::new();
            local.block_on(&runtime, serve(shared, acceptor, dealt, phase))
        })?;
        Ok(Self { sockets, thread })
    }
}

async fn serve(
    shared: Shared,
    acceptor: Arc<ArcSwapOption<Acceptor>>,
    mut dealt: mpsc::Receiver<Accepted>,
    mut phase: watch::Receiver<Phase>,
) -> usize {
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut accepting = true;
    loop {
        tokio::select! {
            accepted = dealt.recv(), if accepting => match accepted {
                Some(Accepted { socket, place }) => {
                    let Ok(socket) = tokio::net::TcpStream::from_std(socket) else { continue };
                    let acceptor = acceptor.load_full().map(|acceptor| (*acceptor).clone());
                    let (shared, stopped) = (shared.clone(), stopped.clone());
                    connections.spawn_local(async move {
                        connection::serve(socket, acceptor, shared, stopped).await;
                        drop(place);
                    });
                }
                None => accepting = false,
            },
            Some(joined) = connections.join_next() => {
                if let Err(error) = joined {
                    tracing::error!("a connection ended with a panic: {error}");
                }
            }
            changed = phase.changed() => {
                let now = if changed.is_ok() { *phase.borrow() } else { Phase::Ended };
                if now == Phase::Ended {
                    return connections.len();
                }
                // Nobody listens where every connection is gone already.
                stop.send_replace(now == Phase::Draining);
                accepting = false;
                dealt.close();
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
