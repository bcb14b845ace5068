//! The threads that compute, apart from those that talk to clients.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Sender, TrySendError, bounded};

/// Some work; it carries its own way of telling what came of it.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads behind a queue of fixed length.
///
/// The threads end when the last clone is dropped and the queue is empty.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    queue: Sender<Job>,
}

/// The queue is full.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full {
    pub(crate) queued: usize,
}

// === impl Pool ===

impl Pool {
    pub(crate) fn start(n_threads: usize, n_queued: usize) -> std::io::Result<Self> {
        let (queue, jobs) = bounded::<Job>(n_queued);
        let jobs = Arc::new(jobs);
        for index in 0..n_threads.max(1) {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new().name(format!("pool-{index}")).spawn(move || {
                for job in jobs.iter() {
                    // A job that panics is a bug of ours; its caller sees a dropped channel, the thread lives.
                    if catch_unwind(AssertUnwindSafe(job)).is_err() {
                        tracing::error!("a call panicked on the pool");
                    }
                }
            })?;
        }
        Ok(Self { queue })
    }

    /// Hands on a job.
    ///
    /// # Errors
    /// [`Full`] where as many jobs wait as may.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Full> {
        self.queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Full { queued: self.queue.len() },
        })
    }
}
