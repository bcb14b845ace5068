//! A client of any server that speaks Kamodo's Cap'n Proto interface, ours or the published one.
//!
//! What only ours has is in [`extension`]; an [`Administrator`] is what the one who runs a server is.
//!
//! [`Client::connect`] dials, [`Client::fields`] says what is served, [`Client::call`] calls. Requests
//! are sent at once and answered in any order: start many calls before waiting for the first, and they
//! travel together. A client stays on its thread and runs in a `LocalSet`; [`block_on`] makes one.
#![forbid(unsafe_code)]

mod administrator;
mod connect;
mod error;
pub mod extension;
mod field;

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;

use kamodo_schema::function;
use kamodo_value::Value;
use kamodo_wire::transport::Limits;
use tokio::task::LocalSet;

pub use administrator::{Administrator, Receipt};
pub use connect::Endpoint;
pub use error::Error;
pub use extension::Extension;
pub use field::{Field, Function, Parameter};

/// A connection to a server.
pub struct Client {
    kamodo: kamodo_schema::Client,
    limits: Limits,
    /// The functions of the server as they were when its fields were last asked for.
    known: RefCell<HashMap<String, function::Client>>,
    closer: connect::Closer,
}

/// Runs a future that uses clients to its end, on this thread.
///
/// # Errors
/// Where the system gives no event queue.
pub fn block_on<F: Future>(future: F) -> std::io::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    Ok(LocalSet::new().block_on(&runtime, future))
}

// === impl Client ===

impl Client {
    /// Dials a server and shakes hands. Must run in a `LocalSet`.
    ///
    /// # Errors
    /// [`Error`] where nobody listens or where the server is not trusted.
    pub async fn connect(endpoint: &Endpoint) -> Result<Self, Error> {
        connect::connect(endpoint).await
    }

    /// Asks for everything that is served, in the server's order.
    ///
    /// # Errors
    /// [`Error`] of the connection.
    pub async fn fields(&self) -> Result<Vec<Field>, Error> {
        let response = self.kamodo.get_fields_request().send().promise.await?;
        let entries = response.get()?.get_fields()?.get_entries()?;
        let mut fields = Vec::with_capacity(entries.len() as usize);
        let mut known = HashMap::with_capacity(entries.len() as usize);
        for entry in entries {
            let key = entry.get_key()?.to_str().map_err(capnp::Error::from)?;
            // A key may have arguments behind it, for the published client.
            let name = key.split('(').next().unwrap_or(key).to_owned();
            let field = field::read(&name, entry.get_value()?, self.limits)?;
            known.insert(name, field.function.client().clone());
            fields.push(field);
        }
        self.known.replace(known);
        Ok(fields)
    }

    /// Asks for the operators: `AddRPC`, `MulRPC`, `PowRPC`.
    ///
    /// # Errors
    /// [`Error`] of the connection.
    pub async fn math(&self) -> Result<Vec<(String, Function)>, Error> {
        let response = self.kamodo.get_math_request().send().promise.await?;
        let mut operators = Vec::new();
        for entry in response.get()?.get_math()?.get_entries()? {
            let name = entry.get_key()?.to_str().map_err(capnp::Error::from)?.to_owned();
            let function = Function::new(&name, entry.get_value()?, self.limits);
            operators.push((name, function));
        }
        Ok(operators)
    }

    /// Finds a function by its name.
    ///
    /// # Errors
    /// [`Error::Unknown`] where the server has none of that name.
    pub async fn function(&self, name: &str) -> Result<Function, Error> {
        let known = self.known.borrow().get(name).cloned();
        if let Some(client) = known {
            return Ok(Function::new(name, client, self.limits));
        }
        // A name that the published client refuses may have an underscore behind it, see the server's keys.
        let mut fields = self.fields().await?;
        let is_of = |name: &str| fields.iter().position(|field| field.name == name);
        if let Some(found) = is_of(name).or_else(|| is_of(&format!("{name}_"))) {
            return Ok(fields.swap_remove(found).function);
        }
        let names = fields.into_iter().map(|field| field.name).collect();
        Err(Error::Unknown { name: name.to_owned(), served: names })
    }

    /// Calls a function by its name.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::Remote`] with what the server says.
    pub async fn call(&self, name: &str, args: &[Value], kwargs: &[(String, Value)]) -> Result<Value, Error> {
        self.function(name).await?.call(args, kwargs).await
    }

    /// Returns what the server has beyond the published interface. Asking takes no round trip of its own: a
    /// server without it says so at the first question.
    #[must_use]
    pub fn extension(&self) -> Extension {
        Extension::new(self.kamodo.extension_request().send().pipeline.get_extension())
    }

    /// Returns the bare capability, for expressions and for what the interface has beyond this.
    pub fn capability(&self) -> &kamodo_schema::Client {
        &self.kamodo
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
