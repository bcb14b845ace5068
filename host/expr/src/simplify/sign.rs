//! What is known of the sign and the kind of a number, and which of `x` and `-x` is the positive form.
//!
//! Parameters are complex numbers of which nothing is known.

use std::cmp::Ordering;

use num_integer::Integer;
use num_traits::Signed;

use super::{neg, numeric, order};
use crate::builtin::{Builtin, Real};
use crate::{Expr, Node, work};

/// The sign of a real number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Negative,
    Zero,
    Positive,
}

/// Returns the sign, where it is known to be real and on which side of zero.
pub(super) fn sign(expr: &Expr) -> Option<Sign> {
    if let Some(number) = expr.number() {
        return Some(match (number.is_zero(), number.is_negative()) {
            (true, _) => Sign::Zero,
            (_, true) => Sign::Negative,
            _ => Sign::Positive,
        });
    }
    // Worked out first: it is one way down, where what is real asks for signs, and these for what is real.
    let value = numeric(expr)?;
    if value.im.abs() > 1e-6 * value.re.abs() || !is_real(expr) {
        return None;
    }
    // Values near zero may be zero.
    if value.re.abs() < 1e-10 {
        None
    } else if value.re < 0.0 {
        Some(Sign::Negative)
    } else {
        Some(Sign::Positive)
    }
}

/// Returns whether it is known to be real and not below zero.
pub(super) fn is_nonnegative(expr: &Expr) -> bool {
    if !work::step(1) {
        return false;
    }
    match &**expr {
        Node::Builtin(Builtin::Abs, _) => true,
        Node::Builtin(Builtin::Exp, args) => is_real(&args[0]),
        Node::Pow(base, exponent) => {
            let even = matches!(&**exponent, Node::Integer(exponent) if exponent.is_even());
            (even && is_real(base)) || (is_real(exponent) && is_nonnegative(base)) || positive(expr)
        }
        Node::Mul(factors) => factors.iter().all(is_nonnegative) || positive(expr),
        _ => positive(expr),
    }
}

fn positive(expr: &Expr) -> bool {
    matches!(sign(expr), Some(Sign::Positive | Sign::Zero))
}

/// Returns whether it is known to be real.
pub(super) fn is_real(expr: &Expr) -> bool {
    if !work::step(1) {
        return false;
    }
    match &**expr {
        Node::Integer(_) | Node::Rational(_) | Node::Float(_) => true,
        Node::Constant(constant) => constant.value().is_some(),
        Node::Symbol(_) | Node::Call(..) => false,
        Node::Add(parts) | Node::Mul(parts) => parts.iter().all(is_real),
        Node::Pow(base, exponent) => {
            let whole = matches!(&**exponent, Node::Integer(_));
            (whole && is_real(base)) || (is_real(exponent) && is_nonnegative(base))
        }
        Node::Builtin(builtin, args) => match builtin.row().real {
            Real::IfArguments => args.iter().all(is_real),
            Real::IfOthers => args[1..].iter().all(is_real),
            Real::IfPositive => matches!(sign(&args[0]), Some(Sign::Positive)),
            Real::WithinOne => {
                is_real(&args[0]) && numeric(&args[0]).is_some_and(|value| value.re.abs() <= 1.0)
            }
            Real::Always => true,
            Real::Never => false,
        },
    }
}

/// Returns whether it is known to be an integer.
pub(super) fn is_whole(expr: &Expr) -> bool {
    if !work::step(1) {
        return false;
    }
    match &**expr {
        Node::Integer(_) => true,
        Node::Builtin(Builtin::Floor | Builtin::Ceiling, args) => is_real(&args[0]),
        Node::Add(parts) | Node::Mul(parts) => parts.iter().all(is_whole),
        Node::Pow(base, exponent) => {
            is_whole(base) && matches!(&**exponent, Node::Integer(exponent) if exponent.is_positive())
        }
        _ => false,
    }
}

/// Returns whether -1 divides it as it is written.
fn extracts_minus(expr: &Expr) -> bool {
    if !work::step(1) {
        return false;
    }
    match &**expr {
        Node::Add(terms) => terms.iter().all(extracts_minus),
        Node::Mul(factors) => factors.iter().any(extracts_minus),
        _ => expr.number().is_some_and(|number| number.is_negative()),
    }
}

/// Returns whether `-expr` is the form in which a function keeps its argument: `sin(-x)` is `-sin(x)`.
pub(super) fn could_extract_minus_sign(expr: &Expr) -> bool {
    if !work::step(1) {
        return false;
    }
    let Ok(negative) = neg(expr) else { return false };
    if negative == *expr {
        return false;
    }
    let (own, other) = (extracts_minus(expr), extracts_minus(&negative));
    if own != other {
        return own;
    }
    match &**expr {
        Node::Add(terms) => {
            let n_negative = terms.iter().filter(|term| could_extract_minus_sign(term)).count();
            match (terms.len() - n_negative).cmp(&n_negative) {
                Ordering::Greater => return false,
                Ordering::Less => return true,
                Ordering::Equal => {}
            }
        }
        Node::Mul(factors) => {
            let parts = factors.iter().map(|factor| match &**factor {
                Node::Pow(base, exponent) if exponent.is_integer(-1) => base,
                _ => factor,
            });
            return parts.filter(|part| could_extract_minus_sign(part)).count().is_odd();
        }
        _ => {}
    }
    order::compare(expr, &negative).is_lt()
}
