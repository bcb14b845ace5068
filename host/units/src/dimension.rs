//! Physical dimensions.

use std::fmt;

use num_rational::BigRational;
use num_traits::{One, Zero};

/// One of the dimensions of which every other is a product.
///
/// The seven of the SI, and information, so that a bit is not taken for a pure number. Angles are pure
/// numbers, as in the SI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BaseDimension {
    /// The kilogram's.
    Mass,
    /// The metre's.
    Length,
    /// The second's.
    Time,
    /// The ampere's.
    Current,
    /// The kelvin's.
    Temperature,
    /// The mole's.
    Amount,
    /// The candela's.
    LuminousIntensity,
    /// The bit's.
    Information,
}

/// A product of powers of the base dimensions; shown as `Mass·Length^-3`, or `1` where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dimension {
    exponents: [BigRational; BaseDimension::ALL.len()],
}

// === impl BaseDimension ===

impl BaseDimension {
    /// Every base dimension, in the order in which a product of them is shown.
    pub const ALL: [Self; 8] = [
        Self::Mass,
        Self::Length,
        Self::Time,
        Self::Current,
        Self::Temperature,
        Self::Amount,
        Self::LuminousIntensity,
        Self::Information,
    ];
}

// === impl Dimension ===

impl Dimension {
    /// Returns the dimension of a pure number.
    #[must_use]
    pub fn one() -> Self {
        Self { exponents: std::array::from_fn(|_| BigRational::zero()) }
    }

    /// Returns whether it is the dimension of a pure number, or of an angle.
    #[must_use]
    pub fn is_dimensionless(&self) -> bool {
        self.exponents.iter().all(Zero::is_zero)
    }

    /// Returns the exponent of one base dimension.
    #[must_use]
    pub fn exponent(&self, base: BaseDimension) -> &BigRational {
        &self.exponents[base as usize]
    }

    pub(crate) fn base(base: BaseDimension) -> Self {
        let mut dimension = Self::one();
        dimension.exponents[base as usize] = BigRational::one();
        dimension
    }

    /// Multiplies by `other` to the power of `exponent`.
    pub(crate) fn multiply(&mut self, other: &Self, exponent: &BigRational) {
        for (mine, theirs) in self.exponents.iter_mut().zip(&other.exponents) {
            *mine += theirs * exponent;
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for base in BaseDimension::ALL {
            let exponent = self.exponent(base);
            if exponent.is_zero() {
                continue;
            }
            write!(f, "{separator}{base:?}")?;
            separator = "·";
            if exponent.is_integer() && !exponent.is_one() {
                write!(f, "^{exponent}")?;
            } else if !exponent.is_integer() {
                write!(f, "^({exponent})")?;
            }
        }
        if separator.is_empty() { f.write_str("1") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use crate::Unit;

    #[track_caller]
    fn check(unit: &str, expect: &str) {
        assert_eq!(Unit::parse(unit).unwrap().dimension().to_string(), expect);
    }

    #[test]
    fn shown_in_words() {
        check("kg/m^3", "Mass·Length^-3");
        check("N", "Mass·Length·Time^-2");
        check("nT", "Mass·Time^-2·Current^-1");
        check("sqrt(m)/s^1.5", "Length^(1/2)·Time^(-3/2)");
        check("mol*cd*byte/K", "Temperature^-1·Amount·LuminousIntensity·Information");
    }

    #[test]
    fn pure_numbers_and_angles_have_none() {
        check("m/cm", "1");
        check("deg", "1");
        check("percent", "1");
    }
}
