//! `Kamodo.evaluate`: a tree of calls, worked off where its functions are.
//!
//! The expression is read into a tree of our own first, so that its message is gone while it is being
//! evaluated. Calls of our own functions are made here, without a message; a client's own functions are
//! called back, which is how the published client composes. Arguments are evaluated side by side.
//! Recursion is bounded by the nesting limit of the message.

use std::rc::Rc;

use capnp::capability::get_resolved_cap;
use futures::future::{LocalBoxFuture, try_join_all};
use kamodo_schema::{EvaluateParams, expression, function, value};
use kamodo_value::Value;
use kamodo_wire::literal;

use crate::connection::Connection;
use crate::error::RequestError;

/// The most nodes of an expression.
const MAX_NODES: usize = 10_000;

/// An expression, out of its message.
enum Tree {
    Value(Value),
    Store(value::Client),
    Call { function: function::Client, params: Vec<Tree> },
}

/// Evaluates the expression of a request.
pub(crate) async fn evaluate(
    connection: &Rc<Connection>,
    params: EvaluateParams,
) -> Result<Value, RequestError> {
    let mut n_nodes = 0;
    let tree = read_tree(params.get()?.get_expression()?, &mut n_nodes).map_err(|error| match &error {
        RequestError::Rpc(inner) | RequestError::Literal(literal::Error::Malformed(inner))
            if inner.kind == capnp::ErrorKind::NestingLimitExceeded =>
        {
            RequestError::ExpressionDepth { limit: connection.nesting_limit() }
        }
        _ => error,
    })?;
    drop(params); // it may hold large arrays
    evaluate_tree(connection, tree).await
}

fn read_tree(reader: expression::Reader<'_>, n_nodes: &mut usize) -> Result<Tree, RequestError> {
    *n_nodes += 1;
    if *n_nodes > MAX_NODES {
        return Err(RequestError::ExpressionSize { limit: MAX_NODES });
    }
    match reader.which()? {
        expression::Literal(reader) => Ok(Tree::Value(literal::read(reader?)?)),
        expression::Store(_) if !reader.has_store() => Err(RequestError::NullValue),
        expression::Store(store) => Ok(Tree::Store(store?)),
        expression::Parameter(number) => Err(RequestError::Parameter { number }),
        expression::Call(call) if !call.has_function() => Err(RequestError::NullFunction),
        expression::Call(call) => {
            let params = call.get_params()?.iter().map(|param| read_tree(param, n_nodes));
            Ok(Tree::Call { function: call.get_function()?, params: params.collect::<Result<_, _>>()? })
        }
    }
}

fn evaluate_tree<'a>(
    connection: &'a Rc<Connection>,
    tree: Tree,
) -> LocalBoxFuture<'a, Result<Value, RequestError>> {
    Box::pin(async move {
        match tree {
            Tree::Value(value) => Ok(value),
            Tree::Store(store) => read_store(connection, store).await,
            Tree::Call { function, params } => {
                let args =
                    try_join_all(params.into_iter().map(|param| evaluate_tree(connection, param))).await?;
                call(connection, function, args).await
            }
        }
    })
}

/// Reads a value that may still be on its way, ours or the client's.
async fn read_store(connection: &Connection, store: value::Client) -> Result<Value, RequestError> {
    let store = get_resolved_cap(store).await;
    let ours = connection.values.borrow().get_local_server_of_resolved(&store);
    if let Some(server) = ours {
        return Ok(server.value().clone());
    }
    let response = store.read_request().send().promise.await?;
    Ok(literal::read(response.get()?.get_value()?)?)
}

/// Calls a function, ours or the client's.
async fn call(
    connection: &Connection,
    function: function::Client,
    args: Vec<Value>,
) -> Result<Value, RequestError> {
    let function = get_resolved_cap(function).await;
    let ours = connection.functions.borrow().get_local_server_of_resolved(&function);
    if let Some(server) = ours {
        // What a call gets must not depend on whether its argument travelled.
        return Ok(literal::as_received(server.call_values(args, Vec::new()).await?));
    }
    literal::check_size(&args, connection.message_limit())?;
    let mut request = function.call_request();
    literal::write_all(request.get().init_args(args.len() as u32), &args)?;
    let response = request.send().promise.await?;
    Ok(literal::read(response.get()?.get_result()?)?)
}
