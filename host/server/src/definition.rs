//! Functions that a client defines for its own connection.
//!
//! They are linked as those of a configuration are, to what is served and to the earlier ones of the connection,
//! on the pool, since that may take long. When something else is published they are linked anew, at the next call:
//! one that no longer fits says so, and one whose name is served by now keeps it here.
//! A definition lives as long as its capability, or one that calls it.

use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use capnp::capability::get_resolved_cap;
use futures::future::join_all;
use kamodo_expr::{Definition, Diagnostic, Source, Subject};
use kamodo_registry::{
    Cancel, Function, Snapshot, define, define_unless_cancelled, link_beside, unless_cancelled,
};
use kamodo_value::{Scalar, Signature, Value};
use tokio::sync::Mutex;

use crate::connection::Connection;
use crate::error::RequestError;
use crate::evaluate::{Node, Tree};

/// The definitions that one connection may have at a time.
const DEFINITIONS: usize = 256;

/// The longest text of one.
const MAX_BYTES: usize = 16 << 10;

/// What a diagnostic names as the file.
const FILE: &str = "definition";

/// The definitions of a connection.
#[derive(Default)]
pub(crate) struct Definitions {
    defined: RefCell<Vec<Weak<Defined>>>,
    /// Held while one is made: those that come later may call it, also where nobody waited for it.
    order: Mutex<()>,
}

/// A definition of a connection.
pub(crate) struct Defined {
    definition: Arc<Definition>,
    /// Those that it needs, directly or not, in the order in which they were defined.
    needs: Vec<Rc<Defined>>,
    linked: RefCell<Linked>,
}

/// What a definition was last linked to.
#[derive(Clone)]
struct Linked {
    generation: u64,
    function: Result<Arc<Function>, Misfit>,
}

/// Why a definition no longer fits.
#[derive(Clone)]
struct Misfit {
    /// The definition that it needs and that is wrong; none if it is itself wrong.
    needed: Option<String>,
    /// What is wrong.
    rendered: String,
}

/// A definition on its way to the pool, with the places of those that it needs among those before it.
struct Task {
    definition: Arc<Definition>,
    needs: Vec<usize>,
    linked: Linked,
}

// === impl Definitions ===

impl Definitions {
    /// Defines a function by text; returns the warnings of its definition too.
    pub(crate) async fn define(
        &self,
        connection: &Connection,
        lhs: &str,
        rhs: &str,
    ) -> Result<(Rc<Defined>, Arc<Function>, Vec<Diagnostic>), RequestError> {
        let _turn = self.order.lock().await;
        let snapshot = connection.snapshot(); // a request reads the registry once
        let found = lhs.len().saturating_add(rhs.len());
        if found > MAX_BYTES {
            return Err(RequestError::DefinitionSize { found, limit: MAX_BYTES });
        }
        let earlier = self.earlier()?;
        let (lhs, rhs) = (lhs.to_owned(), rhs.to_owned());
        let parsed = connection.compute(FILE, move |_| parse(&lhs, &rhs)).await??;
        let definition = Arc::new(parsed);
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
        if needs.iter().any(|one| one.name() == definition.name()) {
            return Err(RequestError::Definition {
                rendered: render(&[kamodo_registry::taken(&definition)]),
            });
        }
        let functions = relink(connection, &needs, &snapshot).await?;
        let functions = functions.into_iter().collect::<Result<Vec<_>, _>>()?;
        let generation = snapshot.generation();
        let own = definition.clone();
        let linking = move |cancel: &Cancel| define_unless_cancelled(&own, &snapshot, &functions, cancel);
        let linked = connection.compute(definition.name(), linking).await?;
        let (function, warnings) = linked.map_err(|mut diagnostics| {
            let current = connection.registry().current();
            let is_missing = |name: &&Arc<str>| current.snapshot.get(name).is_err();
            for missing in diagnostics.iter_mut().filter(|told| told.subject == Subject::Missing) {
                let mut names = definition.calls().iter().filter(is_missing);
                if let Some(hint) = names.find_map(|name| current.standing.hint_of(name)) {
                    missing.hint = Some(hint);
                }
            }
            RequestError::Definition { rendered: render(&diagnostics) }
        })?;
        let linked = Linked { generation, function: Ok(function.clone()) };
        let one = Rc::new(Defined { definition, needs, linked: RefCell::new(linked) });
        self.defined.borrow_mut().push(Rc::downgrade(&one));
        Ok((one, function, warnings))
    }

    /// Returns those that there are, where there is room for one more.
    fn earlier(&self) -> Result<Vec<Rc<Defined>>, RequestError> {
        let mut defined = self.defined.borrow_mut();
        defined.retain(|one| one.strong_count() > 0);
        match defined.len() < DEFINITIONS {
            true => Ok(defined.iter().filter_map(Weak::upgrade).collect()),
            false => Err(RequestError::TooManyDefinitions { limit: DEFINITIONS }),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.defined.borrow().iter().filter_map(Weak::upgrade).any(|one| one.name() == name)
    }
}

// === impl Defined ===

impl Defined {
    pub(crate) fn name(&self) -> &str {
        self.definition.name()
    }

    /// Returns its call form as it was last linked; without parameters where it did not fit then.
    pub(crate) fn signature(&self) -> Signature {
        let linked = self.linked.borrow();
        let unknown = || Signature { name: self.name().to_owned(), parameters: Vec::new(), unit: None };
        linked.function.as_ref().map_or_else(|_| unknown(), |function| function.signature.clone())
    }

    /// Returns the function, linked with those that it needs to what is served in a snapshot.
    pub(crate) async fn linked_to(
        self: &Rc<Self>,
        connection: &Connection,
        snapshot: &Arc<Snapshot>,
    ) -> Result<Arc<Function>, RequestError> {
        if let Some(function) = self.linked.borrow().of(self.name(), snapshot.generation()) {
            return function;
        }
        let all: Vec<_> = self.needs.iter().chain([self]).cloned().collect();
        let mut functions = relink(connection, &all, snapshot).await?;
        functions.pop().expect("it is the last of them")
    }
}

// === impl Linked ===

impl Linked {
    /// Returns the function of that name, where it is linked to that generation.
    fn of(&self, name: &str, generation: u64) -> Option<Result<Arc<Function>, RequestError>> {
        let unfit = |misfit: Misfit| {
            let (name, rendered) = (name.to_owned(), misfit.to_string());
            RequestError::Unfit { name, generation, rendered }
        };
        (self.generation == generation).then(|| self.function.clone().map_err(unfit))
    }
}

/// Links definitions to what is served in a snapshot, each after those that it needs. Others may be linking them to
/// another one meanwhile.
async fn relink(
    connection: &Connection,
    all: &[Rc<Defined>],
    snapshot: &Arc<Snapshot>,
) -> Result<Vec<Result<Arc<Function>, RequestError>>, RequestError> {
    let generation = snapshot.generation();
    let known = all.iter().map(|one| one.linked.borrow().of(one.name(), generation));
    if let Some(known) = known.collect::<Option<Vec<_>>>() {
        return Ok(known);
    }
    let place = |need: &Rc<Defined>| all.iter().position(|one| Rc::ptr_eq(one, need));
    let task = |one: &Rc<Defined>| Task {
        definition: one.definition.clone(),
        needs: one.needs.iter().filter_map(place).collect(),
        linked: one.linked.borrow().clone(),
    };
    let mut tasks: Vec<Task> = all.iter().map(task).collect();
    let snapshot = snapshot.clone();
    let linking = move |cancel: &Cancel| {
        // What is linked of them while nobody waits any more is thrown away.
        unless_cancelled(cancel, || {
            for index in 0..tasks.len() {
                let (before, rest) = tasks.split_at_mut(index);
                if rest[0].linked.generation != generation && !cancel.is_cancelled() {
                    rest[0].link(before, &snapshot);
                }
            }
        });
        tasks
    };
    let tasks = connection.compute(all[all.len() - 1].name(), linking).await?;
    let linked = all.iter().zip(tasks).map(|(one, task)| {
        let function = task.linked.of(one.name(), generation);
        if function.is_some() {
            one.linked.replace(task.linked);
        }
        function.unwrap_or(Err(RequestError::Stopping)) // nobody waits for it any more
    });
    Ok(linked.collect())
}

// === impl Task ===

impl Task {
    fn link(&mut self, before: &[Self], snapshot: &Snapshot) {
        let beside = self.needs.iter().map(|&need| {
            let need = &before[need];
            need.linked.function.clone().map_err(|misfit| {
                let needed = misfit.needed.or_else(|| Some(need.definition.name().to_owned()));
                Misfit { needed, ..misfit }
            })
        });
        let function = beside.collect::<Result<Vec<_>, _>>().and_then(|beside| {
            link_beside(&self.definition, snapshot, &beside)
                .map_err(|diagnostics| Misfit { needed: None, rendered: render(&diagnostics) })
        });
        self.linked = Linked { generation: snapshot.generation(), function };
    }
}

// === impl Misfit ===

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(needed) = &self.needed {
            writeln!(f, "it needs `{needed}`:")?;
        }
        f.write_str(&self.rendered)
    }
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
                if server.is_served() && connection.definitions.has(server.name()) {
                    let (name, called) = (name.to_owned(), server.name().to_owned());
                    return Err(RequestError::Hidden { name, called });
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
    parse(lhs, &text)?;
    Ok(text)
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
