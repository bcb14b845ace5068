//! The thread of a connection: work is sent to it, and what cannot leave it is held there under a number.

use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use futures::future::LocalBoxFuture;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::{Endpoint, Error, Function, Options, RemoteValue, Session, block_on};

/// What the work is done with, on the thread.
pub(super) struct Shared {
    pub(super) session: Session,
    values: RefCell<HashMap<u64, RemoteValue>>,
    functions: RefCell<HashMap<u64, Function>>,
}

/// The thread, as all others see it. It ends when the last of those who know it is dropped.
pub(super) struct Thread {
    // What is asked is bounded by those who ask: each waits for its answer, or holds what does.
    work: UnboundedSender<Work>,
}

/// Something to be done on the thread.
type Work = Box<dyn FnOnce(Rc<Shared>) -> LocalBoxFuture<'static, ()> + Send>;

/// What is held on the thread, until the last clone is dropped.
pub(super) struct Held<T>(Arc<Place>, PhantomData<fn() -> T>);

struct Place {
    number: u64,
    thread: Arc<Thread>,
}

// === impl Thread ===

impl Thread {
    pub(super) fn start(endpoints: Vec<Endpoint>, options: Options) -> Result<Arc<Self>, Error> {
        let (work, mut works) = unbounded_channel::<Work>();
        // The future is made on the thread, since it cannot move there.
        let serve = async move || {
            let shared = Rc::new(Shared {
                session: Session::new(endpoints, options),
                values: RefCell::default(),
                functions: RefCell::default(),
            });
            let mut open = tokio::task::JoinSet::new();
            loop {
                tokio::select! {
                    work = works.recv() => match work {
                        Some(work) => { open.spawn_local(work(shared.clone())); }
                        None => return,
                    },
                    Some(_) = open.join_next() => {}
                }
            }
        };
        let builder = std::thread::Builder::new().name(String::from("kamodo-client"));
        // Where the system gives no event queue the channel closes, and whoever asks is told.
        builder.spawn(move || drop(block_on(serve()))).map_err(Error::Thread)?;
        Ok(Arc::new(Self { work }))
    }

    /// Begins work on the thread, and gives what waits for its end.
    pub(super) fn begin<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(&Shared) -> Result<T, Error> + Send + 'static,
    ) -> Receiver<Result<T, Error>> {
        let (answer, answered) = sync_channel(1);
        let work: Work = Box::new(move |shared| {
            Box::pin(async move {
                let done = work(&shared).await;
                let _ = answer.send(done); // nobody may wait any more
            })
        });
        let _ = self.work.send(work); // a thread that ended drops it, and with it the sender of its answer
        answered
    }

    /// Has work done on the thread.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(&Shared) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.begin(work).recv().unwrap_or_else(|_| Err(ended()))
    }

    /// What is held under a number.
    pub(super) fn held<T>(self: &Arc<Self>, number: u64) -> Held<T> {
        Held(Arc::new(Place { number, thread: self.clone() }), PhantomData)
    }
}

/// What is said where the thread is there no more.
pub(super) fn ended() -> Error {
    Error::Disconnected { reason: String::from("the thread of the connection has ended") }
}

// === impl Shared ===

impl Shared {
    pub(super) fn hold_value(&self, value: RemoteValue) -> u64 {
        let number = number();
        self.values.borrow_mut().insert(number, value);
        number
    }

    pub(super) fn hold_function(&self, function: Function) -> u64 {
        let number = number();
        self.functions.borrow_mut().insert(number, function);
        number
    }

    pub(super) fn value(&self, held: &Held<RemoteValue>) -> Result<RemoteValue, Error> {
        self.values.borrow().get(&held.0.number).cloned().ok_or_else(foreign)
    }

    pub(super) fn function(&self, held: &Held<Function>) -> Result<Function, Error> {
        self.functions.borrow().get(&held.0.number).cloned().ok_or_else(foreign)
    }
}

/// A number that no other client gives either, so that what is held by one is not taken for another's.
fn number() -> u64 {
    static N_HELD: AtomicU64 = AtomicU64::new(0);
    N_HELD.fetch_add(1, Ordering::Relaxed)
}

/// What is said of a value of another client.
fn foreign() -> Error {
    Error::Disconnected { reason: String::from("it belongs to the connection of another client") }
}

// === impl Held ===

impl<T> Held<T> {
    pub(super) fn thread(&self) -> &Arc<Thread> {
        &self.0.thread
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let number = self.number;
        let _ = self.thread.work.send(Box::new(move |shared| {
            shared.values.borrow_mut().remove(&number);
            shared.functions.borrow_mut().remove(&number);
            Box::pin(std::future::ready(()))
        })); // a thread that ended holds nothing
    }
}
