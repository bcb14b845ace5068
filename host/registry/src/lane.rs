//! The threads of each plugin, on which its calls run that may be slow.
//!
//! They are made as needed and end when they are idle. A call that does not return keeps its thread, since
//! nothing can end it; once its client has left, or it has run for long, another thread takes the place of that one, a
//! bounded number of times, so that it holds up neither the plugin's other calls nor those of other plugins.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::calls::{Calls, LongCall};
use crate::queue::{ClientId, Job, Place, Queue, Room, Threads};
use crate::{CallError, Function, Origin};

/// The threads of all plugins.
#[derive(Debug)]
pub(crate) struct Lanes {
    lanes: Mutex<HashMap<Origin, Arc<Lane>>>,
    bounds: Bounds,
    /// The threads that there are.
    n_threads: Arc<AtomicUsize>,
}

/// How many threads there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Of one plugin, besides those that are replaced.
    pub(crate) plugin: usize,
    /// Of one plugin, whose calls are abandoned or have run for long, so that others take their places.
    pub(crate) replaced: usize,
    /// In sum. Each plugin gets its first thread all the same.
    pub(crate) sum: usize,
    /// How long a thread stays without work.
    pub(crate) idle: Duration,
}

/// The threads of one plugin, with what waits for them.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) origin: Arc<Origin>,
    pub(crate) calls: Calls,
    state: Mutex<State>,
    ready: Condvar,
    bounds: Bounds,
    sum: Arc<AtomicUsize>,
}

#[derive(Debug, Default)]
struct State {
    queue: Queue,
    n_threads: usize,
    n_idle: usize,
    /// Those that have not looked at the queue yet.
    n_starting: usize,
    is_closed: bool,
}

/// How many calls may wait for the threads of one plugin. As many again may that go on with a call.
const ROOM: Room = Room { queue: 64, share: 8 };

// === impl Bounds ===

impl Default for Bounds {
    fn default() -> Self {
        let n_cores = thread::available_parallelism().map_or(1, usize::from);
        Self { plugin: n_cores.max(4), replaced: 16, sum: n_cores.max(4) * 16, idle: Duration::from_secs(10) }
    }
}

// === impl Lanes ===

impl Lanes {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { lanes: Mutex::default(), bounds, n_threads: Arc::default() }
    }

    /// Returns the threads of whoever brought a function. Another version of a plugin has others.
    pub(crate) fn of(&self, origin: &Arc<Origin>) -> Arc<Lane> {
        let mut lanes = self.lanes();
        if let Some(lane) = lanes.get(&**origin) {
            return Arc::clone(lane);
        }
        let lane = Arc::new(Lane {
            origin: Arc::clone(origin),
            calls: Calls::default(),
            state: Mutex::default(),
            ready: Condvar::new(),
            bounds: self.bounds,
            sum: Arc::clone(&self.n_threads),
        });
        lanes.insert(Origin::clone(origin), Arc::clone(&lane));
        lane
    }

    /// Looks at what runs: gives the places of calls that do not return to others, and forgets who has no thread any more.
    /// Returns the calls that have run for longer than `limit`, or are abandoned.
    pub(crate) fn look(&self, limit: Duration) -> Vec<LongCall> {
        let lanes: Vec<_> = {
            let mut lanes = self.lanes();
            // Whoever holds one but this map is about to use it.
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || lane.state().n_threads > 0);
            lanes.values().cloned().collect()
        };
        lanes
            .iter()
            .flat_map(|lane| {
                lane.look();
                lane.calls.longer_than(limit)
            })
            .collect()
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<Origin, Arc<Lane>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        for lane in self.lanes().values() {
            lane.state().is_closed = true;
            lane.ready.notify_all();
        }
    }
}

// === impl Lane ===

impl Lane {
    /// Hands on a job of a call of `function`.
    ///
    /// # Errors
    /// [`CallError`] if as many wait as may, or if nothing that waits would have a thread.
    pub(crate) fn submit(
        self: &Arc<Self>,
        function: &Function,
        client: ClientId,
        is_new: bool,
        job: Job,
    ) -> Result<Place, CallError> {
        let mut state = self.state();
        if self.is_blocked(&state) {
            return Err(self.stuck(function.name()));
        }
        let busy = |queued| CallError::Busy {
            function: function.name().to_owned(),
            plugin: self.origin.to_string(),
            queued,
        };
        // Calls that go on have room of their own, so that new ones do not make them fail halfway.
        if !is_new && state.queue.n_late() >= ROOM.queue {
            return Err(busy(state.queue.n_late()));
        }
        let id = state.queue.push(client, ROOM, is_new, job).map_err(|full| busy(full.queued))?;
        self.add_threads(&mut state);
        if state.n_threads == 0 {
            // The system gives no thread.
            let job = state.queue.withdraw(client, id);
            drop(state);
            drop(job);
            return Err(busy(0));
        }
        drop(state);
        self.ready.notify_one();
        Ok(Place::new(Arc::clone(self) as Arc<dyn Threads>, client, id))
    }

    /// Looks at what runs, and gives the places of calls that do not return to others.
    fn look(self: &Arc<Self>) {
        self.calls.look();
        let mut state = self.state();
        self.add_threads(&mut state);
        let mut refused = Vec::new();
        if self.is_blocked(&state) {
            refused.extend(std::iter::from_fn(|| state.queue.pop()));
        }
        drop(state);
        for job in refused {
            job(Err(self.stuck("")));
        }
    }

    /// Starts threads for what waits, as far as there may be more.
    fn add_threads(self: &Arc<Self>, state: &mut State) {
        while state.queue.len() > state.n_idle + state.n_starting && self.may_add(state) {
            let lane = Arc::clone(self);
            if let Err(error) = thread::Builder::new().name("plugin".to_owned()).spawn(move || lane.work()) {
                return tracing::warn!("{}: cannot start a thread: {error}", self.origin);
            }
            state.n_threads += 1;
            state.n_starting += 1;
            self.sum.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn may_add(&self, state: &State) -> bool {
        let n_replaced = self.calls.n_replaced();
        state.n_threads == 0
            || state.n_threads.saturating_sub(n_replaced) < self.bounds.plugin
                && n_replaced < self.bounds.replaced
                && self.sum.load(Ordering::Relaxed) < self.bounds.sum
    }

    /// Whether all threads are in calls that do not return, and there may be no other.
    fn is_blocked(&self, state: &State) -> bool {
        let n_abandoned = self.calls.n_abandoned();
        n_abandoned > 0 && state.n_threads <= n_abandoned && !self.may_add(state)
    }

    /// Says why nothing runs. Which function was called is put in by who called it, if it is not known here.
    fn stuck(&self, function: &str) -> CallError {
        let abandoned: Vec<_> =
            self.calls.longer_than(Duration::MAX).into_iter().filter(|call| call.is_abandoned).collect();
        let mut names: Vec<_> = abandoned.iter().map(|call| call.function.name().to_owned()).collect();
        names.sort();
        names.dedup();
        CallError::Stuck {
            function: function.to_owned(),
            plugin: self.origin.to_string(),
            n_calls: abandoned.len(),
            of: names,
            after: abandoned.iter().map(|call| call.begun.elapsed()).max().unwrap_or_default(),
        }
    }

    /// What a thread does until it is no longer needed.
    fn work(&self) {
        self.state().n_starting -= 1;
        while let Some(job) = self.next() {
            // A plugin's panics are contained where it is called; this one is ours, and its caller sees a dropped
            // channel.
            if catch_unwind(AssertUnwindSafe(|| job(Ok(())))).is_err() {
                tracing::error!("a call panicked on a plugin's thread");
            }
        }
    }

    /// Waits for a job; none if the thread is to end.
    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            // One that was replaced has returned: it is one too many now.
            let n_live = state.n_threads.saturating_sub(self.calls.n_replaced());
            if n_live <= self.bounds.plugin
                && let Some(job) = state.queue.pop()
            {
                return Some(job);
            }
            if n_live > self.bounds.plugin || state.is_closed {
                self.end_thread(&mut state);
                return None;
            }
            state.n_idle += 1;
            let (woken, waited) =
                self.ready.wait_timeout(state, self.bounds.idle).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.n_idle -= 1;
            if waited.timed_out() && state.queue.is_empty() {
                self.end_thread(&mut state);
                return None;
            }
        }
    }

    fn end_thread(&self, state: &mut State) {
        state.n_threads -= 1;
        self.sum.fetch_sub(1, Ordering::Relaxed);
    }

    /// A thread that panicked while it held the lock left nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Threads for Lane {
    fn withdraw(&self, client: ClientId, id: u64) {
        let job = self.state().queue.withdraw(client, id);
        drop(job); // without the lock: it may hold large arrays
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Instant;

    use kamodo_value::{Meta, Signature};

    use super::*;
    use crate::{Body, Shown};

    const BOUNDS: Bounds = Bounds { plugin: 2, replaced: 1, sum: 3, idle: Duration::from_millis(20) };

    fn function(origin: &str) -> Function {
        Function {
            signature: Signature { name: "f".to_owned(), parameters: Vec::new(), unit: None },
            meta: Meta::default(),
            origin: Arc::new(Origin::Yaml { file: origin.into() }),
            line: None,
            shown: Shown::default(),
            route: Vec::new(),
            body: Body::Waiting(Vec::new()),
        }
    }

    /// Hands on so many jobs that run until the sender is dropped.
    fn hold(lanes: &Lanes, origin: &str, n_jobs: usize) -> (Vec<Sender<()>>, Vec<Place>) {
        let function = function(origin);
        let lane = lanes.of(&function.origin);
        let held = (0..n_jobs).map(|_| {
            let (hold, held) = channel::<()>();
            let job = Box::new(move |_| {
                let _ = held.recv();
            });
            (hold, lane.submit(&function, ClientId(0), true, job).unwrap())
        });
        held.unzip()
    }

    fn n_threads(lanes: &Lanes, origin: &str) -> usize {
        lanes.of(&function(origin).origin).state().n_threads
    }

    #[track_caller]
    fn eventually(mut is_so: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !is_so() {
            assert!(Instant::now() < end);
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    #[test]
    fn threads_are_bounded_for_each_and_in_sum_and_everybody_gets_the_first() {
        let lanes = Lanes::new(BOUNDS);
        let held: Vec<_> = ["a", "b", "c", "d"].map(|origin| hold(&lanes, origin, 4)).into();
        let found = ["a", "b", "c", "d"].map(|origin| n_threads(&lanes, origin));
        assert_eq!(found, [2, 1, 1, 1]);
        drop(held);
    }

    #[test]
    fn threads_end_when_they_are_idle_and_their_plugin_is_forgotten() {
        let lanes = Lanes::new(BOUNDS);
        let (held, places) = hold(&lanes, "a", 2);
        assert_eq!(n_threads(&lanes, "a"), 2);
        drop(held);
        places.into_iter().for_each(Place::done);
        eventually(|| {
            lanes.look(Duration::MAX);
            lanes.lanes().is_empty()
        });
        assert_eq!(lanes.n_threads.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_job_that_panics_leaves_its_thread_alive() {
        let lanes = Lanes::new(BOUNDS);
        let function = function("a");
        let lane = lanes.of(&function.origin);
        let panics = Box::new(|_| panic!("as it is tried"));
        let first = lane.submit(&function, ClientId(0), true, panics).unwrap();
        let (done, is_done) = channel();
        let second =
            lane.submit(&function, ClientId(0), true, Box::new(move |_| done.send(()).unwrap())).unwrap();
        is_done.recv_timeout(Duration::from_secs(30)).unwrap();
        [first, second].into_iter().for_each(Place::done);
    }
}
