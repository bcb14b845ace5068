//! Whose functions and values an expression names, and which of its parts are one and the same.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use capnp::capability::{FromClientHook, get_resolved_cap};
use futures::future::join_all;
use kamodo_registry::Function;
use kamodo_schema::{function, value};
use kamodo_value::Value;

use super::read::{Node, Tree};
use crate::connection::Connection;
use crate::error::RequestError;
use crate::function::Found;
use crate::value::ValueServer;

/// An expression whose functions are known, in which no two parts are equal. The last is the whole.
pub(super) struct Graph {
    pub(super) parts: Vec<Part>,
}

/// A part of an expression; what it takes are numbers of parts before it.
pub(super) enum Part {
    Value(Value),
    /// A value of ours that is not there yet.
    Ours(Rc<ValueServer>),
    /// A value of somebody else.
    Theirs(value::Client),
    /// A function that runs here.
    Local {
        function: Arc<Function>,
        params: Vec<usize>,
    },
    /// A function of ours that waits for other servers.
    Awaited {
        function: Arc<Function>,
        params: Vec<usize>,
    },
    /// A function of the client, or of another server.
    Remote {
        function: function::Client,
        params: Vec<usize>,
    },
}

/// Whose a function is.
enum Callee {
    Ours(Found),
    Theirs(function::Client),
}

/// By what equal calls are found: the address of the function, which the graph keeps.
type Call = (usize, Vec<usize>);

/// Asks whose each capability is, and merges what is equal.
pub(super) async fn resolve(connection: &Connection, mut tree: Tree) -> Result<Graph, RequestError> {
    // A request reads the registry once.
    let snapshot = connection.snapshot();
    let (functions, stores) = futures::future::join(
        join_all(std::mem::take(&mut tree.functions).into_iter().map(get_resolved_cap)),
        join_all(std::mem::take(&mut tree.stores).into_iter().map(get_resolved_cap)),
    )
    .await;
    let mut callees: Vec<Callee> = Vec::with_capacity(functions.len());
    for (index, function) in functions.into_iter().enumerate() {
        let ours = connection.functions.borrow().get_local_server_of_resolved(&function);
        callees.push(match ours {
            None => Callee::Theirs(function),
            Some(server) => {
                let found = server.find(&snapshot).await;
                Callee::Ours(found.map_err(|error| error.at(&tree.path_to_call(index)))?)
            }
        });
    }
    let mut parts: Vec<Part> = Vec::with_capacity(tree.nodes.len());
    let mut places: Vec<usize> = Vec::with_capacity(tree.nodes.len());
    let mut known_stores: HashMap<usize, usize> = HashMap::new();
    let mut known_calls: HashMap<Call, usize> = HashMap::new();
    for index in 0..tree.nodes.len() {
        let next = parts.len();
        let place = match &mut tree.nodes[index] {
            &mut Node::Parameter(number) => return Err(RequestError::Parameter { number }),
            Node::Value(value) => {
                parts.push(Part::Value(std::mem::replace(value, Value::None)));
                next
            }
            Node::Store(store) => {
                let store = &stores[*store];
                let address = store.as_client_hook().get_ptr();
                if let Some(&known) = known_stores.get(&address) {
                    known
                } else {
                    known_stores.insert(address, next);
                    let ours = connection.values.borrow().get_local_server_of_resolved(store);
                    parts.push(match ours {
                        None => Part::Theirs(store.clone()),
                        Some(ours) => match ours.ready() {
                            Some(value) => Part::Value(value?),
                            None => Part::Ours(ours),
                        },
                    });
                    next
                }
            }
            Node::Call { function, params } => {
                let params: Vec<usize> = params.iter().map(|&param| places[param]).collect();
                let part = match &callees[*function] {
                    Callee::Theirs(function) => Part::Remote { function: function.clone(), params },
                    Callee::Ours(found) => {
                        let function = found.of(connection, params.len());
                        let function = function.map_err(|error| error.at(&tree.path_to(index)))?;
                        match function.awaits() {
                            true => Part::Awaited { function, params },
                            false => Part::Local { function, params },
                        }
                    }
                };
                match part.call() {
                    Some(call) => *known_calls.entry(call).or_insert_with(|| {
                        parts.push(part);
                        next
                    }),
                    None => unreachable!("a call it is"),
                }
            }
        };
        places.push(place);
    }
    Ok(Graph { parts })
}

// === impl Part ===

impl Part {
    /// Returns the parts that it takes.
    pub(super) fn params(&self) -> &[usize] {
        match self {
            Self::Local { params, .. } | Self::Awaited { params, .. } | Self::Remote { params, .. } => params,
            Self::Value(_) | Self::Ours(_) | Self::Theirs(_) => &[],
        }
    }

    fn call(&self) -> Option<Call> {
        match self {
            Self::Local { function, params } | Self::Awaited { function, params } => {
                Some((Arc::as_ptr(function) as usize, params.clone()))
            }
            Self::Remote { function, params } => Some((function.as_client_hook().get_ptr(), params.clone())),
            Self::Value(_) | Self::Ours(_) | Self::Theirs(_) => None,
        }
    }
}
