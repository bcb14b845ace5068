//! `Kamodo.evaluate`: a tree of calls, worked off where its functions are.
//!
//! [`read`] takes the expression out of its message, so that the message is gone while it is evaluated, and
//! [`resolve`] finds out whose functions it calls: equal parts then occur once. [`run`] works it off: our own
//! functions in as few pieces as their inputs come, each a plan that takes one hop to the pool and whose arrays
//! never cross the wire; others' functions are called over their capabilities, which is how the published client
//! composes, as many at a time as are ready.
//!
//! The answer does not wait for the evaluation. What is wrong with the message is told at once, all else when the
//! value is read; both with the way from the whole expression to the part.

mod read;
mod resolve;
mod run;

use std::rc::Rc;

use capnp::ErrorKind;
use kamodo_schema::expression;
use kamodo_value::Value;
use kamodo_wire::literal;

use crate::connection::Connection;
use crate::error::RequestError;
pub(crate) use read::{Node, Tree};

/// What a reader says beyond the deepest nesting, each of a kind of pointer.
const TOO_DEEP: [ErrorKind; 3] = [
    ErrorKind::NestingLimitExceeded,
    ErrorKind::MessageIsTooDeeplyNested,
    ErrorKind::MessageIsTooDeeplyNestedOrContainsCycles,
];

/// Reads an expression of a message of this connection.
pub(crate) fn read(connection: &Connection, reader: expression::Reader<'_>) -> Result<Tree, RequestError> {
    Tree::read(reader).map_err(|error| match error.part() {
        RequestError::Rpc(inner) | RequestError::Literal(literal::Error::Malformed(inner))
            if TOO_DEEP.contains(&inner.kind) =>
        {
            RequestError::ExpressionDepth { limit: connection.nesting_limit() }
        }
        _ => error,
    })
}

/// Evaluates an expression that is no function's body.
pub(crate) async fn evaluate(connection: Rc<Connection>, tree: Tree) -> Result<Value, RequestError> {
    let graph = resolve::resolve(&connection, tree).await?;
    run::run(&connection, graph).await
}
