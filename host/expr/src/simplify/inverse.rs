//! Inverse circular functions: parity, and the arguments that belong to special angles.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::function::{function, over_imaginary_unit};
use super::sign::{self, Sign};
use super::trigonometric::times_pi;
use super::{Unfit, add, could_extract_minus_sign, infinity, mul, neg, quotient, sub};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

/// Denominators of the fractions of a half turn whose sine and tangent are known.
const DENOMINATORS: [i64; 7] = [3, 4, 5, 6, 8, 10, 12];

pub(crate) fn asin(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::integer(0)));
    }
    if arg.is_integer(1) {
        return quarter_turn().map(Some);
    }
    if could_extract_minus_sign(arg) {
        return neg(&function(Builtin::Asin, vec![neg(arg)?])?).map(Some);
    }
    special_angle(Builtin::Sin, arg)
}

pub(crate) fn acos(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return quarter_turn().map(Some);
    }
    if arg.is_integer(1) {
        return Ok(Some(Expr::integer(0)));
    }
    if arg.is_integer(-1) {
        return Ok(Some(Expr::constant(Constant::Pi)));
    }
    if let Some(angle) = special_angle(Builtin::Sin, arg)? {
        return sub(&quarter_turn()?, &angle).map(Some);
    }
    match special_angle(Builtin::Sin, &neg(arg)?)? {
        Some(angle) => add(vec![quarter_turn()?, angle]).map(Some),
        None => Ok(None),
    }
}

pub(crate) fn atan(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::integer(0)));
    }
    if arg.is_integer(1) {
        return times_pi(&BigRational::new(1.into(), 4.into())).map(Some);
    }
    if infinity::is_infinite(arg) {
        let turn = quarter_turn()?;
        return if arg.is_constant(Constant::Infinity) { Ok(Some(turn)) } else { neg(&turn).map(Some) };
    }
    if could_extract_minus_sign(arg) {
        return neg(&function(Builtin::Atan, vec![neg(arg)?])?).map(Some);
    }
    special_angle(Builtin::Tan, arg)
}

/// The angles of secant, cosecant and cotangent, by those of what they are one over.
pub(crate) fn of_reciprocal(builtin: Builtin, arg: &Expr) -> Special {
    if infinity::is_infinite(arg) {
        return if builtin == Builtin::Asec { quarter_turn().map(Some) } else { Ok(Some(Expr::integer(0))) };
    }
    if arg.is_integer(0) {
        return if builtin == Builtin::Acot { quarter_turn().map(Some) } else { Err(Unfit::Pole) };
    }
    if builtin != Builtin::Asec && could_extract_minus_sign(arg) {
        return neg(&function(builtin, vec![neg(arg)?])?).map(Some);
    }
    if builtin == Builtin::Acot
        && let Some(inner) = over_imaginary_unit(arg)?
    {
        let area = function(Builtin::Acoth, vec![inner])?;
        return neg(&mul(vec![Expr::constant(Constant::ImaginaryUnit), area])?).map(Some);
    }
    if !arg.is_number_like() || !sign::is_real(arg) {
        return Ok(None);
    }
    let inverse = quotient(&Expr::one(), arg)?;
    let of = match builtin {
        Builtin::Asec => Builtin::Acos,
        Builtin::Acsc => Builtin::Asin,
        _ => Builtin::Atan,
    };
    let angle = function(of, vec![inverse])?;
    let half_turns = quotient(&angle, &Expr::constant(Constant::Pi))?;
    Ok(half_turns.exact().is_some().then_some(angle))
}

/// The angle of the point `(x, y)`, where the signs of real coordinates say in which quadrant it is.
pub(crate) fn atan2(y: &Expr, x: &Expr) -> Special {
    let (Some(sign_x), true) = (sign::sign(x), sign::is_real(y)) else { return Ok(None) };
    let half_turn = Expr::constant(Constant::Pi);
    let of_quotient = || function(Builtin::Atan, vec![quotient(y, x)?]);
    match (sign_x, sign::sign(y)) {
        (Sign::Positive, _) => of_quotient().map(Some),
        (Sign::Negative, Some(Sign::Negative)) => sub(&of_quotient()?, &half_turn).map(Some),
        (Sign::Negative, Some(_)) => add(vec![of_quotient()?, half_turn]).map(Some),
        (Sign::Zero, Some(Sign::Positive)) => quarter_turn().map(Some),
        (Sign::Zero, Some(Sign::Negative)) => neg(&quarter_turn()?).map(Some),
        (Sign::Zero, Some(Sign::Zero)) => Err(Unfit::Pole),
        _ => Ok(None),
    }
}

fn quarter_turn() -> super::Simplified {
    times_pi(&BigRational::new(1.into(), 2.into()))
}

/// Finds the angle between zero and a quarter turn whose sine or tangent is written as `arg` is.
fn special_angle(builtin: Builtin, arg: &Expr) -> Special {
    let is_root =
        !matches!(&**arg, Node::Symbol(_) | Node::Call(..) | Node::Float(_)) && arg.is_number_like();
    if !is_root {
        return Ok(None);
    }
    for q in DENOMINATORS {
        for p in (1..q).take_while(|p| 2 * p < q) {
            let ratio = BigRational::new(BigInt::from(p), BigInt::from(q));
            if *ratio.denom() != BigInt::from(q) {
                continue;
            }
            let angle = times_pi(&ratio)?;
            if function(builtin, vec![angle.clone()])? == *arg {
                return Ok(Some(angle));
            }
        }
    }
    Ok(None)
}
