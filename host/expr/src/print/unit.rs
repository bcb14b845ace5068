//! A unit as an expression of names.

use kamodo_units::Unit;

use crate::ast::{Operator, Tree, TreeKind};
use crate::simplify::{Unfit, add, mul, neg, pow, quotient};
use crate::{Expr, Source, parser};

/// Returns the expression of names that the text of a unit is.
pub(super) fn unit_expr(unit: &Unit) -> Option<Expr> {
    let tree = parser::parse(&Source::whole("", &unit.to_string())).ok()?;
    build(&tree).ok().flatten()
}

/// Writes a unit in LaTeX.
pub(crate) fn unit_latex(unit: &Unit) -> String {
    match unit_expr(unit) {
        Some(expr) => super::latex(&expr, super::Fractions::Folded),
        None => unit.to_string(),
    }
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
