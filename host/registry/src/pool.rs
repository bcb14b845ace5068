//! The threads that compute, apart from those that talk to clients.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Sender, bounded};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Some work; it carries its own way of telling what came of it.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads behind a queue of fixed length.
///
/// The threads end when the last clone is dropped and the queue is empty.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    queue: Sender<Queued>,
    /// One permit a place in the queue, so that one can be waited for.
    places: Arc<Semaphore>,
    n_queued: usize,
}

/// A job with its place in the queue, which is free again when it begins.
type Queued = (OwnedSemaphorePermit, Job);

/// The queue is full.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full {
    pub(crate) queued: usize,
}

// === impl Pool ===

impl Pool {
    pub(crate) fn start(n_threads: usize, n_queued: usize) -> std::io::Result<Self> {
        let (queue, jobs) = bounded::<Queued>(n_queued);
        let jobs = Arc::new(jobs);
        for index in 0..n_threads.max(1) {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name(format!("pool-{index}")).spawn(move || {
                for (place, job) in jobs.iter() {
                    drop(place);
                    // A job that panics is a bug of ours; its caller sees a dropped channel, the thread lives.
                    if catch_unwind(AssertUnwindSafe(job)).is_err() {
                        tracing::error!("a call panicked on the pool");
                    }
                }
            })?;
        }
        Ok(Self { queue, places: Arc::new(Semaphore::new(n_queued)), n_queued })
    }

    /// Hands on a job.
    ///
    /// # Errors
    /// [`Full`] where as many jobs wait as may.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Full> {
        let full = Full { queued: self.n_queued };
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return Err(full) };
        self.queue.try_send((place, job)).map_err(|_| full)
    }

    /// Hands on a job that goes on with a call, which is not refused halfway: it waits for a place.
    ///
    /// # Errors
    /// [`Full`] where the threads have ended.
    pub(crate) async fn submit_late(&self, job: Job) -> Result<(), Full> {
        let full = Full { queued: self.n_queued };
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return Err(full) };
        self.queue.try_send((place, job)).map_err(|_| full)
    }
}
