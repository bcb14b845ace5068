//! Powers: of numbers as far as they stay exact, of powers and of products where that is sound.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::sign::{self, Sign};
use super::{MAX_BITS, Number, Simplified, Unfit, add, function, infinity, mul, neg, root, step, truth};
use crate::{Builtin, Constant, Expr, Float, Node};

/// Raises a simplified base to a simplified exponent.
pub(crate) fn pow(base: &Expr, exponent: &Expr) -> Simplified {
    step(1)?;
    if exponent.is_integer(0) {
        return Ok(Expr::one());
    }
    if exponent.is_integer(1) || base.is_integer(1) {
        return Ok(base.clone());
    }
    if let Some(power) = infinity::power(base, exponent) {
        return power;
    }
    if let Some(argument) = exponent_of_own_logarithm(base, exponent)? {
        return function(Builtin::Exp, vec![argument]);
    }
    if let Some(number) = base.number() {
        return power_of_number(&number, base, exponent);
    }
    // An integer power of a constant with a sign: (-pi)**3.
    if let Node::Integer(integer) = &**exponent
        && base.is_number_like()
        && base.as_coefficient_and_rest().0.is_negative()
    {
        let positive = pow_of_node(&neg(base)?, exponent)?;
        return if integer.is_even() { Ok(positive) } else { neg(&positive) };
    }
    pow_of_node(base, exponent)
}

/// Makes a power as it is.
pub(super) fn raw(base: &Expr, exponent: &Expr) -> Expr {
    Expr::from_node(Node::Pow(base.clone(), exponent.clone()))
}

fn pow_of_node(base: &Expr, exponent: &Expr) -> Simplified {
    match &**base {
        Node::Constant(Constant::E) => function(Builtin::Exp, vec![exponent.clone()]),
        Node::Constant(Constant::ImaginaryUnit) => power_of_imaginary_unit(base, exponent),
        Node::Pow(inner, inner_exponent) => power_of_power(base, inner, inner_exponent, exponent),
        Node::Builtin(Builtin::Exp, args) => {
            power_of_power(base, &Expr::constant(Constant::E), &args[0], exponent)
        }
        Node::Builtin(Builtin::Piecewise, args) => truth::power_of_cases(args, exponent),
        Node::Builtin(Builtin::Abs, args)
            if sign::is_real(&args[0])
                && matches!(&**exponent, Node::Integer(exponent) if exponent.is_even()) =>
        {
            pow(&args[0], exponent)
        }
        Node::Mul(factors) => power_of_product(base, factors, exponent),
        Node::Add(terms) => power_of_sum(base, terms, exponent),
        _ => Ok(raw(base, exponent)),
    }
}

/// Recognises `b**(c/log(b))`, which is `exp(c)`.
fn exponent_of_own_logarithm(base: &Expr, exponent: &Expr) -> Result<Option<Expr>, Unfit> {
    let factors = match &**exponent {
        Node::Mul(factors) => &factors[..],
        Node::Pow(..) => std::slice::from_ref(exponent),
        _ => return Ok(None),
    };
    let is_it = |factor: &Expr| match &**factor {
        Node::Pow(inner, power) if power.is_integer(-1) => {
            matches!(&**inner, Node::Builtin(Builtin::Log, args) if args[0] == *base)
        }
        _ => false,
    };
    let Some(at) = factors.iter().position(is_it) else { return Ok(None) };
    let rest = factors.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, factor)| factor.clone());
    mul(rest.collect()).map(Some)
}

fn power_of_imaginary_unit(base: &Expr, exponent: &Expr) -> Simplified {
    let Node::Integer(integer) = &**exponent else { return Ok(raw(base, exponent)) };
    Ok(match integer.mod_floor(&BigInt::from(4)).to_u8() {
        Some(0) => Expr::one(),
        Some(1) => base.clone(),
        Some(2) => Expr::integer(-1),
        _ => neg(base)?,
    })
}

fn power_of_number(number: &Number, base: &Expr, exponent: &Expr) -> Simplified {
    let Some(power) = exponent.number() else {
        return match number {
            // 0**(2*x) is 0**x, and a negative power of zero a pole.
            Number::Exact(ratio) if ratio.is_zero() => {
                let (coefficient, rest) = exponent.as_coefficient_and_rest();
                if coefficient.is_negative() { Err(Unfit::Pole) } else { Ok(raw(base, &rest)) }
            }
            _ => Ok(raw(base, exponent)),
        };
    };
    if number.is_zero() {
        return if power.is_negative() { Err(Unfit::Pole) } else { Ok(Expr::integer(0)) };
    }
    match (number, &power) {
        (Number::Exact(ratio), Number::Exact(power)) if power.is_integer() => {
            whole_power(ratio, power.numer()).map(Expr::rational)
        }
        (Number::Exact(ratio), Number::Exact(power)) => root::power(ratio, power),
        (Number::Decimal(float), Number::Exact(power)) if power.is_integer() => {
            decimal_whole_power(float, power.numer())
        }
        _ => decimal_power(number, &power),
    }
}

/// Raises an exact number to a whole power, unless that has too many bits.
pub(super) fn whole_power(ratio: &BigRational, exponent: &BigInt) -> Result<BigRational, Unfit> {
    let trivial = ratio.is_integer() && ratio.numer().magnitude().is_one();
    let n = if trivial {
        u32::from(exponent.is_odd())
    } else {
        exponent.magnitude().to_u32().ok_or(Unfit::TooLarge)?
    };
    let bits = ratio.numer().bits().max(ratio.denom().bits()).saturating_sub(1);
    if bits.saturating_mul(u64::from(n)) > MAX_BITS {
        return Err(Unfit::TooLarge);
    }
    let (numerator, denominator) = (ratio.numer().pow(n), ratio.denom().pow(n));
    if exponent.is_negative() {
        Ok(BigRational::new(denominator, numerator))
    } else {
        Ok(BigRational::new(numerator, denominator))
    }
}

fn decimal_whole_power(float: &Float, exponent: &BigInt) -> Simplified {
    let n = exponent.magnitude().to_u32().ok_or(Unfit::TooLarge)?;
    // The exponent of the result must stay within reach, whatever the base.
    if float.value().abs().log2().abs() * f64::from(n) > 60_000.0 {
        return Err(Unfit::TooLarge);
    }
    let power = float.power(n);
    let power = if exponent.is_negative() {
        Number::one().over(&Number::Decimal(power))?
    } else {
        Number::Decimal(power)
    };
    Ok(power.into_expr())
}

/// Raises a number to a power of which one is decimal and the exponent is not whole.
fn decimal_power(number: &Number, exponent: &Number) -> Simplified {
    let (base, power) = (number.to_f64(), exponent.to_f64());
    if base < 0.0 && power.fract() != 0.0 {
        let modulus = Float::from_f64(base.abs().powf(power)).ok_or(Unfit::TooLarge)?;
        // Quarter turns are exact: the root of a negative number has no real part.
        let (sine, cosine) = match (2.0 * power).rem_euclid(4.0) {
            1.0 => (1.0, 0.0),
            3.0 => (-1.0, 0.0),
            _ => (std::f64::consts::PI * power).sin_cos(),
        };
        let part =
            |part: f64| Float::from_f64(part * modulus.value()).ok_or(Unfit::TooLarge).map(Expr::decimal);
        let imaginary = mul(vec![part(sine)?, Expr::constant(Constant::ImaginaryUnit)])?;
        return add(vec![part(cosine)?, imaginary]);
    }
    Float::from_f64(base.powf(power)).map(Expr::decimal).ok_or(Unfit::TooLarge)
}

/// `(b**e)**other` is `b**(e*other)` where that holds for every complex `b`.
fn power_of_power(whole: &Expr, base: &Expr, exponent: &Expr, other: &Expr) -> Simplified {
    let one = BigRational::one();
    let mut base = base.clone();
    let sound = sign::is_whole(other)
        || match exponent.number() {
            Some(number) => {
                let number = number.to_ratio();
                let is_even = number.is_integer() && number.numer().is_even();
                if is_even && sign::is_real(&base) && sign::sign(&base).is_none() {
                    base = function(Builtin::Abs, vec![base])?;
                }
                let is_half =
                    |other: &Expr| other.exact().is_some_and(|other| *other.denom() == BigInt::from(2));
                if -&number == one && is_half(other) && sign::sign(&base) == Some(Sign::Negative) {
                    let power = mul(vec![exponent.clone(), other.clone()])?;
                    let positive = pow(&neg(&base)?, &power)?;
                    return mul(vec![pow(&Expr::integer(-1), other)?, positive]);
                }
                number.abs() < one || number == one || sign::is_nonnegative(&base)
            }
            None => sign::is_real(exponent) && sign::is_nonnegative(&base),
        };
    if sound { pow(&base, &mul(vec![exponent.clone(), other.clone()])?) } else { Ok(raw(whole, other)) }
}

fn power_of_product(product: &Expr, factors: &[Expr], exponent: &Expr) -> Simplified {
    let Some(number) = exponent.number() else { return Ok(raw(product, exponent)) };
    if matches!(&**exponent, Node::Integer(_)) {
        let powers = factors.iter().map(|factor| pow(factor, exponent)).collect::<Result<_, _>>()?;
        return mul(powers);
    }
    if let (Number::Exact(power), [coefficient, unit]) = (&number, factors)
        && *power.denom() == BigInt::from(2)
        && unit.is_constant(Constant::ImaginaryUnit)
        && let Some(root) = root_of_imaginary(coefficient, power.numer())?
    {
        return Ok(root);
    }
    // What is known not to be negative comes out of the root; signs stay inside.
    let (mut outside, mut inside, mut negative) = (Vec::new(), Vec::new(), Vec::new());
    for factor in factors {
        match sign::sign(factor) {
            Some(Sign::Negative) => negative.push(factor.clone()),
            Some(_) => outside.push(factor.clone()),
            None if sign::is_nonnegative(factor) => outside.push(factor.clone()),
            None => inside.push(factor.clone()),
        }
    }
    if negative.len() > 1 {
        let mut rest = Expr::one();
        if inside.is_empty() && negative[0].number().is_some() {
            rest = negative.remove(0);
        }
        if negative.len() % 2 == 1 {
            rest = neg(&rest)?;
        }
        for factor in &negative {
            outside.push(neg(factor)?);
        }
        if !rest.is_integer(1) {
            inside.push(rest);
        }
    } else if let Some(only) = negative.pop() {
        if !inside.is_empty() && only.number().is_some() && !only.is_integer(-1) {
            inside.push(Expr::integer(-1));
            outside.push(neg(&only)?);
        } else {
            inside.push(only);
        }
    }
    outside.retain(|factor| !factor.is_integer(1));
    // The negative of a factor may be the product itself: `-sin(2.25 - E)`.
    if outside.is_empty() || outside.contains(product) {
        return Ok(raw(product, exponent));
    }
    let mut powers = outside.iter().map(|factor| pow(factor, exponent)).collect::<Result<Vec<_>, _>>()?;
    if !inside.is_empty() {
        let rest = mul(inside)?;
        powers.push(if matches!(&*rest, Node::Mul(_)) {
            raw(&rest, exponent)
        } else {
            pow(&rest, exponent)?
        });
    }
    mul(powers)
}

/// `sqrt(2*I)` is `1 + I`: the root of an imaginary number whose half is a square.
fn root_of_imaginary(coefficient: &Expr, power: &BigInt) -> Result<Option<Expr>, Unfit> {
    let Some(ratio) = coefficient.exact() else { return Ok(None) };
    let half = ratio.abs() / BigInt::from(2);
    let root = BigRational::new(half.numer().sqrt(), half.denom().sqrt());
    if &root * &root != half {
        return Ok(None);
    }
    let unit = Expr::constant(Constant::ImaginaryUnit);
    let turned = add(vec![Expr::one(), if ratio.is_negative() { neg(&unit)? } else { unit }])?;
    let power = Expr::integer(power.clone());
    let factors = vec![pow(&Expr::rational(root), &power)?, pow(&turned, &power)?];
    mul(factors).map(Some)
}

/// One over a complex number has a real divisor: `1/(3 + 4*I)` is `(3 - 4*I)/25`.
fn power_of_constant_sum(sum: &Expr, terms: &[Expr], exponent: &Expr) -> Simplified {
    if !exponent.is_integer(-1) {
        return Ok(raw(sum, exponent));
    }
    let parts = terms.iter().map(|term| (term.as_coefficient_and_rest(), term.number()));
    let (mut real, mut imaginary) = (None, None);
    for ((coefficient, rest), number) in parts {
        if let Some(number) = number {
            real = Some(number);
        } else if rest.is_constant(Constant::ImaginaryUnit) {
            imaginary = Some(coefficient);
        }
    }
    let (Some(real), Some(imaginary), 2) = (real, imaginary, terms.len()) else {
        return Ok(raw(sum, exponent));
    };
    let square = real.times(&real)?.plus(&imaginary.times(&imaginary)?)?;
    let unit = mul(vec![imaginary.negated().into_expr(), Expr::constant(Constant::ImaginaryUnit)])?;
    let conjugate = add(vec![real.into_expr(), unit])?;
    let inverse = Number::one().over(&square)?;
    if inverse.is_one() { Ok(conjugate) } else { mul::with_coefficient(inverse, &conjugate) }
}

/// `(2.0 + 4*x)**e` is `4**e*(0.5 + x)**e`: with a decimal coefficient the greatest comes out.
fn power_of_sum(sum: &Expr, terms: &[Expr], exponent: &Expr) -> Simplified {
    let Some(number) = exponent.number() else { return Ok(raw(sum, exponent)) };
    if matches!(number, Number::Exact(_)) && sum.is_number_like() {
        return power_of_constant_sum(sum, terms, exponent);
    }
    if number.abs().to_ratio().is_one() {
        return Ok(raw(sum, exponent));
    }
    let split: Vec<_> = terms.iter().map(Expr::as_coefficient_and_rest).collect();
    if !split.iter().any(|(coefficient, _)| matches!(coefficient, Number::Decimal(_))) {
        return Ok(raw(sum, exponent));
    }
    let Some(greatest) = split.iter().map(|(coefficient, _)| coefficient.abs()).max_by(Number::compare)
    else {
        return Ok(raw(sum, exponent));
    };
    if greatest.to_ratio().is_one() {
        return Ok(raw(sum, exponent));
    }
    let mut scaled = Vec::with_capacity(split.len());
    for (coefficient, rest) in split {
        let coefficient = if coefficient.abs().compare(&greatest).is_eq() {
            Number::integer(if coefficient.is_negative() { -1 } else { 1 })
        } else {
            coefficient.over(&greatest)?
        };
        scaled.push(mul(vec![coefficient.into_expr(), rest])?);
    }
    mul(vec![pow(&greatest.into_expr(), exponent)?, raw(&add(scaled)?, exponent)])
}
