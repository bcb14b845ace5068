//! Products of real powers, to the nearest double.
//!
//! Fixed-point logarithm and exponential with so many bits that rounding once at the end is right: a
//! wrong last digit would need an irrational number that agrees with a tie to some 200 bits.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Bits that are carried beyond those that an exponent may cancel.
const GUARD_BITS: u64 = 256;

/// Computes the product of `base ** exponent` over positive bases, and of a power of π.
///
/// Returns none where it is too large or too small for a double.
pub(crate) fn product<'a>(
    powers: impl Iterator<Item = (&'a BigRational, &'a BigRational)> + Clone,
    pi: &BigRational,
) -> Option<f64> {
    let widest = powers.clone().map(|(_, exponent)| exponent.numer().bits()).max().unwrap_or(0);
    let fixed = Fixed { bits: GUARD_BITS + widest.max(pi.numer().bits()) };
    let mut sum = fixed.scale(&fixed.ln(&fixed.pi()), pi);
    for (base, exponent) in powers {
        sum += fixed.scale(&fixed.ln(base), exponent);
    }
    fixed.exp(&sum)
}

/// Rounds to the nearest double; none where it is too large, or too small to be other than zero.
pub(crate) fn nearest(ratio: &BigRational) -> Option<f64> {
    ratio.to_f64().filter(|double| double.is_finite() && (*double != 0.0 || ratio.is_zero()))
}

/// Arithmetic on integers that stand for multiples of `2**-bits`.
struct Fixed {
    bits: u64,
}

// === impl Fixed ===

impl Fixed {
    fn one(&self) -> BigInt {
        BigInt::one() << self.bits
    }

    fn scale(&self, number: &BigInt, ratio: &BigRational) -> BigInt {
        number * ratio.numer() / ratio.denom()
    }

    /// Machin's formula.
    fn pi(&self) -> BigRational {
        let pi = self.arctan_of_inverse(5) * 16 - self.arctan_of_inverse(239) * 4;
        BigRational::new(pi, self.one())
    }

    fn arctan_of_inverse(&self, n: u32) -> BigInt {
        let mut power = self.one() / n;
        let (mut sum, mut odd, mut add) = (BigInt::zero(), 1_u32, true);
        while !power.is_zero() {
            let term = &power / odd;
            if add {
                sum += term
            } else {
                sum -= term
            }
            power /= n * n;
            (odd, add) = (odd + 2, !add);
        }
        sum
    }

    /// ln(m · 2^k) = 2·artanh((m-1)/(m+1)) + k·ln 2, with m between 1/2 and 2.
    fn ln(&self, ratio: &BigRational) -> BigInt {
        let (numer, denom) = (ratio.numer(), ratio.denom());
        let shift = numer.bits() as i64 - denom.bits() as i64;
        let (numer, denom) = (numer << (-shift).max(0) as u64, denom << shift.max(0) as u64);
        let small = ((&numer - &denom) << self.bits) / (&numer + &denom);
        self.artanh(&small) * 2 + self.ln_2() * shift
    }

    fn ln_2(&self) -> BigInt {
        self.artanh(&(self.one() / 3)) * 2
    }

    fn artanh(&self, number: &BigInt) -> BigInt {
        let square: BigInt = (number * number) >> self.bits;
        let (mut power, mut sum, mut odd) = (number.clone(), BigInt::zero(), 1_u32);
        // A negative number shifted right never reaches zero, but the quotient does.
        while !(&power / odd).is_zero() {
            sum += &power / odd;
            power = (power * &square) >> self.bits;
            odd += 2;
        }
        sum
    }

    /// e^x = 2^k · e^r, with r between -ln(2)/2 and ln(2)/2.
    fn exp(&self, number: &BigInt) -> Option<f64> {
        let ln_2 = self.ln_2();
        let k = (number + (&ln_2 >> 1_u32)).div_floor(&ln_2).to_i32().filter(|k| k.abs() <= 1100)?;
        let rest = number - ln_2 * k;
        let (mut term, mut sum, mut n) = (self.one(), self.one(), 1_u32);
        while !term.abs().is_one() && !term.is_zero() {
            term = ((term * &rest) >> self.bits) / n;
            sum += &term;
            n += 1;
        }
        let power = BigRational::from_integer(BigInt::from(2)).pow(k);
        nearest(&(BigRational::new(sum, self.one()) * power))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> BigRational {
        text.parse().unwrap()
    }

    /// The product of `powers`, as (base, exponent), and of a power of π.
    #[track_caller]
    fn check(powers: &[(&str, &str)], pi: &str, expect: f64) {
        let powers: Vec<_> = powers.iter().map(|(base, exponent)| (ratio(base), ratio(exponent))).collect();
        let product = product(powers.iter().map(|(base, exponent)| (base, exponent)), &ratio(pi));
        assert_eq!(product, Some(expect));
    }

    #[test]
    fn is_correctly_rounded() {
        check(&[("2", "1/2")], "0", std::f64::consts::SQRT_2);
        check(&[("1/2", "1/2")], "0", std::f64::consts::FRAC_1_SQRT_2);
        check(&[], "1", std::f64::consts::PI);
        check(&[("180", "-1")], "1", std::f64::consts::PI / 180.0);
        check(&[("1000", "1/2")], "0", 1000_f64.sqrt());
        check(&[("7/3", "2"), ("3/7", "2")], "0", 1.0);
        check(&[("10", "300")], "0", 1e300);
        check(&[("10", "-300")], "0", 1e-300);
    }

    #[test]
    fn beyond_a_double_is_none() {
        let (ten, far) = (ratio("10"), ratio("400"));
        assert_eq!(product([(&ten, &far)].into_iter(), &ratio("0")), None);
        assert_eq!(product([(&ten, &-far)].into_iter(), &ratio("0")), None);
    }

    proptest::proptest! {
        #[test]
        fn a_ratio_is_rounded_to_the_nearest(numer in 1_u64.., denom in 1_u64.., shift in -1100..1000_i32) {
            let power = BigRational::from_integer(2.into()).pow(shift);
            let ratio = BigRational::new(numer.into(), denom.into()) * power;
            if let Some(double) = nearest(&ratio) {
                let distance = |double: f64| (BigRational::from_float(double).unwrap() - &ratio).abs();
                for other in [double.next_up(), double.next_down()].into_iter().filter(|other| other.is_finite()) {
                    proptest::prop_assert!(distance(double) <= distance(other), "{} is nearer to {}", other, ratio);
                }
            }
        }
    }
}
