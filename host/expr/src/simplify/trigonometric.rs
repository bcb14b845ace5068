//! Circular functions: parity, special angles, and angles that differ by quarter turns.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use super::function::{function, over_imaginary_unit};
use super::{Number, Simplified, Unfit, add, could_extract_minus_sign, mul, neg, pow, quotient, sqrt, sub};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

/// Fractions of a half turn that are the difference of two simpler ones.
const DIFFERENCES: [(u32, u32, u32); 8] =
    [(12, 3, 4), (20, 4, 5), (30, 5, 6), (15, 6, 10), (24, 6, 8), (40, 8, 10), (60, 20, 30), (120, 40, 60)];

pub(crate) fn sin(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::integer(0)));
    }
    if could_extract_minus_sign(arg) {
        return neg(&of(Builtin::Sin, &neg(arg)?)?).map(Some);
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        return times_i(of(Builtin::Sinh, &inner)?).map(Some);
    }
    if let Some(turns) = half_turns(arg)? {
        return sin_of_half_turns(arg, &turns);
    }
    if let Some((rest, turns)) = peel_quarter_turns(arg)? {
        let (sine, cosine) = quarter_sine_and_cosine(&turns);
        let factors = [(sine, Builtin::Cos), (cosine, Builtin::Sin)];
        return rotated(&factors, &rest).map(Some);
    }
    let Node::Builtin(inverse, args) = &**arg else { return Ok(None) };
    let x = &args[0];
    match inverse {
        Builtin::Asin => Ok(Some(x.clone())),
        Builtin::Acos => sqrt(&sub(&Expr::one(), &square(x)?)?).map(Some),
        Builtin::Atan => quotient(x, &sqrt(&add(vec![Expr::one(), square(x)?])?)?).map(Some),
        Builtin::Atan2 => quotient(x, &hypotenuse(x, &args[1])?).map(Some),
        _ => Ok(None),
    }
}

fn sin_of_half_turns(arg: &Expr, turns: &Expr) -> Special {
    let Some(ratio) = turns.exact() else { return normalised(Builtin::Sin, arg, turns) };
    if ratio.is_integer() {
        return Ok(Some(Expr::integer(0)));
    }
    let one = BigRational::one();
    let reduced = modulo(&ratio, 2);
    if reduced > one {
        return neg(&of(Builtin::Sin, &times_pi(&modulo(&reduced, 1))?)?).map(Some);
    }
    if &reduced + &reduced > one {
        return of(Builtin::Sin, &times_pi(&(one - reduced))?).map(Some);
    }
    let shifted = modulo(&(&ratio + BigRational::new(3.into(), 2.into())), 2);
    let cosine = of(Builtin::Cos, &times_pi(&shifted)?)?;
    if !matches!(&*cosine, Node::Builtin(Builtin::Cos, _)) {
        return Ok(Some(cosine));
    }
    normalised(Builtin::Sin, arg, turns)
}

pub(crate) fn cos(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::one()));
    }
    if could_extract_minus_sign(arg) {
        return of(Builtin::Cos, &neg(arg)?).map(Some);
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        return of(Builtin::Cosh, &inner).map(Some);
    }
    if let Some(turns) = half_turns(arg)? {
        return match turns.exact() {
            Some(ratio) => cos_of_half_turns(&ratio),
            None => normalised(Builtin::Cos, arg, &turns),
        };
    }
    if let Some((rest, turns)) = peel_quarter_turns(arg)? {
        let (sine, cosine) = quarter_sine_and_cosine(&turns);
        let factors = [(cosine, Builtin::Cos), (-sine, Builtin::Sin)];
        return rotated(&factors, &rest).map(Some);
    }
    let Node::Builtin(inverse, args) = &**arg else { return Ok(None) };
    let x = &args[0];
    match inverse {
        Builtin::Acos => Ok(Some(x.clone())),
        Builtin::Asin => sqrt(&sub(&Expr::one(), &square(x)?)?).map(Some),
        Builtin::Atan => pow(&add(vec![Expr::one(), square(x)?])?, &Expr::ratio(-1, 2)).map(Some),
        Builtin::Atan2 => quotient(&args[1], &hypotenuse(x, &args[1])?).map(Some),
        _ => Ok(None),
    }
}

/// Returns `cos(ratio*pi)` where it is a root of low degree.
fn cos_of_half_turns(ratio: &BigRational) -> Special {
    if ratio.is_integer() {
        return Ok(Some(Expr::integer(if ratio.numer().is_odd() { -1 } else { 1 })));
    }
    let Some(q) = ratio.denom().to_u32() else { return Ok(None) };
    if q == 2 {
        return Ok(Some(Expr::integer(0)));
    }
    let p = ratio.numer().mod_floor(&BigInt::from(2 * u64::from(q))).to_u64().unwrap_or(0);
    let one = BigRational::one();
    if p > u64::from(q) {
        return neg(&of(Builtin::Cos, &times_pi(&(ratio - one))?)?).map(Some);
    }
    if 2 * p > u64::from(q) {
        return neg(&of(Builtin::Cos, &times_pi(&(one - ratio))?)?).map(Some);
    }
    if let Some((_, a, b)) = DIFFERENCES.iter().find(|(whole, ..)| *whole == q) {
        let (a, b) = (BigRational::new(p.into(), (*a).into()), BigRational::new(p.into(), (*b).into()));
        let half = BigRational::new(1.into(), 2.into());
        let cosine = |ratio: &BigRational| of(Builtin::Cos, &times_pi(ratio)?);
        let cosines = mul(vec![cosine(&a)?, cosine(&b)?])?;
        let sines = mul(vec![cosine(&(&half - &a))?, cosine(&(&half - &b))?])?;
        return add(vec![cosines, sines]).map(Some);
    }
    match q {
        3 => Ok(Some(Expr::ratio(1, 2))),
        5 => {
            let root = mul(vec![Expr::ratio(1, 4), sqrt(&Expr::integer(5))?])?;
            add(vec![Expr::ratio(if p == 1 { 1 } else { -1 }, 4), root]).map(Some)
        }
        4 | 6 | 8 | 10 => {
            // Half the angle of one that is known; the signs were taken care of above.
            let double = of(Builtin::Cos, &times_pi(&(ratio * BigRational::from(BigInt::from(2))))?)?;
            let half = mul(vec![Expr::ratio(1, 2), add(vec![Expr::one(), double])?])?;
            sqrt(&half).map(Some)
        }
        _ => Ok(None),
    }
}

pub(crate) fn tan(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::integer(0)));
    }
    if could_extract_minus_sign(arg) {
        return neg(&of(Builtin::Tan, &neg(arg)?)?).map(Some);
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        return times_i(of(Builtin::Tanh, &inner)?).map(Some);
    }
    if let Some(turns) = half_turns(arg)? {
        return match turns.exact() {
            Some(ratio) => tan_of_half_turns(arg, &ratio),
            None => normalised(Builtin::Tan, arg, &turns),
        };
    }
    if let Some((rest, turns)) = peel_quarter_turns(arg)? {
        let tangent = of(Builtin::Tan, &rest)?;
        let odd = (turns * BigInt::from(2)).to_integer().is_odd();
        if !odd {
            return Ok(Some(tangent));
        }
        return neg(&of(Builtin::Cot, &rest)?).map(Some);
    }
    let Node::Builtin(inverse, args) = &**arg else { return Ok(None) };
    let x = &args[0];
    match inverse {
        Builtin::Atan => Ok(Some(x.clone())),
        Builtin::Atan2 => quotient(x, &args[1]).map(Some),
        Builtin::Asin => quotient(x, &sqrt(&sub(&Expr::one(), &square(x)?)?)?).map(Some),
        Builtin::Acos => quotient(&sqrt(&sub(&Expr::one(), &square(x)?)?)?, x).map(Some),
        _ => Ok(None),
    }
}

fn tan_of_half_turns(arg: &Expr, ratio: &BigRational) -> Special {
    if ratio.is_integer() {
        return Ok(Some(Expr::integer(0)));
    }
    let q = ratio.denom().to_u32().unwrap_or(0);
    let p = modulo(ratio, 1);
    if q == 5 || q == 10 {
        let n = (p * BigInt::from(10)).to_integer().to_i64().unwrap_or(0);
        let table = |n: i64| {
            let (whole, fifth) = [(0, 0), (1, -2), (5, -10), (1, 2), (5, 10)][n as usize];
            let root = mul(vec![Expr::ratio(fifth, 5), sqrt(&Expr::integer(5))?])?;
            sqrt(&add(vec![Expr::integer(whole), root])?)
        };
        return if n > 5 { neg(&table(10 - n)?).map(Some) } else { table(n).map(Some) };
    }
    let half = BigRational::new(1.into(), 2.into());
    let cosine = |ratio: &BigRational| of(Builtin::Cos, &times_pi(ratio)?);
    let is_known = |expr: &Expr| {
        !matches!(&**expr, Node::Builtin(Builtin::Cos | Builtin::Sin, _)) && !holds_cosine(expr)
    };
    if q.is_multiple_of(2) {
        let double = ratio * BigInt::from(2);
        let (c, s) = (cosine(&double)?, cosine(&(&double - &half))?);
        if is_known(&c) && is_known(&s) {
            if s.is_integer(0) {
                return Err(Unfit::Pole);
            }
            return sub(&quotient(&Expr::one(), &s)?, &quotient(&c, &s)?).map(Some);
        }
    }
    if let Some((_, a, b)) = DIFFERENCES.iter().find(|(whole, ..)| *whole == q) {
        let p = p.numer();
        let tangent = |q: u32| of(Builtin::Tan, &times_pi(&BigRational::new(p.clone(), q.into()))?);
        let (left, right) = (tangent(*a)?, tangent(*b)?);
        let divisor = add(vec![Expr::one(), mul(vec![left.clone(), right.clone()])?])?;
        return quotient(&sub(&left, &right)?, &divisor).map(Some);
    }
    let centred = modulo(&(ratio + &half), 1) - &half;
    let (c, s) = (cosine(&centred)?, cosine(&(&centred - &half))?);
    if is_known(&c) && is_known(&s) {
        return quotient(&s, &c).map(Some);
    }
    let again = times_pi(&centred)?;
    if again == *arg { Ok(None) } else { of(Builtin::Tan, &again).map(Some) }
}

/// `sin(x)/x`, one at zero.
pub(crate) fn sinc(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::one()));
    }
    if could_extract_minus_sign(arg) {
        return of(Builtin::Sinc, &neg(arg)?).map(Some);
    }
    let Some(turns) = half_turns(arg)?.and_then(|turns| turns.exact()) else { return Ok(None) };
    if turns.is_integer() {
        return Ok(Some(Expr::integer(0)));
    }
    if (&turns * BigInt::from(2)).is_integer() {
        return quotient(&of(Builtin::Sin, arg)?, arg).map(Some);
    }
    Ok(None)
}

pub(super) fn of(builtin: Builtin, arg: &Expr) -> Simplified {
    function(builtin, vec![arg.clone()])
}

pub(super) fn square(expr: &Expr) -> Simplified {
    pow(expr, &Expr::integer(2))
}

fn hypotenuse(y: &Expr, x: &Expr) -> Simplified {
    sqrt(&add(vec![square(x)?, square(y)?])?)
}

pub(super) fn times_i(expr: Expr) -> Simplified {
    mul(vec![Expr::constant(Constant::ImaginaryUnit), expr])
}

pub(super) fn times_pi(ratio: &BigRational) -> Simplified {
    mul(vec![Expr::rational(ratio.clone()), Expr::constant(Constant::Pi)])
}

fn modulo(ratio: &BigRational, divisor: i64) -> BigRational {
    let divisor = BigRational::from(BigInt::from(divisor));
    ratio - (ratio / &divisor).floor() * &divisor
}

fn holds_cosine(expr: &Expr) -> bool {
    match &**expr {
        Node::Mul(factors) => factors.iter().any(|f| matches!(&**f, Node::Builtin(Builtin::Cos, _))),
        _ => false,
    }
}

/// Returns `arg/pi`, where pi is a factor of it; a decimal that is a short binary fraction counts as one.
pub(super) fn half_turns(arg: &Expr) -> Result<Option<Expr>, Unfit> {
    let factors = match &**arg {
        Node::Constant(Constant::Pi) => return Ok(Some(Expr::one())),
        Node::Mul(factors) => factors,
        _ => return Ok(None),
    };
    let is_pi = |factor: &Expr| factor.is_constant(Constant::Pi);
    if !factors.iter().any(is_pi) {
        return Ok(None);
    }
    let turns = mul(factors.iter().filter(|factor| !is_pi(factor)).cloned().collect())?;
    let (coefficient, rest) = turns.as_coefficient_and_rest();
    if let Number::Decimal(float) = &coefficient {
        let ratio = float.to_ratio();
        if ratio.denom().bits() <= 16 {
            return mul(vec![Expr::rational(ratio), rest]).map(Some);
        }
    }
    Ok(Some(turns))
}

/// A multiple of pi that is no number: `sin(1.0*pi*x)` is `sin(pi*x)`.
pub(super) fn normalised(builtin: Builtin, arg: &Expr, turns: &Expr) -> Special {
    let again = mul(vec![turns.clone(), Expr::constant(Constant::Pi)])?;
    if again == *arg { Ok(None) } else { of(builtin, &again).map(Some) }
}

/// Splits a sum into the rest and the greatest multiple of a quarter turn in its multiple of pi.
pub(super) fn peel_quarter_turns(arg: &Expr) -> Result<Option<(Expr, BigRational)>, Unfit> {
    let Node::Add(terms) = &**arg else { return Ok(None) };
    let turns = terms.iter().find_map(|term| {
        let (coefficient, rest) = term.as_coefficient_and_rest();
        match coefficient {
            Number::Exact(ratio) if rest.is_constant(Constant::Pi) => Some(ratio),
            _ => None,
        }
    });
    let Some(turns) = turns else { return Ok(None) };
    let two = BigInt::from(2);
    let quarters = (&turns * &two).floor() / &two;
    if quarters.is_zero() {
        return Ok(None);
    }
    Ok(Some((sub(arg, &times_pi(&quarters)?)?, quarters)))
}

/// Returns sine and cosine of a whole number of quarter turns.
fn quarter_sine_and_cosine(turns: &BigRational) -> (i64, i64) {
    let quarters = (turns * BigInt::from(2)).to_integer().mod_floor(&BigInt::from(4));
    match quarters.to_u8() {
        Some(0) => (0, 1),
        Some(1) => (1, 0),
        Some(2) => (0, -1),
        _ => (-1, 0),
    }
}

/// Returns the one of the two that is not multiplied by zero.
fn rotated(factors: &[(i64, Builtin); 2], rest: &Expr) -> Simplified {
    let terms = factors
        .iter()
        .filter(|(factor, _)| !factor.is_zero())
        .map(|(factor, builtin)| mul(vec![Expr::integer(*factor), of(*builtin, rest)?]))
        .collect::<Result<_, Unfit>>()?;
    add(terms)
}
