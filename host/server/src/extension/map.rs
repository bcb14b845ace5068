//! A function applied to an array piece by piece, as it comes; its results go on at once.
//!
//! A piece is answered when its results were taken, so that a slow receiver slows the sender. Nothing is kept but
//! a piece, and the bytes of an element of which not all have come.

use std::rc::Rc;
use std::sync::Arc;

use capnp::Error;
use kamodo_registry::{Body, Function, bind};
use kamodo_schema::extension::sink;
use kamodo_value::{Array, Dtype, Value};
use kamodo_wire::literal::{self, Form};
use tokio::sync::Mutex;

use super::pieces;
use crate::connection::Connection;
use crate::error::RequestError;
use crate::key::{own_keywords, own_parameter};

/// The most bytes that are computed in one go.
const PIECE_BYTES: usize = 4 << 20;

/// Takes the array.
pub(super) struct MapServer {
    connection: Rc<Connection>,
    mapping: Mapping,
    /// Held over the waits of a piece: pieces are worked off in their order.
    state: Mutex<Result<State, Error>>,
}

/// What is applied to what.
pub(super) struct Mapping {
    function: Arc<Function>,
    /// One argument a parameter; the one that comes is replaced.
    args: Vec<Value>,
    over: usize,
    results: sink::Client,
}

enum State {
    Waiting,
    Coming {
        form: Form,
        n_taken: usize,
        /// The beginning of an element.
        rest: Vec<u8>,
        /// The element type of the results, once there are some.
        dtype: Option<Dtype>,
    },
}

// === impl Mapping ===

impl Mapping {
    /// Finds out whether the function can be applied so.
    pub(super) fn new(
        function: Arc<Function>,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
        over: String,
        results: sink::Client,
    ) -> Result<Self, RequestError> {
        let name = function.name().to_owned();
        let mut kwargs = own_keywords(&function.signature, kwargs);
        if let Some(part) = function.opaque_part() {
            let reduces = matches!(part.body, Body::Program { .. });
            let (part, is_itself) = (part.name().to_owned(), part.name() == name);
            return Err(RequestError::NotElementwise { function: name, part, is_itself, reduces });
        }
        let over = own_parameter(&function.signature, over);
        kwargs.push((over.clone(), Value::None));
        let args = bind(&function.signature, args, kwargs)?;
        let parameters = &function.signature.parameters;
        for (parameter, arg) in parameters.iter().zip(&args) {
            let is_number = matches!(
                arg,
                Value::Bool(_)
                    | Value::Int(_)
                    | Value::Float(_)
                    | Value::Complex(_)
                    | Value::Rational(_)
                    | Value::Scalar(_)
            );
            if parameter.name != over && !is_number {
                return Err(RequestError::NotScalar { function: name, argument: parameter.name.clone() });
            }
        }
        let over = parameters.iter().position(|parameter| parameter.name == over);
        let over = over.expect("a keyword that is no parameter is refused when binding");
        Ok(Self { function, args, over, results })
    }
}

// === impl MapServer ===

impl MapServer {
    pub(super) fn new(connection: &Rc<Connection>, mapping: Mapping) -> Self {
        Self { connection: connection.clone(), mapping, state: Mutex::new(Ok(State::Waiting)) }
    }

    /// Applies the function to some whole elements, and passes the results on.
    async fn apply(&self, form: &Form, dtype: &mut Option<Dtype>, bytes: &[u8]) -> Result<(), RequestError> {
        let Mapping { function, args, over, results } = &self.mapping;
        let piece = literal::read_elements(form.dtype(), bytes);
        let n_elements = piece.len();
        let mut args = args.clone();
        args[*over] = Value::Array(piece);
        let uneven = |found: String| RequestError::Uneven {
            function: function.name().to_owned(),
            over: function.signature.parameters[*over].name.clone(),
            expected: n_elements,
            found,
        };
        let result = match self.connection.call(function, args).await? {
            Value::Array(result) if result.shape() == [n_elements] => result,
            Value::Array(result) => return Err(uneven(format!("an array of shape {:?}", result.shape()))),
            _ => return Err(uneven(String::from("one value"))),
        };
        match *dtype {
            None => {
                pieces::begin(results, result.dtype(), form.shape()).await?;
                *dtype = Some(result.dtype());
            }
            Some(first) if first != result.dtype() => {
                let (first, other) = (first.name(), result.dtype().name());
                return Err(uneven(format!("`{other}` after `{first}`")));
            }
            Some(_) => {}
        }
        self.pass_on(&result).await
    }

    async fn pass_on(&self, result: &Array) -> Result<(), RequestError> {
        pieces::write(&self.mapping.results, result).await
    }

    async fn take(&self, state: &mut State, mut data: &[u8]) -> Result<(), RequestError> {
        let State::Coming { form, n_taken, rest, dtype } = state else { return Err(RequestError::NotBegun) };
        let found = n_taken.saturating_add(data.len());
        if found > form.n_bytes() {
            return Err(form.length_error(found).into());
        }
        *n_taken = found;
        let size = form.dtype().size();
        if !rest.is_empty() {
            let missing = (size - rest.len()).min(data.len());
            rest.extend_from_slice(&data[..missing]);
            data = &data[missing..];
            if rest.len() < size {
                return Ok(());
            }
            let element = std::mem::take(rest);
            self.apply(form, dtype, &element).await?;
        }
        let whole = data.len() / size * size;
        for piece in data[..whole].chunks(PIECE_BYTES / size * size) {
            self.apply(form, dtype, piece).await?;
        }
        rest.extend_from_slice(&data[whole..]);
        Ok(())
    }

    async fn end(&self, state: State) -> Result<(), RequestError> {
        let State::Coming { form, n_taken, mut dtype, .. } = state else {
            return Err(RequestError::NotBegun);
        };
        if n_taken < form.n_bytes() {
            return Err(form.length_error(n_taken).into());
        }
        if dtype.is_none() {
            self.apply(&form, &mut dtype, &[]).await?; // of nothing, to know its type
        }
        self.mapping.results.done_request().send().promise.await?;
        Ok(())
    }
}

impl sink::Server for MapServer {
    async fn begin(self: Rc<Self>, params: sink::BeginParams, _: sink::BeginResults) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        let params = params.get()?;
        let form = Form::read(params.get_dtype()?, params.get_shape()?).map_err(RequestError::from)?;
        let mut state = self.state.lock().await;
        match &mut *state {
            Err(error) => Err(error.clone()),
            Ok(State::Coming { .. }) => Err(RequestError::BegunTwice.into()),
            Ok(waiting) => {
                *waiting = State::Coming { form, n_taken: 0, rest: Vec::new(), dtype: None };
                Ok(())
            }
        }
    }

    async fn write(self: Rc<Self>, params: sink::WriteParams) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        let mut state = self.state.lock().await;
        let coming = state.as_mut().map_err(|error| error.clone())?;
        if let Err(error) = self.take(coming, params.get()?.get_data()?).await {
            // Who streams looks at the end for what went wrong.
            let error = Error::from(error);
            *state = Err(error.clone());
            return Err(error);
        }
        Ok(())
    }

    async fn done(self: Rc<Self>, _: sink::DoneParams, _: sink::DoneResults) -> Result<(), Error> {
        let _open = self.connection.open_call()?;
        let state = std::mem::replace(&mut *self.state.lock().await, Err(RequestError::Ended.into()));
        Ok(self.end(state?).await?)
    }
}
