//! Magnitude, sign, parts and conjugate of complex numbers.

use num_traits::Signed;

use super::function::{function, over_imaginary_unit};
use super::sign::{self, Sign};
use super::{Unfit, add, mul, pow};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

pub(crate) fn abs(arg: &Expr) -> Result<Option<Expr>, Unfit> {
    if let Some(number) = arg.number() {
        return Ok(Some(number.abs().into_expr()));
    }
    let abs_of = |arg: &Expr| function(Builtin::Abs, vec![arg.clone()]);
    if matches!(&**arg, Node::Add(_)) && sign::could_extract_minus_sign(arg) {
        return abs_of(&super::neg(arg)?).map(Some);
    }
    match &**arg {
        Node::Mul(factors) => {
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for factor in factors {
                let (inner, exponent) = match &**factor {
                    Node::Pow(base, exponent)
                        if exponent.exact().is_some_and(|e| e.is_integer() && e.is_negative()) =>
                    {
                        (base.clone(), exponent.clone())
                    }
                    _ => (factor.clone(), Expr::one()),
                };
                let value = abs_of(&inner)?;
                if let Node::Builtin(Builtin::Abs, args) = &*value {
                    // The sign of a sum among the factors does not matter either.
                    let is_sum = matches!(&*args[0], Node::Add(_));
                    unknown.push(if is_sum { pow(&args[0], &exponent)? } else { factor.clone() });
                } else {
                    known.push(pow(&value, &exponent)?);
                }
            }
            if !unknown.is_empty() {
                let unknown = mul(unknown)?;
                if known.is_empty() && unknown == *arg {
                    return Ok(None);
                }
                known.push(Expr::builtin(Builtin::Abs, vec![unknown]));
            }
            return mul(known).map(Some);
        }
        Node::Constant(Constant::ImaginaryUnit) => return Ok(Some(Expr::one())),
        Node::Builtin(Builtin::Conjugate, args) => return abs_of(&args[0]).map(Some),
        Node::Constant(Constant::NegativeInfinity) => return Ok(Some(Expr::constant(Constant::Infinity))),
        Node::Constant(Constant::Infinity) => return Ok(Some(arg.clone())),
        Node::Pow(base, exponent) if sign::is_real(base) && matches!(&**exponent, Node::Integer(_)) => {
            return pow(&abs_of(base)?, exponent).map(Some);
        }
        _ => {}
    }
    if sign::is_nonnegative(arg) {
        return Ok(Some(arg.clone()));
    }
    if sign::sign(arg) == Some(Sign::Negative) {
        return super::neg(arg).map(Some);
    }
    if let Node::Add(terms) = &**arg
        && let [real, imaginary] = &terms[..]
        && let (true, Some(imaginary)) = (sign::is_real(real), over_imaginary_unit(imaginary)?)
        && sign::is_real(&imaginary)
    {
        let two = Expr::integer(2);
        return super::sqrt(&add(vec![pow(real, &two)?, pow(&imaginary, &two)?])?).map(Some);
    }
    Ok(None)
}

pub(crate) fn signum(arg: &Expr) -> Result<Option<Expr>, Unfit> {
    let known = |expr: &Expr| {
        Some(match sign::sign(expr)? {
            Sign::Negative => -1,
            Sign::Zero => 0,
            Sign::Positive => 1,
        })
    };
    if let Some(sign) = known(arg) {
        return Ok(Some(Expr::integer(sign)));
    }
    match &**arg {
        Node::Constant(Constant::Infinity) => Ok(Some(Expr::one())),
        Node::Constant(Constant::NegativeInfinity) => Ok(Some(Expr::integer(-1))),
        Node::Mul(factors) => {
            let mut outside = Expr::one();
            let mut rest = Vec::new();
            for factor in factors {
                match known(factor) {
                    Some(own) => outside = mul(vec![Expr::integer(own), outside])?,
                    None if factor.is_constant(Constant::ImaginaryUnit) => {
                        outside = mul(vec![factor.clone(), outside])?;
                    }
                    None => rest.push(factor.clone()),
                }
            }
            if rest.len() == factors.len() {
                return Ok(None);
            }
            if rest.is_empty() {
                return Ok(Some(outside));
            }
            let rest = function(Builtin::Sign, vec![mul(rest)?])?;
            mul(vec![outside, rest]).map(Some)
        }
        Node::Builtin(Builtin::Sign, _) => Ok(Some(arg.clone())),
        Node::Constant(Constant::ImaginaryUnit) => Ok(Some(arg.clone())),
        _ => Ok(None),
    }
}

/// The real or imaginary part: real terms and factors come out, powers and functions are taken apart.
pub(crate) fn part(builtin: Builtin, arg: &Expr) -> Special {
    let is_real_part = builtin == Builtin::Re;
    if sign::is_real(arg) {
        return Ok(Some(if is_real_part { arg.clone() } else { Expr::integer(0) }));
    }
    let of = |builtin: Builtin, arg: Expr| function(builtin, vec![arg]);
    if let Node::Builtin(Builtin::Conjugate, args) = &**arg {
        let inner = of(builtin, args[0].clone())?;
        return if is_real_part { Ok(Some(inner)) } else { super::neg(&inner).map(Some) };
    }
    let terms = arg.terms();
    let n_terms = terms.len();
    let (mut outside, mut inside) = (Vec::new(), Vec::new());
    for term in terms {
        let (mut real, mut rest): (Vec<_>, Vec<_>) = term.factors().iter().cloned().partition(sign::is_real);
        let n_factors = rest.len();
        rest.retain(|factor| !factor.is_constant(Constant::ImaginaryUnit));
        let is_turned = rest.len() < n_factors;
        if rest.is_empty() {
            if is_turned != is_real_part {
                outside.push(mul(real)?);
            }
            continue;
        }
        if real.is_empty() && !is_turned {
            inside.push(term.clone());
            continue;
        }
        // re(i z) is -im(z), im(i z) is re(z).
        let other = match (is_real_part, is_turned) {
            (true, true) => {
                real.push(Expr::integer(-1));
                Builtin::Im
            }
            (false, true) | (true, false) => Builtin::Re,
            (false, false) => Builtin::Im,
        };
        real.push(of(other, mul(rest)?)?);
        outside.push(mul(real)?);
    }
    if outside.is_empty() && inside.len() == 1 && n_terms == 1 {
        return part_of_one(is_real_part, arg);
    }
    for term in inside {
        outside.push(of(builtin, term)?);
    }
    add(outside).map(Some)
}

/// The part of a power or function of a sum of its own parts.
fn part_of_one(is_real_part: bool, arg: &Expr) -> Special {
    let parts = |z: &Expr| -> Result<(Expr, Expr), Unfit> {
        Ok((function(Builtin::Re, vec![z.clone()])?, function(Builtin::Im, vec![z.clone()])?))
    };
    let of = |builtin: Builtin, arg: &Expr| function(builtin, vec![arg.clone()]);
    let value = match &**arg {
        Node::Builtin(Builtin::Exp, args) => {
            let (real, imaginary) = parts(&args[0])?;
            let wave = if is_real_part { Builtin::Cos } else { Builtin::Sin };
            mul(vec![of(Builtin::Exp, &real)?, of(wave, &imaginary)?])?
        }
        Node::Builtin(builtin @ (Builtin::Sin | Builtin::Cos), args) => {
            let (real, imaginary) = parts(&args[0])?;
            let other = if *builtin == Builtin::Sin { Builtin::Cos } else { Builtin::Sin };
            if is_real_part {
                mul(vec![of(*builtin, &real)?, of(Builtin::Cosh, &imaginary)?])?
            } else {
                let product = mul(vec![of(other, &real)?, of(Builtin::Sinh, &imaginary)?])?;
                if *builtin == Builtin::Sin { product } else { super::neg(&product)? }
            }
        }
        Node::Pow(base, exponent) if exponent.is_integer(2) => {
            let (real, imaginary) = parts(base)?;
            if is_real_part {
                let two = Expr::integer(2);
                super::sub(&pow(&real, &two)?, &pow(&imaginary, &two)?)?
            } else {
                mul(vec![Expr::integer(2), real, imaginary])?
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(value))
}

pub(crate) fn conjugate(arg: &Expr) -> Special {
    if sign::is_real(arg) {
        return Ok(Some(arg.clone()));
    }
    let of = |arg: &Expr| function(Builtin::Conjugate, vec![arg.clone()]);
    match &**arg {
        Node::Constant(Constant::ImaginaryUnit) => super::neg(arg).map(Some),
        Node::Builtin(Builtin::Conjugate, args) => Ok(Some(args[0].clone())),
        Node::Add(terms) => add(terms.iter().map(of).collect::<Result<_, _>>()?).map(Some),
        Node::Mul(factors) => mul(factors.iter().map(of).collect::<Result<_, _>>()?).map(Some),
        Node::Pow(base, exponent) if matches!(&**exponent, Node::Integer(_)) => {
            pow(&of(base)?, exponent).map(Some)
        }
        Node::Builtin(
            builtin @ (Builtin::Sin
            | Builtin::Cos
            | Builtin::Tan
            | Builtin::Sinh
            | Builtin::Cosh
            | Builtin::Tanh
            | Builtin::Exp
            | Builtin::Gamma
            | Builtin::Factorial
            | Builtin::Erf),
            args,
        ) => function(*builtin, vec![of(&args[0])?]).map(Some),
        _ => Ok(None),
    }
}

/// The angle: positive factors make no difference, and that of a number is worked out.
pub(crate) fn argument(arg: &Expr) -> Special {
    if arg.is_integer(0) {
        return Ok(Some(Expr::constant(Constant::Nan)));
    }
    match sign::sign(arg) {
        Some(Sign::Positive) => return Ok(Some(Expr::integer(0))),
        Some(Sign::Negative) => return Ok(Some(Expr::constant(Constant::Pi))),
        _ => {}
    }
    if arg.is_number_like() {
        let (real, imaginary) =
            (function(Builtin::Re, vec![arg.clone()])?, function(Builtin::Im, vec![arg.clone()])?);
        let angle = function(Builtin::Atan2, vec![imaginary, real])?;
        return Ok((!matches!(&*angle, Node::Builtin(Builtin::Atan2, _))).then_some(angle));
    }
    let Node::Mul(factors) = &**arg else { return Ok(None) };
    let rest: Vec<Expr> =
        factors.iter().filter(|factor| sign::sign(factor) != Some(Sign::Positive)).cloned().collect();
    let turns = factors.iter().filter_map(|factor| factor.number()).any(|number| number.is_negative());
    match (rest.len() == factors.len(), turns) {
        (false, _) => function(Builtin::Arg, vec![mul(rest)?]).map(Some),
        (true, true) if !factors[0].is_integer(-1) => {
            let mut rest = rest;
            rest[0] = Expr::integer(-1);
            function(Builtin::Arg, vec![mul(rest)?]).map(Some)
        }
        _ => Ok(None),
    }
}
