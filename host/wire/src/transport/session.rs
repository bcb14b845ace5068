//! One connection, driven.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use capnp_rpc::rpc_twoparty_capnp::Side;
use capnp_rpc::{Disconnector, RpcSystem};
use futures::FutureExt;
use futures::channel::oneshot;
use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite};

use super::network::Network;
use super::queue::Queue;
use super::traffic::{Counted, Traffic};
use super::writer::write_queue;
use super::{Error, Limits};

/// Serves `bootstrap` to the peer of a stream.
pub fn serve<S>(stream: S, bootstrap: capnp::capability::Client, limits: Limits) -> Session
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    Session::new(stream, Side::Server, Some(bootstrap), limits)
}

/// Asks the peer of a stream for what it serves. Nothing happens until the session is polled.
pub fn connect<S>(stream: S, limits: Limits) -> (Session, kamodo_schema::Client)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let mut session = Session::new(stream, Side::Client, None, limits);
    let client = session.rpc.bootstrap(Side::Server);
    (session, client)
}

/// A connection that lives as long as this future runs, which ends when either side closes it.
#[must_use = "a connection does nothing unless it is polled"]
pub struct Session {
    rpc: RpcSystem<Side>,
    rpc_ended: bool,
    /// Ends when all is written after the queue was closed, or when writing fails.
    writer: Option<Pin<Box<dyn Future<Output = ()>>>>,
    writer_ended: Option<oneshot::Sender<()>>,
    queue: Rc<Queue>,
    traffic: Traffic,
    again: Arc<Again>,
}

/// Notes that the RPC system has more to do at once, and passes all wake-ups on.
#[derive(Default)]
struct Again {
    woken: AtomicBool,
    outer: AtomicWaker,
}

// === impl Session ===

impl Session {
    /// How often the RPC system may ask for another turn before what is queued is written anyway.
    const TURNS: usize = 256;

    fn new<S>(stream: S, side: Side, bootstrap: Option<capnp::capability::Client>, limits: Limits) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let traffic = Traffic::default();
        let (read_half, write_half) = tokio::io::split(Counted::new(stream, traffic.clone()));
        let queue = Rc::new(Queue::default());
        let (sender, receiver) = oneshot::channel();
        let network = Network::new(read_half, queue.clone(), side, limits, receiver);
        Self {
            rpc: RpcSystem::new(Box::new(network), bootstrap),
            rpc_ended: false,
            writer: Some(Box::pin(write_queue(write_half, queue.clone(), limits))),
            writer_ended: Some(sender),
            queue,
            traffic,
            again: Arc::default(),
        }
    }

    /// Returns what closes the connection when it is awaited, after all that is queued was written.
    pub fn disconnector(&self) -> Disconnector<Side> {
        self.rpc.get_disconnector()
    }

    /// Returns what counts the bytes that pass.
    pub fn traffic(&self) -> Traffic {
        self.traffic.clone()
    }

    /// Runs everything that is ready: calls that have arrived, answers that are there.
    fn poll_rpc(&mut self) {
        let waker = Waker::from(self.again.clone());
        for _ in 0..Self::TURNS {
            self.again.woken.store(false, Ordering::Relaxed);
            if Pin::new(&mut self.rpc).poll(&mut Context::from_waker(&waker)).is_ready() {
                self.rpc_ended = true;
                return;
            }
            // It gives up its turn after a few calls although more are ready. Once the runtime wants
            // its own turn, reading is refused, and asking again would only spin.
            let more = self.again.woken.load(Ordering::Relaxed);
            if !more || !tokio::task::coop::has_budget_remaining() {
                return;
            }
        }
    }
}

impl Future for Session {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.again.outer.register(cx.waker());
        if !self.rpc_ended {
            self.poll_rpc();
        }
        if let Some(writer) = &mut self.writer
            && writer.as_mut().poll(cx).is_ready()
        {
            self.writer = None;
            // What waits for an answer fails now: once its network has ended, the RPC system forgets it.
            let _ = self.rpc.get_disconnector().now_or_never();
            if let Some(ended) = self.writer_ended.take() {
                let _ = ended.send(()); // wakes the RPC system, which ends with its network
            }
            if !self.rpc_ended {
                self.poll_rpc();
            }
        }
        if self.writer.is_none() && self.rpc_ended {
            return Poll::Ready(self.queue.take_failure().map_or(Ok(()), Err));
        }
        Poll::Pending
    }
}

/// A session that is dropped instead of run to its end fails what waits for an answer, and lets go of the
/// socket: capabilities that are still held would keep both for ever.
impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.rpc.get_disconnector().now_or_never(); // its first step is what does it
    }
}

// === impl Again ===

impl Wake for Again {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        self.outer.wake();
    }
}
