//! An expression, out of its message: a flat list of nodes, each after those that it takes.
//!
//! Nothing here recurses: the nodes whose arguments are still being read wait on a stack of their own. Literals
//! of equal content become one node; whether calls are equal is known once their functions are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use capnp::capability::FromClientHook;
use kamodo_schema::{array, expression, function, literal as schema, value};
use kamodo_value::Value;
use kamodo_wire::literal;

use crate::error::RequestError;

/// The most nodes of an expression.
const MAX_NODES: usize = 10_000;

/// How many literals that look alike at a glance are compared with each other; those beyond are told apart by all
/// of their bytes.
const MAX_COMPARED: usize = 16;

/// An expression. The last node is the whole.
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// The functions that are called, each capability once.
    pub(crate) functions: Vec<function::Client>,
    /// The stored values, each capability once.
    pub(crate) stores: Vec<value::Client>,
}

/// A part of an expression; what it takes are numbers of nodes before it.
pub(crate) enum Node {
    Value(Value),
    Store(usize),
    Parameter(u32),
    Call { function: usize, params: Vec<usize> },
}

/// A call whose arguments are being read.
struct Open<'a> {
    function: usize,
    params: capnp::struct_list::Reader<'a, expression::Owned>,
    read: Vec<usize>,
}

/// What is read of a tree so far.
#[derive(Default)]
struct Reading<'a> {
    nodes: Vec<Node>,
    n_read: usize,
    functions: Vec<function::Client>,
    function_places: HashMap<usize, usize>,
    stores: Vec<value::Client>,
    store_places: HashMap<usize, usize>,
    literals: HashMap<u64, Alike<'a>>,
    hashing: RandomState,
}

/// Literals that look alike at a glance, with their nodes.
#[derive(Default)]
struct Alike<'a> {
    compared: Vec<(Content<'a>, usize)>,
    /// By the hash of all of their bytes.
    beyond: HashMap<u64, (Content<'a>, usize)>,
}

// === impl Tree ===

impl Tree {
    /// Refuses a parameter, which means nothing outside of a function's body.
    pub(crate) fn refuse_parameters(&self) -> Result<(), RequestError> {
        let found = self.nodes.iter().position(|node| matches!(node, Node::Parameter(_)));
        match found.map(|index| (index, &self.nodes[index])) {
            Some((index, &Node::Parameter(number))) => {
                Err(RequestError::Parameter { number }.at(&self.path_to(index)))
            }
            _ => Ok(()),
        }
    }

    /// Returns the way from the whole to the first call of a function.
    pub(super) fn path_to_call(&self, function: usize) -> Vec<usize> {
        let is_meant =
            |node: &Node| matches!(node, Node::Call { function: called, .. } if *called == function);
        self.nodes.iter().position(is_meant).map_or_else(Vec::new, |node| self.path_to(node))
    }

    /// Returns the way from the whole to a node: which argument of what is called at each step.
    pub(super) fn path_to(&self, node: usize) -> Vec<usize> {
        let (mut path, mut part) = (Vec::new(), node);
        for (index, parent) in self.nodes.iter().enumerate().skip(node + 1) {
            let Node::Call { params, .. } = parent else { continue };
            if let Some(place) = params.iter().position(|&param| param == part) {
                path.push(place);
                part = index;
            }
        }
        path.reverse();
        path
    }

    pub(super) fn read(root: expression::Reader<'_>) -> Result<Self, RequestError> {
        let mut reading = Reading::default();
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut reader = root;
        loop {
            let mut node = match reading.node(reader, &mut open) {
                Ok(node) => node,
                Err(error) => {
                    let path: Vec<usize> = open.iter().map(|parent| parent.read.len()).collect();
                    return Err(error.at(&path));
                }
            };
            reader = loop {
                let Some(parent) = open.last_mut() else {
                    let Reading { nodes, functions, stores, .. } = reading;
                    return Ok(Self { nodes, functions, stores });
                };
                parent.read.extend(node.take());
                if let Some(next) = parent.params.try_get(parent.read.len() as u32) {
                    break next;
                }
                if let Some(Open { function, read, .. }) = open.pop() {
                    node = Some(reading.push(Node::Call { function, params: read }));
                }
            };
        }
    }
}

// === impl Reading ===

impl<'a> Reading<'a> {
    /// Reads what stands for itself, or opens a call.
    fn node(
        &mut self,
        reader: expression::Reader<'a>,
        open: &mut Vec<Open<'a>>,
    ) -> Result<Option<usize>, RequestError> {
        self.n_read += 1;
        if self.n_read > MAX_NODES {
            return Err(RequestError::ExpressionSize { limit: MAX_NODES });
        }
        let unknown = |capnp::NotInSchema(number)| RequestError::UnknownExpression { number };
        Ok(Some(match reader.which().map_err(unknown)? {
            expression::Literal(reader) => self.literal(reader?)?,
            expression::Store(_) if !reader.has_store() => return Err(RequestError::NullValue),
            expression::Store(store) => {
                let store = place_of(&mut self.stores, &mut self.store_places, store?);
                self.push(Node::Store(store))
            }
            expression::Parameter(number) => self.push(Node::Parameter(number)),
            expression::Call(call) if !call.has_function() => return Err(RequestError::NullFunction),
            expression::Call(call) => {
                let function = place_of(&mut self.functions, &mut self.function_places, call.get_function()?);
                open.push(Open { function, params: call.get_params()?, read: Vec::new() });
                return Ok(None);
            }
        }))
    }

    fn push(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn literal(&mut self, reader: schema::Reader<'a>) -> Result<usize, RequestError> {
        let content = Content::of(reader)?;
        let alike = self.literals.entry(self.hashing.hash_one(&content)).or_default();
        if let Some((_, node)) = alike.compared.iter().find(|(other, _)| *other == content) {
            return Ok(*node);
        }
        let next = self.nodes.len();
        if alike.compared.len() < MAX_COMPARED {
            alike.compared.push((content, next));
        } else {
            let mut hasher = self.hashing.build_hasher();
            content.hash_whole(&mut hasher);
            match alike.beyond.entry(hasher.finish()) {
                Entry::Occupied(other) if other.get().0 == content => return Ok(other.get().1),
                Entry::Occupied(_) => {} // two that only their hash has in common
                Entry::Vacant(place) => drop(place.insert((content, next))),
            }
        }
        let value = literal::read(reader)?;
        Ok(self.push(Node::Value(value)))
    }
}

/// Returns the place of a capability in a list, at the end of which it is put where it is not there.
fn place_of<C: FromClientHook>(list: &mut Vec<C>, places: &mut HashMap<usize, usize>, client: C) -> usize {
    *places.entry(client.as_client_hook().get_ptr()).or_insert_with(|| {
        list.push(client); // it is kept, so that its address stays its own
        list.len() - 1
    })
}

/// What a literal says, to find its equals: bit by bit, so that what is merged cannot be told apart.
#[derive(PartialEq, Eq, Hash)]
enum Content<'a> {
    Void,
    Bool(bool),
    /// A number with the variant that it came in.
    Number(&'static str, u64),
    Rational(i64, i64),
    Bytes(&'static str, Bytes<'a>),
    /// The numbers of a list of one type.
    Numbers(&'static str, Vec<u64>),
    List(Vec<Self>),
    Array {
        dtype: &'a [u8],
        shape: Vec<u32>,
        data: Bytes<'a>,
    },
}

#[derive(PartialEq, Eq)]
struct Bytes<'a>(&'a [u8]);

// === impl Content ===

impl<'a> Content<'a> {
    /// Lists are as deep as a message may be.
    fn of(reader: schema::Reader<'a>) -> Result<Self, RequestError> {
        Ok(match reader.which()? {
            schema::Void(()) => Self::Void,
            schema::Bool(value) => Self::Bool(value),
            schema::Int8(value) => Self::Number("int8", value as u64),
            schema::Int16(value) => Self::Number("int16", value as u64),
            schema::Int32(value) => Self::Number("int32", value as u64),
            schema::Int64(value) => Self::Number("int64", value as u64),
            schema::Uint8(value) => Self::Number("uint8", value.into()),
            schema::Uint16(value) => Self::Number("uint16", value.into()),
            schema::Uint32(value) => Self::Number("uint32", value.into()),
            schema::Uint64(value) => Self::Number("uint64", value),
            schema::Float32(value) => Self::Number("float32", value.to_bits().into()),
            schema::Float64(value) => Self::Number("float64", value.to_bits()),
            schema::Int(text) => Self::Bytes("int", Bytes(text?.as_bytes())),
            schema::Text(text) => Self::Bytes("text", Bytes(text?.as_bytes())),
            schema::Data(bytes) => Self::Bytes("data", Bytes(bytes?)),
            schema::Array(array) => Self::of_array(array?)?,
            schema::Rational(ratio) => {
                let ratio = ratio?;
                Self::Rational(ratio.get_p(), ratio.get_q())
            }
            schema::List(items) => Self::List(items?.iter().map(Self::of).collect::<Result<_, _>>()?),
            schema::Listint64(items) => {
                Self::Numbers("int64", items?.iter().map(|item| item as u64).collect())
            }
            schema::Listfloat64(items) => Self::Numbers("float64", items?.iter().map(f64::to_bits).collect()),
        })
    }

    /// Hashes all bytes of what would be hashed at a glance.
    fn hash_whole(&self, state: &mut impl Hasher) {
        match self {
            Self::Bytes(_, bytes) | Self::Array { data: bytes, .. } => bytes.0.hash(state),
            Self::List(items) => items.iter().for_each(|item| item.hash_whole(state)),
            Self::Void | Self::Bool(_) | Self::Number(..) | Self::Rational(..) | Self::Numbers(..) => {
                self.hash(state);
            }
        }
    }

    fn of_array(array: array::Reader<'a>) -> Result<Self, RequestError> {
        let dims = array.get_shape()?;
        let shape = dims.iter().take(literal::MAX_DIMENSIONS + 1).collect(); // with more it is none
        Ok(Self::Array { dtype: array.get_dtype()?.as_bytes(), shape, data: Bytes(array.get_data()?) })
    }
}

// === impl Bytes ===

impl Hash for Bytes<'_> {
    /// A glance: the length, and what stands at both ends.
    fn hash<H: Hasher>(&self, state: &mut H) {
        const GLANCE: usize = 64;
        self.0.len().hash(state);
        self.0[..self.0.len().min(GLANCE)].hash(state);
        self.0[self.0.len().saturating_sub(GLANCE)..].hash(state);
    }
}
