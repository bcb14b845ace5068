//! The simplified tree: what is printed and what is lowered.

use std::ops::Deref;
use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;

use crate::Float;

/// A simplified expression; a clone shares its nodes.
///
/// Terms of a sum stand in the order in which sympy 1.5 prints them, which is the order of evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expr(Arc<Node>);

/// One node of an [`Expr`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// An exact integer.
    Integer(BigInt),
    /// An exact ratio that is not an integer, in lowest terms.
    Rational(BigRational),
    /// A decimal number; its nearest double is [`Float::value`].
    Float(Float),
    /// A number with a name.
    Constant(Constant),
    /// A parameter.
    Symbol(Arc<str>),
    /// A sum of two or more terms.
    Add(Vec<Expr>),
    /// A product of two or more factors; a numeric coefficient comes first.
    Mul(Vec<Expr>),
    /// Base and exponent. A quotient is a factor with a negative exponent, a root one with a rational.
    Pow(Expr, Expr),
    /// A function that the language itself has.
    Builtin(Builtin, Vec<Expr>),
    /// A call of a registered function.
    Call(Arc<str>, Vec<Expr>),
}

/// A number with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Constant {
    /// π
    Pi,
    /// Euler's number
    E,
    /// The imaginary unit
    ImaginaryUnit,
    /// +∞
    Infinity,
    /// -∞
    NegativeInfinity,
    /// ∞ without a sign, sympy's `zoo`
    ComplexInfinity,
    /// Not a number
    Nan,
}

/// A function that the language itself has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // each is the function of that name
#[non_exhaustive]
pub enum Builtin {
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Atan2,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Log,
    Sqrt,
    Abs,
    Sign,
    Floor,
    Ceiling,
    Min,
    Max,
    Mod,
}

// === impl Builtin ===

impl Builtin {
    /// Returns the name by which it prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Tan => "tan",
            Self::Asin => "asin",
            Self::Acos => "acos",
            Self::Atan => "atan",
            Self::Atan2 => "atan2",
            Self::Sinh => "sinh",
            Self::Cosh => "cosh",
            Self::Tanh => "tanh",
            Self::Exp => "exp",
            Self::Log => "log",
            Self::Sqrt => "sqrt",
            Self::Abs => "Abs",
            Self::Sign => "sign",
            Self::Floor => "floor",
            Self::Ceiling => "ceiling",
            Self::Min => "Min",
            Self::Max => "Max",
            Self::Mod => "Mod",
        }
    }
}

// === impl Expr ===

impl Expr {
    /// Wraps a node as it is; the constructors of `simplify` are the way to make a simplified one.
    #[must_use]
    pub fn from_node(node: Node) -> Self {
        Self(Arc::new(node))
    }
}

impl Deref for Expr {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.0
    }
}
