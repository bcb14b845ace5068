//! The unit that a part of an expression carries.

use std::ops::Deref;

use kamodo_units::{Factor, Unit};
use num_rational::BigRational;
use num_traits::One;

use crate::simplify::{Simplified, mul, pow};
use crate::{Constant, Expr, Float};

/// What is known of the unit of a part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Carried {
    /// A plain number, in the unit that it is meant in.
    Plain,
    /// A quantity in this unit.
    In(Measure),
    /// The result of a function that is not there yet.
    Unknown,
}

/// The unit of a quantity, and whether somebody declared it so.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measure {
    unit: Unit,
    /// The declared unit that it is a power of, if it is one, and the exponent.
    declared: Option<Box<(Unit, BigRational)>>,
}

// === impl Carried ===

impl Carried {
    /// Returns what something carries that is declared in `unit`. A ratio whose parts cancel, such as `kg/kg`,
    /// is a unit as well: in `percent` it is another number.
    pub(super) fn of(unit: Option<&Unit>) -> Self {
        unit.map_or(Self::Plain, |unit| Self::In(unit.clone().into()))
    }

    /// Returns whether it is the unit one, in which a quantity is its plain number.
    pub(super) fn is_one(&self) -> bool {
        matches!(self, Self::In(unit) if unit.is_one())
    }

    /// Returns the unit of a product or, inverted, of a quotient.
    pub(super) fn times(&self, other: &Self, inverted: bool) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (left, Self::Plain) => left.clone(),
            (Self::Plain, Self::In(unit)) if inverted => Self::In(unit.power(&-BigRational::one())),
            (Self::Plain, Self::In(unit)) => Self::In(unit.clone()),
            (Self::In(left), Self::In(right)) if inverted => {
                Self::In(left.product(&right.power(&-BigRational::one())))
            }
            (Self::In(left), Self::In(right)) => Self::In(left.product(right)),
        }
    }
}

// === impl Measure ===

impl Measure {
    /// Returns whether it is a ratio that nobody declared, such as the km/m of a quotient of lengths: a pure number, and
    /// no unit in which a plain number would be meant. `percent` is one if it is declared.
    pub(super) fn is_ratio(&self) -> bool {
        let is_declared = self.declared.as_ref().is_some_and(|declared| declared.1.is_one());
        !is_declared && !self.unit.is_one() && self.unit.dimension().is_dimensionless()
    }

    pub(super) fn power(&self, exponent: &BigRational) -> Self {
        let declared = self.declared.as_ref().map(|of| Box::new((of.0.clone(), &of.1 * exponent)));
        Self { unit: self.unit.power(exponent), declared }
    }

    fn product(&self, other: &Self) -> Self {
        let declared = match (&self.declared, &other.declared) {
            (Some(left), Some(right)) if left.0 == right.0 => {
                Some(Box::new((left.0.clone(), &left.1 + &right.1)))
            }
            _ => None,
        };
        Self { unit: self.unit.product(&other.unit), declared }
    }
}

impl From<Unit> for Measure {
    fn from(unit: Unit) -> Self {
        Self { declared: Some(Box::new((unit.clone(), BigRational::one()))), unit }
    }
}

impl From<Measure> for Unit {
    fn from(measure: Measure) -> Self {
        measure.unit
    }
}

impl Deref for Measure {
    type Target = Unit;

    fn deref(&self) -> &Unit {
        &self.unit
    }
}

/// Multiplies by a conversion factor.
pub(crate) fn converted(expr: &Expr, factor: &Factor) -> Simplified {
    let factor = match factor {
        Factor::Exact(ratio) => Expr::rational(ratio.clone()),
        Factor::Pi { ratio, power } => {
            let power = pow(&Expr::constant(Constant::Pi), &Expr::integer(*power))?;
            mul(vec![Expr::rational(ratio.clone()), power])?
        }
        inexact => match Float::from_f64(inexact.to_f64()) {
            Some(float) => Expr::decimal(float),
            None => return Err(crate::simplify::Unfit::TooLarge),
        },
    };
    mul(vec![factor, expr.clone()])
}
