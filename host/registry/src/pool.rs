//! The threads that evaluate, apart from those that talk to clients. No code of a plugin runs on them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{io, thread};

use crate::queue::{ClientId, Full, Job, Place, Queue, Room, Threads};

/// A fixed number of threads behind a queue.
///
/// The threads end when the last clone is dropped and the queue is empty.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    shared: Arc<Shared>,
    /// Ends the threads with the last clone; they hold the rest themselves.
    _owner: Arc<Owner>,
    room: Room,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: Queue,
    is_closed: bool,
}

#[derive(Debug)]
struct Owner(Arc<Shared>);

// === impl Pool ===

impl Pool {
    pub(crate) fn start(name: &str, n_threads: usize, room: Room) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let owner = Arc::new(Owner(Arc::clone(&shared))); // ends those that began if one does not
        for index in 0..n_threads.max(1) {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name(format!("{name}-{index}")).spawn(move || {
                while let Some(job) = shared.next() {
                    // A job that panics is a bug of ours; its caller sees a dropped channel, the thread lives.
                    if catch_unwind(AssertUnwindSafe(|| job(Ok(())))).is_err() {
                        tracing::error!("a call panicked on the pool");
                    }
                }
            })?;
        }
        Ok(Self { shared, _owner: owner, room })
    }

    /// Hands on a job. One that goes on with a call is not refused halfway.
    ///
    /// # Errors
    /// [`Full`] if it is new, and as many jobs wait as may.
    pub(crate) fn submit(&self, client: ClientId, is_new: bool, job: Job) -> Result<Place, Full> {
        let id = self.shared.state().queue.push(client, self.room, is_new, job)?;
        self.shared.ready.notify_one();
        Ok(Place::new(Arc::clone(&self.shared) as Arc<dyn Threads>, client, id))
    }

    /// Returns whether others wait for a thread.
    pub(crate) fn is_crowded(&self) -> bool {
        !self.shared.state().queue.is_empty()
    }
}

// === impl Shared ===

impl Shared {
    /// A thread that panicked while it held the lock left nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a job; none if the threads are to end.
    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.queue.pop() {
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Threads for Shared {
    fn withdraw(&self, client: ClientId, id: u64) {
        let job = self.state().queue.withdraw(client, id);
        drop(job); // without the lock: it may hold large arrays
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.state().is_closed = true;
        self.0.ready.notify_all();
    }
}
