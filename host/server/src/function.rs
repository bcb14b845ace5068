//! `interface Function`: one served function, or an operator.

use std::rc::Rc;
use std::sync::Arc;

use capnp::Error;
use kamodo_registry::{Function, NO_ARGUMENT, Snapshot, bind, is_readable};
use kamodo_schema::function;
use kamodo_value::{Signature, Value, published_parameters};
use kamodo_wire::literal;

use crate::connection::Connection;
use crate::definition::Defined;
use crate::error::RequestError;
use crate::key::own_keywords;
use crate::limits::YIELD_BYTES;
use crate::math::Operator;

/// A function capability. It holds a name, not a function, and so survives every reload.
pub(crate) struct FunctionServer {
    connection: Rc<Connection>,
    target: Target,
}

enum Target {
    Served(String),
    Defined(Rc<Defined>),
    Operator(Operator),
}

pub(crate) type Keywords = Vec<(String, Value)>;

/// What is called, as it is at one moment.
pub(crate) enum Found {
    Function(Arc<Function>),
    Operator(Operator),
}

// === impl Found ===

impl Found {
    /// Returns the function, an operator as that of so many arguments.
    pub(crate) fn of(&self, connection: &Connection, n_args: usize) -> Result<Arc<Function>, RequestError> {
        match self {
            Self::Function(function) => Ok(function.clone()),
            Self::Operator(operator) => connection.operators.of(*operator, n_args),
        }
    }
}

// === impl FunctionServer ===

impl FunctionServer {
    pub(crate) fn served(connection: &Rc<Connection>, name: &str) -> Self {
        Self { connection: connection.clone(), target: Target::Served(name.to_owned()) }
    }

    pub(crate) fn defined(connection: &Rc<Connection>, defined: Rc<Defined>) -> Self {
        Self { connection: connection.clone(), target: Target::Defined(defined) }
    }

    pub(crate) fn operator(connection: &Rc<Connection>, operator: Operator) -> Self {
        Self { connection: connection.clone(), target: Target::Operator(operator) }
    }

    pub(crate) fn name(&self) -> &str {
        match &self.target {
            Target::Served(name) => name,
            Target::Defined(defined) => defined.name(),
            Target::Operator(operator) => operator.name(),
        }
    }

    /// Calls the function as it is served now.
    pub(crate) async fn call_values(
        &self,
        args: Vec<Value>,
        kwargs: Keywords,
    ) -> Result<Value, RequestError> {
        if let (Target::Operator(operator), Some((argument, _))) = (&self.target, kwargs.first()) {
            return Err(RequestError::Keyword { operator: operator.name(), argument: argument.clone() });
        }
        let snapshot = self.connection.snapshot();
        let function = self.find(&snapshot).await?.of(&self.connection, args.len())?;
        let args = bind(&function.signature, args, own_keywords(&function.signature, kwargs))?;
        self.connection.call(&function, args).await
    }

    /// Finds the function as it is served in a snapshot, or linked to it.
    pub(crate) async fn find(&self, snapshot: &Arc<Snapshot>) -> Result<Found, RequestError> {
        Ok(match &self.target {
            Target::Served(name) => Found::Function(snapshot.get(name)?.clone()),
            Target::Defined(defined) => Found::Function(defined.linked_to(&self.connection, snapshot).await?),
            Target::Operator(operator) => Found::Operator(*operator),
        })
    }

    /// Reads the arguments, so that the message is not held while the call runs.
    pub(crate) fn read_args(
        &self,
        positional: capnp::struct_list::Reader<'_, kamodo_schema::literal::Owned>,
        keywords: capnp::struct_list::Reader<'_, kamodo_schema::argument::Owned>,
    ) -> Result<(Vec<Value>, Keywords), RequestError> {
        let mut args = Vec::with_capacity(positional.len() as usize);
        for (index, arg) in positional.iter().enumerate() {
            args.push(
                literal::read(arg).map_err(|source| self.argument_error(self.parameter(index), source))?,
            );
        }
        let mut kwargs = Vec::with_capacity(keywords.len() as usize);
        for kwarg in keywords {
            let name = kwarg.get_name()?.to_string().map_err(capnp::Error::from)?;
            match literal::read(kwarg.get_value()?) {
                Ok(value) => kwargs.push((name, value)),
                Err(source) => return Err(self.argument_error(name, source)),
            }
        }
        Ok((args, kwargs))
    }

    /// Returns how an expression is written that calls it on these.
    pub(crate) fn spell(&self, args: &[&str]) -> Result<String, RequestError> {
        let joined = |sign: &str| match args {
            [] => Err(RequestError::NoArguments { operator: self.name_of_operator() }),
            args => Ok(format!("({})", args.join(sign))),
        };
        match &self.target {
            Target::Served(_) | Target::Defined(_) => Ok(format!("{}({})", self.name(), args.join(", "))),
            Target::Operator(Operator::Add) => joined(" + "),
            Target::Operator(Operator::Mul) => joined("*"),
            Target::Operator(Operator::Pow) => {
                // Powers go from the left here, and from the right in the language.
                let (first, rest) = args.split_first().map_or(("", args), |(first, rest)| (*first, rest));
                joined("")?;
                Ok(rest.iter().fold(first.to_owned(), |base, exponent| format!("({base}**{exponent})")))
            }
        }
    }

    fn name_of_operator(&self) -> &'static str {
        if let Target::Operator(operator) = &self.target { operator.name() } else { "" }
    }

    /// Whether it is one of those that all clients have.
    pub(crate) fn is_served(&self) -> bool {
        matches!(self.target, Target::Served(_))
    }

    fn argument_error(&self, argument: String, source: literal::Error) -> RequestError {
        RequestError::Argument { function: self.name().to_owned(), argument, source }
    }

    /// The name of a positional argument, where the function has one.
    fn parameter(&self, index: usize) -> String {
        let name = |signature: &Signature| signature.parameters.get(index).map(|found| found.name.clone());
        let found = match &self.target {
            Target::Served(served) => {
                self.connection.snapshot().get(served).ok().and_then(|function| name(&function.signature))
            }
            Target::Defined(defined) => name(&defined.signature()),
            Target::Operator(_) => None,
        };
        found.unwrap_or_else(|| format!("number {}", index + 1))
    }

    async fn answer(
        &self,
        params: function::CallParams,
        mut results: function::CallResults,
    ) -> Result<(), RequestError> {
        let _open = self.connection.open_call()?;
        let (args, kwargs) = self.read_args(params.get()?.get_args()?, params.get()?.get_kwargs()?)?;
        drop(params); // as many bytes as the arguments, before the wait
        let value = self.call_values(args, kwargs).await?;
        self.write_result(results.get().init_result(), &value).await
    }

    pub(crate) async fn write_result(
        &self,
        builder: kamodo_schema::literal::Builder<'_>,
        value: &Value,
    ) -> Result<(), RequestError> {
        let failed = |source| RequestError::Result { function: self.name().to_owned(), source };
        literal::check_size([value], self.connection.message_limit()).map_err(failed)?;
        if literal::check_size([value], YIELD_BYTES).is_err() {
            tokio::task::yield_now().await;
        }
        literal::write(builder, value).map_err(failed)
    }

    /// The parameters of the function as it is served now.
    async fn signature(&self) -> Result<Signature, RequestError> {
        match &self.target {
            Target::Operator(operator) => Ok(operator.signature()),
            Target::Served(_) | Target::Defined(_) => {
                let found = self.find(&self.connection.snapshot()).await?;
                Ok(found.of(&self.connection, 0)?.signature.clone())
            }
        }
    }
}

impl function::Server for FunctionServer {
    async fn call(
        self: Rc<Self>,
        params: function::CallParams,
        results: function::CallResults,
    ) -> Result<(), Error> {
        Ok(self.answer(params, results).await?)
    }

    async fn get_args(
        self: Rc<Self>,
        _: function::GetArgsParams,
        mut results: function::GetArgsResults,
    ) -> Result<(), Error> {
        let signature = self.signature().await?;
        let names = published_parameters(&signature);
        let mut args = results.get().init_args(names.len() as u32);
        for (index, name) in names.iter().enumerate() {
            args.set(index as u32, &name[..]);
        }
        Ok(())
    }

    async fn get_kwargs(
        self: Rc<Self>,
        _: function::GetKwargsParams,
        mut results: function::GetKwargsResults,
    ) -> Result<(), Error> {
        let signature = self.signature().await?;
        let names = published_parameters(&signature);
        let mut defaults: Vec<_> = signature
            .parameters
            .iter()
            .zip(&names)
            .filter_map(|(parameter, name)| Some((&name[..], parameter.default.as_ref()?)))
            .filter(|(_, default)| is_readable(default))
            .collect();
        // The published client fails while it connects to a function that has no argument at all.
        if signature.parameters.is_empty() {
            defaults.push((NO_ARGUMENT, &Value::None));
        }
        let mut kwargs = results.get().init_kwargs(defaults.len() as u32);
        for (index, (name, value)) in defaults.into_iter().enumerate() {
            let mut kwarg = kwargs.reborrow().get(index as u32);
            kwarg.set_name(name);
            literal::write(kwarg.init_value(), value).map_err(RequestError::from)?;
        }
        Ok(())
    }
}
