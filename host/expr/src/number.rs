//! The arithmetic of coefficients: exact ratios and decimal numbers.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::Float;

/// Bits that an exact number may have.
pub(crate) const MAX_BITS: u64 = 64 * 1024;

/// Why an expression has no simplified form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// An exact number of more than [`MAX_BITS`].
    TooLarge,
    /// A division by an exact zero, or a function at a pole, such as `log(0)`.
    Pole,
    /// A comparison of complex numbers.
    NotReal,
    /// A polynomial of an order that there is not.
    Index,
    /// The work on the definition ended early: it took too many steps, or nobody wants the answer any more.
    Stopped,
}

/// A coefficient.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Number {
    Exact(BigRational),
    Decimal(Float),
}

impl Number {
    pub(crate) fn one() -> Self {
        Self::Exact(BigRational::one())
    }

    pub(crate) fn zero() -> Self {
        Self::Exact(BigRational::zero())
    }

    pub(crate) fn integer(integer: impl Into<BigInt>) -> Self {
        Self::Exact(BigRational::from(integer.into()))
    }

    /// Returns whether it is the exact one: `1.0*x` stays.
    pub(crate) fn is_one(&self) -> bool {
        matches!(self, Self::Exact(ratio) if ratio.is_one())
    }

    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Exact(ratio) => ratio.is_zero(),
            Self::Decimal(float) => float.is_zero(),
        }
    }

    pub(crate) fn is_negative(&self) -> bool {
        match self {
            Self::Exact(ratio) => ratio.is_negative(),
            Self::Decimal(float) => float.is_negative(),
        }
    }

    pub(crate) fn negated(&self) -> Self {
        match self {
            Self::Exact(ratio) => Self::Exact(-ratio),
            Self::Decimal(float) => Self::Decimal(float.negated()),
        }
    }

    pub(crate) fn abs(&self) -> Self {
        if self.is_negative() { self.negated() } else { self.clone() }
    }

    pub(crate) fn plus(&self, other: &Self) -> Result<Self, Unfit> {
        match (self, other) {
            (Self::Exact(left), Self::Exact(right)) => bounded(left + right),
            _ => settled(self.float_like(other).plus(&other.float_like(self))),
        }
    }

    pub(crate) fn times(&self, other: &Self) -> Result<Self, Unfit> {
        match (self, other) {
            (Self::Exact(left), Self::Exact(right)) => bounded(left * right),
            _ => settled(self.float_like(other).times(&other.float_like(self))),
        }
    }

    pub(crate) fn over(&self, other: &Self) -> Result<Self, Unfit> {
        if other.is_zero() {
            return Err(Unfit::Pole);
        }
        match (self, other) {
            (Self::Exact(left), Self::Exact(right)) => bounded(left / right),
            _ => settled(self.float_like(other).over(&other.float_like(self))),
        }
    }

    pub(crate) fn to_ratio(&self) -> BigRational {
        match self {
            Self::Exact(ratio) => ratio.clone(),
            Self::Decimal(float) => float.to_ratio(),
        }
    }

    pub(crate) fn to_f64(&self) -> f64 {
        match self {
            Self::Exact(ratio) => Float::from_ratio(ratio, 53).value(),
            Self::Decimal(float) => float.value(),
        }
    }

    /// Compares by value, whatever the kind.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Exact(left), Self::Exact(right)) => left.cmp(right),
            _ => self.to_ratio().cmp(&other.to_ratio()),
        }
    }

    /// Returns it as a decimal number; an exact one is first rounded to the precision of `other`.
    fn float_like(&self, other: &Self) -> Float {
        match (self, other) {
            (Self::Decimal(float), _) => float.clone(),
            (Self::Exact(ratio), Self::Decimal(float)) => Float::from_ratio(ratio, float.precision()),
            (Self::Exact(ratio), Self::Exact(_)) => Float::from_ratio(ratio, 53),
        }
    }
}

/// Lets no exact number grow without bound.
pub(crate) fn bounded(ratio: BigRational) -> Result<Number, Unfit> {
    if ratio.numer().bits().max(ratio.denom().bits()) > MAX_BITS {
        Err(Unfit::TooLarge)
    } else {
        Ok(Number::Exact(ratio))
    }
}

/// A decimal result that is zero is the exact zero, as in sympy; one far beyond every double is refused.
fn settled(float: Float) -> Result<Number, Unfit> {
    if float.is_zero() {
        Ok(Number::zero())
    } else if float.is_extreme() {
        Err(Unfit::TooLarge)
    } else {
        Ok(Number::Decimal(float))
    }
}
