//! Hyperbolic functions and their inverses: parity, turns to circular ones, and special values.

use super::function::over_imaginary_unit;
use super::trigonometric::{of, square, times_i};
use super::{Unfit, add, infinity, mul, neg, quotient, sign, sqrt, sub};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

pub(crate) fn sinh(arg: &Expr) -> Special {
    odd(Builtin::Sinh, Builtin::Sin, arg)
}

pub(crate) fn tanh(arg: &Expr) -> Special {
    odd(Builtin::Tanh, Builtin::Tan, arg)
}

pub(crate) fn cosh(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::one()));
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        return of(Builtin::Cos, &inner).map(Some);
    }
    if infinity::is_infinite(arg) {
        return Ok(Some(Expr::constant(Constant::Infinity)));
    }
    if has_minus(arg) { of(Builtin::Cosh, &neg(arg)?).map(Some) } else { of_inverse(Builtin::Cosh, arg) }
}

fn odd(hyperbolic: Builtin, circular: Builtin, arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::integer(0)));
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        return times_i(of(circular, &inner)?).map(Some);
    }
    if infinity::is_infinite(arg) {
        let one = Expr::integer(if arg.is_constant(Constant::Infinity) { 1 } else { -1 });
        return Ok(Some(if hyperbolic == Builtin::Tanh { one } else { arg.clone() }));
    }
    if has_minus(arg) { neg(&of(hyperbolic, &neg(arg)?)?).map(Some) } else { of_inverse(hyperbolic, arg) }
}

/// Hyperbolic functions look at the coefficient alone: `sinh(x - y)` and `sinh(y - x)` both stay.
fn has_minus(arg: &Expr) -> bool {
    arg.as_coefficient_and_rest().0.is_negative()
}

/// A function of an inverse one is algebraic.
fn of_inverse(builtin: Builtin, arg: &Expr) -> Special {
    let Node::Builtin(inverse, args) = &**arg else { return Ok(None) };
    let x = &args[0];
    let one = Expr::one();
    let above = || sqrt(&add(vec![one.clone(), square(x)?])?);
    let below = || sqrt(&sub(&one, &square(x)?)?);
    let both = || mul(vec![sqrt(&sub(x, &one)?)?, sqrt(&add(vec![x.clone(), one.clone()])?)?]);
    Ok(Some(match (builtin, inverse) {
        (Builtin::Sinh, Builtin::Asinh)
        | (Builtin::Cosh, Builtin::Acosh)
        | (Builtin::Tanh, Builtin::Atanh)
        | (Builtin::Coth, Builtin::Acoth) => x.clone(),
        (Builtin::Sinh, Builtin::Acosh) => both()?,
        (Builtin::Sinh, Builtin::Atanh) => quotient(x, &below()?)?,
        (Builtin::Sinh, Builtin::Acoth) => quotient(&one, &both()?)?,
        (Builtin::Cosh, Builtin::Asinh) => above()?,
        (Builtin::Cosh, Builtin::Atanh) => quotient(&one, &below()?)?,
        (Builtin::Cosh | Builtin::Coth, Builtin::Acoth | Builtin::Acosh) => quotient(x, &both()?)?,
        (Builtin::Tanh, Builtin::Asinh) => quotient(x, &above()?)?,
        (Builtin::Tanh, Builtin::Acosh) => quotient(&both()?, x)?,
        (Builtin::Tanh, Builtin::Acoth) | (Builtin::Coth, Builtin::Atanh) => quotient(&one, x)?,
        (Builtin::Coth, Builtin::Asinh) => quotient(&above()?, x)?,
        _ => return Ok(None),
    }))
}

/// The cotangent, which has no circular function to take the place of at zero.
pub(super) fn coth(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Err(Unfit::Pole);
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        return neg(&times_i(of(Builtin::Cot, &inner)?)?).map(Some);
    }
    if has_minus(arg) {
        return neg(&of(Builtin::Coth, &neg(arg)?)?).map(Some);
    }
    of_inverse(Builtin::Coth, arg)
}

/// Inverse hyperbolic functions.
pub(crate) fn inverse(builtin: Builtin, arg: &Expr) -> Special {
    let is_odd = !matches!(builtin, Builtin::Acosh | Builtin::Asech);
    let half_turn = |half: i64| {
        mul(vec![Expr::ratio(half, 2), Expr::constant(Constant::Pi), Expr::constant(Constant::ImaginaryUnit)])
    };
    let infinite = || Expr::constant(Constant::Infinity);
    let value = match builtin {
        Builtin::Asinh | Builtin::Atanh if arg.is_integer(0) => Some(Expr::integer(0)),
        Builtin::Acsch if arg.is_integer(0) => return Err(Unfit::Pole),
        Builtin::Acosh | Builtin::Acoth if arg.is_integer(0) => Some(half_turn(1)?),
        Builtin::Asech if arg.is_integer(0) => Some(infinite()),
        Builtin::Acosh | Builtin::Asech if arg.is_integer(1) => Some(Expr::integer(0)),
        Builtin::Acosh | Builtin::Asech if arg.is_integer(-1) => Some(half_turn(2)?),
        Builtin::Atanh | Builtin::Acoth if arg.is_integer(1) => Some(infinite()),
        Builtin::Asinh | Builtin::Acsch if arg.is_integer(1) => {
            Some(of(Builtin::Log, &add(vec![Expr::one(), sqrt(&Expr::integer(2))?])?)?)
        }
        Builtin::Asinh if arg.is_integer(-1) => {
            Some(of(Builtin::Log, &sub(&sqrt(&Expr::integer(2))?, &Expr::one())?)?)
        }
        Builtin::Asinh | Builtin::Acosh if infinity::is_infinite(arg) => Some(arg.clone()),
        Builtin::Acoth | Builtin::Acsch if infinity::is_infinite(arg) => Some(Expr::integer(0)),
        Builtin::Acosh if arg.is_constant(Constant::ImaginaryUnit) => {
            let log = of(Builtin::Log, &add(vec![Expr::one(), sqrt(&Expr::integer(2))?])?)?;
            Some(add(vec![log, half_turn(1)?])?)
        }
        _ => None,
    };
    if value.is_some() {
        return Ok(value);
    }
    if let Some(inner) = over_imaginary_unit(arg)? {
        let turned = match builtin {
            Builtin::Asinh => times_i(of(Builtin::Asin, &inner)?)?,
            Builtin::Atanh => times_i(of(Builtin::Atan, &inner)?)?,
            Builtin::Acoth => neg(&times_i(of(Builtin::Acot, &inner)?)?)?,
            Builtin::Acsch if inner.is_number_like() => neg(&times_i(of(Builtin::Acsc, &inner)?)?)?,
            _ => return Ok(None),
        };
        return Ok(Some(turned));
    }
    if is_odd && has_minus(arg) {
        return neg(&of(builtin, &neg(arg)?)?).map(Some);
    }
    // Between -1 and 1 the area cosine is the arc cosine, turned.
    let circular = match builtin {
        Builtin::Acosh => Builtin::Acos,
        Builtin::Asech => Builtin::Asec,
        _ => return Ok(None),
    };
    if !arg.is_number_like() || !sign::is_real(arg) {
        return Ok(None);
    }
    let angle = of(circular, arg)?;
    let is_known =
        !matches!(&*angle, Node::Builtin(..)) && angle.is_number_like() && !holds(&angle, circular);
    if is_known { times_i(angle).map(Some) } else { Ok(None) }
}

fn holds(expr: &Expr, builtin: Builtin) -> bool {
    matches!(&**expr, Node::Builtin(found, _) if *found == builtin)
        || expr.parts().into_iter().any(|part| holds(part, builtin))
}
