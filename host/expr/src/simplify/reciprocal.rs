//! Secant, cosecant, cotangent and the hyperbolic ones: one over a function whose value is known.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::One;

use super::function::over_imaginary_unit;
use super::trigonometric::{half_turns, normalised, of, peel_quarter_turns, square, times_i, times_pi};
use super::{Unfit, could_extract_minus_sign, hyperbolic as area, infinity, mul, neg, quotient, sqrt, sub};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

pub(crate) fn circular(builtin: Builtin, arg: &Expr) -> Special {
    if infinity::is_infinite(arg) {
        return Ok(None);
    }
    if builtin == Builtin::Cot {
        return cotangent(arg);
    }
    let is_even = builtin == Builtin::Sec;
    if !is_even && arg.is_integer(0) {
        return Err(Unfit::Pole);
    }
    if could_extract_minus_sign(arg) {
        let value = of(builtin, &neg(arg)?)?;
        return if is_even { Ok(Some(value)) } else { neg(&value).map(Some) };
    }
    if let Some(ratio) = half_turns(arg)?.and_then(|turns| turns.exact())
        && !(&ratio * BigInt::from(2)).is_integer()
    {
        let (one, two) = (BigRational::one(), BigRational::from(BigInt::from(2)));
        let reduced = &ratio - (&ratio / &two).floor() * &two;
        if reduced > one {
            return neg(&of(builtin, &times_pi(&(ratio - one))?)?).map(Some);
        }
        if &reduced * &two > one {
            let value = of(builtin, &times_pi(&(one - ratio))?)?;
            return if is_even { neg(&value).map(Some) } else { Ok(Some(value)) };
        }
    }
    match &**arg {
        Node::Builtin(Builtin::Asec, args) if is_even => return Ok(Some(args[0].clone())),
        Node::Builtin(Builtin::Acsc, args) if !is_even => return Ok(Some(args[0].clone())),
        _ => {}
    }
    over(if is_even { Builtin::Cos } else { Builtin::Sin }, arg)
}

/// One over the value of a function, where that is not the function itself.
fn over(builtin: Builtin, arg: &Expr) -> Special {
    let value = of(builtin, arg)?;
    let (coefficient, rest) = value.as_coefficient_and_rest();
    let other = match &*rest {
        Node::Builtin(found, args) if *found == builtin && args[0] == *arg => return Ok(None),
        Node::Builtin(Builtin::Cos, args) => of(Builtin::Sec, &args[0])?,
        Node::Builtin(Builtin::Sin, args) => of(Builtin::Csc, &args[0])?,
        _ => return inverse(&value).map(Some),
    };
    quotient(&other, &coefficient.into_expr()).map(Some)
}

fn inverse(value: &Expr) -> super::Simplified {
    if value.is_integer(0) { Err(Unfit::Pole) } else { quotient(&Expr::one(), value) }
}

fn cotangent(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Err(Unfit::Pole);
    }
    if could_extract_minus_sign(arg) {
        return neg(&of(Builtin::Cot, &neg(arg)?)?).map(Some);
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        return neg(&times_i(of(Builtin::Coth, &inner)?)?).map(Some);
    }
    if let Some(turns) = half_turns(arg)? {
        return match turns.exact() {
            Some(ratio) => cotangent_of_half_turns(arg, &ratio),
            None => normalised(Builtin::Cot, arg, &turns),
        };
    }
    if let Some((rest, turns)) = peel_quarter_turns(arg)? {
        let is_odd = (turns * BigInt::from(2)).to_integer().is_odd();
        return if is_odd {
            neg(&of(Builtin::Tan, &rest)?).map(Some)
        } else {
            of(Builtin::Cot, &rest).map(Some)
        };
    }
    let Node::Builtin(inverse, args) = &**arg else { return Ok(None) };
    let x = &args[0];
    let below = || sqrt(&sub(&Expr::one(), &square(x)?)?);
    match inverse {
        Builtin::Acot => Ok(Some(x.clone())),
        Builtin::Atan => quotient(&Expr::one(), x).map(Some),
        Builtin::Atan2 => quotient(&args[1], x).map(Some),
        Builtin::Asin => quotient(&below()?, x).map(Some),
        Builtin::Acos => quotient(x, &below()?).map(Some),
        _ => Ok(None),
    }
}

fn cotangent_of_half_turns(arg: &Expr, ratio: &BigRational) -> Special {
    if ratio.is_integer() {
        return Err(Unfit::Pole);
    }
    let half = BigRational::new(1.into(), 2.into());
    let denominator = ratio.denom();
    if *denominator == BigInt::from(5) || *denominator == BigInt::from(10) {
        return of(Builtin::Tan, &times_pi(&(half - ratio))?).map(Some);
    }
    let cosine = |ratio: &BigRational| of(Builtin::Cos, &times_pi(ratio)?);
    let is_known = |expr: &Expr| !matches!(&**expr, Node::Builtin(Builtin::Cos | Builtin::Sin, _));
    if *denominator > BigInt::from(2) && denominator.is_even() {
        let double = ratio * BigInt::from(2);
        let (c, s) = (cosine(&double)?, cosine(&(&double - &half))?);
        if is_known(&c) && is_known(&s) {
            return super::add(vec![quotient(&Expr::one(), &s)?, quotient(&c, &s)?]).map(Some);
        }
    }
    let shifted = ratio + &half;
    let centred = &shifted - shifted.floor() - &half;
    let (c, s) = (cosine(&centred)?, cosine(&(&centred - &half))?);
    if is_known(&c) && is_known(&s) {
        return quotient(&c, &s).map(Some);
    }
    let again = times_pi(&centred)?;
    if again == *arg { Ok(None) } else { of(Builtin::Cot, &again).map(Some) }
}

pub(crate) fn hyperbolic(builtin: Builtin, arg: &Expr) -> Special {
    if builtin == Builtin::Coth {
        return area::coth(arg);
    }
    let is_even = builtin == Builtin::Sech;
    if !is_even && arg.is_integer(0) {
        return Err(Unfit::Pole);
    }
    if could_extract_minus_sign(arg) {
        let value = of(builtin, &neg(arg)?)?;
        return if is_even { Ok(Some(value)) } else { neg(&value).map(Some) };
    }
    match &**arg {
        Node::Builtin(Builtin::Asech, args) if is_even => return Ok(Some(args[0].clone())),
        Node::Builtin(Builtin::Acsch, args) if !is_even => return Ok(Some(args[0].clone())),
        _ => {}
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        let one = Expr::one();
        return if is_even {
            quotient(&one, &of(Builtin::Cos, &inner)?).map(Some)
        } else {
            let unit = mul(vec![Expr::integer(-1), Expr::constant(Constant::ImaginaryUnit)])?;
            quotient(&unit, &of(Builtin::Sin, &inner)?).map(Some)
        };
    }
    over(if is_even { Builtin::Cosh } else { Builtin::Sinh }, arg)
}
