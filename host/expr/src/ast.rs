//! The tree of a right-hand side as it is written, with places.

mod series;

use std::ops::Range;
use std::sync::Arc;

use num_bigint::BigInt;

use crate::number::Number;
use crate::{Builtin, Float, Span};

pub(crate) use series::{Series, TooLarge};

/// How many numbers, names and operators an expression may have.
pub(crate) const MAX_NODES: usize = 10_000;

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) kind: TreeKind,
    pub(crate) span: Span,
}

/// What an expression is. Sums and products are flat, so that a long one is not a deep one.
#[derive(Debug, Clone)]
pub(crate) enum TreeKind {
    Integer(BigInt),
    Decimal(Float),
    Imaginary(Number),
    Name(Arc<str>),
    /// A name that is a parameter or a function of the user's even where the language has it too: the `E`
    /// of LaTeX.
    Symbol(Arc<str>),
    /// Terms, each with whether it is subtracted.
    Sum(Vec<(bool, Tree)>),
    /// The first factor, then operators with their operands, worked out from the left.
    Product(Box<Tree>, Vec<(Operator, Tree)>),
    Negative(Box<Tree>),
    Power(Box<Tree>, Box<Tree>),
    Call {
        name: Arc<str>,
        name_span: Span,
        args: Vec<Tree>,
    },
    /// A call by a sign of formulas or a command, such as `J_{0}(x)` and `\\lg x`: of one's own function of the name
    /// that it reads as, and if there is none of the function of the language.
    Sign {
        /// The name; empty where the sign is none, as in `J_{n+1}(x)`.
        own: Arc<str>,
        name_span: Span,
        function: Option<Builtin>,
        /// Which arguments one's own function takes; the others are part of the sign, as the base in `\\lg`.
        own_args: Range<usize>,
        args: Vec<Tree>,
    },
    Series(Box<Series>),
}

/// An operator of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Times,
    Over,
    FloorOver,
    Modulo,
}

impl Tree {
    /// Visits every node, the outer before the inner.
    pub(crate) fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Tree)) {
        visit(self);
        match &self.kind {
            TreeKind::Integer(_)
            | TreeKind::Decimal(_)
            | TreeKind::Imaginary(_)
            | TreeKind::Name(_)
            | TreeKind::Symbol(_) => {}
            TreeKind::Sum(terms) => terms.iter().for_each(|(_, term)| term.visit(visit)),
            TreeKind::Product(first, rest) => {
                first.visit(visit);
                rest.iter().for_each(|(_, operand)| operand.visit(visit));
            }
            TreeKind::Negative(inner) => inner.visit(visit),
            TreeKind::Power(base, exponent) => {
                base.visit(visit);
                exponent.visit(visit);
            }
            TreeKind::Call { args, .. } | TreeKind::Sign { args, .. } => {
                args.iter().for_each(|arg| arg.visit(visit))
            }
            TreeKind::Series(series) => series.expanded.visit(visit),
        }
    }
}
