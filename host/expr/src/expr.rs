//! The simplified tree: what is printed and what is lowered.

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;

use crate::{Float, work};

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

macro_rules! builtins {
    ($($variant:ident = $name:literal,)*) => {
        /// A function that the language itself has; comparisons, logic and cases are functions too.
        ///
        /// `Piecewise` has values and conditions in turn.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)] // each is the function of that name
        #[non_exhaustive]
        pub enum Builtin {
            $($variant,)*
        }

        impl Builtin {
            /// Returns the name by which it prints.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

builtins! {
    Sin = "sin",
    Cos = "cos",
    Tan = "tan",
    Sec = "sec",
    Csc = "csc",
    Cot = "cot",
    Asin = "asin",
    Acos = "acos",
    Atan = "atan",
    Asec = "asec",
    Acsc = "acsc",
    Acot = "acot",
    Atan2 = "atan2",
    Sinh = "sinh",
    Cosh = "cosh",
    Tanh = "tanh",
    Sech = "sech",
    Csch = "csch",
    Coth = "coth",
    Asinh = "asinh",
    Acosh = "acosh",
    Atanh = "atanh",
    Asech = "asech",
    Acsch = "acsch",
    Acoth = "acoth",
    Sinc = "sinc",
    Exp = "exp",
    Expm1 = "expm1",
    Log = "log",
    Log1p = "log1p",
    Log2 = "log2",
    Log10 = "log10",
    Sqrt = "sqrt",
    Hypot = "hypot",
    Abs = "Abs",
    Sign = "sign",
    Re = "re",
    Im = "im",
    Conjugate = "conjugate",
    Arg = "arg",
    Floor = "floor",
    Ceiling = "ceiling",
    Frac = "frac",
    Min = "Min",
    Max = "Max",
    SumOf = "sum",
    Mean = "mean",
    Least = "min",
    Greatest = "max",
    Norm = "norm",
    Mod = "Mod",
    Heaviside = "Heaviside",
    Piecewise = "Piecewise",
    Eq = "Eq",
    Ne = "Ne",
    Lt = "Lt",
    Le = "Le",
    Gt = "Gt",
    Ge = "Ge",
    And = "And",
    Or = "Or",
    Not = "Not",
    Factorial = "factorial",
    Factorial2 = "factorial2",
    Binomial = "binomial",
    Gamma = "gamma",
    LogGamma = "loggamma",
    Polygamma = "polygamma",
    Beta = "beta",
    Erf = "erf",
    Erfc = "erfc",
    Erfinv = "erfinv",
    BesselJ = "besselj",
    BesselY = "bessely",
    BesselI = "besseli",
    BesselK = "besselk",
    AiryAi = "airyai",
    AiryBi = "airybi",
    Legendre = "legendre",
    AssocLegendre = "assoc_legendre",
    ChebyshevT = "chebyshevt",
    ChebyshevU = "chebyshevu",
    Hermite = "hermite",
    Laguerre = "laguerre",
    EllipticK = "elliptic_k",
    EllipticE = "elliptic_e",
    Ei = "Ei",
    Expint = "expint",
    Zeta = "zeta",
}

// === impl Builtin ===

impl Builtin {
    /// Returns whether its value is true or false.
    #[must_use]
    pub fn is_boolean(self) -> bool {
        self.is_relation() || matches!(self, Self::And | Self::Or | Self::Not)
    }

    /// Returns whether it makes one element of each row along the last axis of an array.
    #[must_use]
    pub fn is_reduction(self) -> bool {
        matches!(self, Self::SumOf | Self::Mean | Self::Least | Self::Greatest | Self::Norm)
    }

    /// Returns whether it compares.
    #[must_use]
    pub fn is_relation(self) -> bool {
        matches!(self, Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge)
    }
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
