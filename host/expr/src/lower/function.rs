//! The functions of the language: the steps of their recipes.

use kamodo_compute::{Binary, Ternary};
use num_bigint::BigInt;

use super::{Id, LowerError, Lowering};
use crate::builtin::{Builtin, Recipe};
use crate::{Expr, Node};

impl Lowering<'_> {
    pub(super) fn builtin(&mut self, builtin: Builtin, args: &[Expr]) -> Result<Id, LowerError> {
        let is_order_zero = args
            .first()
            .is_some_and(|order| matches!(&**order, Node::Integer(order) if *order == BigInt::ZERO));
        let ids = args.iter().map(|arg| self.expr(arg)).collect::<Result<Vec<_>, _>>()?;
        match (builtin.row().recipe, ids.as_slice()) {
            (Recipe::OrderZero(operation, _), &[_, operand]) if is_order_zero => {
                self.unary(operation, operand)
            }
            (Recipe::One(operation) | Recipe::OneOrTwo(operation, _), &[operand]) => {
                self.unary(operation, operand)
            }
            (Recipe::Reduce(operation), &[operand]) => self.reduction(operation, operand),
            (
                Recipe::Two(operation) | Recipe::OneOrTwo(_, operation) | Recipe::OrderZero(_, operation),
                &[left, right],
            ) => self.binary(operation, left, right),
            (Recipe::Three(operation), &[first, second, third]) => {
                self.ternary(operation, first, second, third)
            }
            (Recipe::Fold(operation), &[first, ref rest @ ..]) => {
                rest.iter().try_fold(first, |folded, &next| self.binary(operation, folded, next))
            }
            (Recipe::Over(operation), &[operand]) => {
                let value = self.unary(operation, operand)?;
                self.inverse(value)
            }
            (Recipe::OfInverse(operation), &[operand]) => {
                let inverse = self.inverse(operand)?;
                self.unary(operation, inverse)
            }
            (Recipe::Cases, cases) if cases.len() >= 2 && cases.len().is_multiple_of(2) => self.cases(cases),
            (_, ids) => Err(LowerError::BuiltinArgumentCount { builtin: builtin.name(), found: ids.len() }),
        }
    }

    /// A float divides, so that the inverse of zero is infinite whatever kind of zero it is.
    fn inverse(&mut self, divisor: Id) -> Result<Id, LowerError> {
        let one = self.numpy_one();
        self.binary(Binary::Div, one, divisor)
    }

    /// From the last case to the first, which goes before the others; where none holds, there is no number.
    fn cases(&mut self, cases: &[Id]) -> Result<Id, LowerError> {
        let none = self.float(f64::NAN);
        cases
            .chunks_exact(2)
            .rev()
            .try_fold(none, |otherwise, case| self.ternary(Ternary::Select, case[1], case[0], otherwise))
    }
}
