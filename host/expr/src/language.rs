//! The names that the language itself has.

use crate::{Builtin, Constant, parser};

/// A function by one of its names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Function {
    name: &'static str,
    pub(crate) meaning: Meaning,
    /// How many arguments it takes at least and at most.
    pub(crate) least: usize,
    pub(crate) most: usize,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Builtin(Builtin),
    /// `cbrt(x)`
    CubeRoot,
    /// `root(x, n)`
    Root,
    /// `real_root(x, n)`
    RealRoot,
    /// `digamma(x)`, `trigamma(x)`: the polygamma function of this order.
    Polygamma(i64),
    /// `E1(x)`: the exponential integral of order one.
    ExpintOne,
    /// `min(x)`: of the elements of an array; `min(x, y)`: element by element.
    Extreme(Builtin, Builtin),
    /// `Add(x, y)`
    Sum,
    /// `Mul(x, y)`
    Product,
    /// `Pow(x, y)`
    Power,
    /// `Rational(p, q)`
    Ratio,
    /// `simplify(x)`
    Simplify,
}

// === impl Function ===

impl Function {
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether it takes so many arguments.
    pub(crate) fn fits(&self, n_args: usize) -> bool {
        (self.least..=self.most).contains(&n_args)
    }
}

const MANY: usize = usize::MAX;

macro_rules! functions {
    ($($name:literal $least:literal $most:expr, $meaning:expr;)*) => {
        const FUNCTIONS: &[Function] = &[
            $(Function { name: $name, meaning: $meaning, least: $least, most: $most },)*
        ];
    };
}

use Meaning::Builtin as Of;

// By name: how many arguments at least and at most, and what it stands for.
functions! {
    "sin" 1 1, Of(Builtin::Sin);
    "cos" 1 1, Of(Builtin::Cos);
    "tan" 1 1, Of(Builtin::Tan);
    "sec" 1 1, Of(Builtin::Sec);
    "csc" 1 1, Of(Builtin::Csc);
    "cot" 1 1, Of(Builtin::Cot);
    "asin" 1 1, Of(Builtin::Asin);
    "acos" 1 1, Of(Builtin::Acos);
    "atan" 1 1, Of(Builtin::Atan);
    "asec" 1 1, Of(Builtin::Asec);
    "acsc" 1 1, Of(Builtin::Acsc);
    "acot" 1 1, Of(Builtin::Acot);
    "atan2" 2 2, Of(Builtin::Atan2);
    "sinh" 1 1, Of(Builtin::Sinh);
    "cosh" 1 1, Of(Builtin::Cosh);
    "tanh" 1 1, Of(Builtin::Tanh);
    "sech" 1 1, Of(Builtin::Sech);
    "csch" 1 1, Of(Builtin::Csch);
    "coth" 1 1, Of(Builtin::Coth);
    "asinh" 1 1, Of(Builtin::Asinh);
    "acosh" 1 1, Of(Builtin::Acosh);
    "atanh" 1 1, Of(Builtin::Atanh);
    "asech" 1 1, Of(Builtin::Asech);
    "acsch" 1 1, Of(Builtin::Acsch);
    "acoth" 1 1, Of(Builtin::Acoth);
    "sinc" 1 1, Of(Builtin::Sinc);
    "exp" 1 1, Of(Builtin::Exp);
    "expm1" 1 1, Of(Builtin::Expm1);
    "log" 1 2, Of(Builtin::Log);
    "ln" 1 2, Of(Builtin::Log);
    "log1p" 1 1, Of(Builtin::Log1p);
    "log2" 1 1, Of(Builtin::Log2);
    "log10" 1 1, Of(Builtin::Log10);
    "sqrt" 1 1, Of(Builtin::Sqrt);
    "cbrt" 1 1, Meaning::CubeRoot;
    "root" 2 2, Meaning::Root;
    "real_root" 1 2, Meaning::RealRoot;
    "hypot" 2 2, Of(Builtin::Hypot);
    "Abs" 1 1, Of(Builtin::Abs);
    "abs" 1 1, Of(Builtin::Abs);
    "sign" 1 1, Of(Builtin::Sign);
    "re" 1 1, Of(Builtin::Re);
    "im" 1 1, Of(Builtin::Im);
    "conjugate" 1 1, Of(Builtin::Conjugate);
    "arg" 1 1, Of(Builtin::Arg);
    "floor" 1 1, Of(Builtin::Floor);
    "ceiling" 1 1, Of(Builtin::Ceiling);
    "frac" 1 1, Of(Builtin::Frac);
    "Min" 1 MANY, Of(Builtin::Min);
    "Max" 1 MANY, Of(Builtin::Max);
    "min" 1 MANY, Meaning::Extreme(Builtin::Least, Builtin::Min);
    "max" 1 MANY, Meaning::Extreme(Builtin::Greatest, Builtin::Max);
    "sum" 1 1, Of(Builtin::SumOf);
    "mean" 1 1, Of(Builtin::Mean);
    "norm" 1 1, Of(Builtin::Norm);
    "Mod" 2 2, Of(Builtin::Mod);
    "Heaviside" 1 2, Of(Builtin::Heaviside);
    "Piecewise" 2 MANY, Of(Builtin::Piecewise);
    "Eq" 2 2, Of(Builtin::Eq);
    "Ne" 2 2, Of(Builtin::Ne);
    "Lt" 2 2, Of(Builtin::Lt);
    "Le" 2 2, Of(Builtin::Le);
    "Gt" 2 2, Of(Builtin::Gt);
    "Ge" 2 2, Of(Builtin::Ge);
    "And" 1 MANY, Of(Builtin::And);
    "Or" 1 MANY, Of(Builtin::Or);
    "Not" 1 1, Of(Builtin::Not);
    "Add" 1 MANY, Meaning::Sum;
    "Mul" 1 MANY, Meaning::Product;
    "Pow" 2 2, Meaning::Power;
    "Rational" 1 2, Meaning::Ratio;
    "simplify" 1 1, Meaning::Simplify;
    "factorial" 1 1, Of(Builtin::Factorial);
    "factorial2" 1 1, Of(Builtin::Factorial2);
    "binomial" 2 2, Of(Builtin::Binomial);
    "gamma" 1 1, Of(Builtin::Gamma);
    "loggamma" 1 1, Of(Builtin::LogGamma);
    "digamma" 1 1, Meaning::Polygamma(0);
    "trigamma" 1 1, Meaning::Polygamma(1);
    "polygamma" 2 2, Of(Builtin::Polygamma);
    "beta" 2 2, Of(Builtin::Beta);
    "erf" 1 1, Of(Builtin::Erf);
    "erfc" 1 1, Of(Builtin::Erfc);
    "erfinv" 1 1, Of(Builtin::Erfinv);
    "besselj" 2 2, Of(Builtin::BesselJ);
    "bessely" 2 2, Of(Builtin::BesselY);
    "besseli" 2 2, Of(Builtin::BesselI);
    "besselk" 2 2, Of(Builtin::BesselK);
    "airyai" 1 1, Of(Builtin::AiryAi);
    "airybi" 1 1, Of(Builtin::AiryBi);
    "legendre" 2 2, Of(Builtin::Legendre);
    "assoc_legendre" 3 3, Of(Builtin::AssocLegendre);
    "chebyshevt" 2 2, Of(Builtin::ChebyshevT);
    "chebyshevu" 2 2, Of(Builtin::ChebyshevU);
    "hermite" 2 2, Of(Builtin::Hermite);
    "laguerre" 2 2, Of(Builtin::Laguerre);
    "elliptic_k" 1 1, Of(Builtin::EllipticK);
    "elliptic_e" 1 2, Of(Builtin::EllipticE);
    "Ei" 1 1, Of(Builtin::Ei);
    "expint" 2 2, Of(Builtin::Expint);
    "E1" 1 1, Meaning::ExpintOne;
    "zeta" 1 2, Of(Builtin::Zeta);
}

/// Names of functions that are also free as the names of parameters and of functions of one's own: letters
/// that formulas are written in, and words that anyone may take.
const UNRESERVED: &[&str] = &[
    "beta",
    "gamma",
    "zeta",
    "sign",
    "re",
    "im",
    "arg",
    "root",
    "min",
    "max",
    "sum",
    "mean",
    "norm",
    "E1",
    "Ei",
    "hypot",
    "expm1",
    "log1p",
    "log2",
    "log10",
    "digamma",
    "trigamma",
    "polygamma",
    "loggamma",
    "legendre",
    "hermite",
    "laguerre",
    "simplify",
    "Rational",
    "Add",
    "Mul",
    "Pow",
    "frac",
    "binomial",
    "factorial",
    "factorial2",
];

/// Returns a function of the language.
pub(crate) fn function(name: &str) -> Option<Function> {
    FUNCTIONS.iter().find(|function| function.name == name).copied()
}

/// Returns the function of the language that a name is where so many arguments follow it, where it is not made of
/// others.
pub(crate) fn builtin(name: &str, n_args: usize) -> Option<Builtin> {
    match function(name)?.meaning {
        Meaning::Builtin(builtin) => Some(builtin),
        Meaning::Extreme(of_elements, of_args) => Some(if n_args == 1 { of_elements } else { of_args }),
        _ => None,
    }
}

/// Returns whether a name is of numpy alone: to sympy it is one that somebody may provide.
pub(crate) fn is_of_numpy(name: &str) -> bool {
    matches!(name, "sum" | "mean" | "norm" | "hypot" | "expm1" | "log1p" | "log2" | "log10")
}

/// Returns whether nothing else may have the name of this function of the language.
pub(crate) fn is_reserved(name: &str) -> bool {
    function(name).is_some() && !UNRESERVED.contains(&name)
}

/// Returns what the language or Python has under this name, so that nothing else may have it; none if it is free.
///
/// # Examples
/// ```
/// assert_eq!(kamodo_expr::reserved("sin"), Some("a function of the language"));
/// assert_eq!(kamodo_expr::reserved("pi"), Some("a constant of the language"));
/// assert_eq!(kamodo_expr::reserved("if"), Some("a word of Python"));
/// assert_eq!(kamodo_expr::reserved("beta"), None);
/// ```
#[must_use]
pub fn reserved(name: &str) -> Option<&'static str> {
    if constant(name).is_some() {
        Some("a constant of the language")
    } else if is_reserved(name) {
        Some("a function of the language")
    } else if parser::is_python_keyword(name) {
        Some("a word of Python")
    } else {
        None
    }
}

/// Returns a constant of the language.
pub(crate) fn constant(name: &str) -> Option<Constant> {
    Constant::ALL.into_iter().find(|constant| constant.name() == name)
}

/// What is a constant elsewhere, or looks like one, and is a name like any other here, as published: with the constant,
/// and what it is.
const CONSTANTS_ELSEWHERE: [(&str, &str, &str); 14] = [
    ("π", "pi", "the constant"),
    ("\u{1d6d1}", "pi", "the constant"), // and its forms in mathematical alphabets
    ("\u{1d70b}", "pi", "the constant"),
    ("\u{1d745}", "pi", "the constant"),
    ("\u{1d77f}", "pi", "the constant"),
    ("\u{1d7b9}", "pi", "the constant"),
    ("PI", "pi", "the constant"),
    ("ℯ", "E", "Euler's number"),
    ("ⅇ", "E", "Euler's number"),
    ("ⅈ", "I", "the imaginary unit"),
    ("ⅉ", "I", "the imaginary unit"),
    ("inf", "oo", "infinity"),
    ("Inf", "oo", "infinity"),
    ("Infinity", "oo", "infinity"),
];

/// Returns for a name that is a constant elsewhere what the language calls it, and what it is.
pub(crate) fn constant_elsewhere(name: &str) -> Option<(&'static str, &'static str)> {
    CONSTANTS_ELSEWHERE.iter().find(|(known, ..)| *known == name).map(|(_, ours, what)| (*ours, *what))
}

/// Returns the names of all functions of the language, for "did you mean".
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}
