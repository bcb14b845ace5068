//! Arrays in pieces, up and down.

use std::cell::RefCell;
use std::rc::Rc;

use capnp::Error;
use kamodo_schema::extension::{sink, upload};
use kamodo_value::{Array, Dtype, Value};
use kamodo_wire::literal::{self, Assembly, Form};

use crate::connection::Connection;
use crate::error::RequestError;
use crate::value::{Place, ValueServer};

/// The bytes of a piece that is sent.
const PIECE_BYTES: usize = 256 << 10;

/// An array on its way here. Its bytes are counted among those of values from the beginning.
pub(super) struct UploadServer {
    connection: Rc<Connection>,
    state: RefCell<Result<(Place, Assembly), Error>>,
}

// === impl UploadServer ===

impl UploadServer {
    pub(super) fn new(connection: &Rc<Connection>, form: Form) -> Result<Self, RequestError> {
        let mut place = Place::take(connection)?;
        place.hold(size_of::<Value>() + form.n_bytes())?; // before there is any
        let state = RefCell::new(Ok((place, Assembly::new(form))));
        Ok(Self { connection: connection.clone(), state })
    }
}

impl upload::Server for UploadServer {
    async fn write(self: Rc<Self>, params: upload::WriteParams) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        let data = params.get()?.get_data()?;
        let mut state = self.state.borrow_mut();
        let (_, assembly) = state.as_mut().map_err(|error| error.clone())?;
        if let Err(error) = assembly.push(data) {
            // Who streams looks at the end for what went wrong.
            let error = Error::from(RequestError::from(error));
            *state = Err(error.clone());
            return Err(error);
        }
        Ok(())
    }

    async fn finish(
        self: Rc<Self>,
        _: upload::FinishParams,
        mut results: upload::FinishResults,
    ) -> Result<(), Error> {
        let open = self.connection.open_call()?;
        let (place, assembly) = self.state.replace(Err(RequestError::Ended.into()))?;
        let array = assembly.finish().map_err(RequestError::from)?;
        let server = ValueServer::new(place, open, std::future::ready(Ok(Value::Array(array))));
        results.get().set_value(self.connection.values.borrow_mut().new_client(server));
        Ok(())
    }
}

/// Says to a sink what comes.
pub(super) async fn begin(into: &sink::Client, dtype: Dtype, shape: &[usize]) -> Result<(), RequestError> {
    let mut request = into.begin_request();
    request.get().set_dtype(dtype.name());
    let mut dims = request.get().init_shape(shape.len() as u32);
    for (index, &dim) in shape.iter().enumerate() {
        let dim = u32::try_from(dim).map_err(|_| literal::Error::Dimension { found: dim })?;
        dims.set(index as u32, dim);
    }
    request.send().promise.await?;
    Ok(())
}

/// Sends the elements of an array, as fast as the sink takes them.
pub(super) async fn write(into: &sink::Client, array: &Array) -> Result<(), RequestError> {
    let size = array.dtype().size();
    let n_bytes = array.len() * size;
    let piece_bytes = PIECE_BYTES / size * size;
    for start in (0..n_bytes).step_by(piece_bytes) {
        let mut request = into.write_request();
        request.get().set_data(literal::bytes_of(array, start..n_bytes.min(start + piece_bytes)));
        request.send().await?;
    }
    Ok(())
}

/// Sends a whole array; returns when all of it was taken.
pub(super) async fn send(into: &sink::Client, value: &Value) -> Result<(), RequestError> {
    let Value::Array(array) = value else { return Err(RequestError::NoArray) };
    begin(into, array.dtype(), array.shape()).await?;
    write(into, array).await?;
    into.done_request().send().promise.await?;
    Ok(())
}
