//! Error functions, elliptic and exponential integrals, zeta: the arguments at which they are known.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::function::function;
use super::gamma::harmonic;
use super::{Unfit, add, could_extract_minus_sign, infinity, mul, neg, pow, quotient, sqrt, sub};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

fn infinite() -> Expr {
    Expr::constant(Constant::Infinity)
}

pub(crate) fn error(builtin: Builtin, arg: &Expr) -> Special {
    let of = |arg: Expr| function(builtin, vec![arg]);
    let inverse = match &**arg {
        Node::Builtin(Builtin::Erfinv, args) => Some(args[0].clone()),
        _ => None,
    };
    let is_negative = arg.is_constant(Constant::NegativeInfinity);
    match builtin {
        Builtin::Erf => {
            if arg.is_integer(0) || inverse.is_some() {
                return Ok(Some(inverse.unwrap_or_else(|| arg.clone())));
            }
            if infinity::is_infinite(arg) {
                return Ok(Some(Expr::integer(if is_negative { -1 } else { 1 })));
            }
            if could_extract_minus_sign(arg) { neg(&of(neg(arg)?)?).map(Some) } else { Ok(None) }
        }
        Builtin::Erfc => {
            if arg.is_integer(0) {
                return Ok(Some(Expr::one()));
            }
            if let Some(inner) = inverse {
                return sub(&Expr::one(), &inner).map(Some);
            }
            if infinity::is_infinite(arg) {
                return Ok(Some(Expr::integer(if is_negative { 2 } else { 0 })));
            }
            if could_extract_minus_sign(arg) {
                sub(&Expr::integer(2), &of(neg(arg)?)?).map(Some)
            } else {
                Ok(None)
            }
        }
        _ if arg.is_integer(0) => Ok(Some(arg.clone())),
        _ if arg.is_integer(1) => Ok(Some(infinite())),
        _ if arg.is_integer(-1) => Ok(Some(Expr::constant(Constant::NegativeInfinity))),
        _ => Ok(None),
    }
}

fn half_pi() -> super::Simplified {
    mul(vec![Expr::ratio(1, 2), Expr::constant(Constant::Pi)])
}

pub(crate) fn elliptic_k(m: &Expr) -> Special {
    let pi = || Expr::constant(Constant::Pi);
    let gamma_squared = |p: i64| pow(&function(Builtin::Gamma, vec![Expr::ratio(p, 4)])?, &Expr::integer(2));
    if m.is_integer(0) {
        return half_pi().map(Some);
    }
    if m.is_integer(1) {
        return Err(Unfit::Pole);
    }
    if infinity::is_infinite(m) {
        return Ok(Some(Expr::integer(0)));
    }
    if m.is_integer(-1) {
        let below = mul(vec![Expr::integer(4), sqrt(&mul(vec![Expr::integer(2), pi()])?)?])?;
        return quotient(&gamma_squared(1)?, &below).map(Some);
    }
    if *m == Expr::ratio(1, 2) {
        let above = mul(vec![Expr::integer(8), pow(&pi(), &Expr::ratio(3, 2))?])?;
        return quotient(&above, &gamma_squared(-1)?).map(Some);
    }
    Ok(None)
}

pub(crate) fn elliptic_e(args: &[Expr]) -> Special {
    let [angle, m] = args else {
        let m = &args[0];
        if m.is_integer(0) {
            return half_pi().map(Some);
        }
        if m.is_constant(Constant::NegativeInfinity) {
            return Ok(Some(infinite()));
        }
        return Ok(m.is_integer(1).then(Expr::one));
    };
    if m.is_integer(0) || angle.is_integer(0) {
        return Ok(Some(angle.clone()));
    }
    let quarters = mul(vec![Expr::integer(2), quotient(angle, &Expr::constant(Constant::Pi))?])?;
    if matches!(&*quarters, Node::Integer(_)) {
        let complete = function(Builtin::EllipticE, vec![m.clone()])?;
        return mul(vec![quarters, complete]).map(Some);
    }
    if could_extract_minus_sign(angle) {
        return neg(&function(Builtin::EllipticE, vec![neg(angle)?, m.clone()])?).map(Some);
    }
    Ok(None)
}

pub(crate) fn exponential_integral(arg: &Expr) -> Special {
    Ok(match &**arg {
        _ if arg.is_integer(0) => Some(Expr::constant(Constant::NegativeInfinity)),
        Node::Constant(Constant::Infinity) => Some(arg.clone()),
        Node::Constant(Constant::NegativeInfinity) => Some(Expr::integer(0)),
        _ => None,
    })
}

/// Of an order that is zero or a negative integer it is elementary (DLMF 8.19.6 and 8.19.12).
pub(crate) fn expint(order: &Expr, x: &Expr) -> Special {
    let Node::Integer(order) = &**order else { return Ok(None) };
    let Some(n) = (-order).to_i64().filter(|n| (0..=64).contains(n)) else { return Ok(None) };
    let decay = function(Builtin::Exp, vec![neg(x)?])?;
    let mut terms = Vec::new();
    let mut factor = BigInt::one();
    for k in 0..=n {
        // n!/(n - k)! e^-x / x^(k + 1)
        let power = pow(x, &Expr::integer(-(k + 1)))?;
        terms.push(mul(vec![Expr::integer(factor.clone()), decay.clone(), power])?);
        factor *= n - k;
    }
    add(terms).map(Some)
}

/// Known at zero, the negative and the even integers (DLMF 25.6), and so Hurwitz's of a positive integer.
pub(crate) fn zeta(args: &[Expr]) -> Special {
    let s = &args[0];
    if let Some(a) = args.get(1) {
        if a.is_integer(1) {
            return function(Builtin::Zeta, vec![s.clone()]).map(Some);
        }
        let (Node::Integer(power), Node::Integer(from)) = (&**s, &**a) else { return Ok(None) };
        let is_known = power.is_positive() && !power.bit(0) && *from > BigInt::one();
        let (Some(power), Some(from)) = (power.to_u32(), from.to_i64().filter(|&from| from <= 1000)) else {
            return Ok(None);
        };
        if !is_known {
            return Ok(None);
        }
        let whole = function(Builtin::Zeta, vec![s.clone()])?;
        return sub(&whole, &harmonic(from - 1, power)?).map(Some);
    }
    if s.is_constant(Constant::Infinity) {
        return Ok(Some(Expr::one()));
    }
    let Node::Integer(n) = &**s else { return Ok(None) };
    if n.is_one() {
        return Err(Unfit::Pole);
    }
    if n.is_zero() {
        return Ok(Some(Expr::ratio(-1, 2)));
    }
    let Some(n) = n.to_i64().filter(|n| n.abs() <= 200) else { return Ok(None) };
    if n < 0 {
        let value = bernoulli(1 - n) / BigInt::from(n - 1);
        return Ok(Some(Expr::rational(value)));
    }
    if n % 2 == 1 {
        return Ok(None);
    }
    let factorial: BigInt = (1..=n).map(BigInt::from).product();
    let scale = bernoulli(n).abs() * (BigInt::one() << (n as u64 - 1)) / factorial;
    let power = pow(&Expr::constant(Constant::Pi), &Expr::integer(n))?;
    mul(vec![Expr::rational(scale), power]).map(Some)
}

/// Returns a Bernoulli number, by the recurrence of DLMF 24.5.3.
fn bernoulli(n: i64) -> BigRational {
    let mut numbers: Vec<BigRational> = vec![BigRational::one()];
    for m in 1..=n {
        let mut sum = BigRational::zero();
        let mut binomial = BigInt::one(); // (m + 1 over k)
        for (k, number) in (0..m).zip(&numbers) {
            sum += number * &binomial;
            binomial = binomial * BigInt::from(m + 1 - k) / BigInt::from(k + 1);
        }
        numbers.push(-sum / BigInt::from(m + 1));
    }
    numbers.swap_remove(n as usize)
}
