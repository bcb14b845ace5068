//! The text of a unit, in the normal form that the published Kamodo shows.
//!
//! Numbers come first, then the named units in the order of their characters; what has a negative
//! exponent stands below a stroke, unless it is all there is.

use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed};

use crate::unit::{Unit, Written};

/// A decimal number with more digits than this is shown as a ratio.
const DECIMAL_DIGITS: usize = 60;

/// Decimal numbers are shown without a power of ten from 10^-4 on, and up to this power.
const FIXED_EXPONENTS: std::ops::RangeInclusive<i64> = -4..=16;

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let scale = &self.coefficient.scale;
        match decimal(&scale.whole).filter(|_| self.coefficient.decimal) {
            Some(text) if !scale.whole.is_one() => above.push(text),
            Some(_) => {}
            None => {
                above.extend((!scale.whole.numer().is_one()).then(|| scale.whole.numer().to_string()));
                below.extend((!scale.whole.denom().is_one()).then(|| scale.whole.denom().to_string()));
            }
        }
        for (base, exponent) in &scale.powers {
            let base = if base.is_integer() { base.to_string() } else { format!("({base})") };
            above.push(power(&base, &Written::from(exponent.clone())));
        }
        // A single unit to a negative power is the whole of the text, and keeps its exponent.
        let alone = self.symbols.len() == 1 && above.is_empty() && below.is_empty();
        for (symbol, exponent) in &self.symbols {
            let inverse = Written { value: -&exponent.value, decimal: exponent.decimal };
            let keeps_exponent = alone && !inverse.value.is_one() && inverse.value != half();
            if exponent.value.is_negative() && exponent.shown_decimal().is_none() && !keeps_exponent {
                below.push(power(&symbol.text, &inverse));
            } else {
                above.push(power(&symbol.text, exponent));
            }
        }
        match (above.is_empty(), below.as_slice()) {
            (_, []) => f.write_str(&above.join("*")),
            (true, [one]) => write!(f, "1/{one}"),
            (false, [one]) => write!(f, "{}/{one}", above.join("*")),
            (true, many) => write!(f, "1/({})", many.join("*")),
            (false, many) => write!(f, "{}/({})", above.join("*"), many.join("*")),
        }
    }
}

fn power(base: &str, exponent: &Written) -> String {
    if let Some(text) = exponent.shown_decimal() {
        return if exponent.value.is_negative() {
            format!("{base}**({text})")
        } else {
            format!("{base}**{text}")
        };
    }
    let value = &exponent.value;
    if value.is_one() {
        base.to_owned()
    } else if *value == half() {
        format!("sqrt({})", base.trim_start_matches('(').trim_end_matches(')'))
    } else if value.is_integer() && value.is_positive() {
        format!("{base}**{value}")
    } else {
        format!("{base}**({value})")
    }
}

fn half() -> BigRational {
    BigRational::new(BigInt::one(), BigInt::from(2))
}

impl Written {
    /// The exponent as a decimal number, where it was written as one and is not an integer.
    fn shown_decimal(&self) -> Option<String> {
        decimal(&self.value).filter(|_| self.decimal && !self.value.is_integer())
    }
}

/// A ratio as a decimal number, such as `0.5` or `1.0e-9`; none where its digits do not end, or are many.
fn decimal(ratio: &BigRational) -> Option<String> {
    let (mut denom, mut places) = (ratio.denom().clone(), 0_u32);
    for prime in [2, 5] {
        let prime = BigInt::from(prime);
        let mut count = 0;
        while denom.is_multiple_of(&prime) {
            denom /= &prime;
            count += 1;
        }
        places = places.max(count);
    }
    if !denom.is_one() {
        return None;
    }
    let shifted = ratio * BigRational::from_integer(BigInt::from(10).pow(places));
    let digits = shifted.to_integer().abs().to_string();
    let exponent = digits.len() as i64 - 1 - i64::from(places);
    let digits = digits.trim_end_matches('0');
    let sign = if ratio.is_negative() { "-" } else { "" };
    (digits.len() <= DECIMAL_DIGITS).then(|| format!("{sign}{}", layout(digits, exponent)))
}

/// Writes significant digits, the first of which stands for `10**exponent`.
fn layout(digits: &str, exponent: i64) -> String {
    let digits = if digits.is_empty() { "0" } else { digits };
    if !FIXED_EXPONENTS.contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        return format!("{first}.{}e{exponent:+}", if rest.is_empty() { "0" } else { rest });
    }
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1));
    }
    let point = exponent.unsigned_abs() as usize + 1;
    if digits.len() <= point {
        return format!("{digits:0<point$}.0");
    }
    let (whole, rest) = digits.split_at(point);
    format!("{whole}.{rest}")
}
