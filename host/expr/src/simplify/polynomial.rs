//! Orthogonal polynomials: written out where the degree is a small integer.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::function::function;
use super::{Unfit, add, could_extract_minus_sign, mul, neg, pow, quotient, sqrt, sub};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

/// Degrees up to this are written out; beyond, the function is computed by recurrence.
const MAX_DEGREE: i64 = 64;

/// A degree times the parts of the argument, up to which a polynomial is written out: one of one of one would double
/// with each.
const MAX_PARTS: usize = 10_000;

pub(crate) fn polynomial(builtin: Builtin, degree: &Expr, x: &Expr) -> Special {
    let of = |degree: Expr, x: Expr| function(builtin, vec![degree, x]);
    if let Node::Integer(n) = &**degree {
        if n.is_negative() {
            let other = |degree: BigInt| of(Expr::integer(degree), x.clone());
            return match builtin {
                Builtin::Legendre => other(-n - 1).map(Some),
                Builtin::ChebyshevT => other(-n).map(Some),
                Builtin::ChebyshevU if *n == BigInt::from(-1) => Ok(Some(Expr::integer(0))),
                Builtin::ChebyshevU => neg(&other(-n - 2)?).map(Some),
                Builtin::Laguerre if !is_written_out(1, x) => Ok(None),
                Builtin::Laguerre => {
                    let value = of(Expr::integer(-n - 1), neg(x)?)?;
                    mul(vec![function(Builtin::Exp, vec![x.clone()])?, value]).map(Some)
                }
                _ => Err(Unfit::Index),
            };
        }
        return match n.to_i64().filter(|&n| is_written_out(n, x)) {
            Some(n) => at(&coefficients(builtin, n), x).map(Some),
            None => Ok(None),
        };
    }
    if degree.is_number_like() {
        return Ok(None);
    }
    if could_extract_minus_sign(x) && builtin != Builtin::Laguerre {
        let sign = pow(&Expr::integer(-1), degree)?;
        return mul(vec![sign, of(degree.clone(), neg(x)?)?]).map(Some);
    }
    let half = mul(vec![Expr::ratio(1, 2), degree.clone()])?;
    let gamma = |arg: Expr| function(Builtin::Gamma, vec![arg]);
    let root = || sqrt(&Expr::constant(Constant::Pi));
    if x.is_integer(0) {
        let value = match builtin {
            Builtin::Legendre => {
                let below = [gamma(sub(&Expr::ratio(1, 2), &half)?)?, gamma(add(vec![Expr::one(), half])?)?];
                quotient(&root()?, &mul(below.to_vec())?)?
            }
            Builtin::ChebyshevT | Builtin::ChebyshevU => {
                function(Builtin::Cos, vec![mul(vec![half, Expr::constant(Constant::Pi)])?])?
            }
            Builtin::Hermite => {
                let above = mul(vec![pow(&Expr::integer(2), degree)?, root()?])?;
                quotient(&above, &gamma(sub(&Expr::ratio(1, 2), &half)?)?)?
            }
            _ => Expr::one(),
        };
        return Ok(Some(value));
    }
    if x.is_integer(1) {
        return match builtin {
            Builtin::Legendre | Builtin::ChebyshevT => Ok(Some(Expr::one())),
            Builtin::ChebyshevU => add(vec![degree.clone(), Expr::one()]).map(Some),
            _ => Ok(None),
        };
    }
    Ok(None)
}

fn is_written_out(degree: i64, x: &Expr) -> bool {
    degree <= MAX_DEGREE && !x.is_larger_than(MAX_PARTS / degree.max(1) as usize)
}

/// Returns the coefficients from the constant one on.
fn coefficients(builtin: Builtin, degree: i64) -> Vec<BigRational> {
    let ratio = |p: i64, q: i64| BigRational::new(p.into(), q.into());
    let mut before = vec![BigRational::one()];
    if degree == 0 {
        return before;
    }
    let mut last = match builtin {
        Builtin::ChebyshevU | Builtin::Hermite => vec![ratio(0, 1), ratio(2, 1)],
        Builtin::Laguerre => vec![ratio(1, 1), ratio(-1, 1)],
        _ => vec![ratio(0, 1), ratio(1, 1)],
    };
    for k in 1..degree {
        // next = (a x + b) last - c before
        let (a, b, c) = match builtin {
            Builtin::Legendre => (ratio(2 * k + 1, k + 1), ratio(0, 1), ratio(k, k + 1)),
            Builtin::Hermite => (ratio(2, 1), ratio(0, 1), ratio(2 * k, 1)),
            Builtin::Laguerre => (ratio(-1, k + 1), ratio(2 * k + 1, k + 1), ratio(k, k + 1)),
            _ => (ratio(2, 1), ratio(0, 1), ratio(1, 1)),
        };
        let mut next = vec![BigRational::zero(); last.len() + 1];
        for (power, coefficient) in last.iter().enumerate() {
            next[power + 1] += &a * coefficient;
            next[power] += &b * coefficient;
        }
        for (power, coefficient) in before.iter().enumerate() {
            next[power] -= &c * coefficient;
        }
        (before, last) = (last, next);
    }
    last
}

fn at(coefficients: &[BigRational], x: &Expr) -> super::Simplified {
    let mut terms = Vec::with_capacity(coefficients.len());
    for (power, coefficient) in coefficients.iter().enumerate() {
        if !coefficient.is_zero() {
            let power = pow(x, &Expr::integer(power as i64))?;
            terms.push(mul(vec![Expr::rational(coefficient.clone()), power])?);
        }
    }
    add(terms)
}

pub(crate) fn assoc_legendre(args: &[Expr]) -> Special {
    let [degree, order, x] = args else { return Ok(None) };
    if order.is_integer(0) {
        return function(Builtin::Legendre, vec![degree.clone(), x.clone()]).map(Some);
    }
    let of = |order: Expr| function(Builtin::AssocLegendre, vec![degree.clone(), order, x.clone()]);
    if could_extract_minus_sign(order) {
        let positive = neg(order)?;
        let factorial = |arg: Expr| function(Builtin::Factorial, vec![arg]);
        let value = of(positive.clone())?;
        let ratio = quotient(
            &factorial(sub(degree, &positive)?)?,
            &factorial(add(vec![degree.clone(), positive.clone()])?)?,
        )?;
        return mul(vec![pow(&Expr::integer(-1), &positive)?, ratio, value]).map(Some);
    }
    if let (Node::Integer(n), Node::Integer(m)) = (&**degree, &**order) {
        if n.is_negative() || m > n {
            return Err(Unfit::Index);
        }
        let (Some(n), Some(m)) = (n.to_i64().filter(|&n| is_written_out(n, x)), m.to_i64()) else {
            return Ok(None);
        };
        let mut derivative = coefficients(Builtin::Legendre, n);
        for _ in 0..m {
            derivative = derivative
                .into_iter()
                .enumerate()
                .skip(1)
                .map(|(power, coefficient)| coefficient * BigInt::from(power))
                .collect();
        }
        let under = sub(&Expr::one(), &pow(x, &Expr::integer(2))?)?;
        let factors =
            vec![pow(&Expr::integer(-1), order)?, pow(&under, &Expr::ratio(m, 2))?, at(&derivative, x)?];
        return mul(factors).map(Some);
    }
    if x.is_integer(0) {
        let half = |sign: i64| mul(vec![Expr::ratio(sign, 2), degree.clone()]);
        let minus_half = mul(vec![Expr::ratio(-1, 2), order.clone()])?;
        let gamma = |arg: Expr| function(Builtin::Gamma, vec![arg]);
        let above = mul(vec![pow(&Expr::integer(2), order)?, sqrt(&Expr::constant(Constant::Pi))?])?;
        let below = mul(vec![
            gamma(add(vec![Expr::ratio(1, 2), minus_half.clone(), half(-1)?])?)?,
            gamma(add(vec![Expr::one(), minus_half, half(1)?])?)?,
        ])?;
        return quotient(&above, &below).map(Some);
    }
    Ok(None)
}
