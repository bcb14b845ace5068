//! Decimal numbers: binary floats that know how many digits they were written with.
//!
//! sympy keeps the digits of a long literal (`0.26179938779914943` has 17), computes with that
//! precision and prints as many, so a plain double is not enough to print what it prints. Every
//! operation rounds once, half to even; [`Float::value`] is the nearest double.

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Bits of a double, the least precision there is.
const DOUBLE_BITS: u32 = 53;
/// Digits that a double has for certain.
const DOUBLE_DIGITS: usize = 15;
/// Bits in a decimal digit, as mpmath counts them.
const BITS_PER_DIGIT: f64 = 3.321_928_094_887_362_6;

/// A decimal number: `mantissa * 2^exponent`, with its precision in bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Float {
    /// Odd, or zero together with the exponent, so that equal numbers are equal fields.
    mantissa: BigInt,
    exponent: i64,
    precision: u32,
}

/// A literal that no double comes near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutOfRange {
    TooLarge,
    TooSmall,
}

// === impl Float ===

impl Float {
    /// Makes the number that a finite double is; none where it is infinite or not a number.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        Some(Self::from_ratio(&BigRational::from_float(value)?, DOUBLE_BITS))
    }

    /// Returns the nearest double.
    #[must_use]
    pub fn value(&self) -> f64 {
        // Shifted by hand, since a ratio of big integers would be built only to be rounded.
        let bits = self.mantissa.bits();
        let keep = 64_u64;
        let (head, shift) = if bits > keep {
            let cut = bits - keep;
            let (quotient, rest) = self.mantissa.magnitude().div_rem(&(BigUint::one() << cut));
            // A sticky last bit keeps the one rounding right.
            let sticky = u64::from(!rest.is_zero());
            (quotient.to_u64().unwrap_or(u64::MAX) | sticky, self.exponent + cut as i64)
        } else {
            (self.mantissa.magnitude().to_u64().unwrap_or(0), self.exponent)
        };
        let sign = if self.mantissa.is_negative() { -1.0 } else { 1.0 };
        sign * scale(head, shift)
    }

    /// Reads a decimal literal without its underscores, such as `1.5e-3`.
    pub(crate) fn parse(text: &str) -> Result<Self, OutOfRange> {
        let (digits, exponent) = match text.find(['e', 'E']) {
            Some(at) => {
                (&text[..at], text[at + 1..].parse::<i64>().unwrap_or(exponent_limit(&text[at + 1..])))
            }
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all: String = [whole, fraction].concat();
        let significant = all.trim_start_matches('0');
        let Some(mantissa) = BigInt::parse_bytes(all.as_bytes(), 10).filter(|mantissa| !mantissa.is_zero())
        else {
            return Ok(Self::from_ratio(&BigRational::zero(), DOUBLE_BITS));
        };
        let power = exponent - fraction.len() as i64;
        match power + significant.len() as i64 {
            magnitude if magnitude > 309 => return Err(OutOfRange::TooLarge),
            magnitude if magnitude < -323 => return Err(OutOfRange::TooSmall),
            _ => {}
        }
        let scale = BigInt::from(10).pow(power.unsigned_abs().to_u32().unwrap_or(u32::MAX));
        let ratio =
            if power < 0 { BigRational::new(mantissa, scale) } else { BigRational::from(mantissa * scale) };
        // An integer written with an exponent and no point counts all of its digits.
        let n_digits = if !digits.contains('.') && ratio.is_integer() {
            significant.len().max(ratio.to_integer().to_string().len())
        } else {
            significant.len()
        };
        let float = Self::from_ratio(&ratio, digits_to_bits(n_digits.max(DOUBLE_DIGITS)));
        if float.value().is_finite() { Ok(float) } else { Err(OutOfRange::TooLarge) }
    }

    /// Rounds an exact ratio.
    pub(crate) fn from_ratio(ratio: &BigRational, precision: u32) -> Self {
        let (numerator, denominator) = (ratio.numer(), ratio.denom());
        // Two bits more than asked for, and a sticky one, then one rounding.
        let wanted = i64::from(precision) + 2;
        let shift = wanted - (numerator.bits() as i64 - denominator.bits() as i64);
        let (scaled, divisor) = if shift >= 0 {
            (numerator.magnitude() << shift, denominator.magnitude().clone())
        } else {
            (numerator.magnitude().clone(), denominator.magnitude() << -shift)
        };
        let (quotient, rest) = scaled.div_rem(&divisor);
        let sticky = if rest.is_zero() { quotient << 1 } else { (quotient << 1) | BigUint::one() };
        Self::round(BigInt::from_biguint(numerator.sign(), sticky), -shift - 1, precision)
    }

    /// Returns the number exactly.
    pub(crate) fn to_ratio(&self) -> BigRational {
        if self.exponent >= 0 {
            BigRational::from(&self.mantissa << self.exponent)
        } else {
            BigRational::new(self.mantissa.clone(), BigInt::one() << -self.exponent)
        }
    }

    /// Returns the precision in bits.
    pub(crate) fn precision(&self) -> u32 {
        self.precision
    }

    /// Returns whether it is zero.
    pub(crate) fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    /// Returns whether it is below zero.
    pub(crate) fn is_negative(&self) -> bool {
        self.mantissa.is_negative()
    }

    /// Returns whether it is too far from one to be handled exactly: beyond any double, many times over.
    pub(crate) fn is_extreme(&self) -> bool {
        self.exponent.unsigned_abs() > 1 << 16
    }

    pub(crate) fn negated(&self) -> Self {
        Self { mantissa: -&self.mantissa, ..self.clone() }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let sum =
            (&self.mantissa << (self.exponent - exponent)) + (&other.mantissa << (other.exponent - exponent));
        Self::round(sum, exponent, self.precision.max(other.precision))
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let precision = self.precision.max(other.precision);
        Self::round(&self.mantissa * &other.mantissa, self.exponent + other.exponent, precision)
    }

    pub(crate) fn over(&self, other: &Self) -> Self {
        let precision = self.precision.max(other.precision);
        let shift = i64::from(precision) + 2 + other.mantissa.bits() as i64 - self.mantissa.bits() as i64;
        let shift = shift.max(0);
        let (quotient, rest) = (self.mantissa.magnitude() << shift).div_rem(other.mantissa.magnitude());
        let sticky = if rest.is_zero() { quotient << 1 } else { (quotient << 1) | BigUint::one() };
        let sign = self.mantissa.sign() * other.mantissa.sign();
        Self::round(BigInt::from_biguint(sign, sticky), self.exponent - other.exponent - shift - 1, precision)
    }

    /// Raises it to an integer power.
    pub(crate) fn power(&self, exponent: u32) -> Self {
        // Guard bits for the rounding of each of the squarings.
        let guard = self.precision + 2 * (32 - exponent.leading_zeros()) + 10;
        let mut square = Self { precision: guard, ..self.clone() };
        let mut result = Self { mantissa: BigInt::one(), exponent: 0, precision: guard };
        let mut left = exponent;
        while left > 0 {
            if left & 1 == 1 {
                result = result.times(&square);
            }
            left >>= 1;
            if left > 0 {
                square = square.times(&square);
            }
        }
        Self::round(result.mantissa, result.exponent, self.precision)
    }

    /// Writes it with the digits of its precision, trailing zeros left out where `strip`.
    pub(crate) fn digits(&self, strip: bool) -> String {
        let n_digits = bits_to_digits(self.precision);
        if self.is_zero() {
            return if strip { "0.0".into() } else { "0".to_owned() };
        }
        let (mut digits, mut exponent) = decimal_digits(&self.to_ratio().abs(), n_digits);
        let fixed = exponent > (-(n_digits as i64 / 3)).min(-5) && exponent < n_digits as i64;
        let point = if !fixed {
            1
        } else if exponent < 0 {
            digits.insert_str(0, &"0".repeat(exponent.unsigned_abs() as usize));
            1
        } else {
            exponent as usize + 1
        };
        if fixed {
            exponent = 0;
        }
        let (whole, fraction) = digits.split_at(point);
        let fraction = if strip { fraction.trim_end_matches('0') } else { fraction };
        let fraction = if fraction.is_empty() { "0" } else { fraction };
        let sign = if self.is_negative() { "-" } else { "" };
        match exponent {
            0 => format!("{sign}{whole}.{fraction}"),
            1.. => format!("{sign}{whole}.{fraction}e+{exponent}"),
            _ => format!("{sign}{whole}.{fraction}e{exponent}"),
        }
    }

    /// Rounds `mantissa * 2^exponent`, half to even.
    fn round(mantissa: BigInt, exponent: i64, precision: u32) -> Self {
        let excess = mantissa.bits() as i64 - i64::from(precision);
        let (mut mantissa, mut exponent) = if excess > 0 {
            (shift_half_even(&mantissa, excess as u64), exponent + excess)
        } else {
            (mantissa, exponent)
        };
        match mantissa.trailing_zeros() {
            Some(zeros) => {
                mantissa >>= zeros;
                exponent += zeros as i64;
            }
            None => exponent = 0,
        }
        Self { mantissa, exponent, precision }
    }
}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let exponent = self.exponent.min(other.exponent);
        let left = &self.mantissa << (self.exponent - exponent);
        left.cmp(&(&other.mantissa << (other.exponent - exponent))).then(self.precision.cmp(&other.precision))
    }
}

/// Returns bits that hold `n_digits` decimal digits.
fn digits_to_bits(n_digits: usize) -> u32 {
    ((n_digits as f64 + 1.0) * BITS_PER_DIGIT).round() as u32
}

/// Returns the decimal digits that `bits` hold for certain.
fn bits_to_digits(bits: u32) -> usize {
    ((f64::from(bits) / BITS_PER_DIGIT).round() as usize).saturating_sub(1).max(1)
}

/// Returns an exponent that is out of range on the side of one that does not fit.
fn exponent_limit(text: &str) -> i64 {
    if text.starts_with('-') { -1_000_000_000 } else { 1_000_000_000 }
}

/// Returns `head * 2^shift` as a double, rounded once.
fn scale(head: u64, shift: i64) -> f64 {
    if head == 0 {
        return 0.0;
    }
    let top = 63 - i64::from(head.leading_zeros()) + shift;
    if top > 1023 {
        return f64::INFINITY;
    }
    // A double has 53 bits, fewer below its least normal one.
    let kept = (top + 1075).clamp(0, 53);
    let drop = 64 - i64::from(head.leading_zeros()) - kept;
    let (mut mantissa, mut exponent) = (head, shift);
    if drop > 0 {
        let wide = u128::from(head);
        let half = 1_u128 << (drop - 1).min(126);
        let rest = wide & ((1_u128 << drop.min(127)) - 1);
        mantissa = (wide >> drop.min(127)) as u64;
        if rest > half || (rest == half && mantissa & 1 == 1) {
            mantissa += 1;
        }
        exponent += drop;
    }
    // Both factors are exact, and so is the product: the bits that do not fit are gone.
    let mut value = mantissa as f64;
    while exponent < -1000 {
        value *= 2.0_f64.powi(-1000);
        exponent += 1000;
    }
    while exponent > 1000 {
        value *= 2.0_f64.powi(1000);
        exponent -= 1000;
    }
    value * 2.0_f64.powi(exponent as i32)
}

/// Shifts right, rounding half to even.
fn shift_half_even(mantissa: &BigInt, shift: u64) -> BigInt {
    let unit = BigUint::one() << shift;
    let (mut quotient, rest) = mantissa.magnitude().div_rem(&unit);
    let twice = rest << 1_u32;
    if twice > unit || (twice == unit && quotient.is_odd()) {
        quotient += BigUint::one();
    }
    BigInt::from_biguint(if quotient.is_zero() { Sign::NoSign } else { mantissa.sign() }, quotient)
}

/// Returns the first `n_digits` digits of a positive number, rounded half up, and the exponent of the first.
fn decimal_digits(number: &BigRational, n_digits: usize) -> (String, i64) {
    let estimate = (number.numer().bits() as f64 - number.denom().bits() as f64) / BITS_PER_DIGIT;
    let mut exponent = estimate.floor() as i64;
    loop {
        let shift = n_digits as i64 - 1 - exponent;
        let scale = BigRational::from(BigInt::from(10).pow(shift.unsigned_abs() as u32));
        let scaled = if shift < 0 { number / scale } else { number * scale };
        let half = BigRational::new(BigInt::one(), BigInt::from(2));
        let digits = (scaled + half).floor().to_integer().to_string();
        match digits.len().cmp(&n_digits) {
            std::cmp::Ordering::Equal => return (digits, exponent),
            std::cmp::Ordering::Less => exponent -= 1,
            std::cmp::Ordering::Greater => exponent += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let float = Float::parse(text).unwrap();
        assert_eq!(float.digits(true), expected);
        assert_eq!(float.value(), text.parse::<f64>().unwrap());
    }

    #[test]
    fn prints_as_sympy_does() {
        check("0.5", "0.5");
        check("5.", "5.0");
        check(".5", "0.5");
        check("1.5e-3", "0.0015");
        check("1.6726e-6", "1.6726e-6");
        check("6.62607015e-34", "6.62607015e-34");
        check("1e13", "10000000000000.0");
        check("1e15", "1000000000000000.0");
        check("1e20", "100000000000000000000.0");
        check("1.32712440018e20", "1.32712440018e+20");
        check("0.26179938779914943", "0.26179938779914943");
        check("299792.458", "299792.458");
    }

    #[test]
    fn computes_with_the_digits_of_the_literal() {
        let float = |text| Float::parse(text).unwrap();
        assert_eq!(float("0.1").times(&float("3.0")).digits(true), "0.3");
        assert_eq!(float("0.26179938779914943").times(&float("12.0")).digits(true), "3.1415926535897932");
        assert_eq!(float("6.283185307179586").over(&float("365.25")).digits(true), "0.01720242383895848");
        assert_eq!(float("288.15").power(2).digits(true), "83030.4225");
    }

    #[test]
    fn refuses_what_no_double_comes_near() {
        assert_eq!(Float::parse("1e400"), Err(OutOfRange::TooLarge));
        assert_eq!(Float::parse("1e99999999999999999999"), Err(OutOfRange::TooLarge));
        assert_eq!(Float::parse("1e-400"), Err(OutOfRange::TooSmall));
    }

    proptest! {
        #[test]
        fn a_double_comes_back(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
            prop_assert_eq!(Float::from_f64(value).unwrap().value(), value);
        }

        #[test]
        fn sums_and_products_are_those_of_doubles(a in -1e100..1e100_f64, b in -1e100..1e100_f64) {
            let (x, y) = (Float::from_f64(a).unwrap(), Float::from_f64(b).unwrap());
            prop_assert_eq!(x.plus(&y).value(), a + b);
            prop_assert_eq!(x.times(&y).value(), a * b);
            prop_assert_eq!(x.over(&y).value(), a / b);
        }
    }
}
