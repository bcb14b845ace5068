//! An expression as text that reads back as itself, as LaTeX, both as sympy 1.5 prints them, and as MathML.

mod function;
mod latex;
mod mathml;
mod name;
mod text;
mod unit;

use std::sync::Arc;

use num_traits::Signed;

use crate::language::{PRODUCT, SUM};
use crate::{Builtin, Expr, Node};

pub(crate) use latex::{Fractions, latex, latex_of_call};
pub use mathml::mathml;
pub(crate) use name::{accent, function_name, is_letter, letters, symbol};
pub(crate) use text::text;
pub(crate) use unit::unit_latex;

/// How tightly what is printed holds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Any,
    All,
    Relation,
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
            Node::Builtin(Builtin::Or, _) => Self::Any,
            Node::Builtin(Builtin::And, _) => Self::All,
            // Those of equality are called by name.
            Node::Builtin(builtin, _)
                if builtin.is_relation() && !matches!(builtin, Builtin::Eq | Builtin::Ne) =>
            {
                Self::Relation
            }
            Node::Builtin(..) | Node::Call(..) => Self::Function,
        }
    }
}

/// Returns `-expr` if the expression has a negative coefficient, to be printed behind a minus; none also if that has no
/// simplified form: the expression is then printed with its sign.
fn negated(expr: &Expr) -> Option<Expr> {
    has_negative_coefficient(expr).then(|| crate::simplify::neg(expr).ok()).flatten()
}

/// Returns whether the numeric coefficient is below zero.
fn has_negative_coefficient(expr: &Expr) -> bool {
    expr.as_coefficient_and_rest().0.is_negative()
}

/// Returns what is differentiated, by which symbol, and whether other symbols stay as they are. Nothing
/// here differentiates: the language has no function of this name, and a definition may still show one.
fn derivative(expr: &Expr) -> Option<(&Expr, &Expr, bool)> {
    fn has_others(expr: &Expr, symbol: &str) -> bool {
        matches!(&**expr, Node::Symbol(name) if **name != *symbol)
            || expr.parts().into_iter().any(|part| has_others(part, symbol))
    }
    let Node::Call(head, args) = &**expr else { return None };
    match (&**head, &args[..]) {
        ("Derivative", [body, symbol]) => match &**symbol {
            Node::Symbol(name) => Some((body, symbol, has_others(body, name))),
            _ => None,
        },
        _ => None,
    }
}

/// Makes a sum or product over an index, to be shown.
pub(crate) fn series_of(is_product: bool, body: Expr, index: &Arc<str>, from: i64, to: i64) -> Expr {
    let bounds = vec![Expr::symbol(index), Expr::integer(from), Expr::integer(to)];
    let head = if is_product { PRODUCT } else { SUM };
    Expr::call(&head.into(), vec![body, Expr::call(&"".into(), bounds)])
}

/// Returns the body of a sum or product over an index, and its index and bounds.
fn series(expr: &Expr) -> Option<(&Expr, [&Expr; 3])> {
    let Node::Call(head, args) = &**expr else { return None };
    let [body, bounds] = &args[..] else { return None };
    match &**bounds {
        Node::Call(nameless, bounds) if nameless.is_empty() && [SUM, PRODUCT].contains(&&**head) => {
            let [index, from, to] = &bounds[..] else { return None };
            Some((body, [index, from, to]))
        }
        _ => None,
    }
}
