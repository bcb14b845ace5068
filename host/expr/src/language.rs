//! The names that the language itself has.

use crate::print::{PRODUCT, SUM};
use crate::{Builtin, Constant, parser};

/// A function by one of its names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Function {
    pub(crate) meaning: Meaning,
    /// How many arguments it takes at least and at most.
    pub(crate) least: usize,
    pub(crate) most: usize,
    word: Word,
}

/// A function or a constant of the language, for those who want to know what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Word {
    /// The name.
    pub name: &'static str,
    /// What stands between the parentheses of a call, such as `x, y`; empty for a constant.
    pub parameters: &'static str,
    /// What it is.
    pub about: &'static str,
    /// An expression with it.
    pub example: &'static str,
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
        self.word.name
    }

    /// Returns whether it takes so many arguments.
    pub(crate) fn fits(&self, n_args: usize) -> bool {
        (self.least..=self.most).contains(&n_args)
    }
}

const MANY: usize = usize::MAX;

macro_rules! functions {
    ($(
        $name:literal $least:literal $most:expr, $meaning:expr;
        $parameters:literal, $about:literal, $example:literal;
    )*) => {
        const FUNCTIONS: &[Function] = &[
            $(Function {
                meaning: $meaning,
                least: $least,
                most: $most,
                word: Word { name: $name, parameters: $parameters, about: $about, example: $example },
            },)*
        ];
    };
}

use Meaning::Builtin as Of;

// By name: how many arguments at least and at most, and what it stands for; then its parameters, what it is and an
// example.
functions! {
    "sin" 1 1, Of(Builtin::Sin);
        "x", "the sine of an angle in radians", "sin(0.5)";
    "cos" 1 1, Of(Builtin::Cos);
        "x", "the cosine of an angle in radians", "cos(0.5)";
    "tan" 1 1, Of(Builtin::Tan);
        "x", "the tangent of an angle in radians", "tan(0.5)";
    "sec" 1 1, Of(Builtin::Sec);
        "x", "the secant of an angle in radians", "sec(0.5)";
    "csc" 1 1, Of(Builtin::Csc);
        "x", "the cosecant of an angle in radians", "csc(0.5)";
    "cot" 1 1, Of(Builtin::Cot);
        "x", "the cotangent of an angle in radians", "cot(0.5)";
    "asin" 1 1, Of(Builtin::Asin);
        "x", "the angle in radians whose sine is x", "asin(0.5)";
    "acos" 1 1, Of(Builtin::Acos);
        "x", "the angle in radians whose cosine is x", "acos(0.5)";
    "atan" 1 1, Of(Builtin::Atan);
        "x", "the angle in radians whose tangent is x", "atan(0.5)";
    "asec" 1 1, Of(Builtin::Asec);
        "x", "the angle in radians whose secant is x", "asec(2.0)";
    "acsc" 1 1, Of(Builtin::Acsc);
        "x", "the angle in radians whose cosecant is x", "acsc(2.0)";
    "acot" 1 1, Of(Builtin::Acot);
        "x", "the angle in radians whose cotangent is x", "acot(2.0)";
    "atan2" 2 2, Of(Builtin::Atan2);
        "y, x", "the angle in radians of the point (x, y), from -pi to pi", "atan2(1.0, -1)";
    "sinh" 1 1, Of(Builtin::Sinh);
        "x", "the hyperbolic sine", "sinh(0.5)";
    "cosh" 1 1, Of(Builtin::Cosh);
        "x", "the hyperbolic cosine", "cosh(0.5)";
    "tanh" 1 1, Of(Builtin::Tanh);
        "x", "the hyperbolic tangent", "tanh(0.5)";
    "sech" 1 1, Of(Builtin::Sech);
        "x", "the hyperbolic secant", "sech(0.5)";
    "csch" 1 1, Of(Builtin::Csch);
        "x", "the hyperbolic cosecant", "csch(0.5)";
    "coth" 1 1, Of(Builtin::Coth);
        "x", "the hyperbolic cotangent", "coth(0.5)";
    "asinh" 1 1, Of(Builtin::Asinh);
        "x", "the number whose hyperbolic sine is x", "asinh(0.5)";
    "acosh" 1 1, Of(Builtin::Acosh);
        "x", "the number whose hyperbolic cosine is x", "acosh(2.0)";
    "atanh" 1 1, Of(Builtin::Atanh);
        "x", "the number whose hyperbolic tangent is x", "atanh(0.5)";
    "asech" 1 1, Of(Builtin::Asech);
        "x", "the number whose hyperbolic secant is x", "asech(0.5)";
    "acsch" 1 1, Of(Builtin::Acsch);
        "x", "the number whose hyperbolic cosecant is x", "acsch(2.0)";
    "acoth" 1 1, Of(Builtin::Acoth);
        "x", "the number whose hyperbolic cotangent is x", "acoth(2.0)";
    "sinc" 1 1, Of(Builtin::Sinc);
        "x", "sin(x)/x, and 1 at 0", "sinc(0.5)";
    "exp" 1 1, Of(Builtin::Exp);
        "x", "e to the power of x", "exp(1.5)";
    "expm1" 1 1, Of(Builtin::Expm1);
        "x", "exp(x) - 1, exact for small x", "expm1(1e-12)";
    "log" 1 2, Of(Builtin::Log);
        "x, base", "the natural logarithm, or the one to a base", "log(8.0, 2)";
    "ln" 1 2, Of(Builtin::Log);
        "x, base", "the natural logarithm, or the one to a base", "ln(2.5)";
    "log1p" 1 1, Of(Builtin::Log1p);
        "x", "log(1 + x), exact for small x", "log1p(1e-12)";
    "log2" 1 1, Of(Builtin::Log2);
        "x", "the logarithm to the base 2", "log2(8.0)";
    "log10" 1 1, Of(Builtin::Log10);
        "x", "the logarithm to the base 10", "log10(1000.0)";
    "sqrt" 1 1, Of(Builtin::Sqrt);
        "x", "the square root", "sqrt(2.0)";
    "cbrt" 1 1, Meaning::CubeRoot;
        "x", "the cube root", "cbrt(27.0)";
    "root" 2 2, Meaning::Root;
        "x, n", "the n-th root: x**(1/n)", "root(16.0, 4)";
    "real_root" 1 2, Meaning::RealRoot;
        "x, n", "the real n-th root, also of a negative x if n is odd", "real_root(-8, 3)";
    "hypot" 2 2, Of(Builtin::Hypot);
        "x, y", "sqrt(x**2 + y**2), without overflow", "hypot(3.0, 4)";
    "Abs" 1 1, Of(Builtin::Abs);
        "x", "the absolute value", "Abs(-2.5)";
    "abs" 1 1, Of(Builtin::Abs);
        "x", "the absolute value", "abs(-2.5)";
    "sign" 1 1, Of(Builtin::Sign);
        "x", "1 if x is positive, -1 if it is negative, 0 at 0", "sign(-2.5)";
    "re" 1 1, Of(Builtin::Re);
        "x", "the real part", "re(3 + 4*I)";
    "im" 1 1, Of(Builtin::Im);
        "x", "the imaginary part", "im(3 + 4*I)";
    "conjugate" 1 1, Of(Builtin::Conjugate);
        "x", "the complex conjugate", "conjugate(3 + 4*I)";
    "arg" 1 1, Of(Builtin::Arg);
        "x", "the angle of a complex number in radians", "arg(1.5*I)";
    "floor" 1 1, Of(Builtin::Floor);
        "x", "the greatest integer that is not above x", "floor(-2.5)";
    "ceiling" 1 1, Of(Builtin::Ceiling);
        "x", "the least integer that is not below x", "ceiling(-2.5)";
    "frac" 1 1, Of(Builtin::Frac);
        "x", "x - floor(x)", "frac(2.75)";
    "Min" 1 MANY, Of(Builtin::Min);
        "x, y, …", "the least of the arguments", "Min(3, 1, 2)";
    "Max" 1 MANY, Of(Builtin::Max);
        "x, y, …", "the greatest of the arguments", "Max(3, 1, 2)";
    "min" 1 MANY, Meaning::Extreme(Builtin::Least, Builtin::Min);
        "x, y, …", "the least of the arguments, or of one array along its last axis", "min(3, 1, 2)";
    "max" 1 MANY, Meaning::Extreme(Builtin::Greatest, Builtin::Max);
        "x, y, …", "the greatest of the arguments, or of one array along its last axis", "max(3, 1, 2)";
    "sum" 1 1, Of(Builtin::SumOf);
        "x", "the sum of an array along its last axis", "sum(2.5)";
    "mean" 1 1, Of(Builtin::Mean);
        "x", "the mean of an array along its last axis", "mean(2.5)";
    "norm" 1 1, Of(Builtin::Norm);
        "x", "the root of the sum of the squares of an array along its last axis", "norm(-2.5)";
    "Mod" 2 2, Of(Builtin::Mod);
        "x, y", "the remainder of x/y, with the sign of y", "Mod(-7, 3)";
    "Heaviside" 1 2, Of(Builtin::Heaviside);
        "x, h", "0 if x is negative, 1 if it is positive, h at 0", "Heaviside(0, 0.5)";
    "Piecewise" 2 MANY, Of(Builtin::Piecewise);
        "(value, condition), …", "the value of the first condition that holds, nan if none does", "Piecewise((1, 2 < 1), (3, True))";
    "Eq" 2 2, Of(Builtin::Eq);
        "x, y", "x == y", "Eq(2, 2)";
    "Ne" 2 2, Of(Builtin::Ne);
        "x, y", "x != y", "Ne(2, 2)";
    "Lt" 2 2, Of(Builtin::Lt);
        "x, y", "x < y", "Lt(1, 2)";
    "Le" 2 2, Of(Builtin::Le);
        "x, y", "x <= y", "Le(1, 2)";
    "Gt" 2 2, Of(Builtin::Gt);
        "x, y", "x > y", "Gt(1, 2)";
    "Ge" 2 2, Of(Builtin::Ge);
        "x, y", "x >= y", "Ge(1, 2)";
    "And" 1 MANY, Of(Builtin::And);
        "a, b, …", "whether all conditions hold", "And(1 < 2, 2 < 1)";
    "Or" 1 MANY, Of(Builtin::Or);
        "a, b, …", "whether one of the conditions holds", "Or(1 < 2, 2 < 1)";
    "Not" 1 1, Of(Builtin::Not);
        "a", "whether a condition does not hold", "Not(2 < 1)";
    "Add" 1 MANY, Meaning::Sum;
        "x, y, …", "x + y + …", "Add(1, 2, 3)";
    "Mul" 1 MANY, Meaning::Product;
        "x, y, …", "x*y*…", "Mul(2, 3, 4)";
    "Pow" 2 2, Meaning::Power;
        "x, y", "x**y", "Pow(2, 10)";
    "Rational" 1 2, Meaning::Ratio;
        "p, q", "the exact ratio p/q", "Rational(3, 6)";
    "simplify" 1 1, Meaning::Simplify;
        "x", "x itself: every definition is simplified", "simplify(2 + 3)";
    "factorial" 1 1, Of(Builtin::Factorial);
        "n", "n!", "factorial(5)";
    "factorial2" 1 1, Of(Builtin::Factorial2);
        "n", "the double factorial n!!", "factorial2(7)";
    "binomial" 2 2, Of(Builtin::Binomial);
        "n, k", "the binomial coefficient: n over k", "binomial(5, 2)";
    "gamma" 1 1, Of(Builtin::Gamma);
        "x", "the gamma function", "gamma(4.5)";
    "loggamma" 1 1, Of(Builtin::LogGamma);
        "x", "the logarithm of the gamma function", "loggamma(4.5)";
    "digamma" 1 1, Meaning::Polygamma(0);
        "x", "the derivative of loggamma", "digamma(2.5)";
    "trigamma" 1 1, Meaning::Polygamma(1);
        "x", "the second derivative of loggamma", "trigamma(2.5)";
    "polygamma" 2 2, Of(Builtin::Polygamma);
        "n, x", "the n-th derivative of digamma", "polygamma(1, 2.5)";
    "beta" 2 2, Of(Builtin::Beta);
        "x, y", "the beta function: gamma(x)*gamma(y)/gamma(x + y)", "beta(1.5, 2.5)";
    "erf" 1 1, Of(Builtin::Erf);
        "x", "the error function", "erf(0.5)";
    "erfc" 1 1, Of(Builtin::Erfc);
        "x", "1 - erf(x), exact for large x", "erfc(0.5)";
    "erfinv" 1 1, Of(Builtin::Erfinv);
        "x", "the number whose error function is x", "erfinv(0.5)";
    "besselj" 2 2, Of(Builtin::BesselJ);
        "n, x", "the Bessel function of the first kind, of order n", "besselj(0, 2.5)";
    "bessely" 2 2, Of(Builtin::BesselY);
        "n, x", "the Bessel function of the second kind, of order n", "bessely(0, 2.5)";
    "besseli" 2 2, Of(Builtin::BesselI);
        "n, x", "the modified Bessel function of the first kind, of order n", "besseli(0, 2.5)";
    "besselk" 2 2, Of(Builtin::BesselK);
        "n, x", "the modified Bessel function of the second kind, of order n", "besselk(0, 2.5)";
    "airyai" 1 1, Of(Builtin::AiryAi);
        "x", "the Airy function Ai", "airyai(0.5)";
    "airybi" 1 1, Of(Builtin::AiryBi);
        "x", "the Airy function Bi", "airybi(0.5)";
    "legendre" 2 2, Of(Builtin::Legendre);
        "n, x", "the Legendre polynomial of degree n", "legendre(2, 0.5)";
    "assoc_legendre" 3 3, Of(Builtin::AssocLegendre);
        "n, m, x", "the associated Legendre function of degree n and order m", "assoc_legendre(2, 1, 0.5)";
    "chebyshevt" 2 2, Of(Builtin::ChebyshevT);
        "n, x", "the Chebyshev polynomial of the first kind, of degree n", "chebyshevt(3, 0.5)";
    "chebyshevu" 2 2, Of(Builtin::ChebyshevU);
        "n, x", "the Chebyshev polynomial of the second kind, of degree n", "chebyshevu(3, 0.5)";
    "hermite" 2 2, Of(Builtin::Hermite);
        "n, x", "the Hermite polynomial of degree n, as physicists write it", "hermite(3, 0.5)";
    "laguerre" 2 2, Of(Builtin::Laguerre);
        "n, x", "the Laguerre polynomial of degree n", "laguerre(3, 0.5)";
    "elliptic_k" 1 1, Of(Builtin::EllipticK);
        "m", "the complete elliptic integral of the first kind, of parameter m", "elliptic_k(0.5)";
    "elliptic_e" 1 2, Of(Builtin::EllipticE);
        "z, m", "the elliptic integral of the second kind, of parameter m; the complete one of m alone", "elliptic_e(0.5)";
    "Ei" 1 1, Of(Builtin::Ei);
        "x", "the exponential integral", "Ei(0.5)";
    "expint" 2 2, Of(Builtin::Expint);
        "n, x", "the generalized exponential integral of order n", "expint(2, 0.5)";
    "E1" 1 1, Meaning::ExpintOne;
        "x", "the exponential integral of order 1", "E1(0.5)";
    "zeta" 1 2, Of(Builtin::Zeta);
        "s, a", "the Riemann zeta function, or Hurwitz's", "zeta(2.5)";
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
    FUNCTIONS.iter().find(|function| function.word.name == name).copied()
}

/// Returns the function of the language that a name is in a call of `n_args` arguments; none if it is made of others.
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

/// Sums and products over an index, which have parameters of their own form.
const SERIES: [Word; 2] = [
    Word {
        name: SUM,
        parameters: "term, (k, first, last)",
        about: "the sum of the terms for k from the first to the last",
        example: "Sum(k**2, (k, 1, 3))",
    },
    Word {
        name: PRODUCT,
        parameters: "factor, (k, first, last)",
        about: "the product of the factors for k from the first to the last",
        example: "Product(k**2, (k, 1, 3))",
    },
];

/// Returns all functions of the language, then its constants.
///
/// # Examples
/// ```
/// let word = kamodo_expr::words().find(|word| word.name == "sqrt").unwrap();
/// assert_eq!((word.parameters, word.about), ("x", "the square root"));
/// ```
pub fn words() -> impl Iterator<Item = Word> {
    let constants = Constant::ALL.into_iter().map(|constant| Word {
        name: constant.name(),
        parameters: "",
        about: constant.about(),
        example: constant.name(),
    });
    FUNCTIONS.iter().map(|function| function.word).chain(SERIES).chain(constants)
}

/// Returns the names of all functions of the language, for "did you mean".
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.word.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_described_with_as_many_parameters_as_it_takes() {
        for function in FUNCTIONS.iter().filter(|function| function.word.name != "Piecewise") {
            let Word { name, parameters, about, example } = function.word;
            let n_parameters = parameters.split(", ").filter(|parameter| *parameter != "…").count();
            assert_eq!(parameters.ends_with(", …"), function.most == MANY, "{name}");
            assert!(function.most == MANY || n_parameters == function.most, "{name}");
            assert!(!about.is_empty() && example.starts_with(&format!("{name}(")), "{name}");
        }
    }
}
