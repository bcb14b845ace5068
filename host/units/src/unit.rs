//! A unit: a number times powers of named units.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::hash::{Hash, Hasher};

use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::Dimension;
use crate::ambiguity::Ambiguity;
use crate::catalog::{self, Symbol};
use crate::error::{Error, Incompatible, Reason};
use crate::parse;
use crate::scale::{Factor, Scale};

/// A unit, such as `kg/m**3`, as it was written: `J` and `N*m` convert by 1, but are not equal.
///
/// Its `Display` is the normal form of the published Kamodo, empty for a pure number, and reads back as
/// the same unit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unit {
    pub(crate) coefficient: Coefficient,
    pub(crate) symbols: BTreeMap<&'static Symbol, Written>,
}

/// The number before the named units.
#[derive(Debug, Clone)]
pub(crate) struct Coefficient {
    pub(crate) scale: Scale,
    /// Whether it was written with a point or an `e`, and is shown so; no part of its value.
    pub(crate) decimal: bool,
}

/// An exponent.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) value: BigRational,
    /// Whether it was written with a point, and is shown so; no part of its value.
    pub(crate) decimal: bool,
}

// === impl Unit ===

impl Unit {
    /// Reads a unit, such as `kg/m^3`, `nPa`, `W m**-2` or `[km/s]`.
    ///
    /// Names are those of the published Kamodo. `^` and `**` are powers, a blank between two names is a
    /// product, and no text at all is the pure number.
    ///
    /// # Errors
    /// [`Error`] tells what is wrong with the text and where, and has a hint apart.
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::Unit;
    ///
    /// let density = Unit::parse("kg/m^3")?;
    /// assert_eq!(density.to_string(), "kg/m**3");
    /// assert_eq!(density.dimension().to_string(), "Mass·Length^-3");
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::parse(text, &|name| catalog::catalog().unit(name))
    }

    /// Reads a unit as [`Unit::parse`] does, and tells where its text can be read as another one.
    ///
    /// # Errors
    /// As of [`Unit::parse`].
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::Unit;
    ///
    /// let (unit, ambiguity) = Unit::read("J/kg*K")?;
    /// assert_eq!(unit, Unit::parse("J*K/kg")?);
    /// assert_eq!(ambiguity.unwrap().hint(), "write `J*K/kg`, or `J/(kg*K)` if that is meant");
    /// assert_eq!(Unit::read("J/kg/K")?.1, None);
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    pub fn read(text: &str) -> Result<(Self, Option<Ambiguity>), Error> {
        parse::read(text, &|name| catalog::catalog().unit(name))
    }

    /// Returns every name of a unit that [`Unit::parse`] reads, with prefixes, in the order of their characters.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        catalog::catalog().names()
    }

    /// Returns the pure number one, which has no unit.
    #[must_use]
    pub fn one() -> Self {
        Self::from_scale(Scale::one(), false)
    }

    /// Returns whether nothing is written: no number and no named unit. (`m/cm` is not one.)
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.symbols.is_empty() && self.coefficient.scale.is_one()
    }

    /// Returns the text by which Kamodo shows the unit of a result: none for a pure number, be it an angle,
    /// a share or a ratio of lengths. A solid angle is shown.
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::Unit;
    ///
    /// assert_eq!(Unit::parse("km/s")?.label(), "km/s");
    /// assert_eq!(Unit::parse("deg")?.label(), "");
    /// assert_eq!(Unit::parse("deg/s")?.label(), "deg/s");
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    #[must_use]
    pub fn label(&self) -> String {
        let is_solid_angle = |symbol: &&Symbol| symbol.text.ends_with("sr");
        match self.dimension().is_dimensionless() && !self.symbols.keys().any(is_solid_angle) {
            true => String::new(),
            false => self.to_string(),
        }
    }

    /// Returns the text by which it is declared: its `Display`, which is empty for the pure number, and `1` for that.
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::Unit;
    ///
    /// assert_eq!(Unit::parse("kg/m^3")?.declared(), "kg/m**3");
    /// assert_eq!(Unit::parse("kg/kg")?.declared(), "1");
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    #[must_use]
    pub fn declared(&self) -> String {
        if self.is_one() { "1".to_owned() } else { self.to_string() }
    }

    /// Returns the physical dimension.
    #[must_use]
    pub fn dimension(&self) -> Dimension {
        let mut dimension = Dimension::one();
        for (symbol, exponent) in &self.symbols {
            dimension.multiply(&symbol.dimension, &exponent.value);
        }
        dimension
    }

    /// Returns the factor by which a value in this unit becomes a value in `target`.
    ///
    /// # Errors
    /// [`Incompatible`] where the dimensions differ, or no double can hold the factor.
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::{Factor, Unit};
    ///
    /// let factor = Unit::parse("km/hr")?.factor_to(&Unit::parse("m/s")?).unwrap();
    /// assert!(matches!(factor, Factor::Exact(ratio) if ratio.to_string() == "5/18"));
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    pub fn factor_to(&self, target: &Self) -> Result<Factor, Incompatible> {
        let incompatible = |reason| Incompatible::new(self, target, reason);
        if self.dimension() != target.dimension() {
            return Err(incompatible(Reason::Dimension));
        }
        // Of the quotient, so that what both sides share cancels before it is multiplied out.
        self.quotient(target).scale().factor().ok_or_else(|| incompatible(Reason::Range))
    }

    /// Returns the unit of a product.
    #[must_use]
    pub fn product(&self, other: &Self) -> Self {
        let mut product = self.clone();
        product.multiply(other, &Written::from(BigRational::one()));
        product
    }

    /// Returns the unit of a quotient.
    #[must_use]
    pub fn quotient(&self, other: &Self) -> Self {
        let mut quotient = self.clone();
        quotient.multiply(other, &Written::from(-BigRational::one()));
        quotient
    }

    /// Returns the unit of a power.
    #[must_use]
    pub fn power(&self, exponent: &BigRational) -> Self {
        self.written_power(&Written::from(exponent.clone()))
    }

    pub(crate) fn written_power(&self, exponent: &Written) -> Self {
        let mut power = Self::one();
        power.multiply(self, exponent);
        power
    }

    pub(crate) fn from_scale(scale: Scale, decimal: bool) -> Self {
        Self { coefficient: Coefficient { scale, decimal }, symbols: BTreeMap::new() }
    }

    pub(crate) fn from_symbol(symbol: &'static Symbol) -> Self {
        let mut unit = Self::one();
        unit.symbols.insert(symbol, Written::from(BigRational::one()));
        unit
    }

    /// Returns how large the unit is in the base units of the SI.
    pub(crate) fn scale(&self) -> Scale {
        let mut scale = self.coefficient.scale.clone();
        for (symbol, exponent) in &self.symbols {
            scale.multiply(&symbol.scale, &exponent.value);
        }
        scale
    }

    pub(crate) fn multiply(&mut self, other: &Self, exponent: &Written) {
        self.coefficient.scale.multiply(&other.coefficient.scale, &exponent.value);
        self.coefficient.decimal |= other.coefficient.decimal;
        for (symbol, inner) in &other.symbols {
            let added =
                Written { value: &inner.value * &exponent.value, decimal: inner.decimal || exponent.decimal };
            match self.symbols.entry(symbol) {
                Entry::Vacant(entry) if !added.value.is_zero() => {
                    entry.insert(added);
                }
                Entry::Vacant(_) => {}
                Entry::Occupied(mut entry) => {
                    entry.get_mut().value += added.value;
                    entry.get_mut().decimal |= added.decimal;
                    if entry.get().value.is_zero() {
                        entry.remove();
                    }
                }
            }
        }
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({self})")
    }
}

// === impl Coefficient ===

impl PartialEq for Coefficient {
    fn eq(&self, other: &Self) -> bool {
        self.scale == other.scale
    }
}

impl Eq for Coefficient {}

impl Hash for Coefficient {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.scale.hash(state);
    }
}

// === impl Written ===

impl From<BigRational> for Written {
    fn from(value: BigRational) -> Self {
        Self { value, decimal: false }
    }
}

impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Written {}

impl Hash for Written {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Unit {
        Unit::parse(text).unwrap()
    }

    /// The factor as text: a ratio, with its power of π, or a double after `~`.
    #[track_caller]
    fn check(from: &str, to: &str, expect: &str) {
        let factor = match unit(from).factor_to(&unit(to)).unwrap() {
            Factor::Exact(ratio) => ratio.to_string(),
            Factor::Pi { ratio, power } => format!("{ratio}*pi^{power}"),
            Factor::Double(double) => format!("~{double:?}"),
        };
        assert_eq!(factor, expect, "{from} -> {to}");
    }

    #[test]
    fn defined_factors_are_exact() {
        check("km/hr", "m/s", "5/18");
        check("1/cm^3", "1/m^3", "1000000");
        check("km", "R_E", "1/6371");
        check("nT", "T", "1/1000000000");
        check("eV", "J", "801088317/5000000000000000000000000000");
        check("keV/nT", "eV/T", "1000000000000");
        check("psi", "Pa", "8896443230521/1290320000");
        check("nPa", "erg/cm^3", "1/100000000");
        check("km", "m/cm*cm", "1000");
        check("m/cm", "", "100");
        check("percent", "1", "1/100");
        check("", "percent", "100");
        check("10*m", "1e-9*km", "10000000");
        check("rad/s", "Hz", "1");
        check("W", "J/s", "1");
    }

    #[test]
    fn factors_of_pi_are_kept_apart() {
        check("deg", "rad", "1/180*pi^1");
        check("rad", "deg", "180*pi^-1");
        check("deg^2", "sr", "1/32400*pi^2");
        check("deg", "arcsec", "3600");
    }

    #[test]
    fn roots_are_exact_where_they_can_be() {
        check("m^0.5", "cm^0.5", "10");
        check("sqrt(kg/g)", "sqrt(cm/km)", "10000");
        check("sqrt(2)*sqrt(8)", "1", "4");
        check("km^0.5", "m^0.5", "~31.622776601683793");
        check("sqrt(deg)", "sqrt(rad)", "~0.13211090992020036");
    }

    #[test]
    fn arithmetic_cancels() {
        assert!(unit("N*m").quotient(&unit("m*N")).is_one());
        assert!(!unit("m/cm").is_one());
        assert_eq!(unit("kg*m").product(&unit("m/s^2")).to_string(), "kg*m**2/s**2");
        assert_eq!(unit("kg/m").power(&BigRational::new(1.into(), 2.into())).to_string(), "sqrt(kg)/sqrt(m)");
        assert_eq!(unit("m").power(&BigRational::zero()), Unit::one());
    }

    #[test]
    fn equal_units_are_written_alike() {
        assert_eq!(unit("T*m"), unit("m T"));
        assert_eq!(unit("m^0.5"), unit("sqrt(m)"));
        assert_eq!(unit("1e-9*T"), unit("T/1000000000"));
        assert_ne!(unit("J"), unit("N*m"));
    }
}
