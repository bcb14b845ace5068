//! What can be wrong with a unit's text, and with a conversion.

use std::ops::Range;

use crate::Unit;
use crate::parse::{MAX_DEPTH, MAX_EXPONENT, MAX_LENGTH};

/// A text that is no unit: what is wrong (its `Display`), where ([`Error::span`]), and what to do about
/// it ([`Error::hint`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
    span: Range<usize>,
}

/// What is wrong with a unit's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A name that no unit has.
    #[error("unknown unit `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// What was probably meant, as unit text.
        meant: Option<String>,
    },
    /// A temperature that is counted from another zero than the kelvin's.
    #[error("`{name}` has another zero than `K`: no factor converts it")]
    Offset {
        /// The name.
        name: String,
        /// What a temperature in that unit is in kelvin.
        in_kelvin: &'static str,
    },
    /// Something stands where something else should.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What should stand there.
        expected: &'static str,
        /// What stands there, in backticks where it is text.
        found: String,
    },
    /// A sum or a difference, or a minus sign before a unit.
    #[error("`{sign}` has no meaning between units: expected `*`, `/` or a power")]
    Sum {
        /// The sign.
        sign: char,
    },
    /// A blank after a division: `W/m sr` may mean `W/(m*sr)` or `(W/m)*sr`.
    #[error("a blank after a division can be read in two ways")]
    AmbiguousBlank {
        /// The unit before the division's sign, the one after it, and the one after the blank.
        parts: [String; 3],
    },
    /// An exponent beyond its bounds.
    #[error("exponent {found} is beyond {MAX_EXPONENT}")]
    Exponent {
        /// The exponent.
        found: String,
    },
    /// A number that is zero, or has too many digits.
    #[error("number {found} {problem}")]
    Number {
        /// The number.
        found: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A text longer than any unit.
    #[error("unit text has {found} bytes, expected at most {MAX_LENGTH}")]
    TooLong {
        /// How long it is.
        found: usize,
    },
    /// Parentheses in parentheses, too many of them.
    #[error("parentheses are nested deeper than {MAX_DEPTH}")]
    TooDeep,
}

/// Two units between which no factor converts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct Incompatible {
    units: Box<(Unit, Unit)>,
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The dimensions differ.
    Dimension,
    /// The factor is too large or too small for a double.
    Range,
}

// === impl Error ===

impl Error {
    pub(crate) fn new(kind: ErrorKind, span: Range<usize>) -> Self {
        Self { kind, span }
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the bytes of the text that are wrong; an empty range is a place between them.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &self.kind {
            ErrorKind::Unknown { meant, .. } => meant.as_ref().map(|meant| format!("did you mean `{meant}`?")),
            ErrorKind::Offset { in_kelvin, .. } => {
                Some(format!("declare the temperature in `K`, and convert in the function: {in_kelvin}"))
            }
            ErrorKind::Sum { sign: '-' } => Some("write a negative exponent as `m^-3` or `m**(-3)`".to_owned()),
            ErrorKind::AmbiguousBlank { parts: [above, below, after] } => {
                Some(format!("write `{above}/({below}*{after})` or `{above}/{below}*{after}`"))
            }
            _ => None,
        }
    }
}

// === impl Incompatible ===

impl Incompatible {
    pub(crate) fn new(from: &Unit, to: &Unit, reason: Reason) -> Self {
        Self { units: Box::new((from.clone(), to.clone())), reason }
    }

    /// Returns the unit to convert from.
    #[must_use]
    pub fn source_unit(&self) -> &Unit {
        &self.units.0
    }

    /// Returns the unit to convert to.
    #[must_use]
    pub fn target_unit(&self) -> &Unit {
        &self.units.1
    }

    fn message(&self) -> String {
        let (from, to) = &*self.units;
        match self.reason {
            Reason::Dimension => format!(
                "cannot convert {} ({}) to {} ({})",
                quoted(from),
                from.dimension(),
                quoted(to),
                to.dimension()
            ),
            Reason::Range => {
                format!("the factor from {} to {} is beyond the range of a double", quoted(from), quoted(to))
            }
        }
    }
}

fn quoted(unit: &Unit) -> String {
    if unit.is_one() { "a pure number".to_owned() } else { format!("`{unit}`") }
}
