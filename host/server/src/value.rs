//! `interface Value`: the result of an evaluation, which stays here until it is read or dropped.
//!
//! A client gets the value before it is computed. Dropping it stops that; what is held is counted, by number
//! and by bytes, since a client may keep values as long as it is connected.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use capnp::Error;
use futures::FutureExt;
use kamodo_registry::{Budget, Charge};
use kamodo_schema::value;
use kamodo_value::Value;
use kamodo_wire::literal;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::connection::{Connection, OpenCall};
use crate::error::RequestError;
use crate::limits::YIELD_BYTES;

/// A value that a client may read, any number of times, or use in further expressions.
pub(crate) struct ValueServer {
    connection: Rc<Connection>,
    result: Rc<Pending>,
    /// What computes it; dropping it ends that.
    _computing: JoinSet<()>,
}

/// A value that may not be there yet.
#[derive(Default)]
struct Pending {
    result: RefCell<Option<Result<Value, Error>>>,
    place: RefCell<Option<Place>>,
    is_there: Notify,
}

/// How many values a connection holds, and the bytes of these and of what they are computed with.
#[derive(Default)]
pub(crate) struct Held {
    number: Cell<usize>,
    n_bytes: Arc<AtomicUsize>,
}

/// One place among the values of a connection, free again when it is dropped.
pub(crate) struct Place {
    connection: Rc<Connection>,
    charge: Option<Charge>,
}

// === impl ValueServer ===

impl ValueServer {
    /// Makes the value that `work` computes, which goes on after the answer where it takes longer.
    pub(crate) fn new(
        place: Place,
        open: OpenCall,
        work: impl Future<Output = Result<Value, RequestError>> + 'static,
    ) -> Self {
        let connection = place.connection.clone();
        let result = Rc::<Pending>::default();
        *result.place.borrow_mut() = Some(place);
        let mut work = AssertUnwindSafe(Box::pin(work)).catch_unwind();
        let mut computing = JoinSet::new();
        match (&mut work).now_or_never() {
            Some(ended) => result.end(ended),
            None => {
                let result = result.clone();
                computing.spawn_local(async move {
                    let ended = work.await;
                    result.end(ended);
                    drop(open);
                });
            }
        }
        Self { connection, result, _computing: computing }
    }

    /// Returns the value where it is there already.
    pub(crate) fn ready(&self) -> Option<Result<Value, Error>> {
        self.result.result.borrow().clone()
    }

    /// Waits for the value.
    pub(crate) async fn value(&self) -> Result<Value, Error> {
        loop {
            let is_there = self.result.is_there.notified(); // before looking, so that nothing is missed
            if let Some(result) = self.ready() {
                return result;
            }
            is_there.await;
        }
    }
}

impl value::Server for ValueServer {
    async fn read(
        self: Rc<Self>,
        _: value::ReadParams,
        mut results: value::ReadResults,
    ) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        let value = self.value().await?;
        literal::check_size([&value], self.connection.message_limit()).map_err(RequestError::from)?;
        if literal::check_size([&value], YIELD_BYTES).is_err() {
            tokio::task::yield_now().await;
        }
        Ok(literal::write(results.get().init_value(), &value).map_err(RequestError::from)?)
    }
}

// === impl Pending ===

impl Pending {
    fn end(&self, ended: std::thread::Result<Result<Value, RequestError>>) {
        let result = ended.unwrap_or(Err(RequestError::Bug)).and_then(|value| {
            if let Some(place) = &mut *self.place.borrow_mut() {
                place.hold(value.n_bytes())?;
            }
            Ok(value)
        });
        *self.result.borrow_mut() = Some(result.map_err(Error::from));
        self.is_there.notify_waiters();
    }
}

// === impl Held ===

impl Held {
    /// Returns what else may be held, by what the limit is now.
    pub(crate) fn budget(&self, limit: usize) -> Budget {
        Budget::new(self.n_bytes.clone(), limit)
    }
}

// === impl Place ===

impl Place {
    /// Takes a place among the values of a connection.
    pub(crate) fn take(connection: &Rc<Connection>) -> Result<Self, RequestError> {
        let (held, limit) = (&connection.held, connection.limits().n_values);
        if held.number.get() >= limit {
            return Err(RequestError::TooManyValues { limit });
        }
        held.number.set(held.number.get() + 1);
        Ok(Self { connection: connection.clone(), charge: None })
    }

    /// Counts the bytes that are held at this place.
    pub(crate) fn hold(&mut self, n_bytes: usize) -> Result<(), RequestError> {
        self.charge = None;
        self.charge = Some(self.connection.budget().charge(n_bytes)?);
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let held = &self.connection.held;
        held.number.set(held.number.get() - 1);
    }
}
