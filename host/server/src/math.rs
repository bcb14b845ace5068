//! The operators that clients build expressions with: `AddRPC`, `MulRPC`, `PowRPC`.
//!
//! Each takes any number of arguments from one up, powers up to 64, and works them off from the left, with the
//! arithmetic of the expression language: exact integers, numpy's arrays.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use kamodo_expr::{Expr, Node, lower};
use kamodo_registry::{Body, Function, Origin, Shown};
use kamodo_value::{Meta, Parameter, Signature};

use crate::error::RequestError;

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Operator {
    Add,
    Mul,
    Pow,
}

/// The operators as functions, one for each number of arguments that was asked for.
#[derive(Default)]
pub(crate) struct Operators {
    functions: RefCell<HashMap<(Operator, usize), Arc<Function>>>,
}

/// Powers of powers are lowered one within the other, as deep as there are arguments.
const MAX_POWERS: usize = 64;

/// Sums of more terms than this are made anew for each call.
const KEPT_ARGUMENTS: usize = 16;

// === impl Operator ===

impl Operator {
    pub(crate) const ALL: &[Self] = &[Self::Add, Self::Mul, Self::Pow];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "AddRPC",
            Self::Mul => "MulRPC",
            Self::Pow => "PowRPC",
        }
    }

    /// What the published server says of its parameters.
    pub(crate) fn signature(self) -> Signature {
        let names: &[_] = match self {
            Self::Add | Self::Mul => &["params"],
            Self::Pow => &["base_", "exp_"],
        };
        self.signature_of(names.iter().copied())
    }

    fn signature_of<'a>(self, names: impl Iterator<Item = &'a str>) -> Signature {
        let parameters =
            names.map(|name| Parameter { name: name.to_owned(), unit: None, default: None }).collect();
        Signature { name: self.name().to_owned(), parameters, unit: None }
    }

    fn function(self, n_arguments: usize) -> Result<Function, RequestError> {
        let names: Vec<String> = (0..n_arguments).map(|index| format!("a{index}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut terms = names.iter().map(|&name| Expr::from_node(Node::Symbol(name.into())));
        // Sums and products go from the left, two at a time: the order in which Python's `reduce` goes.
        let body = match self {
            _ if n_arguments == 0 => return Err(RequestError::NoArguments { operator: self.name() }),
            Self::Pow if n_arguments > MAX_POWERS => {
                return Err(RequestError::Powers { found: n_arguments, limit: MAX_POWERS });
            }
            Self::Add => Expr::from_node(Node::Add(terms.collect())),
            Self::Mul => Expr::from_node(Node::Mul(terms.collect())),
            Self::Pow => {
                let base = terms.next().expect("there is one argument at least");
                terms.fold(base, |base, exponent| Expr::from_node(Node::Pow(base, exponent)))
            }
        };
        let program = lower(&names, &body, &|_| None)
            .map_err(|error| capnp::Error::failed(format!("`{}`: {error}", self.name())))?;
        Ok(Function {
            signature: self.signature_of(names.iter().copied()),
            meta: Meta::default(),
            origin: Arc::new(Origin::Yaml { file: PathBuf::new() }), // never listed
            line: None,
            shown: Shown::default(),
            route: Vec::new(),
            body: Body::Program { program: Arc::new(program), callees: Vec::new() },
        })
    }
}

// === impl Operators ===

impl Operators {
    /// Returns an operator as a function of so many arguments.
    pub(crate) fn of(&self, operator: Operator, n_arguments: usize) -> Result<Arc<Function>, RequestError> {
        if let Some(function) = self.functions.borrow().get(&(operator, n_arguments)) {
            return Ok(function.clone());
        }
        let function = Arc::new(operator.function(n_arguments)?);
        if n_arguments <= KEPT_ARGUMENTS {
            self.functions.borrow_mut().insert((operator, n_arguments), function.clone());
        }
        Ok(function)
    }
}
