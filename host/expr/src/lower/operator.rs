//! Sums, products and powers.

use kamodo_compute::{Binary, Unary, ratio_to_f64};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{Id, LowerError, Lowering};
use crate::{Constant, Expr, Node};

impl Lowering<'_> {
    /// A term after the first that begins with a minus is subtracted.
    pub(super) fn sum(&mut self, terms: &[Expr]) -> Result<Id, LowerError> {
        let Some((first, rest)) = terms.split_first() else { return Ok(self.integer(BigInt::zero())) };
        let mut sum = self.expr(first)?;
        for term in rest {
            let (operation, term) = match &**term {
                Node::Integer(integer) if integer.is_negative() => (Binary::Sub, self.integer(-integer)),
                Node::Rational(ratio) if ratio.is_negative() => (Binary::Sub, self.rational(&-ratio)),
                Node::Float(float) if float.is_negative() => (Binary::Sub, self.float(-float.value())),
                Node::Constant(Constant::NegativeInfinity) => (Binary::Sub, self.float(f64::INFINITY)),
                Node::Mul(factors) if factors.first().is_some_and(is_negative) => {
                    (Binary::Sub, self.product(factors, true)?)
                }
                _ => (Binary::Add, self.expr(term)?),
            };
            sum = self.binary(operation, sum, term)?;
        }
        Ok(sum)
    }

    /// Numerator from left to right, then divided by the product of the denominators.
    pub(super) fn product(&mut self, factors: &[Expr], negated: bool) -> Result<Id, LowerError> {
        let (mut numerator, mut denominator) = (None, None);
        let mut is_minus = false; // a coefficient of -1 negates the first factor
        for factor in factors {
            match &**factor {
                Node::Integer(integer) if numerator.is_none() && denominator.is_none() && !is_minus => {
                    let integer = if negated { -integer } else { integer.clone() };
                    if integer == -BigInt::one() {
                        is_minus = true;
                    } else if !integer.is_one() {
                        numerator = Some(self.integer(integer));
                    }
                }
                Node::Rational(ratio) if numerator.is_none() && negated => {
                    numerator = Some(self.rational(&-ratio))
                }
                Node::Float(float) if numerator.is_none() && negated => {
                    numerator = Some(self.float(-float.value()))
                }
                Node::Pow(base, exponent) => match denominator_exponent(exponent) {
                    Some(exponent) => {
                        let power = self.rational_power(base, &exponent)?;
                        denominator = Some(self.times(denominator, power)?);
                    }
                    None => {
                        let power = self.expr(factor)?;
                        numerator = Some(self.times_signed(numerator, power, &mut is_minus)?);
                    }
                },
                _ => {
                    let factor = self.expr(factor)?;
                    numerator = Some(self.times_signed(numerator, factor, &mut is_minus)?);
                }
            }
        }
        let numerator = match numerator {
            Some(numerator) => numerator,
            None => self.integer(if is_minus { -BigInt::one() } else { BigInt::one() }),
        };
        match denominator {
            Some(denominator) => self.binary(Binary::Div, numerator, denominator),
            None => Ok(numerator),
        }
    }

    fn times(&mut self, product: Option<Id>, factor: Id) -> Result<Id, LowerError> {
        product.map_or(Ok(factor), |product| self.binary(Binary::Mul, product, factor))
    }

    fn times_signed(
        &mut self,
        product: Option<Id>,
        factor: Id,
        is_minus: &mut bool,
    ) -> Result<Id, LowerError> {
        let factor = if std::mem::take(is_minus) { self.unary(Unary::Neg, factor)? } else { factor };
        self.times(product, factor)
    }

    pub(super) fn power(&mut self, base: &Expr, exponent: &Expr) -> Result<Id, LowerError> {
        match (&**base, &**exponent) {
            (Node::Constant(Constant::E), _) => {
                let exponent = self.expr(exponent)?;
                self.unary(Unary::Exp, exponent)
            }
            (_, Node::Rational(ratio)) if is_minus_half(ratio) => {
                let (one, base) = (self.integer(BigInt::one()), self.expr(base)?);
                let root = self.unary(Unary::Sqrt, base)?;
                self.binary(Binary::Div, one, root)
            }
            (_, Node::Integer(integer)) if integer.is_negative() => {
                let exponent = self.float(ratio_to_f64(&BigRational::from(integer.clone())));
                let base = self.expr(base)?;
                self.binary(Binary::Pow, base, exponent)
            }
            (_, Node::Integer(integer)) => self.rational_power(base, &BigRational::from(integer.clone())),
            (_, Node::Rational(ratio)) => self.rational_power(base, ratio),
            (_, Node::Float(float)) if float.value() == 0.5 => {
                let base = self.expr(base)?;
                self.unary(Unary::Sqrt, base)
            }
            _ => {
                let (base, exponent) = (self.expr(base)?, self.expr(exponent)?);
                self.binary(Binary::Pow, base, exponent)
            }
        }
    }

    fn rational_power(&mut self, base: &Expr, exponent: &BigRational) -> Result<Id, LowerError> {
        let base = self.expr(base)?;
        if exponent.is_one() {
            return Ok(base);
        }
        if *exponent == BigRational::new(1.into(), 2.into()) {
            return self.unary(Unary::Sqrt, base);
        }
        let exponent = self.rational(exponent);
        self.binary(Binary::Pow, base, exponent)
    }
}

/// Whether a coefficient is printed with a minus.
fn is_negative(expr: &Expr) -> bool {
    match &**expr {
        Node::Integer(integer) => integer.is_negative(),
        Node::Rational(ratio) => ratio.is_negative(),
        Node::Float(float) => float.is_negative(),
        _ => false,
    }
}

/// The exponent of the divisor that a factor with this exponent becomes.
fn denominator_exponent(exponent: &Expr) -> Option<BigRational> {
    match &**exponent {
        Node::Integer(integer) if integer.is_negative() => Some(BigRational::from(-integer)),
        Node::Rational(ratio) if ratio.is_negative() => Some(-ratio),
        _ => None,
    }
}

fn is_minus_half(ratio: &BigRational) -> bool {
    *ratio == BigRational::new((-1).into(), 2.into())
}
