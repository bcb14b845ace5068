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
        let bare = base.strip_prefix('(').and_then(|base| base.strip_suffix(')')).unwrap_or(base);
        format!("sqrt({bare})")
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

#[cfg(test)]
mod tests {
    use crate::Unit;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let unit = Unit::parse(text).unwrap();
        assert_eq!(unit.to_string(), expect);
        assert_eq!(Unit::parse(expect), Ok(unit), "`{expect}` reads as another unit");
    }

    #[test]
    fn products_are_sorted_and_divided_once() {
        check("g*cm/s^2", "cm*g/s**2");
        check("W/m^2/sr", "W/(m**2*sr)");
        check("1/m/s", "1/(m*s)");
        check("1/cm^3", "cm**(-3)");
        check("s^-1", "1/s");
        check("1/sqrt(m)", "1/sqrt(m)");
        check("kg/cc", "kg/cm**3");
        check("m/m", "");
    }

    #[test]
    fn exponents_keep_their_form() {
        check("km^.5", "km**0.5");
        check("T/Hz^0.5", "Hz**(-0.5)*T");
        check("sqrt(m*s)", "sqrt(m)*sqrt(s)");
        check("m^(3/2)", "m**(3/2)");
        check("m^2.0", "m**2");
        check("m^2^3", "m**8");
        check("m**--2", "m**2");
    }

    #[test]
    fn numbers_keep_their_form() {
        check("10*m/cm^3", "10*m/cm**3");
        check("2*m/(3*s)", "2*m/(3*s)");
        check("1e-9*T", "1.0e-9*T");
        check("1.25e-3*T", "0.00125*T");
        check("1e16*m", "10000000000000000.0*m");
        check("12345.678*m", "12345.678*m");
        check("m/1.5", "2*m/3");
        check("sqrt(10*m)", "sqrt(10)*sqrt(m)");
        check("(4*m)^0.5", "2*m**0.5");
    }
}
