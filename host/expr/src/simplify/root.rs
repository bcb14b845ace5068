//! Rational powers of exact numbers: `sqrt(8)` is `2*sqrt(2)`.

use std::sync::LazyLock;

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{Simplified, Unfit, mul, pow};
use crate::builtin::Special;
use crate::{Constant, Expr, Node};

/// Primes are looked for below this power of two.
const FACTOR_LIMIT_BITS: u32 = 15;
/// Bits of a number of which factors are looked for; the root of a larger one is exact or stays as it is.
const MAX_FACTORED_BITS: u64 = 1024;

/// The primes below the limit, in groups each with its product: one division by that tells whether any
/// of the group divides a large number.
static PRIMES: LazyLock<Vec<(u64, Vec<u32>)>> = LazyLock::new(|| {
    let mut groups: Vec<(u64, Vec<u32>)> = Vec::new();
    for prime in primes_below(1 << FACTOR_LIMIT_BITS) {
        match groups
            .last_mut()
            .and_then(|(product, group)| Some((product.checked_mul(u64::from(prime))?, product, group)))
        {
            Some((larger, product, group)) => {
                *product = larger;
                group.push(prime);
            }
            None => groups.push((u64::from(prime), vec![prime])),
        }
    }
    groups
});

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
    let factors =
        if magnitude.bits() > MAX_FACTORED_BITS { vec![(magnitude.clone(), 1)] } else { factors(magnitude) };
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

/// Returns the base and its exponent of a perfect power, or else the prime factors that are found with
/// their counts, and what is left as one more.
fn factors(number: &BigUint) -> Vec<(BigUint, u32)> {
    let factors = prime_factors(number);
    let exponent = factors.iter().fold(0, |common, (_, count)| count.gcd(&common));
    if exponent <= 1 {
        return factors;
    }
    vec![(factors.iter().map(|(factor, count)| factor.pow(count / exponent)).product(), exponent)]
}

/// Returns the prime factors below the limit with their counts, and what is left as one more.
fn prime_factors(number: &BigUint) -> Vec<(BigUint, u32)> {
    let mut left = number.clone();
    let mut factors = Vec::new();
    for (product, group) in PRIMES.iter() {
        let smallest = u64::from(group[0]);
        if left.to_u64().is_some_and(|left| smallest * smallest > left) {
            break;
        }
        let rest = (&left % product).to_u64().unwrap_or_default();
        for &prime in group.iter().filter(|&&prime| rest.is_multiple_of(u64::from(prime))) {
            let mut count = 0;
            while (&left % prime).is_zero() {
                left /= prime;
                count += 1;
            }
            factors.push((BigUint::from(prime), count));
        }
    }
    if !left.is_one() {
        factors.push(perfect_power(left));
    }
    factors
}

/// Returns base and the greatest exponent of a number without small factors.
fn perfect_power(mut base: BigUint) -> (BigUint, u32) {
    let mut exponent = 1;
    // A root has more bits than the largest prime that was tried.
    let limit = u32::try_from(base.bits() / u64::from(FACTOR_LIMIT_BITS)).unwrap_or(0);
    for degree in primes_below(limit + 1) {
        while let Some(root) = exact_root(&base, degree) {
            base = root;
            exponent *= degree;
        }
    }
    (base, exponent)
}

fn primes_below(limit: u32) -> impl Iterator<Item = u32> {
    let mut is_composite = vec![false; limit as usize];
    (2..limit).filter(move |&number| {
        if is_composite[number as usize] {
            return false;
        }
        (number * 2..limit)
            .step_by(number as usize)
            .for_each(|multiple| is_composite[multiple as usize] = true);
        true
    })
}

/// Returns the square root, which is a power.
pub(crate) fn square_root(radicand: &Expr) -> Special {
    super::sqrt(radicand).map(Some)
}
