//! The text of a unit that the published Python client reads as the same unit.
//!
//! That client registers every function of a server while it connects, and one unit that it cannot read costs it
//! all of them. What it takes each symbol for was recorded from it; a symbol that it does not know, or takes for
//! another size, is written as a number times units that it knows.

use std::collections::HashMap;
use std::sync::LazyLock;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::catalog::{self, Symbol};
use crate::dimension::BaseDimension::{
    self, Amount, Current, Information, Length, LuminousIntensity, Mass, Temperature, Time,
};
use crate::dimension::Dimension;
use crate::scale::Scale;
use crate::unit::{Unit, Written};

/// What the client takes a symbol for.
struct Known {
    /// How many of the SI's base units.
    size: f64,
    exponents: [i32; DIMENSIONS.len()],
}

/// The dimensions of the table's columns, with their units.
const DIMENSIONS: [(BaseDimension, &str); 8] = [
    (Length, "m"),
    (Mass, "kg"),
    (Time, "s"),
    (Current, "A"),
    (Temperature, "K"),
    (Amount, "mol"),
    (LuminousIntensity, "cd"),
    (Information, "bit"),
];

/// Units of the SI that stand for a symbol of their dimension, before a product of base units does.
const NAMED: &[&str] = &["J", "N", "Pa", "W", "C", "V", "F", "ohm", "S", "Wb", "T", "H"];

/// What the client's sizes may be off by, relatively.
const TOLERANCE: f64 = 1e-12;

/// Integers below this are written out.
const MAX_INTEGER: u64 = 10_000_000_000_000_000;

static KNOWN: LazyLock<HashMap<&str, Known>> = LazyLock::new(|| {
    let lines = include_str!("published.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let (symbol, rest) = line.split_once('\t')?;
            let (size, exponents) = rest.split_once('\t')?;
            let mut columns = exponents.split(' ').map(str::parse);
            let exponents =
                std::array::from_fn(|_| columns.next().and_then(Result::ok).expect("the table is whole"));
            Some((symbol, Known { size: size.parse().expect("the table has sizes"), exponents }))
        })
        .collect()
});

// === impl Unit ===

impl Unit {
    /// Returns the text that the published Python client reads as this unit; none where it has no such text.
    ///
    /// It is the text of [`Display`](std::fmt::Display) where the client reads that.
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::Unit;
    ///
    /// assert_eq!(Unit::parse("kg/m^3")?.published().unwrap(), "kg/m**3");
    /// assert_eq!(Unit::parse("angstrom")?.published().unwrap(), "10**-10*m");
    /// assert_eq!(Unit::parse("W/m^2/angstrom")?.published().unwrap(), "10**10*W/m**3");
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    #[must_use]
    pub fn published(&self) -> Option<String> {
        if self.symbols.keys().all(|symbol| is_known(symbol)) {
            return Some(self.to_string());
        }
        let mut scale = self.coefficient.scale.clone();
        let mut rest = Self::one();
        for (symbol, exponent) in &self.symbols {
            if is_known(symbol) {
                rest.multiply(&Self::from_symbol(symbol), exponent);
                continue;
            }
            let coherent = coherent(symbol)?;
            scale.multiply(&symbol.scale, &exponent.value);
            rest.multiply(&coherent, exponent);
        }
        let (number, rest) = (number(&scale)?, rest.to_string());
        Some(match (number.as_str(), rest.as_str()) {
            (_, "") => number,
            ("", _) => rest,
            _ => match rest.strip_prefix("1/") {
                Some(below) => format!("{number}/{below}"),
                None => format!("{number}*{rest}"),
            },
        })
    }
}

/// Whether the client takes a symbol for what it is here.
fn is_known(symbol: &Symbol) -> bool {
    let Some(known) = KNOWN.get(symbol.text.as_str()) else { return false };
    let is_of_dimension = DIMENSIONS.iter().zip(known.exponents).all(|((dimension, _), exponent)| {
        *symbol.dimension.exponent(*dimension) == BigRational::from_integer(exponent.into())
    });
    let size = symbol.scale.factor().map(|factor| factor.to_f64());
    is_of_dimension && size.is_some_and(|size| (known.size / size - 1.0).abs() <= TOLERANCE)
}

/// The unit of the SI in which a symbol is a number, made of what the client knows.
fn coherent(symbol: &Symbol) -> Option<Unit> {
    let unit = |name: &str| catalog::catalog().unit(name).ok();
    if symbol.text == "mil" {
        return unit("rad");
    }
    let named = NAMED.iter().filter_map(|name| unit(name));
    if let Some(named) = named.into_iter().find(|named| named.dimension() == symbol.dimension) {
        return Some(named);
    }
    Some(symbol.dimension.base_unit())
}

// === impl Dimension ===

impl Dimension {
    /// Returns the product of base units of the SI that has this dimension; of a pure number it is one.
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::Unit;
    ///
    /// assert_eq!(Unit::parse("nPa")?.dimension().base_unit().to_string(), "kg/(m*s**2)");
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    #[must_use]
    pub fn base_unit(&self) -> Unit {
        let mut base = Unit::one();
        for (dimension, name) in DIMENSIONS {
            let exponent = self.exponent(dimension);
            if !exponent.is_zero() {
                let unit = catalog::catalog().unit(name).expect("the table begins with the base units");
                base.multiply(&unit, &Written::from(exponent.clone()));
            }
        }
        base
    }
}

/// The text of a number, none for one; a power of ten and a small integer exactly, else as the nearest double.
fn number(scale: &Scale) -> Option<String> {
    if scale.powers.is_empty() && scale.pi.is_zero() {
        let whole = &scale.whole;
        if whole.is_one() {
            return Some(String::new());
        }
        if let Some(power) = power_of_ten(whole) {
            return Some(format!("10**{power}"));
        }
        if let Some(integer) = whole.to_integer().to_u64().filter(|_| whole.is_integer())
            && integer < MAX_INTEGER
        {
            return Some(integer.to_string());
        }
    }
    // A double that is subnormal has fewer digits than the client needs.
    let double = scale.factor()?.to_f64();
    double.is_normal().then(|| format!("{double:e}"))
}

fn power_of_ten(ratio: &BigRational) -> Option<i64> {
    let exponent_of = |number: &BigInt| {
        let (mut rest, mut exponent, ten) = (number.abs(), 0, BigInt::from(10));
        while rest.is_multiple_of(&ten) {
            rest /= &ten;
            exponent += 1;
        }
        rest.is_one().then_some(exponent)
    };
    Some(exponent_of(ratio.numer())? - exponent_of(ratio.denom())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(Unit::parse(text).unwrap().published().as_deref(), Some(expect), "{text}");
    }

    #[test]
    fn what_the_client_knows_stays_as_it_is_shown() {
        for (text, expect) in [("kg/m^3", "kg/m**3"), ("1/cm^3", "cm**(-3)"), ("deg", "deg"), ("m/m", "")] {
            check(text, expect);
        }
        check("2*m/(3*s)", "2*m/(3*s)");
    }

    #[test]
    fn what_it_does_not_know_is_a_number_of_what_it_knows() {
        check("angstrom", "10**-10*m");
        check("t/m^3", "10**3*kg/m**3");
        check("1/angstrom", "10**10/m");
        check("ha", "10**4*m**2");
        check("GF", "10**9*F");
        check("as", "10**-18*s");
        check("angstrom^100", "10**-1000*m**100");
        check("me", "9.1093837015e-31*kg");
    }

    /// It reads `nmi` as 1851.9648 m, `torr` as `mmHg`, and `au` as one of before 2012.
    #[test]
    fn what_it_takes_for_another_size_is_a_number_of_what_it_knows() {
        check("nmi", "1852*m");
        check("nmi/hour", "1852*m/hour");
        check("kg/nautical_mile^2", "2.9155334959812285e-7*kg/m**2");
        check("torr", "1.3332236842105263e2*Pa");
        check("mmHg", "mmHg");
        check("au", "149597870700*m");
    }

    #[test]
    fn what_no_double_holds_is_left_out() {
        assert_eq!(Unit::parse("l_P^20").unwrap().published(), None);
    }

    /// The rule that `tests/interop/test_readable.py` holds the client to, without the client: all symbols in a
    /// published text are in the table, and it is the same unit.
    #[test]
    fn every_name_has_a_text_of_known_symbols_and_the_same_size() {
        for name in Unit::names() {
            let unit = Unit::parse(name).unwrap();
            let published = unit.published().unwrap_or_else(|| panic!("`{name}` has no text"));
            let again =
                Unit::parse(&published).unwrap_or_else(|error| panic!("{name}: {published}: {error}"));
            assert!(again.symbols.keys().all(|symbol| is_known(symbol)), "{name}: {published}");
            let factor = again.factor_to(&unit).unwrap_or_else(|_| panic!("{name}: {published}")).to_f64();
            assert!((factor - 1.0).abs() < 1e-15, "{name}: {published} is off by {factor}");
        }
    }
}
