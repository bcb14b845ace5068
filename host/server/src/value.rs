//! `interface Value`: the result of an evaluation, which stays here until it is read or dropped.

use std::rc::Rc;

use capnp::Error;
use kamodo_schema::value;
use kamodo_value::Value;
use kamodo_wire::literal;

use crate::connection::Connection;
use crate::error::RequestError;

/// A value that a client may read, any number of times, or use in further expressions.
pub(crate) struct ValueServer {
    connection: Rc<Connection>,
    value: Value,
}

// === impl ValueServer ===

impl ValueServer {
    pub(crate) fn new(connection: &Rc<Connection>, value: Value) -> Self {
        Self { connection: connection.clone(), value }
    }

    pub(crate) fn value(&self) -> &Value {
        &self.value
    }
}

impl value::Server for ValueServer {
    async fn read(
        self: Rc<Self>,
        _: value::ReadParams,
        mut results: value::ReadResults,
    ) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        literal::check_size([&self.value], self.connection.message_limit()).map_err(RequestError::from)?;
        Ok(literal::write(results.get().init_value(), &self.value).map_err(RequestError::from)?)
    }
}
