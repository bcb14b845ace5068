//! Why an expression has no program.

use std::sync::Arc;

/// Why an expression cannot be evaluated at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LowerError {
    /// A name that is not a parameter.
    #[error("`{name}` is not a parameter; expected one of {}", list(parameters))]
    UnknownSymbol {
        /// The name.
        name: Arc<str>,
        /// The parameters there are.
        parameters: Vec<String>,
    },
    /// A call with more or fewer arguments than the function has parameters.
    #[error("`{callee}` takes {expected} argument{}, found {found}", if *expected == 1 { "" } else { "s" })]
    ArgumentCount {
        /// The function.
        callee: Arc<str>,
        /// How many parameters it has.
        expected: usize,
        /// How many arguments the call has.
        found: usize,
    },
    /// A function of the language with a number of arguments that it does not take.
    #[error("`{builtin}` does not take {found} argument{}", if *found == 1 { "" } else { "s" })]
    BuiltinArgumentCount {
        /// The function.
        builtin: &'static str,
        /// How many arguments it was given.
        found: usize,
    },
    /// The expression is an infinity without a sign, such as `1/0`.
    #[error("the expression divides by zero")]
    ComplexInfinity,
    /// More calls than one call may make in all.
    #[error("one call makes {n_calls} calls in all, the limit is {limit}")]
    TooManyCalls {
        /// How many it makes.
        n_calls: u64,
        /// How many it may make.
        limit: u64,
    },
    /// More steps than a program may have.
    #[error("the expression has more than {limit} steps")]
    TooLarge {
        /// How many it may have.
        limit: usize,
    },
}

fn list(parameters: &[String]) -> String {
    if parameters.is_empty() { "none".to_owned() } else { format!("`{}`", parameters.join("`, `")) }
}

// === impl LowerError ===

impl LowerError {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownSymbol { name, .. } => {
                Some(format!("add `{name}` to the parameters on the left-hand side"))
            }
            Self::TooManyCalls { .. } => Some(
                "call each function once and pass its result on, or bring the innermost ones as a plugin"
                    .to_owned(),
            ),
            Self::TooLarge { .. } => Some("split it into several functions".to_owned()),
            _ => None,
        }
    }
}
