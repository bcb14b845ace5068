//! What does not hold together in what a plugin says of itself.

use kamodo_plugin_api::abi::MAX_ARGUMENTS;
use kamodo_units::{printable, unseen, unseen_hint};

/// One thing that a plugin says of itself and that does not hold together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecFault {
    /// A table is shorter than its first version.
    #[error("{table} table: expected at least {expected} bytes, found {found}")]
    Table {
        /// Of what.
        table: &'static str,
        /// The bytes that its first version has.
        expected: usize,
        /// The bytes that it says to have.
        found: usize,
    },
    /// There is nothing to serve.
    #[error("expected functions, found none")]
    NoFunctions,
    /// A text is not UTF-8.
    #[error("{place}: expected UTF-8, found `{found}`")]
    Text {
        /// Where it stands.
        place: String,
        /// Its bytes, escaped.
        found: String,
    },
    /// A name cannot be written in an expression.
    #[error(
        "{place}: expected a name of letters, digits and `_`, found `{}`{}",
        printable(found),
        unseen_in(found)
    )]
    Name {
        /// Where it stands.
        place: String,
        /// What stands there.
        found: String,
    },
    /// A name means something else in every expression.
    #[error("{place}: `{found}` is {taken}, {needed} needs another name")]
    Reserved {
        /// Where it stands.
        place: String,
        /// The name.
        found: String,
        /// What has it.
        taken: String,
        /// What would have it.
        needed: String,
    },
    /// Two functions have one name.
    #[error("`{function}`: defined twice")]
    FunctionTwice {
        /// The name.
        function: String,
    },
    /// Two arguments have one name.
    #[error("`{function}`: argument `{argument}` stands twice")]
    ArgumentTwice {
        /// The function.
        function: String,
        /// The name.
        argument: String,
    },
    /// More arguments than a call can carry.
    #[error("`{function}`: expected at most {MAX_ARGUMENTS} arguments, found {found}")]
    TooManyArguments {
        /// The function.
        function: String,
        /// How many there are.
        found: usize,
    },
    /// An argument that must be given stands after one that need not.
    #[error(
        "`{function}`: expected a default for `{argument}`, which stands after `{before}`, which has one"
    )]
    NoDefault {
        /// The function.
        function: String,
        /// The argument without a default.
        argument: String,
        /// The argument before it.
        before: String,
    },
    /// A unit's text does not parse.
    #[error("{place}: unit: {error}\n    {}\n    {}", one_each(text), carets(text, error))]
    Unit {
        /// Where it stands.
        place: String,
        /// The text.
        text: String,
        /// What is wrong with it.
        error: kamodo_units::Error,
    },
    /// An example cannot be a call of its function.
    #[error("{place}: expected {expected} arguments, found {found}")]
    Example {
        /// Which one.
        place: String,
        /// The arguments that the function takes.
        expected: usize,
        /// The arguments that the example has.
        found: String,
    },
}

// === impl SpecFault ===

impl SpecFault {
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Unit { error, .. } => error.hint(),
            Self::Name { found, .. } => {
                found.chars().find(|next| unseen(*next).is_some()).map(|next| unseen_hint(next).to_owned())
            }
            Self::Reserved { found, .. } => {
                Some(format!("rename it, such as to `{found}_0`, or put a prefix before it"))
            }
            Self::FunctionTwice { .. } | Self::ArgumentTwice { .. } => Some("rename one of them".to_owned()),
            Self::NoDefault { argument, .. } => {
                Some(format!("give `{argument}` a default, or put it before those that have one"))
            }
            _ => None,
        }
    }
}

fn carets(text: &str, error: &kamodo_units::Error) -> String {
    let span = error.span();
    let blanks = text.get(..span.start).map_or(0, |before| before.chars().count());
    let width = text.get(span).map_or(1, |wrong| wrong.chars().count().max(1));
    format!("{}{}", " ".repeat(blanks), "^".repeat(width))
}

/// Names the characters of a name that nobody sees.
fn unseen_in(name: &str) -> String {
    let mut unseen: Vec<_> = name.chars().filter_map(unseen).collect();
    unseen.sort_unstable();
    unseen.dedup();
    match unseen.is_empty() {
        true => String::new(),
        false => format!(", with {}, which nobody sees", unseen.join(" and ")),
    }
}

/// A text in which each character that nobody sees is shown as one that is seen, so that the carets stand in the right
/// columns.
fn one_each(text: &str) -> String {
    text.chars().map(|next| if unseen(next).is_some() { '\u{fffd}' } else { next }).collect()
}
