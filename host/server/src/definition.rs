//! Functions that a client defines for its own connection.
//!
//! They are linked as those of a configuration are, to what is served and to the earlier ones of the connection.
//! When something else is published they are linked anew, at the next call: one that no longer fits says so.
//! A definition lives as long as its capability, or one that calls it.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use capnp::capability::get_resolved_cap;
use futures::future::join_all;
use kamodo_expr::{Definition, Diagnostic, Source};
use kamodo_registry::{Function, Snapshot, define};
use kamodo_value::{Scalar, Value};

use crate::connection::Connection;
use crate::error::RequestError;
use crate::evaluate::{Node, Tree};

/// The definitions that one connection may have at a time.
const DEFINITIONS: usize = 256;

/// The longest text of one; it is read by the thread that serves others as well.
const MAX_BYTES: usize = 16 << 10;

/// What a diagnostic names as the file.
const FILE: &str = "definition";

/// The definitions of a connection.
#[derive(Default)]
pub(crate) struct Definitions(RefCell<Vec<Weak<Defined>>>);

/// A definition of a connection.
pub(crate) struct Defined {
    definition: Definition,
    /// Those that it needs, directly or not, in the order in which they were defined.
    needs: Vec<Rc<Defined>>,
    linked: RefCell<Linked>,
}

/// What a definition was last linked to.
struct Linked {
    generation: u64,
    function: Result<Arc<Function>, String>,
}

// === impl Definitions ===

impl Definitions {
    /// Defines a function by text.
    pub(crate) fn define(
        &self,
        snapshot: &Snapshot,
        lhs: &str,
        rhs: &str,
    ) -> Result<(Rc<Defined>, Arc<Function>), RequestError> {
        let found = lhs.len().saturating_add(rhs.len());
        if found > MAX_BYTES {
            return Err(RequestError::DefinitionSize { found, limit: MAX_BYTES });
        }
        let mut defined = self.0.borrow_mut();
        defined.retain(|one| one.strong_count() > 0);
        if defined.len() >= DEFINITIONS {
            return Err(RequestError::TooManyDefinitions { limit: DEFINITIONS });
        }
        let earlier: Vec<Rc<Defined>> = defined.iter().filter_map(Weak::upgrade).collect();
        let definition = parse(lhs, rhs)?;
        let is_named = |one: &Defined| {
            let mut names = definition.calls().iter().chain(definition.bare_names());
            one.name() == definition.name() || names.any(|name| **name == *one.name())
        };
        let is_needed = |one: &Rc<Defined>| {
            earlier
                .iter()
                .any(|named| is_named(named) && named.needs.iter().any(|need| Rc::ptr_eq(need, one)))
        };
        let needs: Vec<_> = earlier.iter().filter(|one| is_named(one) || is_needed(one)).cloned().collect();
        let function =
            link(&definition, &needs, snapshot).map_err(|rendered| RequestError::Definition { rendered })?;
        let linked = Linked { generation: snapshot.generation(), function: Ok(function.clone()) };
        let one = Rc::new(Defined { definition, needs, linked: RefCell::new(linked) });
        defined.push(Rc::downgrade(&one));
        Ok((one, function))
    }
}

// === impl Defined ===

impl Defined {
    pub(crate) fn name(&self) -> &str {
        self.definition.name()
    }

    /// Returns the function, linked to what is served now.
    pub(crate) fn function(&self, snapshot: &Snapshot) -> Result<Arc<Function>, RequestError> {
        for need in &self.needs {
            need.relink(snapshot); // each after those that it needs
        }
        self.relink(snapshot);
        let linked = self.linked.borrow();
        linked.function.clone().map_err(|rendered| {
            let (name, generation) = (self.name().to_owned(), linked.generation);
            RequestError::Unfit { name, generation, rendered }
        })
    }

    fn relink(&self, snapshot: &Snapshot) {
        let generation = snapshot.generation();
        if self.linked.borrow().generation != generation {
            let function = link(&self.definition, &self.needs, snapshot);
            self.linked.replace(Linked { generation, function });
        }
    }
}

/// Links a definition to what is served and to others, which are linked to that already.
fn link(
    definition: &Definition,
    needs: &[Rc<Defined>],
    snapshot: &Snapshot,
) -> Result<Arc<Function>, String> {
    let beside = needs.iter().map(|need| need.linked.borrow().function.clone());
    let beside = beside.collect::<Result<Vec<_>, _>>()?;
    define(definition, snapshot, &beside).map_err(|diagnostics| render(&diagnostics))
}

fn parse(lhs: &str, rhs: &str) -> Result<Definition, RequestError> {
    Definition::parse(&Source::whole(FILE, lhs), &Source::whole(FILE, rhs))
        .map_err(|diagnostics| RequestError::Definition { rendered: render(&diagnostics) })
}

fn render(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n")
}

/// Writes an expression as the right-hand side of a definition whose parameters are those of `lhs`.
pub(crate) async fn spell(connection: &Connection, lhs: &str, tree: Tree) -> Result<String, RequestError> {
    // What stands on the left alone says what the parameters are called.
    let bare = define(&parse(lhs, "0")?, &Snapshot::default(), &[])
        .map_err(|diagnostics| RequestError::Definition { rendered: render(&diagnostics) })?;
    let (name, parameters) = (bare.name(), &bare.signature.parameters);
    let wrong = |found| RequestError::Body { name: name.to_owned(), found };
    let functions = join_all(tree.functions.into_iter().map(get_resolved_cap)).await;
    let mut texts: Vec<String> = Vec::with_capacity(tree.nodes.len());
    let mut called: Vec<String> = Vec::new();
    for node in tree.nodes {
        let text = match node {
            Node::Value(value) => number(&value).ok_or_else(|| wrong(kind(&value)))?,
            Node::Store(_) => return Err(wrong("a stored value")),
            Node::Parameter(number) => match parameters.get(number as usize) {
                Some(parameter) => parameter.name.clone(),
                None => {
                    let (name, expected) = (name.to_owned(), parameters.len());
                    return Err(RequestError::NoParameter { name, number, expected });
                }
            },
            Node::Call { function, params } => {
                let ours = connection.functions.borrow().get_local_server_of_resolved(&functions[function]);
                let server = ours.ok_or(RequestError::NotOurs)?;
                if server.is_named() {
                    called.push(server.name().to_owned());
                }
                let args: Vec<&str> = params.iter().map(|&param| texts[param].as_str()).collect();
                server.spell(&args)?
            }
        };
        if text.len() > MAX_BYTES {
            return Err(RequestError::DefinitionSize { found: text.len(), limit: MAX_BYTES });
        }
        texts.push(text);
    }
    let text = texts.pop().unwrap_or_default();
    let definition = parse(lhs, &text)?;
    match called.into_iter().find(|called| definition.calls().iter().all(|known| **known != **called)) {
        Some(called) => Err(RequestError::Reserved { name: name.to_owned(), called }),
        None => Ok(text),
    }
}

/// Writes a number in the language.
fn number(value: &Value) -> Option<String> {
    let float = |float: f64| float.is_finite().then(|| format!("({float:?})"));
    match value {
        Value::Int(integer) => Some(format!("({integer})")),
        Value::Rational(ratio) => Some(format!("({ratio})")),
        Value::Float(value) | Value::Scalar(Scalar::Float64(value)) => float(*value),
        Value::Scalar(scalar) => match *scalar {
            Scalar::Float32(value) => float(value.into()),
            Scalar::Int8(value) => Some(format!("({value})")),
            Scalar::Int16(value) => Some(format!("({value})")),
            Scalar::Int32(value) => Some(format!("({value})")),
            Scalar::Int64(value) => Some(format!("({value})")),
            Scalar::Uint8(value) => Some(format!("({value})")),
            Scalar::Uint16(value) => Some(format!("({value})")),
            Scalar::Uint32(value) => Some(format!("({value})")),
            Scalar::Uint64(value) => Some(format!("({value})")),
            _ => None,
        },
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) | Value::TextArray(_) => "an array",
        Value::List(_) => "a list",
        Value::Text(_) => "a text",
        Value::Data(_) => "bytes",
        Value::None => "nothing",
        Value::Bool(_) => "a truth",
        Value::Complex(_) => "a complex number",
        Value::Int(_) | Value::Float(_) | Value::Rational(_) | Value::Scalar(_) => "no finite real number",
    }
}
