//! The unit that a part of an expression carries.

use kamodo_units::{Factor, Unit};

use crate::simplify::{Simplified, mul, pow};
use crate::{Constant, Expr, Float};

/// What is known of the unit of a part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Carried {
    /// A plain number, in the unit that it is meant in.
    Plain,
    /// A quantity in this unit.
    In(Unit),
    /// The result of a function that is not there yet.
    Unknown,
}

impl Carried {
    /// Returns what something carries that is declared in `unit`. A ratio whose parts cancel, such as `kg/kg`,
    /// is a unit as well: in `percent` it is another number.
    pub(super) fn of(unit: Option<&Unit>) -> Self {
        unit.map_or(Self::Plain, |unit| Self::In(unit.clone()))
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
            (Self::Plain, Self::In(unit)) if inverted => Self::In(Unit::one().quotient(unit)),
            (Self::Plain, Self::In(unit)) => Self::In(unit.clone()),
            (Self::In(left), Self::In(right)) if inverted => Self::In(left.quotient(right)),
            (Self::In(left), Self::In(right)) => Self::In(left.product(right)),
        }
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
