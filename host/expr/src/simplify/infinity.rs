//! The arithmetic of infinities, and of what is not a number.
//!
//! Beside a parameter an infinity stays a factor or a term: nothing is known of the other.

use num_traits::Signed;

use super::{Simplified, Unfit, sign};
use crate::{Constant, Expr};

/// Returns whether it is an infinity with a sign.
pub(super) fn is_infinite(expr: &Expr) -> bool {
    expr.is_constant(Constant::Infinity) || expr.is_constant(Constant::NegativeInfinity)
}

fn signed(is_negative: bool) -> Expr {
    Expr::constant(if is_negative { Constant::NegativeInfinity } else { Constant::Infinity })
}

/// Returns a sum of terms that are no sums, one of them an infinity, with the finite numbers beside it left out; none
/// where there is no infinity in it.
pub(super) fn sum<'a>(terms: impl Iterator<Item = &'a Expr> + Clone) -> Option<Vec<Expr>> {
    let special = |term: &Expr| {
        is_infinite(term) || term.is_constant(Constant::Nan) || term.is_constant(Constant::ComplexInfinity)
    };
    let found: Vec<&Expr> = terms.clone().filter(|term| special(term)).collect();
    let first = *found.first()?;
    if found.iter().any(|term| *term != first) || first.is_constant(Constant::Nan) {
        return Some(vec![Expr::constant(Constant::Nan)]);
    }
    let mut rest: Vec<Expr> =
        terms.filter(|term| !special(term) && !term.is_number_like()).cloned().collect();
    rest.push(first.clone());
    Some(rest)
}

/// Returns a product of factors that are no products, one of them an infinity, with the finite numbers beside it
/// taken as their sign; none where there is no infinity in it.
pub(super) fn product<'a>(factors: impl Iterator<Item = &'a Expr> + Clone) -> Option<Vec<Expr>> {
    let special = |factor: &Expr| is_infinite(factor) || factor.is_constant(Constant::Nan);
    if !factors.clone().any(special) {
        return None;
    }
    if factors.clone().any(|factor| factor.is_constant(Constant::Nan) || factor.is_integer(0)) {
        return Some(vec![Expr::constant(Constant::Nan)]);
    }
    let mut is_negative = false;
    let mut rest = Vec::new();
    for factor in factors {
        match (is_infinite(factor), sign::sign(factor)) {
            (true, _) => is_negative ^= factor.is_constant(Constant::NegativeInfinity),
            (_, Some(sign)) => is_negative ^= sign == sign::Sign::Negative,
            _ => rest.push(factor.clone()),
        }
    }
    rest.push(signed(is_negative));
    Some(rest)
}

/// Returns a power of an infinity, or of a number to one.
pub(super) fn power(base: &Expr, exponent: &Expr) -> Option<Simplified> {
    if base.is_constant(Constant::Nan) || exponent.is_constant(Constant::Nan) {
        return Some(Ok(Expr::constant(Constant::Nan)));
    }
    if is_infinite(base) {
        let exponent = exponent.exact()?;
        if exponent.is_negative() {
            return Some(Ok(Expr::integer(0)));
        }
        let is_negative = base.is_constant(Constant::NegativeInfinity);
        if is_negative && !exponent.is_integer() {
            return None;
        }
        let is_odd = exponent.numer().bit(0);
        return Some(Ok(signed(is_negative && is_odd)));
    }
    if is_infinite(exponent) {
        let base = base.number()?.to_ratio();
        let one = num_traits::One::one();
        if base <= one {
            return match (base == one, base.is_negative()) {
                (true, _) => Some(Ok(Expr::constant(Constant::Nan))),
                (_, true) => None,
                _ if exponent.is_constant(Constant::Infinity) => Some(Ok(Expr::integer(0))),
                _ => Some(Err(Unfit::Pole)),
            };
        }
        let is_positive = exponent.is_constant(Constant::Infinity);
        return Some(Ok(if is_positive { signed(false) } else { Expr::integer(0) }));
    }
    None
}
