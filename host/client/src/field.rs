//! What a server says of a function, and how to call it.

use std::future::Future;

use kamodo_schema::{field, function};
use kamodo_value::Value;
use kamodo_wire::literal;
use kamodo_wire::transport::Limits;

use crate::Error;

/// A function that is served, with what its server says of it.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The unit of the result; empty for none.
    pub units: String,
    /// Arguments with their units, in order; empty where none has one.
    pub arg_units: Vec<(String, String)>,
    /// Whom to cite.
    pub citation: String,
    /// The right-hand side in LaTeX.
    pub equation: String,
    /// Arguments that the equation leaves out.
    pub hidden_args: Vec<String>,
    /// How to call it.
    pub function: Function,
}

/// One parameter of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The value where a call leaves it out.
    pub default: Option<Value>,
}

/// A function of a server.
#[derive(Clone)]
pub struct Function {
    name: String,
    client: function::Client,
    limits: Limits,
}

pub(crate) fn read(name: &str, reader: field::Reader<'_>, limits: Limits) -> Result<Field, Error> {
    let meta = reader.get_meta()?;
    let mut arg_units = Vec::new();
    for entry in meta.get_arg_units()?.get_entries()? {
        arg_units.push((text(entry.get_key()?)?, text(entry.get_value()?)?));
    }
    let hidden_args = meta.get_hidden_args()?.iter().map(|name| text(name?)).collect::<Result<_, _>>()?;
    Ok(Field {
        name: name.to_owned(),
        units: text(meta.get_units()?)?,
        arg_units,
        citation: text(meta.get_citation()?)?,
        equation: text(meta.get_equation()?)?,
        hidden_args,
        function: Function::new(name, reader.get_func()?, limits),
    })
}

pub(crate) fn text(reader: capnp::text::Reader<'_>) -> Result<String, Error> {
    Ok(reader.to_string().map_err(capnp::Error::from)?)
}

// === impl Function ===

impl Function {
    pub(crate) fn new(name: &str, client: function::Client, limits: Limits) -> Self {
        Self { name: name.to_owned(), client, limits }
    }

    /// Returns the bare capability.
    #[must_use]
    pub fn client(&self) -> &function::Client {
        &self.client
    }

    /// Sends a call, at once; the future waits for its answer. Dropping it cancels the call.
    ///
    /// # Errors
    /// [`Error::Argument`] for what cannot be sent, [`Error::Remote`] with what the server says.
    pub fn call(
        &self,
        args: &[Value],
        kwargs: &[(String, Value)],
    ) -> impl Future<Output = Result<Value, Error>> + use<> {
        let sent = self.send(args, kwargs);
        let name = self.name.clone();
        async move {
            let response = sent?.promise.await.map_err(Error::from)?;
            let read = literal::read(response.get()?.get_result()?);
            read.map_err(|source| Error::Result { function: name, source })
        }
    }

    fn send(
        &self,
        args: &[Value],
        kwargs: &[(String, Value)],
    ) -> Result<capnp::capability::RemotePromise<function::call_results::Owned>, Error> {
        let failed = |source| Error::Argument { function: self.name.clone(), source };
        let values = args.iter().chain(kwargs.iter().map(|(_, value)| value));
        literal::check_size(values, self.limits.message_bytes).map_err(failed)?;
        let mut request = self.client.call_request();
        let mut params = request.get();
        if !args.is_empty() {
            literal::write_all(params.reborrow().init_args(args.len() as u32), args).map_err(failed)?;
        }
        if !kwargs.is_empty() {
            let mut list = params.init_kwargs(kwargs.len() as u32);
            for (index, (name, value)) in kwargs.iter().enumerate() {
                let mut kwarg = list.reborrow().get(index as u32);
                kwarg.set_name(&name[..]);
                literal::write(kwarg.init_value(), value).map_err(failed)?;
            }
        }
        Ok(request.send())
    }

    /// Asks for the parameters, in the order of a positional call.
    ///
    /// # Errors
    /// [`Error`] of the connection, or [`Error::Remote`] where the function is no longer served.
    pub async fn parameters(&self) -> Result<Vec<Parameter>, Error> {
        let args = self.client.get_args_request().send();
        let kwargs = self.client.get_kwargs_request().send();
        let (args, kwargs) = (args.promise.await?, kwargs.promise.await?);
        let mut parameters = Vec::new();
        for name in args.get()?.get_args()? {
            parameters.push(Parameter { name: text(name?)?, default: None });
        }
        for kwarg in kwargs.get()?.get_kwargs()? {
            let name = text(kwarg.get_name()?)?;
            // A function without parameters names one that is none: see the server.
            if let Some(parameter) = parameters.iter_mut().find(|parameter| parameter.name == name) {
                let failed = |source| Error::Result { function: self.name.clone(), source };
                parameter.default = Some(literal::read(kwarg.get_value()?).map_err(failed)?);
            }
        }
        Ok(parameters)
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Function({})", self.name)
    }
}
