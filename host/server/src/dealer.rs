//! Who gets an accepted connection: the worker with the fewest, among those that take what they are dealt.
//!
//! A worker whose thread is in a call that does not return serves nobody. It gets no more connections, those that it
//! has not taken yet go to others, and if no worker is left another one is started. The connections that it has do not
//! count towards the limit, since it cannot notice that their clients have left.

use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};
use kamodo_wire::tls::Acceptor;
use tokio::sync::watch;

use crate::Limits;
use crate::connection::Shared;
use crate::worker::{Accepted, Means, Phase, Places, Worker, keep_alive};

/// All workers.
pub(crate) struct Crew {
    workers: Mutex<Vec<Worker>>,
    means: Means,
    most: usize,
    ended: Mutex<Receiver<(usize, usize)>>,
}

/// Deals out accepted sockets.
pub(crate) struct Dealer {
    crew: Arc<Crew>,
    limits: Arc<ArcSwap<Limits>>,
    places: Arc<Places>,
    excess: Arc<Places>,
}

/// What became of the workers.
pub(crate) struct Ended {
    /// The connections that were cut off.
    pub(crate) n_cut_off: usize,
    /// The workers whose threads have not ended.
    pub(crate) left: Vec<String>,
}

/// The connections too many that are told so at a time; what comes beyond them is dropped.
const EXCESS: usize = 32;

/// The sockets that may wait for a worker if none takes any.
const DEALT: usize = 64;

/// How many workers may be started besides the first ones, since those are stuck.
const REPLACED: usize = 8;

/// How often it is looked for sockets that a worker does not take.
pub(crate) const LOOK: Duration = Duration::from_millis(50);

// === impl Crew ===

impl Crew {
    pub(crate) fn start(
        n_workers: usize,
        shared: Shared,
        acceptor: Arc<ArcSwapOption<Acceptor>>,
        phase: watch::Receiver<Phase>,
    ) -> io::Result<Self> {
        let (sender, ended) = channel();
        let means = Means { shared, acceptor, phase, ended: sender };
        let workers = (0..n_workers).map(|index| Worker::start(index, means.clone()));
        let workers = Mutex::new(workers.collect::<io::Result<_>>()?);
        Ok(Self { workers, means, most: n_workers + REPLACED, ended: Mutex::new(ended) })
    }

    /// Gives a socket to a worker.
    fn deal(&self, accepted: Accepted) {
        let mut workers = self.workers();
        let live = workers.iter().filter(|worker| worker.is_live());
        if let Some(worker) = live.min_by_key(|worker| worker.inbox.n_connections()) {
            return worker.inbox.put(accepted);
        }
        if workers.len() < self.most {
            match Worker::start(workers.len(), self.means.clone()) {
                Ok(worker) => {
                    tracing::warn!("no thread serves connections any more: {} takes them now", worker.name);
                    worker.inbox.put(accepted);
                    return workers.push(worker);
                }
                Err(error) => tracing::warn!("cannot start a thread that serves connections: {error}"),
            }
        }
        match workers.iter().min_by_key(|worker| worker.inbox.n_waiting()) {
            Some(worker) if worker.inbox.n_waiting() < DEALT => worker.inbox.put(accepted),
            _ => tracing::warn!("a connection was refused: no thread serves connections any more"),
        }
    }

    /// Gives sockets that their workers do not take to others.
    fn deal_again(&self) {
        let overdue: Vec<_> = {
            let workers = self.workers();
            let is_stuck = |worker: &&Worker| worker.inbox.n_waiting() > 0 && !worker.is_live();
            let can_help = workers.len() < self.most || workers.iter().any(Worker::is_live);
            let stuck = workers.iter().filter(is_stuck).filter(|_| can_help);
            stuck.flat_map(|worker| worker.inbox.take_back()).collect()
        };
        overdue.into_iter().for_each(|accepted| self.deal(accepted));
    }

    /// Returns how many connections the workers have that are in a call that does not return.
    fn n_stuck(&self) -> usize {
        let workers = self.workers();
        let stuck = workers.iter().filter(|worker| worker.is_in_long_call());
        stuck.map(|worker| worker.inbox.n_taken()).sum()
    }

    fn has_waiting(&self) -> bool {
        self.workers().iter().any(|worker| worker.inbox.n_waiting() > 0)
    }

    /// Waits for the workers to end until `end`, which calls `late` if they have not, and then for a moment more.
    pub(crate) fn end(&self, end: Instant, moment: Duration, late: impl FnOnce()) -> Ended {
        let workers = self.workers();
        let mut left: Vec<_> = workers.iter().map(Some).collect();
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let mut n_cut_off = 0;
        let mut wait = |end: Instant, left: &mut Vec<Option<&Worker>>| {
            while left.iter().any(Option::is_some) {
                match ended.recv_timeout(end.saturating_duration_since(Instant::now())) {
                    Ok((index, n_cut)) => {
                        left[index] = None;
                        n_cut_off += n_cut;
                    }
                    Err(_) => return,
                }
            }
        };
        wait(end, &mut left);
        if left.iter().any(Option::is_some) {
            late();
            wait(Instant::now() + moment, &mut left);
        }
        let left: Vec<_> = left.into_iter().flatten().collect();
        let n_lost: usize = left.iter().map(|worker| worker.inbox.n_connections()).sum();
        Ended { n_cut_off: n_cut_off + n_lost, left: left.iter().map(|worker| worker.name.clone()).collect() }
    }

    /// A thread that panicked while it held the lock left nothing half done.
    fn workers(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Dealer ===

impl Dealer {
    pub(crate) fn new(crew: Arc<Crew>, limits: Arc<ArcSwap<Limits>>) -> Self {
        Self { crew, limits, places: Arc::default(), excess: Arc::default() }
    }

    /// Gives a socket to a worker, if there is a place for it. It waits for nobody.
    pub(crate) fn deal(&self, socket: std::net::TcpStream) {
        let limits = **self.limits.load();
        let limit = limits.n_connections;
        let n_stuck = self.crew.n_stuck();
        let (place, excess_of) = match self.places.take(limit.saturating_add(n_stuck)) {
            Some(place) => (place, None),
            None => {
                tracing::warn!("a connection was refused: {limit} are open, as many as may");
                let Some(place) = self.excess.take(EXCESS.saturating_add(n_stuck)) else { return };
                (place, Some(limit))
            }
        };
        if let Err(error) = keep_alive(&socket, limits.keep_alive) {
            tracing::debug!("no keep-alive: {error}"); // it works without
        }
        self.crew.deal(Accepted { socket, place, excess_of });
    }

    /// Gives sockets that their workers do not take to others.
    pub(crate) fn deal_again(&self) {
        self.crew.deal_again();
    }

    /// Returns whether sockets wait for their workers.
    pub(crate) fn has_waiting(&self) -> bool {
        self.crew.has_waiting()
    }
}
