//! What stands on disk, or on another server, and is not served, and why.

use std::collections::BTreeSet;
use std::fmt;

use kamodo_expr::Diagnostic;

use crate::OriginKey;

/// How the origins stand: which of them are not served as they are on disk, and which may not change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Origins whose present version is not served, in the order of their keys.
    pub unserved: Vec<Unserved>,
    /// What may not change.
    pub pins: Pins,
}

/// An origin whose present version is not served. An earlier one may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Unserved {
    /// The origin.
    pub key: OriginKey,
    /// Why it is not served.
    pub reason: Reason,
    /// The functions that it would bring, as far as they are known.
    pub functions: Vec<String>,
}

/// Why an origin is not served as it stands on disk.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// It cannot be read, does not load, or does not fit to the others.
    Refused(Vec<Diagnostic>),
    /// It is served but for some functions, which are left out or fail for these reasons.
    Partly(Vec<Diagnostic>),
    /// It changed while it was pinned.
    Pinned,
    /// An earlier generation was asked for.
    RolledBack,
    /// It is a server that cannot be reached, for this reason. What it served before stays listed.
    Away(String),
}

/// What may not change, whatever is saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins {
    /// Nothing at all.
    pub everything: bool,
    /// These origins.
    pub origins: BTreeSet<OriginKey>,
}

// === impl Standing ===

impl Standing {
    /// Says how a function comes to be served that is not, though an origin has it.
    #[must_use]
    pub fn hint_of(&self, name: &str) -> Option<String> {
        let has_it = |unserved: &&Unserved| unserved.functions.iter().any(|function| function == name);
        let Unserved { key, reason, .. } = self.unserved.iter().find(has_it)?;
        Some(match reason {
            Reason::RolledBack => {
                format!("a rollback holds back `{name}` of {key}: `kamodo-rpc reload` has it served")
            }
            Reason::Pinned => {
                format!("a pin holds back `{name}` of {key}: `kamodo-rpc unpin` has it served")
            }
            Reason::Away(_) => return None,
            _ => format!("{key} has `{name}`, and is refused: `kamodo-rpc status` says why"),
        })
    }

    /// Returns how an origin stands that is not served as it is on disk.
    #[must_use]
    pub fn of(&self, key: &OriginKey) -> Option<&Unserved> {
        self.unserved.iter().find(|unserved| unserved.key == *key)
    }
}

// === impl Unserved ===

impl Unserved {
    /// Adds what of the same origin is left out besides. What is refused stays refused.
    pub fn add(&mut self, other: &Self) {
        if let (Reason::Refused(own) | Reason::Partly(own), Reason::Partly(more)) =
            (&mut self.reason, &other.reason)
        {
            own.extend(more.iter().cloned());
            self.functions.extend(other.functions.iter().cloned());
        }
    }

    /// Returns whether it is refused or left out in part, for these reasons.
    #[must_use]
    pub fn is_refused_for(&self, reasons: &[Diagnostic]) -> bool {
        matches!(&self.reason, Reason::Refused(own) | Reason::Partly(own) if own == reasons)
    }
}

// === impl Pins ===

impl Pins {
    /// Returns whether an origin may not change.
    #[must_use]
    pub fn holds(&self, key: &OriginKey) -> bool {
        self.everything || self.origins.contains(key)
    }

    /// Returns whether everything may change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.everything && self.origins.is_empty()
    }
}

impl fmt::Display for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.everything {
            return f.write_str("everything");
        }
        let files: Vec<_> = self.origins.iter().map(OriginKey::to_string).collect();
        f.write_str(&files.join(", "))
    }
}
