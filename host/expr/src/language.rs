//! The names that the language itself has.

use crate::Constant;
use crate::builtin::{Accuracy, Builtin};
use crate::word::Word;

/// The head of a sum over an index, whose second argument is a call without a name: index, from, to.
pub(crate) const SUM: &str = "Sum";
/// The head of a product over an index.
pub(crate) const PRODUCT: &str = "Product";

/// A function by one of its names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Function {
    pub(crate) meaning: Meaning,
    /// How many arguments it takes at least and at most.
    pub(crate) least: usize,
    pub(crate) most: usize,
    is_free: bool,
    word: Word,
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

/// What holds of a function of the language as a whole, for its reference.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Facts {
    /// Of which numbers it has a real value, as its last argument.
    pub domain: String,
    /// What units its arguments have, and what becomes of them.
    pub units: String,
    /// A bound of its error; none if the C library computes it, or it is exact.
    pub accuracy: Option<Accuracy>,
}

// === impl Word ===

impl Word {
    /// Returns what holds of a function; none for a constant, and for a function that is made of others.
    #[must_use]
    pub fn facts(&self) -> Option<Facts> {
        let row = match function(self.name)?.meaning {
            Meaning::Builtin(builtin) | Meaning::Extreme(_, builtin) => builtin.row(),
            _ => return None,
        };
        let (domain, units) = (row.domain.to_string(), row.units.to_string());
        Some(Facts { domain, units, accuracy: row.accuracy })
    }
}

// === impl Function ===

impl Function {
    /// Returns whether it takes so many arguments.
    pub(crate) fn fits(&self, n_args: usize) -> bool {
        (self.least..=self.most).contains(&n_args)
    }
}

const MANY: usize = usize::MAX;

/// A name that is not the one by which a function prints, or one for what is made of other functions.
struct Alias {
    meaning: Meaning,
    /// How many arguments it takes at least.
    least: usize,
    is_free: bool,
    word: Word,
}

macro_rules! aliases {
    (@free) => { true };
    (@reserved) => { false };
    ($($name:literal $least:literal $freedom:ident $meaning:expr; $parameters:literal, $about:literal, $example:literal;)*) => {
        const ALIASES: &[Alias] = &[
            $(Alias {
                meaning: $meaning,
                least: $least,
                is_free: aliases!(@$freedom),
                word: Word { name: $name, parameters: $parameters, about: $about, example: $example },
            },)*
        ];
    };
}

use Meaning::Builtin as Of;

// By name: how many arguments at least, whether the name is free for users, and what it stands for; then its
// parameters, what it is and an example.
aliases! {
    "ln" 1 reserved Of(Builtin::Log);
        "x, base", "the natural logarithm, or the one to a base", "ln(2.5)";
    "cbrt" 1 reserved Meaning::CubeRoot;
        "x", "the cube root", "cbrt(27.0)";
    "root" 2 free Meaning::Root;
        "x, n", "the n-th root: x**(1/n)", "root(16.0, 4)";
    "real_root" 1 reserved Meaning::RealRoot;
        "x, n", "the real n-th root, also of a negative x if n is odd", "real_root(-8, 3)";
    "abs" 1 reserved Of(Builtin::Abs);
        "x", "the absolute value", "abs(-2.5)";
    "min" 1 free Meaning::Extreme(Builtin::Least, Builtin::Min);
        "x, y, …", "the least of the arguments, or of one array along its last axis", "min(3, 1, 2)";
    "max" 1 free Meaning::Extreme(Builtin::Greatest, Builtin::Max);
        "x, y, …", "the greatest of the arguments, or of one array along its last axis", "max(3, 1, 2)";
    "Add" 1 free Meaning::Sum;
        "x, y, …", "x + y + …", "Add(1, 2, 3)";
    "Mul" 1 free Meaning::Product;
        "x, y, …", "x*y*…", "Mul(2, 3, 4)";
    "Pow" 2 free Meaning::Power;
        "x, y", "x**y", "Pow(2, 10)";
    "Rational" 1 free Meaning::Ratio;
        "p, q", "the exact ratio p/q", "Rational(3, 6)";
    "simplify" 1 free Meaning::Simplify;
        "x", "x itself: every definition is simplified", "simplify(2 + 3)";
    "digamma" 1 free Meaning::Polygamma(0);
        "x", "the derivative of loggamma", "digamma(2.5)";
    "trigamma" 1 free Meaning::Polygamma(1);
        "x", "the second derivative of loggamma", "trigamma(2.5)";
    "E1" 1 free Meaning::ExpintOne;
        "x", "the exponential integral of order 1", "E1(0.5)";
}

/// Returns a function of the language.
pub(crate) fn function(name: &str) -> Option<Function> {
    functions().find(|function| function.word.name == name)
}

/// Returns all functions by all their names.
fn functions() -> impl Iterator<Item = Function> {
    let builtins = Builtin::ALL.iter().filter_map(|&builtin| {
        let row = builtin.row();
        row.word.map(|word| {
            let least = row.least.unwrap_or(word.n_parameters());
            let most = if word.takes_many() { MANY } else { word.n_parameters() };
            Function { meaning: Meaning::Builtin(builtin), least, most, is_free: row.is_free, word }
        })
    });
    builtins.chain(ALIASES.iter().map(|alias| {
        let most = if alias.word.takes_many() { MANY } else { alias.word.n_parameters() };
        Function {
            meaning: alias.meaning,
            least: alias.least,
            most,
            is_free: alias.is_free,
            word: alias.word,
        }
    }))
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
    Builtin::ALL.iter().any(|builtin| builtin.row().is_of_numpy && builtin.name() == name)
}

/// Returns whether nothing else may have the name of this function of the language.
pub(crate) fn is_reserved(name: &str) -> bool {
    function(name).is_some_and(|function| !function.is_free)
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
    } else if is_python_keyword(name) {
        Some("a word of Python")
    } else {
        None
    }
}

/// Returns whether Python keeps a word to itself, so that no published definition has it as a name.
pub(crate) fn is_python_keyword(name: &str) -> bool {
    matches!(
        name,
        "False"
            | "None"
            | "True"
            | "and"
            | "as"
            | "assert"
            | "async"
            | "await"
            | "break"
            | "class"
            | "continue"
            | "def"
            | "del"
            | "elif"
            | "else"
            | "except"
            | "finally"
            | "for"
            | "from"
            | "global"
            | "if"
            | "import"
            | "in"
            | "is"
            | "lambda"
            | "nonlocal"
            | "not"
            | "or"
            | "pass"
            | "raise"
            | "return"
            | "try"
            | "while"
            | "with"
            | "yield"
    )
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
    functions().map(|function| function.word).chain(SERIES).chain(constants)
}

/// Returns the names of all functions of the language, for "did you mean".
pub(crate) fn function_names() -> impl Iterator<Item = &'static str> {
    functions().map(|function| function.word.name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_function_has_a_name_of_its_own_and_is_described() {
        let mut seen = HashSet::new();
        for function in functions() {
            let Word { name, about, example, .. } = function.word;
            assert!(seen.insert(name), "{name} stands twice");
            assert!(function.least <= function.most && function.least > 0, "{name}");
            assert!(!about.is_empty() && example.starts_with(&format!("{name}(")), "{name}");
        }
    }
}
