//! Rounding to integers, remainders, and the fraction that is left.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::function::function;
use super::{Number, Simplified, Unfit, add, mul, neg, numeric, sign};
use crate::{Builtin, Expr, Node};

/// Whole terms come out of `floor` and `ceiling`, and what has no parameter is worked out.
pub(crate) fn rounded(builtin: Builtin, arg: &Expr) -> Result<Option<Expr>, Unfit> {
    let round = |ratio: &BigRational| if builtin == Builtin::Floor { ratio.floor() } else { ratio.ceil() };
    if let Some(number) = arg.number() {
        return Ok(Some(Expr::rational(round(&number.to_ratio()))));
    }
    let (mut whole, mut rest): (Vec<_>, Vec<_>) = arg.terms().iter().cloned().partition(sign::is_whole);
    if rest.is_empty() {
        return Ok(Some(arg.clone()));
    }
    let inner = add(rest.clone())?;
    if inner.is_number_like() && sign::is_real(&inner)
        && let Some(value) = numeric(&inner)
        // Beyond this a double no longer tells the integers apart; nearer to one it may be on either side.
        && value.re.abs() < 1e12
        && (value.re - value.re.round()).abs() > 1e-9 * value.re.abs().max(1.0)
    {
        let value = if builtin == Builtin::Floor { value.re.floor() } else { value.re.ceil() };
        whole.push(Expr::integer(value as i64));
        return add(whole).map(Some);
    }
    if let [only] = &rest[..]
        && matches!(&**only, Node::Builtin(Builtin::Floor | Builtin::Ceiling, _))
    {
        return Ok(Some(arg.clone()));
    }
    if whole.is_empty() {
        return Ok(None);
    }
    rest = vec![Expr::builtin(builtin, vec![inner])];
    rest.extend(whole);
    add(rest).map(Some)
}

pub(crate) fn modulo(dividend: &Expr, divisor: &Expr) -> Result<Option<Expr>, Unfit> {
    let of_numbers = |dividend: &Number, divisor: &Number| -> Result<Number, Unfit> {
        let whole = (dividend.to_ratio() / divisor.to_ratio()).floor();
        dividend.plus(&Number::Exact(-whole).times(divisor)?)
    };
    let divided_by = divisor.number();
    if divided_by.as_ref().is_some_and(Number::is_zero) {
        return Err(Unfit::Pole);
    }
    if dividend.is_integer(0) || dividend == divisor || *dividend == neg(divisor)? {
        return Ok(Some(Expr::integer(0)));
    }
    if let (Some(dividend), Some(divisor)) = (dividend.number(), &divided_by) {
        return Ok(Some(of_numbers(&dividend, divisor)?.into_expr()));
    }
    if sign::is_whole(dividend) && divisor.is_integer(1) {
        return Ok(Some(Expr::integer(0)));
    }
    let ratio = super::quotient(dividend, divisor)?;
    if sign::is_whole(&ratio) {
        return Ok(Some(Expr::integer(0)));
    }
    if ratio.is_number_like()
        && sign::is_real(&ratio)
        && let Some(value) = numeric(&ratio)
        && value.re.abs() < 1e12
    {
        let whole = Expr::integer(-(value.re.floor() as i64));
        return add(vec![dividend.clone(), mul(vec![whole, divisor.clone()])?]).map(Some);
    }
    if let Node::Builtin(Builtin::Mod, args) = &**dividend
        && args[1] == *divisor
    {
        return Ok(Some(dividend.clone()));
    }
    modulo_reduced(dividend, divisor)
}

/// Takes out what both sides share and what the divisor divides: `Mod(x + 5, 3)` is `Mod(x + 2, 3)`.
fn modulo_reduced(dividend: &Expr, divisor: &Expr) -> Result<Option<Expr>, Unfit> {
    let content = |expr: &Expr| -> Option<BigRational> {
        expr.terms().iter().try_fold(BigRational::zero(), |common, term| {
            match term.as_coefficient_and_rest().0 {
                // Ratios have no greatest common divisor to speak of.
                Number::Exact(ratio) if !ratio.is_integer() => None,
                Number::Exact(ratio) if common.is_zero() => Some(ratio.abs()),
                Number::Exact(ratio) => Some(mul::gcd(&common, &ratio.abs())),
                Number::Decimal(_) => None,
            }
        })
    };
    if let (Some(left), Some(right)) = (content(dividend), content(divisor)) {
        let common = mul::gcd(&left, &right);
        if !common.is_one() {
            let scale = Expr::rational(common.recip());
            let inner = vec![mul(vec![scale.clone(), dividend.clone()])?, mul(vec![scale, divisor.clone()])?];
            return mul(vec![Expr::rational(common), function(Builtin::Mod, inner)?]).map(Some);
        }
    }
    let reduced = match &**dividend {
        Node::Add(terms) => of_terms(terms, divisor)?,
        _ => dividend.clone(),
    };
    if reduced.terms().len() < dividend.terms().len() {
        return function(Builtin::Mod, vec![reduced, divisor.clone()]).map(Some);
    }
    if sign::could_extract_minus_sign(&reduced) && sign::could_extract_minus_sign(divisor) {
        let inner = function(Builtin::Mod, vec![super::neg(&reduced)?, super::neg(divisor)?])?;
        return super::neg(&inner).map(Some);
    }
    Ok(Some(Expr::builtin(Builtin::Mod, vec![reduced, divisor.clone()])))
}

/// Takes the remainder of each term that has one of its own.
fn of_terms(terms: &[Expr], divisor: &Expr) -> Simplified {
    let (numbers, mut parts): (Vec<_>, Vec<_>) = terms.iter().cloned().partition(Expr::is_number_like);
    // The remainder of a number by a sum is a sum too, whose terms would each leave another remainder.
    if matches!(&**divisor, Node::Add(_)) && !parts.is_empty() {
        parts.push(add(numbers)?);
    } else {
        parts.extend(numbers);
    }
    let mut reduced = Vec::with_capacity(parts.len());
    for part in parts {
        let remainder = function(Builtin::Mod, vec![part.clone(), divisor.clone()])?;
        let is_kept = matches!(&*remainder, Node::Builtin(Builtin::Mod, _) | Node::Mul(_));
        reduced.push(if is_kept { part } else { remainder });
    }
    add(reduced)
}

/// The fraction of what has no parameter is worked out.
pub(crate) fn frac(arg: &Expr) -> Result<Option<Expr>, Unfit> {
    if !arg.is_number_like() || !sign::is_real(arg) {
        return Ok(None);
    }
    let whole = function(Builtin::Floor, vec![arg.clone()])?;
    if matches!(&*whole, Node::Integer(_)) { super::sub(arg, &whole).map(Some) } else { Ok(None) }
}
