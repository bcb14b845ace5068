//! A client of any server that speaks Kamodo's Cap'n Proto interface, ours or the published one.
//!
//! What only ours has is in [`extension`]; an [`Administrator`] is what the one who runs a server is.
//!
//! A [`Client`] is one connection: [`Client::connect`] dials, [`Client::ask`] calls, [`Client::evaluate`] has
//! expressions evaluated whose values stay there, [`Client::define`] defines functions of this connection. A
//! [`Session`] dials several servers in turn, and again when a connection is lost. [`blocking`] is for
//! programs without `async`.
//!
//! Requests are sent at once and answered in any order: start many calls before waiting for the first, and
//! they travel together. A server of ours takes 256 open calls of a connection, and 64 long ones waiting for a
//! thread; beyond that it answers [`Error::Remote`] with `overloaded`, and the call may be made again later.
//!
//! Outside of [`blocking`] nothing is `Send`: a client, and all that came from it, stays on its thread and runs in
//! a `LocalSet`. [`block_on`] makes one; inside of a runtime of tokio, make it there, or use [`blocking`] in
//! `spawn_blocking`:
//!
//! ```
//! # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
//! # let (_server, endpoint) = doc::serve();
//! # let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! use kamodo_client::Client;
//! use tokio::task::LocalSet;
//!
//! let local = LocalSet::new();
//! let asked = local.run_until(async {
//!     let client = Client::connect(&endpoint).await?;
//!     client.ask::<i64>("f", (5,)).await
//! });
//! assert_eq!(asked.await?, 19);
//! # Ok::<(), kamodo_client::Error>(()) }).unwrap();
//! ```
//!
//! ```
//! # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
//! # doc::served_at(async |endpoint: kamodo_client::Endpoint| {
//! # let client = kamodo_client::Client::connect(&endpoint).await?;
//! // let client = Client::connect(&Endpoint::new("localhost", 60000, "selfsigned.cert")).await?;
//! for field in client.fields().await? {
//!     println!("{} in {}", field.name, field.units);
//! }
//! let f = client.function("f").await?;
//! let (two, many) = (f.with((2,)).answer::<i64>(), f.with(([1.0, 2.0],)).answer::<Vec<f64>>());
//! assert_eq!((two.await?, many.await?), (1, vec![-1.0, 1.0]));
//! # Ok(()) });
//! ```

mod administrator;
pub mod blocking;
mod call;
mod connect;
mod connection;
mod convert;
mod define;
mod error;
mod expression;
pub mod extension;
mod field;
mod pieces;
mod remote_value;
mod session;

use std::collections::HashMap;
use std::future::Future;
use std::rc::Rc;

use kamodo_value::Value;
use tokio::task::LocalSet;

use crate::connection::Connection;

pub use administrator::{Administrator, Receipt};
pub use call::Call;
pub use connect::{Endpoint, check_certificate};
pub use convert::{Arguments, Element, FromValue, IntoValue, Mismatch};
pub use error::Error;
pub use expression::{Expression, Operands};
pub use extension::Extension;
pub use field::{Field, Function, Parameter};
pub use kamodo_wire::transport::{Limits, Traffic};
pub use pieces::{Mapped, Pieces, Upload};
pub use remote_value::RemoteValue;
pub use session::{Options, Session};

/// A connection to a server.
pub struct Client {
    connection: Rc<Connection>,
    closer: connect::Closer,
}

/// Runs a future that uses clients to its end, on this thread, which must not be one of a runtime of tokio: that
/// panics.
///
/// # Errors
/// Where the system gives no event queue.
pub fn block_on<F: Future>(future: F) -> std::io::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    Ok(LocalSet::new().block_on(&runtime, future))
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}

// === impl Client ===

impl Client {
    /// Dials a server and shakes hands, within 10 s; a [`Session`] may take another time. Must run in a
    /// `LocalSet`, without which tokio panics.
    ///
    /// # Errors
    /// [`Error`] where nobody listens or where the server is not trusted.
    pub async fn connect(endpoint: &Endpoint) -> Result<Self, Error> {
        connect::connect(endpoint, connect::CONNECT).await
    }

    /// Asks for everything that is served, in the server's order.
    ///
    /// # Errors
    /// [`Error`] of the connection.
    pub async fn fields(&self) -> Result<Vec<Field>, Error> {
        let response = self.connection.kamodo.get_fields_request().send().promise.await?;
        let entries = response.get()?.get_fields()?.get_entries()?;
        let mut fields = Vec::with_capacity(entries.len() as usize);
        let mut known = HashMap::with_capacity(entries.len() as usize);
        for entry in entries {
            let key = entry.get_key()?.to_str().map_err(capnp::Error::from)?;
            // A key may have arguments behind it, for the published client.
            let name = key.split('(').next().unwrap_or(key).to_owned();
            let field = field::read(&name, entry.get_value()?, &self.connection)?;
            known.insert(name, field.function.client().clone());
            fields.push(field);
        }
        self.connection.known.replace(known);
        Ok(fields)
    }

    /// Asks for the operators: `AddRPC`, `MulRPC`, `PowRPC`.
    ///
    /// # Errors
    /// [`Error`] of the connection.
    pub async fn math(&self) -> Result<Vec<(String, Function)>, Error> {
        self.connection.math().await
    }

    /// Finds a function by its name.
    ///
    /// # Errors
    /// [`Error::Unknown`] where the server has none of that name.
    pub async fn function(&self, name: &str) -> Result<Function, Error> {
        let known = self.connection.known.borrow().get(name).cloned();
        if let Some(client) = known {
            return Ok(Function::new(name, client, &self.connection));
        }
        let mut fields = self.fields().await?;
        let (key, unserved) = self.key_of(name, &fields).await?;
        if let Some(found) = fields.iter().position(|field| field.name == key) {
            let function = fields.swap_remove(found).function;
            self.connection.known.borrow_mut().insert(name.to_owned(), function.client().clone());
            return Ok(Function::new(name, function.client().clone(), &self.connection));
        }
        let served = fields.into_iter().map(|field| field.name).collect();
        Err(unserved.unwrap_or_else(|| Error::Unknown { name: name.to_owned(), served }))
    }

    /// Returns the name under which a function is listed: another one where the published client could not take
    /// its own. If a file of the server has it and it is not served, the error says so.
    async fn key_of(&self, name: &str, fields: &[Field]) -> Result<(String, Option<Error>), Error> {
        if fields.iter().any(|field| field.name == name) {
            return Ok((name.to_owned(), None));
        }
        let description = match self.extension().describe().await {
            Ok(description) => description,
            Err(error @ Error::Disconnected { .. }) => return Err(error),
            Err(_) => return Ok((name.to_owned(), None)), // the published server lists each under its own
        };
        let unserved = description.functions.iter().find(|function| function.name == name);
        let unserved =
            unserved.filter(|function| function.state == extension::State::Unserved).and_then(|function| {
                let origin = description.origin_of(function)?;
                let (file, stands) = (origin.file.clone(), origin.stands.clone());
                Some(Error::Unserved { name: name.to_owned(), file, stands })
            });
        let key = description.published_names().remove(name);
        Ok((key.unwrap_or_else(|| name.to_owned()), unserved))
    }

    /// Calls a function by its name.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::Remote`] with what the server says.
    pub async fn call(&self, name: &str, args: &[Value], kwargs: &[(String, Value)]) -> Result<Value, Error> {
        self.function(name).await?.call(args, kwargs).await
    }

    /// Calls a function by its name with positional arguments, and takes its result as a type of Rust.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
    /// # doc::served(async |client: kamodo_client::Client| {
    /// use kamodo_value::Array;
    ///
    /// assert_eq!(client.ask::<i64>("f", (5,)).await?, 19);
    /// assert_eq!(client.ask::<f64>("f", (0.5,)).await?, -1.25);
    /// let xs = vec![1.0, 2.0, 3.0];
    /// assert_eq!(client.ask::<Vec<f64>>("f", (&xs[..2],)).await?, [-1.0, 1.0]);
    /// let matrix = Array::new([1, 2], vec![1.0, 2.0])?;
    /// assert_eq!(client.ask::<Array>("f", (matrix,)).await?.shape(), [1, 2]);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`] of the connection, [`Error::Remote`] with what the server says, [`Error::Type`] where the
    /// result is of another type.
    pub async fn ask<T: FromValue>(&self, name: &str, args: impl Arguments) -> Result<T, Error> {
        self.function(name).await?.with(args).answer().await
    }

    /// Returns what the server has beyond the published interface. Asking takes no round trip of its own: a
    /// server without it says so at the first question.
    #[must_use]
    pub fn extension(&self) -> Extension {
        Extension::new(self.connection.extension().clone())
    }

    /// Returns the bare capability, for expressions and for what the interface has beyond this.
    pub fn capability(&self) -> &kamodo_schema::Client {
        &self.connection.kamodo
    }

    pub(crate) fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    /// Returns whether the connection has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closer.has_ended()
    }

    /// Returns what counts the bytes that pass.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        self.closer.traffic()
    }

    /// Waits until the connection has ended, and says why.
    pub async fn closed(&self) -> String {
        self.closer.ended().await
    }

    /// Closes the connection after everything that was asked was sent.
    ///
    /// # Errors
    /// [`Error`] of the connection.
    pub async fn disconnect(self) -> Result<(), Error> {
        self.closer.close().await
    }
}
