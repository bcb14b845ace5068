//! What one publication did: the news that a log, a person and a client are told.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use kamodo_expr::shortened_to;

use crate::Function;

/// One publication: a generation, when and why it came, and what it changed.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The generation.
    pub generation: u64,
    /// When it went live.
    pub at: SystemTime,
    /// Why.
    pub cause: Cause,
    /// What it changed.
    pub changes: Changes,
    /// How many functions it has.
    pub n_functions: usize,
}

/// Why a generation was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cause {
    /// Files changed.
    #[default]
    Files,
    /// Somebody asked for what is on disk.
    Reload,
    /// Somebody asked for an earlier generation.
    Rollback {
        /// That generation.
        to: u64,
    },
    /// A pin was taken off.
    Unpin,
    /// Other servers serve something else than they did.
    Upstreams,
}

/// The difference between two generations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Functions that were not there before, as they are declared.
    pub came: Vec<String>,
    /// Functions that are there no more, as they were declared.
    pub went: Vec<String>,
    /// Functions whose definition, code or declaration is another one.
    pub changed: Vec<Changed>,
}

/// A function that is another one than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// How it was declared.
    pub before: String,
    /// How it is declared now.
    pub after: String,
}

/// How many functions of a kind one line of a log names.
const NAMED: usize = 12;

/// The longest declaration in a line of a log, in characters: a function may have any number of arguments.
const MAX_DECLARATION: usize = 300;

// === impl Changes ===

impl Changes {
    /// Returns how functions differ from those before; `find` finds one of these by its name.
    pub(crate) fn between<'a>(
        before: &'a [Arc<Function>],
        find: impl Fn(&str) -> Option<&'a Arc<Function>>,
        after: &[Arc<Function>],
    ) -> Self {
        let mut changes = Self::default();
        for function in after {
            match find(function.name()) {
                None => changes.came.push(function.signature.declaration()),
                Some(old) if !old.is_same_as(function) => changes.changed.push(Changed {
                    before: old.signature.declaration(),
                    after: function.signature.declaration(),
                }),
                Some(_) => {}
            }
        }
        let names: HashSet<_> = after.iter().map(|function| function.name()).collect();
        let gone = before.iter().filter(|old| !names.contains(old.name()));
        changes.went.extend(gone.map(|old| old.signature.declaration()));
        changes
    }

    /// Returns whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.came.is_empty() && self.went.is_empty() && self.changed.is_empty()
    }

    /// Returns the functions whose parameters or units changed: what a caller relied on is no more.
    pub fn redeclared(&self) -> impl Iterator<Item = &Changed> {
        self.changed.iter().filter(|changed| changed.is_redeclared())
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changed: Vec<_> = self.changed.iter().map(ToString::to_string).collect();
        let parts = [("came", &self.came), ("went", &self.went), ("changed", &changed)];
        let mut is_first = true;
        for (what, names) in parts.into_iter().filter(|(_, names)| !names.is_empty()) {
            let separator = if std::mem::take(&mut is_first) { "" } else { "; " };
            let named: Vec<_> =
                names.iter().take(NAMED).map(|name| shortened_to(MAX_DECLARATION, name)).collect();
            write!(f, "{separator}{what} {}", named.join(", "))?;
            if names.len() > NAMED {
                write!(f, " and {} more", names.len() - NAMED)?;
            }
        }
        if is_first { f.write_str("nothing changed") } else { Ok(()) }
    }
}

// === impl Changed ===

impl Changed {
    /// Returns whether its parameters or units are others than they were.
    #[must_use]
    pub fn is_redeclared(&self) -> bool {
        self.before != self.after
    }
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |declaration| shortened_to(MAX_DECLARATION, declaration);
        f.write_str(&short(&self.after))?;
        if self.is_redeclared() { write!(f, " (was {})", short(&self.before)) } else { Ok(()) }
    }
}

// === impl Cause ===

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files => f.write_str("files"),
            Self::Reload => f.write_str("reload"),
            Self::Rollback { to } => write!(f, "rollback to {to}"),
            Self::Unpin => f.write_str("unpin"),
            Self::Upstreams => f.write_str("upstreams"),
        }
    }
}
