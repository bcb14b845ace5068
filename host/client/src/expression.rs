//! Expressions that a server evaluates, so that nothing in between travels.

use std::ops;
use std::rc::Rc;

use kamodo_schema::{expression, function, value};
use kamodo_value::Value;
use kamodo_wire::literal;

use crate::connection::{Connection, Operators};
use crate::{Client, Error, Function, IntoValue, RemoteValue};

/// A tree of calls, to be evaluated by [`Client::evaluate`] or to be the body of a definition.
///
/// Its leaves are values that travel with it, values that the server holds, and in a definition the
/// parameters. `+`, `*` and [`Expression::pow`] are the server's own `AddRPC`, `MulRPC` and `PowRPC`;
/// `-a` is `a * -1`, `a - b` is `a + b * -1`, and `a / b` is `a * b**-1`.
///
/// `V` and `F` are the values and functions that it holds, of which the [`blocking`](crate::blocking) module
/// has its own.
#[derive(Debug, Clone)]
pub struct Expression<V = RemoteValue, F = Function>(Node<V, F>);

#[derive(Debug, Clone)]
enum Node<V, F> {
    Literal(Value),
    Stored(V),
    Parameter(u32),
    Call(Callee<F>, Vec<Node<V, F>>),
}

#[derive(Debug, Clone)]
enum Callee<F> {
    Named(String),
    Function(F),
    Operator(Operator),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Add,
    Mul,
    Pow,
}

/// What a call in an expression is made on: a tuple such as `(x, 2.0)`, of one `(x,)`, or expressions.
pub trait Operands<V, F> {
    /// Makes expressions of them.
    fn into_expressions(self) -> Vec<Expression<V, F>>;
}

/// How many calls may be nested in one another: as many as a message of 64 levels holds, which servers take.
const DEPTH: usize = 29;

// === impl Expression ===

impl<V, F> Expression<V, F> {
    /// Calls the function of this name.
    pub fn call(name: impl Into<String>, operands: impl Operands<V, F>) -> Self {
        Self::of(Callee::Named(name.into()), operands)
    }

    /// Calls a function that is held, such as one that was defined.
    pub fn apply(function: F, operands: impl Operands<V, F>) -> Self {
        Self::of(Callee::Function(function), operands)
    }

    /// Stands for a parameter in the body of a definition, counted from 0.
    #[must_use]
    pub fn parameter(number: u32) -> Self {
        Self(Node::Parameter(number))
    }

    /// Uses a value that the server holds, or is still computing.
    pub fn stored(value: V) -> Self {
        Self(Node::Stored(value))
    }

    /// Raises to a power.
    #[must_use]
    pub fn pow(self, exponent: impl Into<Self>) -> Self {
        self.operate(Operator::Pow, exponent.into())
    }

    /// Refuses what no message carries.
    pub(crate) fn check_depth(&self) -> Result<(), Error> {
        if self.0.depth() > DEPTH + 1 { Err(Error::Depth { limit: DEPTH }) } else { Ok(()) }
    }

    fn of(callee: Callee<F>, operands: impl Operands<V, F>) -> Self {
        let operands = operands.into_expressions().into_iter().map(|operand| operand.0).collect();
        Self(Node::Call(callee, operands))
    }

    /// Applies an operator. A sum of sums is one call of many terms, worked off in the same order.
    fn operate(self, operator: Operator, other: Self) -> Self {
        let mut whole = self;
        match &mut whole.0 {
            Node::Call(Callee::Operator(first), operands)
                if *first == operator && operator != Operator::Pow =>
            {
                operands.push(other.0);
                whole
            }
            _ => Self(Node::Call(Callee::Operator(operator), vec![whole.0, other.0])),
        }
    }

    /// Replaces what it holds.
    pub(crate) fn try_map<W, G, E>(
        &self,
        value: &mut impl FnMut(&V) -> Result<W, E>,
        function: &mut impl FnMut(&F) -> Result<G, E>,
    ) -> Result<Expression<W, G>, E> {
        self.0.try_map(value, function).map(Expression)
    }
}

impl<V, F> Node<V, F> {
    fn try_map<W, G, E>(
        &self,
        value: &mut impl FnMut(&V) -> Result<W, E>,
        function: &mut impl FnMut(&F) -> Result<G, E>,
    ) -> Result<Node<W, G>, E> {
        Ok(match self {
            Self::Literal(literal) => Node::Literal(literal.clone()),
            Self::Stored(stored) => Node::Stored(value(stored)?),
            Self::Parameter(number) => Node::Parameter(*number),
            Self::Call(callee, operands) => {
                let callee = match callee {
                    Callee::Named(name) => Callee::Named(name.clone()),
                    Callee::Function(held) => Callee::Function(function(held)?),
                    Callee::Operator(operator) => Callee::Operator(*operator),
                };
                let operands = operands.iter().map(|operand| operand.try_map(value, function));
                Node::Call(callee, operands.collect::<Result<_, _>>()?)
            }
        })
    }

    /// The deepest nesting, as far as it matters, without following it on the stack.
    fn depth(&self) -> usize {
        let (mut depth, mut level) = (0, vec![self]);
        while !level.is_empty() && depth <= DEPTH + 1 {
            depth += 1;
            let inner = level.iter().filter_map(|node| match node {
                Self::Call(_, operands) => Some(operands),
                _ => None,
            });
            level = inner.flatten().collect();
        }
        depth
    }
}

impl<V, F> Drop for Node<V, F> {
    /// Without following it on the stack, however deep it is.
    fn drop(&mut self) {
        let Self::Call(_, operands) = self else { return };
        let mut rest = std::mem::take(operands);
        while let Some(mut node) = rest.pop() {
            if let Self::Call(_, operands) = &mut node {
                rest.append(operands);
            }
        }
    }
}

impl<T: IntoValue, V, F> From<T> for Expression<V, F> {
    fn from(value: T) -> Self {
        Self(Node::Literal(value.into_value()))
    }
}

impl From<RemoteValue> for Expression {
    fn from(value: RemoteValue) -> Self {
        Self::stored(value)
    }
}

impl From<&RemoteValue> for Expression {
    fn from(value: &RemoteValue) -> Self {
        Self::stored(value.clone())
    }
}

impl<V: Clone, F: Clone> From<&Self> for Expression<V, F> {
    fn from(expression: &Self) -> Self {
        expression.clone()
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident |$left:ident, $right:ident| $body:expr;)*) => {$(
        impl<V, F, T: Into<Self>> ops::$trait<T> for Expression<V, F> {
            type Output = Self;

            fn $method(self, other: T) -> Self {
                let ($left, $right) = (self, other.into());
                $body
            }
        }
    )*};
}

operators! {
    Add add |left, right| left.operate(Operator::Add, right);
    Mul mul |left, right| left.operate(Operator::Mul, right);
    Sub sub |left, right| left.operate(Operator::Add, -right);
    Div div |left, right| left.operate(Operator::Mul, right.pow(-1));
}

impl<V, F> ops::Neg for Expression<V, F> {
    type Output = Self;

    fn neg(self) -> Self {
        self.operate(Operator::Mul, (-1).into())
    }
}

macro_rules! operands {
    ($($name:ident),*) => {
        #[allow(non_snake_case)] // each type's letter is also its operand's
        impl<V_, F_, $($name: Into<Expression<V_, F_>>),*> Operands<V_, F_> for ($($name,)*) {
            fn into_expressions(self) -> Vec<Expression<V_, F_>> {
                let ($($name,)*) = self;
                vec![$($name.into()),*]
            }
        }
    };
}

operands!();
operands!(A);
operands!(A, B);
operands!(A, B, C);
operands!(A, B, C, D);
operands!(A, B, C, D, E);
operands!(A, B, C, D, E, F);

impl<V, F> Operands<V, F> for Vec<Expression<V, F>> {
    fn into_expressions(self) -> Self {
        self
    }
}

// === Sending ===

/// An expression whose names and operators are found, and which can be written.
pub(crate) struct Resolved<'a> {
    node: &'a Node<RemoteValue, Function>,
    named: Vec<(&'a str, function::Client)>,
    operators: Option<&'a Operators>,
    connection: &'a Rc<Connection>,
}

/// A value of another connection.
struct Lent(value::Client);

impl value::Server for Lent {
    async fn read(
        self: Rc<Self>,
        _: value::ReadParams,
        mut results: value::ReadResults,
    ) -> Result<(), capnp::Error> {
        let response = self.0.read_request().send().promise.await?;
        results.get().set_value(response.get()?.get_value()?)
    }
}

impl Expression {
    /// Finds what it calls. That asks the server only for what was not asked for before.
    pub(crate) async fn resolve<'a>(&'a self, client: &'a Client) -> Result<Resolved<'a>, Error> {
        self.check()?;
        let (mut names, mut calculates) = (Vec::new(), false);
        let mut rest = vec![&self.0];
        while let Some(node) = rest.pop() {
            let Node::Call(callee, operands) = node else { continue };
            match callee {
                Callee::Named(name) if !names.contains(&name.as_str()) => names.push(name),
                Callee::Operator(_) => calculates = true,
                Callee::Named(_) | Callee::Function(_) => {}
            }
            rest.extend(operands);
        }
        let mut named = Vec::new();
        for name in names {
            named.push((name, client.function(name).await?.client().clone()));
        }
        let operators = if calculates { Some(client.connection().operators().await?) } else { None };
        Ok(Resolved { node: &self.0, named, operators, connection: client.connection() })
    }

    /// Refuses what holds something of a connection that has ended.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.check_depth()?;
        let mut rest = vec![&self.0];
        while let Some(node) = rest.pop() {
            let has_ended = match node {
                Node::Stored(value) => value.connection().has_ended.get(),
                Node::Call(Callee::Function(function), _) => function.connection().has_ended.get(),
                _ => false,
            };
            if has_ended {
                let reason = String::from("the expression holds what came over a connection that has ended");
                return Err(Error::Disconnected { reason });
            }
            if let Node::Call(_, operands) = node {
                rest.extend(operands);
            }
        }
        Ok(())
    }
}

impl Resolved<'_> {
    /// Writes it, where the connection can carry it.
    pub(crate) fn write(
        &self,
        builder: expression::Builder<'_>,
        connection: &Connection,
    ) -> Result<(), Error> {
        let failed = |source| Error::Literal { source };
        let mut literals = Vec::new();
        let mut rest = vec![self.node];
        while let Some(node) = rest.pop() {
            match node {
                Node::Literal(value) => literals.push(value),
                Node::Call(_, operands) => rest.extend(operands),
                Node::Stored(_) | Node::Parameter(_) => {}
            }
        }
        literal::check_size(literals, connection.limits.message_bytes).map_err(failed)?;
        self.write_node(self.node, builder).map_err(failed)
    }

    fn write_node(
        &self,
        node: &Node<RemoteValue, Function>,
        mut builder: expression::Builder<'_>,
    ) -> Result<(), literal::Error> {
        match node {
            Node::Literal(value) => literal::write(builder.init_literal(), value)?,
            Node::Stored(value) if Rc::ptr_eq(value.connection(), self.connection) => {
                builder.set_store(value.client().clone());
            }
            // Of another connection: whoever evaluates it reads it through this one.
            Node::Stored(value) => builder.set_store(capnp_rpc::new_client(Lent(value.client().clone()))),
            Node::Parameter(number) => builder.set_parameter(*number),
            Node::Call(callee, operands) => {
                let mut call = builder.init_call();
                call.set_function(self.callee(callee));
                let mut params = call.init_params(operands.len() as u32);
                for (index, operand) in operands.iter().enumerate() {
                    self.write_node(operand, params.reborrow().get(index as u32))?;
                }
            }
        }
        Ok(())
    }

    fn callee(&self, callee: &Callee<Function>) -> function::Client {
        let found = match callee {
            Callee::Function(function) => Some(function.client()),
            Callee::Named(name) => {
                self.named.iter().find(|(known, _)| known == name).map(|(_, client)| client)
            }
            Callee::Operator(operator) => self.operators.map(|operators| match operator {
                Operator::Add => &operators.add,
                Operator::Mul => &operators.mul,
                Operator::Pow => &operators.pow,
            }),
        };
        found.expect("`resolve` found every name, and the operators where there is one").clone()
    }
}
