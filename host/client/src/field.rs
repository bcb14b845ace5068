//! What a server says of a function, and how to call it.

use std::future::Future;
use std::rc::Rc;

use kamodo_schema::{field, function, meta};
use kamodo_value::Value;
use kamodo_wire::literal;

use crate::connection::Connection;
use crate::extension::Diagnostic;
use crate::{Arguments, Call, Error};

/// A function that is served, with what its server says of it.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The unit of the result as Kamodo shows it: empty for none, and for pure numbers such as angles, whose unit
    /// a server of ours tells in [`Extension::describe`](crate::Extension::describe).
    pub units: String,
    /// Arguments with their units, in order; empty where none has one.
    pub arg_units: Vec<(String, String)>,
    /// Whom to cite.
    pub citation: String,
    /// The right-hand side in LaTeX.
    pub equation: String,
    /// Arguments that the equation leaves out.
    pub hidden_args: Vec<String>,
    /// What its server warns of in its definition, if it was [defined](crate::Client::define) here: a unit that does
    /// not convert, say. Empty for functions that are served.
    pub warnings: Vec<Diagnostic>,
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
    connection: Rc<Connection>,
}

pub(crate) fn read(
    name: &str,
    reader: field::Reader<'_>,
    connection: &Rc<Connection>,
) -> Result<Field, Error> {
    of(name, reader.get_meta()?, Function::new(name, reader.get_func()?, connection))
}

/// A function with what is said of it.
pub(crate) fn of(name: &str, meta: meta::Reader<'_>, function: Function) -> Result<Field, Error> {
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
        warnings: Vec::new(),
        function,
    })
}

pub(crate) fn text(reader: capnp::text::Reader<'_>) -> Result<String, Error> {
    Ok(reader.to_string().map_err(capnp::Error::from)?)
}

// === impl Function ===

impl Function {
    pub(crate) fn new(name: &str, client: function::Client, connection: &Rc<Connection>) -> Self {
        Self { name: name.to_owned(), client, connection: connection.clone() }
    }

    pub(crate) fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the bare capability.
    #[must_use]
    pub fn client(&self) -> &function::Client {
        &self.client
    }

    /// Begins a call with positional arguments; keywords and a deadline may follow.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/served.rs")); }
    /// # doc::served(async |client: kamodo_client::Client| {
    /// let p = client.function("p_dyn").await?;
    /// let n = vec![4.0, 5.0, 6.0];
    /// // Both calls are on their way before the first answer is waited for.
    /// let scalar = p.with((5.0, 400.0)).answer::<f64>();
    /// let array = p.with((&n,)).keyword("v", 400.0).answer::<Vec<f64>>();
    /// assert!((scalar.await? - 1.33808).abs() < 1e-12);
    /// assert_eq!(array.await?.len(), 3);
    /// # Ok(()) });
    /// ```
    pub fn with(&self, args: impl Arguments) -> Call {
        Call::new(self, args)
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
        let call = kwargs.iter().fold(self.with(args), |call, (name, value)| call.keyword(name, value));
        call.answer()
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
