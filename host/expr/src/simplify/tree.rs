//! A tree of names and numbers, such as the text of a unit, as an expression.

use super::{Unfit, add, mul, neg, pow, quotient};
use crate::Expr;
use crate::ast::{Operator, Tree, TreeKind};

/// Simplifies a tree in which every name is a parameter; none where it calls functions.
pub(crate) fn of_names(tree: &Tree) -> Option<Expr> {
    build(tree).ok().flatten()
}

fn build(tree: &Tree) -> Result<Option<Expr>, Unfit> {
    macro_rules! part {
        ($tree:expr) => {
            match build($tree)? {
                Some(expr) => expr,
                None => return Ok(None),
            }
        };
    }
    let expr = match &tree.kind {
        TreeKind::Integer(integer) => Expr::integer(integer.clone()),
        TreeKind::Decimal(float) => Expr::decimal(float.clone()),
        TreeKind::Imaginary(_) | TreeKind::Call { .. } | TreeKind::Sign { .. } | TreeKind::Series(_) => {
            return Ok(None);
        }
        TreeKind::Name(name) | TreeKind::Symbol(name) => Expr::symbol(name),
        TreeKind::Sum(terms) => {
            let mut sum = Vec::with_capacity(terms.len());
            for (subtracted, term) in terms {
                let term = part!(term);
                sum.push(if *subtracted { neg(&term)? } else { term });
            }
            add(sum)?
        }
        TreeKind::Product(first, rest) => {
            let mut product = part!(first);
            for (operator, operand) in rest {
                let operand = part!(operand);
                product = match operator {
                    Operator::Times => mul(vec![product, operand])?,
                    Operator::Over => quotient(&product, &operand)?,
                    Operator::FloorOver | Operator::Modulo => return Ok(None),
                };
            }
            product
        }
        TreeKind::Negative(inner) => neg(&part!(inner))?,
        TreeKind::Power(base, exponent) => pow(&part!(base), &part!(exponent))?,
    };
    Ok(Some(expr))
}
