//! Values that stay on the server.

use std::future::Future;
use std::rc::Rc;

use kamodo_schema::value;
use kamodo_value::Value;
use kamodo_wire::literal;

use crate::connection::Connection;
use crate::{Client, Error, Expression, FromValue};

/// A value that the server holds, or is computing, until the last clone of this is dropped.
///
/// It can be read any number of times, and used in further expressions without travelling. It lives no longer
/// than its connection.
#[derive(Clone)]
pub struct RemoteValue {
    client: value::Client,
    connection: Rc<Connection>,
}

// === impl Client ===

impl Client {
    /// Sends an expression to be evaluated, and gives the value that will come of it, without waiting for it.
    ///
    /// A value that is read at once takes one round trip, and so does one that is used before it is there. The
    /// first time that a name or an operator is used its function is asked for. What goes wrong in the
    /// evaluation shows when the value is read.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
    /// # doc::served(async |client: kamodo_client::Client| {
    /// use kamodo_client::Expression;
    ///
    /// let xs: Vec<f64> = (0..1000).map(f64::from).collect();
    /// let squares = client.evaluate(&Expression::call("f", (xs,))).await?;
    /// // `squares` stays there, and is used although it may not be computed yet.
    /// let doubled = client.evaluate(&(Expression::from(&squares) * 2 + 1)).await?;
    /// assert_eq!(doubled.read::<Vec<f64>>().await?[5], 39.0);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error::Unknown`] where the server has no function of a name, [`Error::Literal`] for a value that
    /// cannot be sent.
    pub async fn evaluate(&self, expression: &Expression) -> Result<RemoteValue, Error> {
        let resolved = expression.resolve(self).await?;
        let connection = self.connection();
        let mut request = connection.kamodo.evaluate_request();
        resolved.write(request.get().init_expression(), connection)?;
        Ok(RemoteValue::new(request.send().pipeline.get_value(), connection))
    }
}

// === impl RemoteValue ===

impl RemoteValue {
    pub(crate) fn new(client: value::Client, connection: &Rc<Connection>) -> Self {
        Self { client, connection: connection.clone() }
    }

    pub(crate) fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    /// Returns the bare capability.
    #[must_use]
    pub fn client(&self) -> &value::Client {
        &self.client
    }

    /// Sends for the value at once; the future waits for it.
    ///
    /// # Errors
    /// [`Error::Remote`] with what went wrong in the evaluation, [`Error::Type`] where it is of another type,
    /// [`Error::Lost`] if the connection ends meanwhile, [`Error::Disconnected`] if it had ended before.
    pub fn read<T: FromValue>(&self) -> impl Future<Output = Result<T, Error>> + use<T> {
        let had_ended = self.connection.has_ended.get();
        let sent = self.client.read_request().send();
        async move {
            let response = sent.promise.await.map_err(|error| match had_ended {
                true => Error::from(error),
                false => Error::from(error).during(VALUE),
            })?;
            let value: Value = literal::read(response.get()?.get_value()?)
                .map_err(|source| Error::Result { function: VALUE.to_owned(), source })?;
            T::from_value(value).map_err(|source| Error::Type { function: VALUE.to_owned(), source })
        }
    }
}

/// What a value is called in errors.
const VALUE: &str = "evaluate";

impl std::fmt::Debug for RemoteValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RemoteValue")
    }
}
