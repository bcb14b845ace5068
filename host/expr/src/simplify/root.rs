//! Rational powers of exact numbers: `sqrt(8)` is `2*sqrt(2)`.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{Simplified, Unfit, mul, pow};
use crate::{Constant, Expr, Node};

/// Primes are looked for up to here.
const FACTOR_LIMIT: u32 = 1 << 15;

/// Raises an exact number, not zero nor one, to a power that is not whole.
pub(super) fn power(base: &BigRational, exponent: &BigRational) -> Simplified {
    if base.is_integer() {
        return power_of_integer(base.numer(), exponent);
    }
    if exponent.is_negative() {
        let inverse = power_of(&base.recip().abs(), &-exponent)?;
        return if base.is_negative() {
            mul(vec![power_of_minus_one(exponent)?, inverse])
        } else {
            Ok(inverse)
        };
    }
    if !base.numer().is_one() {
        let numerator = power_of(&BigRational::from(base.numer().clone()), exponent)?;
        let denominator = power_of(&BigRational::from(base.denom().clone()), &-exponent)?;
        return mul(vec![numerator, denominator]);
    }
    // (1/q)**(a/b) is q**(a*(b - 1)/b) / q**a.
    let (p, q) = (exponent.numer(), exponent.denom());
    let denominator = BigRational::from(base.denom().clone());
    let root = power_of(&denominator, &BigRational::new(p * (q - BigInt::one()), q.clone()))?;
    let whole = pow::whole_power(&denominator, p)?;
    mul(vec![root, Expr::rational(whole.recip())])
}

fn power_of(base: &BigRational, exponent: &BigRational) -> Simplified {
    pow(&Expr::rational(base.clone()), &Expr::rational(exponent.clone()))
}

fn raw(base: impl Into<BigInt>, exponent: &BigRational) -> Expr {
    Expr::from_node(Node::Pow(Expr::integer(base), Expr::rational(exponent.clone())))
}

/// Raises -1: only the square root has a name of its own, the rest keep an exponent between 0 and 1.
fn power_of_minus_one(exponent: &BigRational) -> Simplified {
    let (whole, part) = exponent.numer().div_mod_floor(exponent.denom());
    let part = BigRational::new(part, exponent.denom().clone());
    let root = if part.is_zero() {
        Expr::one()
    } else if *part.denom() == BigInt::from(2) {
        Expr::constant(Constant::ImaginaryUnit)
    } else {
        raw(-1, &part)
    };
    if whole.is_odd() { super::neg(&root) } else { Ok(root) }
}

fn power_of_integer(base: &BigInt, exponent: &BigRational) -> Simplified {
    if base.is_negative() && base.magnitude().is_one() {
        return power_of_minus_one(exponent);
    }
    let half = BigRational::new(BigInt::one(), BigInt::from(2));
    if *exponent == half && base.is_negative() {
        let root = power_of_integer(&-base, exponent)?;
        return mul(vec![Expr::constant(Constant::ImaginaryUnit), root]);
    }
    if exponent.is_negative() {
        let inverse = power_of(&BigRational::new(BigInt::one(), base.abs()), &-exponent)?;
        return if base.is_negative() {
            mul(vec![power_of_minus_one(exponent)?, inverse])
        } else {
            Ok(inverse)
        };
    }
    let sign = if base.is_negative() { Some(power_of_minus_one(exponent)?) } else { None };
    let degree = exponent.denom().to_u32().ok_or(Unfit::TooLarge)?;
    let times = exponent.numer().to_u32().ok_or(Unfit::TooLarge)?;
    let magnitude = base.magnitude();
    if let Some(root) = exact_root(magnitude, degree) {
        let whole = pow::whole_power(&BigRational::from(BigInt::from(root)), exponent.numer())?;
        let mut factors = vec![Expr::rational(whole)];
        factors.extend(sign);
        return mul(factors);
    }
    match extract(magnitude, times, degree)? {
        Some(mut factors) => {
            factors.extend(sign);
            mul(factors)
        }
        None => Ok(raw(base.clone(), exponent)),
    }
}

/// Takes whole powers out of the root of a positive number; none where nothing comes out.
fn extract(magnitude: &BigUint, times: u32, degree: u32) -> Result<Option<Vec<Expr>>, Unfit> {
    let factors = match perfect_power(magnitude) {
        Some(found) => vec![found],
        None => prime_factors(magnitude),
    };
    let mut whole = BigRational::one();
    let mut radicals = Vec::new();
    let mut left: Vec<(BigUint, u32)> = Vec::new();
    for (prime, count) in factors {
        let count = u64::from(count) * u64::from(times);
        let (out, stays) = count.div_rem(&u64::from(degree));
        if out > 0 {
            whole *= pow::whole_power(&BigRational::from(BigInt::from(prime.clone())), &BigInt::from(out))?;
        }
        if stays > 0 {
            let stays = u32::try_from(stays).map_err(|_| Unfit::TooLarge)?;
            let shared = stays.gcd(&degree);
            if shared == 1 {
                left.push((prime, stays));
            } else {
                let exponent = BigRational::new((stays / shared).into(), (degree / shared).into());
                radicals.push(power_of(&BigRational::from(BigInt::from(prime)), &exponent)?);
            }
        }
    }
    let common = left.iter().fold(0, |common, (_, count)| count.gcd(&common));
    let mut inner = BigUint::one();
    for (prime, count) in &left {
        inner *= prime.pow(count / common.max(1));
    }
    if inner == *magnitude && whole.is_one() && radicals.is_empty() {
        return Ok(None);
    }
    let mut factors = vec![Expr::rational(whole)];
    factors.extend(radicals);
    if !inner.is_one() {
        factors.push(power_of(
            &BigRational::from(BigInt::from(inner)),
            &BigRational::new(common.into(), degree.into()),
        )?);
    }
    Ok(Some(factors))
}

fn exact_root(number: &BigUint, degree: u32) -> Option<BigUint> {
    let root = number.nth_root(degree);
    (root.pow(degree) == *number).then_some(root)
}

/// Returns base and the greatest exponent of which the number is a power.
fn perfect_power(number: &BigUint) -> Option<(BigUint, u32)> {
    let bits = u32::try_from(number.bits()).ok()?;
    // A large number is not tried beyond degrees that matter to anyone.
    (2..=bits.min(256)).rev().find_map(|degree| Some((exact_root(number, degree)?, degree)))
}

/// Returns the prime factors up to [`FACTOR_LIMIT`] with their counts, and what is left as one more.
fn prime_factors(number: &BigUint) -> Vec<(BigUint, u32)> {
    let mut left = number.clone();
    let mut factors = Vec::new();
    let mut prime = 2_u32;
    while prime < FACTOR_LIMIT {
        if let Some(small) = left.to_u64()
            && u64::from(prime) * u64::from(prime) > small
        {
            break;
        }
        let mut count = 0;
        while (&left % prime).is_zero() {
            left /= prime;
            count += 1;
        }
        if count > 0 {
            factors.push((BigUint::from(prime), count));
        }
        prime += if prime == 2 { 1 } else { 2 };
    }
    if !left.is_one() {
        factors.push(perfect_power(&left).unwrap_or((left, 1)));
    }
    factors
}
