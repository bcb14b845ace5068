//! Bessel and Airy functions: at zero and infinity, of negative orders and arguments, and of imaginary ones.

use num_rational::BigRational;
use num_traits::Signed;

use super::function::{function, over_imaginary_unit};
use super::{Unfit, could_extract_minus_sign, infinity, mul, neg, pow, quotient};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

pub(crate) fn bessel(builtin: Builtin, order: &Expr, arg: &Expr) -> Special {
    let of = |order: Expr, arg: Expr| function(builtin, vec![order, arg]);
    if arg.is_integer(0) {
        return at_zero(builtin, order);
    }
    if infinity::is_infinite(arg) && builtin != Builtin::BesselI {
        return Ok(Some(Expr::integer(0)));
    }
    let is_first_kind = matches!(builtin, Builtin::BesselJ | Builtin::BesselI);
    if is_first_kind && could_extract_minus_sign(arg) {
        let turned = neg(arg)?;
        let factors = vec![pow(arg, order)?, pow(&turned, &neg(order)?)?, of(order.clone(), turned)?];
        return mul(factors).map(Some);
    }
    if !matches!(&**order, Node::Integer(_)) {
        return Ok(None);
    }
    if could_extract_minus_sign(order) {
        let positive = neg(order)?;
        let value = of(positive.clone(), arg.clone())?;
        let is_alternating = matches!(builtin, Builtin::BesselJ | Builtin::BesselY);
        let sign = if is_alternating { pow(&Expr::integer(-1), &positive)? } else { Expr::one() };
        return mul(vec![sign, value]).map(Some);
    }
    if is_first_kind && let Some(inner) = over_imaginary_unit(arg)? {
        let unit = Expr::constant(Constant::ImaginaryUnit);
        let value = if builtin == Builtin::BesselJ {
            mul(vec![pow(&unit, order)?, function(Builtin::BesselI, vec![order.clone(), inner])?])?
        } else {
            let value = function(Builtin::BesselJ, vec![order.clone(), neg(&inner)?])?;
            mul(vec![pow(&unit, &neg(order)?)?, value])?
        };
        return Ok(Some(value));
    }
    Ok(None)
}

fn at_zero(builtin: Builtin, order: &Expr) -> Special {
    let Some(ratio) = order.number().map(|number| number.to_ratio()) else { return Ok(None) };
    let is_zero = ratio == BigRational::from_integer(0.into());
    match builtin {
        Builtin::BesselJ | Builtin::BesselI if is_zero => Ok(Some(Expr::one())),
        Builtin::BesselJ | Builtin::BesselI if ratio.is_integer() || ratio.is_positive() => {
            Ok(Some(Expr::integer(0)))
        }
        Builtin::BesselY if is_zero => Ok(Some(Expr::constant(Constant::NegativeInfinity))),
        Builtin::BesselK if is_zero => Ok(Some(Expr::constant(Constant::Infinity))),
        _ => Err(Unfit::Pole),
    }
}

pub(crate) fn airy(builtin: Builtin, arg: &Expr) -> Special {
    let is_ai = builtin == Builtin::AiryAi;
    if infinity::is_infinite(arg) {
        let grows = !is_ai && arg.is_constant(Constant::Infinity);
        return Ok(Some(if grows { arg.clone() } else { Expr::integer(0) }));
    }
    if !arg.is_integer(0) {
        return Ok(None);
    }
    // 1/(3^(2/3) Γ(2/3)) and 1/(3^(1/6) Γ(2/3))
    let exponent = if is_ai { Expr::ratio(2, 3) } else { Expr::ratio(1, 6) };
    let gamma = function(Builtin::Gamma, vec![Expr::ratio(2, 3)])?;
    quotient(&Expr::one(), &mul(vec![pow(&Expr::integer(3), &exponent)?, gamma])?).map(Some)
}
