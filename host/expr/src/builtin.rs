//! The functions of the language: all that is known of each stands in one row of the [`table`].
//!
//! Every pass reads its column: [`crate::language`] the name and the number of arguments, [`crate::check`] the rule of
//! units, [`crate::simplify`] the rule and what is known of the value, [`crate::lower`] the recipe, [`crate::print`]
//! and [`crate::latex`] the notation. Adding a function is adding a row; if nothing computes it yet, a row of
//! `kamodo_compute`'s operations as well.

mod table;

use std::fmt;

use kamodo_compute::{Binary, Reduction, Ternary, Unary};

use crate::Expr;
use crate::simplify::{Simplified, Unfit};
use crate::word::Word;

pub use table::Builtin;

/// All that the language knows of a function of its own.
pub(crate) struct Row {
    /// The name by which it is called, and by which it prints.
    pub(crate) name: &'static str,
    /// What it is computed by.
    pub(crate) recipe: Recipe,
    /// How it is simplified.
    pub(crate) rule: Rule,
    /// Its parameters, what it is, an example; none for one that is only called under another name.
    pub(crate) word: Option<Word>,
    /// How many arguments it takes at least; none if it is as many as it has parameters.
    pub(crate) least: Option<usize>,
    /// Whether its name is free for functions and parameters of users.
    pub(crate) is_free: bool,
    /// Whether its name is of numpy alone: to sympy it is one that somebody may provide.
    pub(crate) is_of_numpy: bool,
    pub(crate) units: Units,
    /// Whether its argument is an angle in radians.
    pub(crate) takes_angle: bool,
    pub(crate) returns: Returns,
    pub(crate) decimals: Decimals,
    pub(crate) real: Real,
    pub(crate) notation: Notation,
    /// What it is read by in LaTeX besides its name.
    pub(crate) signs: &'static [(&'static str, Sign)],
    pub(crate) order: Order,
    /// Of which doubles it has a real value, as its last argument.
    pub(crate) domain: Domain,
    /// How far it is from the true value; none for what the C library computes.
    pub(crate) accuracy: Option<Accuracy>,
}

/// The steps that compute a function.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Recipe {
    One(Unary),
    Two(Binary),
    Three(Ternary),
    Reduce(Reduction),
    /// Argument by argument, from the left.
    Fold(Binary),
    /// One over the function.
    Over(Unary),
    /// The function of one over the argument.
    OfInverse(Unary),
    /// The function of one argument, or the one of two.
    OneOrTwo(Unary, Binary),
    /// Of a constant order zero, the function of the second argument; else the function of both.
    OrderZero(Unary, Binary),
    /// The value of the first condition that holds.
    Cases,
}

/// What a rule returns: the simplified form, or none if the call stays as it is.
pub(crate) type Special = Result<Option<Expr>, Unfit>;

/// How a call is simplified, by the arguments that the rule takes.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    Unruled,
    One(fn(&Expr) -> Special),
    Two(fn(&Expr, &Expr) -> Special),
    Each(fn(&[Expr]) -> Special),
    /// A rule that says of any call what it becomes.
    Whole(fn(&[Expr]) -> Simplified),
    /// A rule of several functions, which takes the function as well.
    OneOf(fn(Builtin, &Expr) -> Special),
    TwoOf(fn(Builtin, &Expr, &Expr) -> Special),
    EachOf(fn(Builtin, Vec<Expr>) -> Simplified),
}

/// What the units of the arguments do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Units {
    /// The arguments are plain numbers, and so is the result.
    Plain,
    /// The result has the unit of the argument.
    Kept,
    /// The same, of a reduction: no array may cancel out in its argument.
    Reduced,
    /// The same, where the unit decides the value: a ratio that nobody declared, such as km/m, is made a pure number
    /// first.
    Rounded,
    /// The arguments convert to one unit, which the result has.
    Alike,
    /// The arguments convert to one unit; the result is a plain number.
    Compared,
    /// The first argument has any unit, a second one is a plain number, and so is the result.
    Dropped,
}

/// What sort of number a function returns, for warnings where another unit is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returns {
    /// One in the unit of its arguments, or in none that could be told: logarithms are said in units of all kinds.
    Anything,
    /// A pure number.
    Number,
    /// An angle in radians.
    Angle,
}

/// What becomes of a call whose arguments are numbers, one of them a decimal one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decimals {
    /// It is computed: `sin(0.5)` is a number.
    Computed,
    /// It stays a call, and its value orders and compares expressions.
    Kept,
    /// It stays a call of which no value is known before it runs.
    Opaque,
}

/// When a call is known to be real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Real {
    /// If all arguments are.
    IfArguments,
    /// If all arguments behind the first are.
    IfOthers,
    /// If the argument is positive.
    IfPositive,
    /// If the argument is real, and from -1 to 1.
    WithinOne,
    Always,
    Never,
}

/// How a function is set in formulas; first what LaTeX has, then what MathML has if that is another sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    /// `\sin{\left(x \right)}`
    Name,
    /// `\log{\left(x \right)}` of the first argument, with an exponent behind it.
    Call(&'static str),
    /// `e^{x}`
    Exponential,
    /// `\sqrt{x}`
    Root,
    /// `\left|{x}\right|`
    Enclosed { latex: [&'static str; 2], signs: [&'static str; 2] },
    /// `\overline{x}`
    Overline,
    /// `\operatorname{frac}{\left(x\right)}`, with an exponent behind it.
    Compact,
    /// `n!`
    Behind(&'static str),
    /// `\min\left(x, y\right)`
    List(&'static str, &'static str),
    /// `x\bmod{y}`
    Modulo,
    /// `{\binom{n}{k}}`
    Binomial,
    /// `x \leq y`; in text, it stands between its sides too, or is called by name.
    Relation { latex: &'static str, sign: &'static str, text: Option<&'static str> },
    /// `a \wedge b`
    Joined { latex: &'static str, sign: &'static str, text: &'static str },
    /// `\neg a`
    Negation,
    /// `\begin{cases} … \end{cases}`
    Cases,
    /// `\Gamma\left(x\right)`, `\Gamma^{2}\left(x\right)`
    Head(&'static str, &'static str),
    /// `\theta\left(x\right)`, `\left(\theta\left(x\right)\right)^{2}`
    Whole(&'static str, &'static str),
    /// `J_{n}\left(x\right)`, `J^{2}_{n}\left(x\right)`
    Order(&'static str),
    /// `\operatorname{E}_{n}\left(x\right)`, `\operatorname{E}_{n}^{2}\left(x\right)`
    OrderFirst(&'static str, &'static str),
    /// `P_{n}\left(x\right)`, `\left(P_{n}\left(x\right)\right)^{2}`; a second order above the first.
    Polynomial(&'static str),
    /// `\operatorname{re}{\left(x\right)}`, `\left(\operatorname{re}{\left(x\right)}\right)^{2}`
    Part(&'static str),
}

/// How a sign that means a function stands in LaTeX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// `\Gamma(x)`
    Plain,
    /// `K(m)`: only as it is printed, since it is a letter as others are.
    Letter,
    /// `J_{n}(x)`, `J^{2}_{n}(x)`
    Order,
    /// `P_{n}(x)`
    Polynomial,
}

/// Where sympy sorts calls of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Behind the functions that have a rank, by name.
    ByName,
    /// By a rank of its own.
    Ranked(u32),
    /// Behind all other functions, by the name of sympy's class.
    Class(&'static str),
}

/// The doubles of which a function has a real value; of others it is not a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Domain {
    All,
    AtLeast(f64),
    AtMost(f64),
    Within(f64, f64),
    /// Up to the first, and from the second on.
    Outside(f64, f64),
}

/// A bound of the error of a function, which the tests hold over a table of reference values.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Accuracy {
    /// The largest error, in parts of the value, or of what the range says.
    pub bound: f64,
    /// Over which arguments.
    pub range: &'static str,
}

// === impl Row ===

impl Row {
    const fn new(name: &'static str, recipe: Recipe, rule: Rule) -> Self {
        Self {
            name,
            recipe,
            rule,
            word: None,
            least: None,
            is_free: false,
            is_of_numpy: false,
            units: Units::Plain,
            takes_angle: false,
            returns: Returns::Anything,
            decimals: Decimals::Computed,
            real: Real::IfArguments,
            notation: Notation::Name,
            signs: &[],
            order: Order::ByName,
            domain: Domain::All,
            accuracy: None,
        }
    }
}

// === impl Builtin ===

impl Builtin {
    /// Returns the name by which it prints.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns a bound of its error; none if the C library computes it, or it is exact.
    #[must_use]
    pub fn accuracy(self) -> Option<Accuracy> {
        self.row().accuracy
    }

    /// Returns whether its value is true or false.
    #[must_use]
    pub fn is_boolean(self) -> bool {
        self.is_relation() || matches!(self, Self::And | Self::Or | Self::Not)
    }

    /// Returns whether it makes one element of each row along the last axis of an array.
    #[must_use]
    pub fn is_reduction(self) -> bool {
        matches!(self.row().recipe, Recipe::Reduce(_))
    }

    /// Returns whether it compares.
    #[must_use]
    pub fn is_relation(self) -> bool {
        matches!(self.row().notation, Notation::Relation { .. })
    }
}

// === impl Domain ===

impl Domain {
    /// Returns whether a function has a real value of a double.
    #[cfg(test)]
    fn contains(self, x: f64) -> bool {
        match self {
            Self::All => true,
            Self::AtLeast(first) => x >= first,
            Self::AtMost(last) => x <= last,
            Self::Within(first, last) => (first..=last).contains(&x),
            Self::Outside(last, first) => x <= last || x >= first,
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all numbers"),
            Self::AtLeast(first) => write!(f, "from {first}"),
            Self::AtMost(last) => write!(f, "up to {last}"),
            Self::Within(first, last) => write!(f, "from {first} to {last}"),
            Self::Outside(last, first) => write!(f, "up to {last} and from {first}"),
        }
    }
}

// === impl Units ===

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "pure numbers, to a pure number",
            Self::Kept | Self::Reduced | Self::Rounded => "any, kept",
            Self::Alike => "of one dimension, converted to the first, kept",
            Self::Compared => "of one dimension, converted to the first, to a pure number",
            Self::Dropped => "any, to a pure number",
        })
    }
}

// === impl Recipe ===

impl Recipe {
    /// Computes the function of doubles; none if that takes more than one operation of each argument.
    pub(crate) fn real(self, args: &[f64]) -> Option<f64> {
        Some(match (self, args) {
            (Self::One(operation) | Self::OneOrTwo(operation, _), &[x]) => operation.real()(x),
            (
                Self::Two(operation) | Self::OneOrTwo(_, operation) | Self::OrderZero(_, operation),
                &[x, y],
            ) => operation.real()(x, y),
            (Self::Over(operation), &[x]) => 1.0 / operation.real()(x),
            (Self::OfInverse(operation), &[x]) => operation.real()(1.0 / x),
            (Self::Fold(operation), &[first, ref rest @ ..]) => {
                rest.iter().fold(first, |folded, &next| operation.real()(folded, next))
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_real_values_in_its_domain_alone() {
        for &builtin in Builtin::ALL {
            let row = builtin.row();
            let Some(function) = one_argument(row.recipe) else { continue };
            for step in -399..400 {
                let x = f64::from(step) / 64.0; // no integer beyond 6, no step of a pole between
                let is_pole_of_gamma = x < 0.0 && x.fract() == 0.0;
                if is_pole_of_gamma {
                    continue;
                }
                assert_eq!(
                    !function(x).is_nan(),
                    row.domain.contains(x),
                    "{}({x}) = {}",
                    row.name,
                    function(x)
                );
            }
        }
    }

    /// The function of doubles if it takes one argument.
    fn one_argument(recipe: Recipe) -> Option<impl Fn(f64) -> f64> {
        let takes_one =
            matches!(recipe, Recipe::One(_) | Recipe::Over(_) | Recipe::OfInverse(_) | Recipe::OneOrTwo(..));
        takes_one.then_some(move |x| recipe.real(&[x]).unwrap_or(f64::NAN))
    }

    #[test]
    fn each_function_prints_by_its_name_and_once() {
        let mut names: Vec<_> = Builtin::ALL.iter().map(|builtin| builtin.name()).collect();
        names.sort_unstable();
        let n_names = names.len();
        names.dedup();
        assert_eq!(names.len(), n_names);
    }
}
