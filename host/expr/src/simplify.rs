//! The constructors of simplified expressions: sympy's canonical form, term by term.
//!
//! A sum collects like terms under one coefficient each, a product collects powers of one base, a power
//! of a number is worked out as far as it stays exact, and a function of the language knows its special
//! values. Nothing is expanded and no identity is applied: an expression prints as sympy 1.5 prints it
//! on parsing. Terms and factors are kept in the order of printing (see [`order`]), so that the printed
//! and the evaluated form are one.
//!
//! Every constructor takes simplified parts and returns a simplified whole, or says why there is none.

mod add;
pub(crate) mod bessel;
pub(crate) mod complex;
pub(crate) mod exponential;
pub(crate) mod extreme;
mod function;
pub(crate) mod gamma;
pub(crate) mod hyperbolic;
mod infinity;
pub(crate) mod inverse;
mod mul;
mod numeric;
mod order;
pub(crate) mod polynomial;
mod pow;
pub(crate) mod reciprocal;
pub(crate) mod root;
pub(crate) mod rounding;
mod sign;
pub(crate) mod special;
pub(crate) mod trigonometric;
pub(crate) mod truth;

use std::slice;
use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;

pub(crate) use crate::number::{MAX_BITS, Number, Unfit};
use crate::{Builtin, Constant, Expr, Float, Node, work};

pub(crate) use add::{add, without_squares_of_sines};
pub(crate) use exponential::logarithm;
pub(crate) use function::function;
pub(crate) use mul::{mul, quotient};
pub(crate) use numeric::numeric;
pub(crate) use order::sort_factors as sort_for_print;
pub(crate) use order::sort_terms as sort_terms_for_print;
pub(crate) use pow::pow;
use sign::could_extract_minus_sign;
pub(crate) use truth::real_root;

/// Takes as many steps as a constructor has parts.
pub(crate) fn step(n_parts: usize) -> Result<(), Unfit> {
    if work::step(1 + n_parts) { Ok(()) } else { Err(Unfit::Stopped) }
}

/// What a constructor returns.
pub(crate) type Simplified = Result<Expr, Unfit>;

impl Number {
    pub(crate) fn into_expr(self) -> Expr {
        match self {
            Self::Exact(ratio) => Expr::rational(ratio),
            Self::Decimal(float) => Expr::decimal(float),
        }
    }
}

impl Expr {
    pub(crate) fn integer(integer: impl Into<BigInt>) -> Self {
        Self::from_node(Node::Integer(integer.into()))
    }

    pub(crate) fn ratio(numerator: i64, denominator: i64) -> Self {
        Self::rational(BigRational::new(numerator.into(), denominator.into()))
    }

    pub(crate) fn rational(ratio: BigRational) -> Self {
        if ratio.denom().is_one() {
            Self::integer(ratio.numer().clone())
        } else {
            Self::from_node(Node::Rational(ratio))
        }
    }

    pub(crate) fn decimal(float: Float) -> Self {
        Self::from_node(Node::Float(float))
    }

    pub(crate) fn one() -> Self {
        Self::integer(1)
    }

    pub(crate) fn symbol(name: &Arc<str>) -> Self {
        Self::from_node(Node::Symbol(Arc::clone(name)))
    }

    pub(crate) fn constant(constant: Constant) -> Self {
        Self::from_node(Node::Constant(constant))
    }

    pub(crate) fn call(name: &Arc<str>, args: Vec<Expr>) -> Self {
        Self::from_node(Node::Call(Arc::clone(name), args))
    }

    pub(crate) fn builtin(builtin: Builtin, args: Vec<Expr>) -> Self {
        Self::from_node(Node::Builtin(builtin, args))
    }

    /// Returns the number that it is, where it is one.
    pub(crate) fn number(&self) -> Option<Number> {
        match &**self {
            Node::Integer(integer) => Some(Number::Exact(BigRational::from(integer.clone()))),
            Node::Rational(ratio) => Some(Number::Exact(ratio.clone())),
            Node::Float(float) => Some(Number::Decimal(float.clone())),
            _ => None,
        }
    }

    /// Returns the exact number that it is, where it is one.
    pub(crate) fn exact(&self) -> Option<BigRational> {
        match self.number()? {
            Number::Exact(ratio) => Some(ratio),
            Number::Decimal(_) => None,
        }
    }

    pub(crate) fn is_integer(&self, integer: i64) -> bool {
        matches!(&**self, Node::Integer(found) if *found == BigInt::from(integer))
    }

    pub(crate) fn is_constant(&self, constant: Constant) -> bool {
        matches!(&**self, Node::Constant(found) if *found == constant)
    }

    /// Returns whether it is true or false, not a number.
    pub(crate) fn is_truth(&self) -> bool {
        match &**self {
            Node::Constant(constant) => matches!(constant, Constant::True | Constant::False),
            Node::Builtin(builtin, _) => builtin.is_boolean(),
            _ => false,
        }
    }

    /// Returns whether it holds no parameter.
    pub(crate) fn is_number_like(&self) -> bool {
        match &**self {
            Node::Integer(_) | Node::Rational(_) | Node::Float(_) | Node::Constant(_) => true,
            Node::Symbol(_) => false,
            _ if !work::step(1) => false,
            Node::Add(parts) | Node::Mul(parts) | Node::Builtin(_, parts) | Node::Call(_, parts) => {
                parts.iter().all(Self::is_number_like)
            }
            Node::Pow(base, exponent) => base.is_number_like() && exponent.is_number_like(),
        }
    }

    /// Returns the parts of it, none for an atom.
    pub(crate) fn parts(&self) -> Vec<&Expr> {
        match &**self {
            Node::Add(parts) | Node::Mul(parts) | Node::Builtin(_, parts) | Node::Call(_, parts) => {
                parts.iter().collect()
            }
            Node::Pow(base, exponent) => vec![base, exponent],
            _ => Vec::new(),
        }
    }

    /// Visits it and every part of it, the outer before the inner.
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        self.parts().into_iter().for_each(|part| part.visit(visit));
    }

    /// Returns the terms of a sum; of what is none, itself.
    pub(crate) fn terms(&self) -> &[Self] {
        if let Node::Add(terms) = &**self { terms } else { slice::from_ref(self) }
    }

    /// Returns the factors of a product; of what is none, itself.
    pub(crate) fn factors(&self) -> &[Self] {
        if let Node::Mul(factors) = &**self { factors } else { slice::from_ref(self) }
    }

    /// Returns whether it has more than so many parts in all, itself included; counts no further.
    pub(crate) fn is_larger_than(&self, n_parts: usize) -> bool {
        fn left_of(expr: &Expr, n_parts: usize) -> Option<usize> {
            if !work::step(1) {
                return None;
            }
            expr.parts().into_iter().try_fold(n_parts.checked_sub(1)?, |left, part| left_of(part, left))
        }
        left_of(self, n_parts).is_none()
    }

    /// Splits it into a numeric coefficient and the rest.
    pub(crate) fn as_coefficient_and_rest(&self) -> (Number, Expr) {
        if let Some(number) = self.number() {
            return (number, Self::one());
        }
        if let Node::Mul(factors) = &**self
            && let Some(number) = factors[0].number()
        {
            return (number, mul::from_ordered(factors[1..].to_vec()));
        }
        (Number::one(), self.clone())
    }

    /// Splits it into base and exponent, the exponential function into Euler's number and its argument.
    pub(crate) fn as_base_and_exponent(&self) -> (Expr, Expr) {
        match &**self {
            Node::Pow(base, exponent) => match base.exact() {
                Some(ratio) if ratio.numer().is_one() && !ratio.denom().is_one() => match neg(exponent) {
                    Ok(negative) => (Self::integer(ratio.denom().clone()), negative),
                    Err(_) => (base.clone(), exponent.clone()),
                },
                _ => (base.clone(), exponent.clone()),
            },
            Node::Builtin(Builtin::Exp, args) => (Self::constant(Constant::E), args[0].clone()),
            _ => (self.clone(), Self::one()),
        }
    }
}

/// Returns the square root.
pub(crate) fn sqrt(radicand: &Expr) -> Simplified {
    pow(radicand, &Expr::ratio(1, 2))
}

/// Returns `-expr`.
pub(crate) fn neg(expr: &Expr) -> Simplified {
    mul(vec![Expr::integer(-1), expr.clone()])
}

/// Returns `left - right`.
pub(crate) fn sub(left: &Expr, right: &Expr) -> Simplified {
    add(vec![left.clone(), neg(right)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number came out with the other sign where its negative could not be made.
    #[test]
    fn what_cannot_be_negated_is_a_failure_and_no_number() {
        let x = Expr::symbol(&"x".into());
        let negative = neg(&x).expect("a small expression");
        let (failed, _) = work::begin(|| {
            while work::step(1) {}
            [
                neg(&x),
                pow(&negative, &Expr::integer(3)),
                pow(&negative, &Expr::ratio(1, 2)),
                function(Builtin::Log, vec![Expr::integer(-2)]),
            ]
        });
        assert!(failed.iter().all(Result::is_err), "{failed:?}");
    }
}
