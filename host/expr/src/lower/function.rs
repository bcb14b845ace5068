//! The functions of the language: one step each, or the steps of what they are made of.

use kamodo_compute::{Binary, Reduction, Ternary, Unary};
use num_bigint::BigInt;

use super::{Id, LowerError, Lowering};
use crate::{Builtin, Expr, Node};

/// What a function becomes.
enum Steps {
    Unary(Unary),
    Binary(Binary),
    Ternary(Ternary),
    Reduce(Reduction),
    /// Operand by operand, from the left.
    Fold(Binary),
    /// One over the function.
    Over(Unary),
    /// The function of one over the argument.
    OfInverse(Unary),
    /// The function of one argument, or that of two.
    OneOrTwo(Unary, Binary),
    Cases,
    /// Of a constant order zero, the function of the second argument.
    OrderZero(Unary, Binary),
}

/// What is computed is what the published code computes, or would where it knows a function by name only.
fn steps(builtin: Builtin) -> Steps {
    use Steps::{Binary as Two, Fold, OfInverse, OneOrTwo, Over, Ternary as Three, Unary as One};
    match builtin {
        Builtin::Sin => One(Unary::Sin),
        Builtin::Cos => One(Unary::Cos),
        Builtin::Tan => One(Unary::Tan),
        Builtin::Sec => Over(Unary::Cos),
        Builtin::Csc => Over(Unary::Sin),
        Builtin::Cot => Over(Unary::Tan),
        Builtin::Asin => One(Unary::Asin),
        Builtin::Acos => One(Unary::Acos),
        Builtin::Atan => One(Unary::Atan),
        Builtin::Asec => OfInverse(Unary::Acos),
        Builtin::Acsc => OfInverse(Unary::Asin),
        Builtin::Acot => OfInverse(Unary::Atan),
        Builtin::Atan2 => Two(Binary::Atan2),
        Builtin::Sinh => One(Unary::Sinh),
        Builtin::Cosh => One(Unary::Cosh),
        Builtin::Tanh => One(Unary::Tanh),
        Builtin::Sech => Over(Unary::Cosh),
        Builtin::Csch => Over(Unary::Sinh),
        Builtin::Coth => Over(Unary::Tanh),
        Builtin::Asinh => One(Unary::Asinh),
        Builtin::Acosh => One(Unary::Acosh),
        Builtin::Atanh => One(Unary::Atanh),
        Builtin::Asech => OfInverse(Unary::Acosh),
        Builtin::Acsch => OfInverse(Unary::Asinh),
        Builtin::Acoth => OfInverse(Unary::Atanh),
        Builtin::Sinc => One(Unary::Sinc),
        Builtin::Exp => One(Unary::Exp),
        Builtin::Expm1 => One(Unary::Expm1),
        Builtin::Log => One(Unary::Log),
        Builtin::Log1p => One(Unary::Log1p),
        Builtin::Log2 => One(Unary::Log2),
        Builtin::Log10 => One(Unary::Log10),
        Builtin::Sqrt => One(Unary::Sqrt),
        Builtin::Hypot => Two(Binary::Hypot),
        Builtin::Abs => One(Unary::Abs),
        Builtin::Sign => One(Unary::Sign),
        Builtin::Re => One(Unary::Re),
        Builtin::Im => One(Unary::Im),
        Builtin::Conjugate => One(Unary::Conjugate),
        Builtin::Arg => One(Unary::Arg),
        Builtin::Floor => One(Unary::Floor),
        Builtin::Ceiling => One(Unary::Ceiling),
        Builtin::Frac => One(Unary::Frac),
        Builtin::Min => Fold(Binary::Min),
        Builtin::Max => Fold(Binary::Max),
        Builtin::SumOf => Steps::Reduce(Reduction::Sum),
        Builtin::Mean => Steps::Reduce(Reduction::Mean),
        Builtin::Least => Steps::Reduce(Reduction::Min),
        Builtin::Greatest => Steps::Reduce(Reduction::Max),
        Builtin::Norm => Steps::Reduce(Reduction::Norm),
        Builtin::Mod => Two(Binary::Mod),
        Builtin::Heaviside => OneOrTwo(Unary::Heaviside, Binary::Heaviside),
        Builtin::Piecewise => Steps::Cases,
        Builtin::Eq => Two(Binary::Eq),
        Builtin::Ne => Two(Binary::Ne),
        Builtin::Lt => Two(Binary::Lt),
        Builtin::Le => Two(Binary::Le),
        Builtin::Gt => Two(Binary::Gt),
        Builtin::Ge => Two(Binary::Ge),
        Builtin::And => Fold(Binary::And),
        Builtin::Or => Fold(Binary::Or),
        Builtin::Not => One(Unary::Not),
        Builtin::Factorial => One(Unary::Factorial),
        Builtin::Factorial2 => One(Unary::Factorial2),
        Builtin::Binomial => Two(Binary::Binomial),
        Builtin::Gamma => One(Unary::Gamma),
        Builtin::LogGamma => One(Unary::LogGamma),
        Builtin::Polygamma => Steps::OrderZero(Unary::Digamma, Binary::Polygamma),
        Builtin::Beta => Two(Binary::Beta),
        Builtin::Erf => One(Unary::Erf),
        Builtin::Erfc => One(Unary::Erfc),
        Builtin::Erfinv => One(Unary::Erfinv),
        Builtin::BesselJ => Two(Binary::BesselJ),
        Builtin::BesselY => Two(Binary::BesselY),
        Builtin::BesselI => Two(Binary::BesselI),
        Builtin::BesselK => Two(Binary::BesselK),
        Builtin::AiryAi => One(Unary::AiryAi),
        Builtin::AiryBi => One(Unary::AiryBi),
        Builtin::Legendre => Two(Binary::Legendre),
        Builtin::AssocLegendre => Three(Ternary::AssocLegendre),
        Builtin::ChebyshevT => Two(Binary::ChebyshevT),
        Builtin::ChebyshevU => Two(Binary::ChebyshevU),
        Builtin::Hermite => Two(Binary::Hermite),
        Builtin::Laguerre => Two(Binary::Laguerre),
        Builtin::EllipticK => One(Unary::EllipticK),
        Builtin::EllipticE => OneOrTwo(Unary::EllipticE, Binary::EllipticE),
        Builtin::Ei => One(Unary::Ei),
        Builtin::Expint => Two(Binary::Expint),
        Builtin::Zeta => OneOrTwo(Unary::Zeta, Binary::Zeta),
    }
}

impl Lowering<'_> {
    pub(super) fn builtin(&mut self, builtin: Builtin, args: &[Expr]) -> Result<Id, LowerError> {
        let is_order_zero = args
            .first()
            .is_some_and(|order| matches!(&**order, Node::Integer(order) if *order == BigInt::ZERO));
        let ids = args.iter().map(|arg| self.expr(arg)).collect::<Result<Vec<_>, _>>()?;
        match (steps(builtin), ids.as_slice()) {
            (Steps::OrderZero(operation, _), &[_, operand]) if is_order_zero => {
                self.unary(operation, operand)
            }
            (Steps::Unary(operation) | Steps::OneOrTwo(operation, _), &[operand]) => {
                self.unary(operation, operand)
            }
            (Steps::Reduce(operation), &[operand]) => self.reduction(operation, operand),
            (
                Steps::Binary(operation) | Steps::OneOrTwo(_, operation) | Steps::OrderZero(_, operation),
                &[left, right],
            ) => self.binary(operation, left, right),
            (Steps::Ternary(operation), &[first, second, third]) => {
                self.ternary(operation, first, second, third)
            }
            (Steps::Fold(operation), &[first, ref rest @ ..]) => {
                rest.iter().try_fold(first, |folded, &next| self.binary(operation, folded, next))
            }
            (Steps::Over(operation), &[operand]) => {
                let value = self.unary(operation, operand)?;
                self.inverse(value)
            }
            (Steps::OfInverse(operation), &[operand]) => {
                let inverse = self.inverse(operand)?;
                self.unary(operation, inverse)
            }
            (Steps::Cases, cases) if cases.len() >= 2 && cases.len().is_multiple_of(2) => self.cases(cases),
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
