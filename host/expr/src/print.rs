//! An expression as text that reads back as itself, and as LaTeX; both as sympy 1.5 prints them.

mod latex;
mod name;
mod text;

use num_traits::Signed;

use crate::{Expr, Node};

pub(crate) use latex::{Fractions, latex};
pub(crate) use name::function_name;
pub(crate) use text::text;

/// How tightly what is printed holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Sum,
    Product,
    Power,
    Function,
    Atom,
}

impl Precedence {
    /// What prints with a minus sign in front holds together as a sum does.
    fn of(expr: &Expr) -> Self {
        match &**expr {
            Node::Integer(integer) if integer.is_negative() => Self::Sum,
            Node::Float(float) if float.is_negative() => Self::Sum,
            Node::Integer(_) | Node::Float(_) | Node::Constant(_) | Node::Symbol(_) => Self::Atom,
            Node::Rational(ratio) if ratio.is_negative() => Self::Sum,
            Node::Rational(_) => Self::Product,
            Node::Add(_) => Self::Sum,
            Node::Mul(_) if has_negative_coefficient(expr) => Self::Sum,
            Node::Mul(_) => Self::Product,
            Node::Pow(..) => Self::Power,
            Node::Builtin(..) | Node::Call(..) => Self::Function,
        }
    }
}

/// Returns whether the numeric coefficient is below zero.
fn has_negative_coefficient(expr: &Expr) -> bool {
    expr.as_coefficient_and_rest().0.is_negative()
}
