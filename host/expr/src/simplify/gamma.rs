//! The gamma function and its kin: exact at integers and halves.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::function::function;
use super::{MAX_BITS, Unfit, add, mul, neg, sqrt, sub};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

/// Returns the product of the integers from `step` to `n`, every `step`-th.
fn product(n: &BigInt, step: u64) -> Result<Expr, Unfit> {
    if n.is_negative() {
        return Ok(Expr::one());
    }
    let n = n.to_u64().filter(|&n| n <= MAX_BITS).ok_or(Unfit::TooLarge)?;
    let mut product = BigInt::one();
    let mut factor = n;
    while factor > 1 {
        product *= factor;
        if product.bits() > MAX_BITS {
            return Err(Unfit::TooLarge);
        }
        factor = factor.saturating_sub(step);
    }
    Ok(Expr::integer(product))
}

pub(crate) fn factorial(arg: &Expr) -> Special {
    if arg.is_constant(Constant::Infinity) {
        return Ok(Some(arg.clone()));
    }
    let Node::Integer(n) = &**arg else { return Ok(None) };
    if n.is_negative() { Err(Unfit::Pole) } else { product(n, 1).map(Some) }
}

pub(crate) fn double_factorial(arg: &Expr) -> Special {
    match &**arg {
        Node::Integer(n) if *n >= BigInt::from(-1) => product(n, 2).map(Some),
        Node::Integer(n) if !n.bit(0) => Err(Unfit::Pole),
        _ => Ok(None),
    }
}

pub(crate) fn gamma(arg: &Expr) -> Special {
    if arg.is_constant(Constant::Infinity) {
        return Ok(Some(arg.clone()));
    }
    let Some(ratio) = arg.exact() else { return Ok(None) };
    if ratio.is_integer() {
        return if ratio.is_positive() {
            product(&(ratio.numer() - 1), 1).map(Some)
        } else {
            Err(Unfit::Pole)
        };
    }
    if *ratio.denom() != BigInt::from(2) {
        return Ok(None);
    }
    // Γ(n + 1/2) = (2n - 1)!! √π / 2^n; below zero the other way round, with the sign of (-1)^n.
    let n = (ratio.floor().to_integer()).abs();
    let odd = product(&(BigInt::from(2) * &n - 1), 2)?;
    let power = super::pow(&Expr::integer(2), &Expr::integer(n.clone()))?;
    let root = sqrt(&Expr::constant(Constant::Pi))?;
    let inverse = |expr: &Expr| super::pow(expr, &Expr::integer(-1));
    if ratio.is_positive() {
        return mul(vec![odd, root, inverse(&power)?]).map(Some);
    }
    let sign = Expr::integer(if n.bit(0) { -1 } else { 1 });
    mul(vec![sign, power, root, inverse(&odd)?]).map(Some)
}

pub(crate) fn log_gamma(arg: &Expr) -> Special {
    if arg.is_constant(Constant::Infinity) {
        return Ok(Some(arg.clone()));
    }
    let Some(ratio) = arg.exact() else { return Ok(None) };
    if ratio.is_integer() && !ratio.is_positive() {
        return Ok(Some(Expr::constant(Constant::Infinity)));
    }
    if !ratio.is_positive() || *ratio.denom() > BigInt::from(2) {
        return Ok(None);
    }
    match function(Builtin::Gamma, vec![arg.clone()]) {
        Ok(gamma) => function(Builtin::Log, vec![gamma]).map(Some),
        // The logarithm of what is too large to be written out may be an ordinary number.
        Err(Unfit::TooLarge) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Digamma is known at integers and at one half, its derivatives of odd order at integers.
pub(crate) fn polygamma(order: &Expr, arg: &Expr) -> Special {
    let (Node::Integer(order), Some(ratio)) = (&**order, arg.exact()) else { return Ok(None) };
    if order.is_negative() || (ratio.is_integer() && !ratio.is_positive()) {
        return if order.is_negative() { Ok(None) } else { Err(Unfit::Pole) };
    }
    let gamma = neg(&Expr::constant(Constant::EulerGamma))?;
    if order.is_zero() {
        if ratio == BigRational::new(1.into(), 2.into()) {
            let logarithm = function(Builtin::Log, vec![Expr::integer(2)])?;
            return sub(&gamma, &mul(vec![Expr::integer(2), logarithm])?).map(Some);
        }
        let Some(n) = ratio.numer().to_i64().filter(|&n| ratio.is_integer() && n <= 1000) else {
            return Ok(None);
        };
        return add(vec![gamma, harmonic(n - 1, 1)?]).map(Some);
    }
    if !order.bit(0) || !ratio.is_integer() {
        return Ok(None);
    }
    let zeta = function(Builtin::Zeta, vec![Expr::integer(order + 1), arg.clone()])?;
    mul(vec![product(order, 1)?, zeta]).map(Some)
}

/// Returns the sum of the inverse powers of the integers from 1 to `n`.
pub(super) fn harmonic(n: i64, power: u32) -> super::Simplified {
    let mut sum = BigRational::zero();
    for k in 1..=n {
        sum += BigRational::new(BigInt::one(), BigInt::from(k).pow(power));
        if sum.denom().bits() > MAX_BITS {
            return Err(Unfit::TooLarge);
        }
    }
    Ok(Expr::rational(sum))
}

pub(crate) fn beta(a: &Expr, b: &Expr) -> Special {
    let inverse = |expr: &Expr| super::pow(expr, &Expr::integer(-1)).map(Some);
    if b.is_integer(1) {
        return inverse(a);
    }
    if a.is_integer(1) { inverse(b) } else { Ok(None) }
}

pub(crate) fn binomial(n: &Expr, k: &Expr) -> Special {
    let Node::Integer(k) = &**k else { return Ok(None) };
    if k.is_negative() {
        return Ok(Some(Expr::integer(0)));
    }
    if k.is_zero() {
        return Ok(Some(Expr::one()));
    }
    if k.is_one() {
        return Ok(Some(n.clone()));
    }
    let Some(n) = n.exact() else { return Ok(None) };
    let is_whole = n.is_integer() && !n.is_negative();
    if is_whole && *k > *n.numer() {
        return Ok(Some(Expr::integer(0)));
    }
    let rest = if is_whole { (n.numer() - k).min(k.clone()) } else { k.clone() };
    let k = rest.to_u64().filter(|&k| k <= MAX_BITS).ok_or(Unfit::TooLarge)?;
    if is_whole {
        let mut value = BigInt::one();
        for step in 0..k {
            value = value * (n.numer() - step) / (step + 1); // a binomial at each step, so without a rest
            if value.bits() > MAX_BITS {
                return Err(Unfit::TooLarge);
            }
        }
        return Ok(Some(Expr::integer(value)));
    }
    // Brought to lowest terms once: at every step that would take the time of k² divisions.
    let (mut over, mut under) = (BigInt::one(), BigInt::one());
    for step in 0..k {
        over *= n.numer() - n.denom() * step;
        under *= n.denom() * (step + 1);
        if over.bits().max(under.bits()) > 2 * MAX_BITS {
            return Err(Unfit::TooLarge);
        }
    }
    let value = BigRational::new(over, under);
    if value.numer().bits().max(value.denom().bits()) > MAX_BITS {
        return Err(Unfit::TooLarge);
    }
    Ok(Some(Expr::rational(value)))
}
