//! The simplified tree: what is printed and what is lowered.

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;

use crate::{Builtin, Float, work};

/// A simplified expression; a clone shares its nodes.
///
/// Terms of a sum stand in the order in which sympy 1.5 prints them, which is the order of evaluation.
#[derive(Debug, Clone, Eq)]
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
    /// Euler's γ, the limit of the harmonic numbers less the logarithm
    EulerGamma,
    /// (1 + √5)/2
    GoldenRatio,
    /// Catalan's constant, the alternating sum of the inverse odd squares
    Catalan,
    /// The real root of x³ = x² + x + 1
    TribonacciConstant,
    /// +∞
    Infinity,
    /// -∞
    NegativeInfinity,
    /// ∞ without a sign, sympy's `zoo`
    ComplexInfinity,
    /// Not a number
    Nan,
    /// What holds
    True,
    /// What does not hold
    False,
}

// === impl Constant ===

impl Constant {
    /// Every constant that has a name of its own in expressions.
    pub(crate) const ALL: [Self; 12] = [
        Self::Pi,
        Self::E,
        Self::ImaginaryUnit,
        Self::EulerGamma,
        Self::GoldenRatio,
        Self::Catalan,
        Self::TribonacciConstant,
        Self::Infinity,
        Self::ComplexInfinity,
        Self::Nan,
        Self::True,
        Self::False,
    ];

    /// Returns the name by which it prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pi => "pi",
            Self::E => "E",
            Self::ImaginaryUnit => "I",
            Self::EulerGamma => "EulerGamma",
            Self::GoldenRatio => "GoldenRatio",
            Self::Catalan => "Catalan",
            Self::TribonacciConstant => "TribonacciConstant",
            Self::Infinity => "oo",
            Self::NegativeInfinity => "-oo",
            Self::ComplexInfinity => "zoo",
            Self::Nan => "nan",
            Self::True => "True",
            Self::False => "False",
        }
    }

    /// Returns what it is, in words.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Pi => "the circumference of a circle of diameter 1",
            Self::E => "Euler's number, the base of the natural logarithm",
            Self::ImaginaryUnit => "the imaginary unit",
            Self::EulerGamma => "Euler's constant, the limit of the harmonic numbers less the logarithm",
            Self::GoldenRatio => "(1 + sqrt(5))/2",
            Self::Catalan => "Catalan's constant, the alternating sum of the inverse odd squares",
            Self::TribonacciConstant => "the real root of x**3 = x**2 + x + 1",
            Self::Infinity => "infinity",
            Self::NegativeInfinity => "minus infinity",
            Self::ComplexInfinity => "infinity without a sign",
            Self::Nan => "not a number",
            Self::True => "what holds",
            Self::False => "what does not hold",
        }
    }

    /// Returns the value of one that is real and finite.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        Some(match self {
            Self::Pi => std::f64::consts::PI,
            Self::E => std::f64::consts::E,
            Self::EulerGamma => 0.577_215_664_901_532_9,
            Self::GoldenRatio => 1.618_033_988_749_895,
            Self::Catalan => 0.915_965_594_177_219,
            Self::TribonacciConstant => 1.839_286_755_214_161,
            _ => return None,
        })
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

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        // Shared parts are not compared. Unshared ones of two equal expressions may be seen again and again.
        Arc::ptr_eq(&self.0, &other.0) || work::step(1) && *self.0 == *other.0
    }
}

impl Hash for Expr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if work::step(1) {
            self.0.hash(state);
        }
    }
}

impl Deref for Expr {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.0
    }
}
