//! The settings of a server: one table names each of them with its key, its kind, its default and its bounds.
//!
//! A flag (`--write-stall`), an environment variable (`KAMODO_SERVE_WRITE_STALL`) and a key of a `!Server`
//! document (`write_stall`) are one name in three forms. What each of them says is a [`Settings`]; laid
//! over each other, and over the defaults, they are the [`Effective`] ones.

mod flags;
mod table;
mod value;

use std::path::Path;

use kamodo_expr::{Diagnostic, Source, Span};

pub(crate) use flags::misleading_variables;
pub use flags::{RemoteFlags, ServerFlags};
pub use table::{Effective, Settings};
pub(crate) use table::{TABLE, Unread};
pub(crate) use value::read;
pub use value::{Bytes, SocketPlace, Threads, Watching};

/// One setting, without its value.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in a file; the flag and the variable are made of it.
    pub(crate) key: &'static str,
    /// What it is, for the help and for the documentation.
    pub(crate) about: &'static str,
    /// What its values are, such as `a time`.
    pub(crate) kind: &'static str,
    /// Its default, as it is written.
    pub(crate) default: &'static str,
    /// Its least and its greatest value, where it has them.
    pub(crate) bounds: Option<(&'static str, &'static str)>,
    /// When a change of it takes hold.
    pub(crate) reach: Reach,
}

/// When a change of a setting takes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// At once.
    Live,
    /// With the next start.
    Restart,
}

/// What one setting is said to be, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said<T> {
    pub(crate) value: T,
    pub(crate) by: By,
}

/// Who says what a setting is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    /// A flag on the command line.
    Flag,
    /// An environment variable.
    Environment,
    /// A file, at the place of the value.
    File { whole: Source, span: Span },
}

// === impl Setting ===

impl Setting {
    /// Returns the flag without its dashes.
    pub(crate) fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// Returns the environment variable of a server.
    pub(crate) fn variable(&self) -> String {
        format!("KAMODO_SERVE_{}", self.key.to_uppercase())
    }

    /// Returns the environment variable of a client, for the settings by which it finds a server. It is another one:
    /// who sets it for calls must not move a server that is started from the same shell.
    pub(crate) fn client_variable(&self) -> String {
        format!("KAMODO_{}", self.key.to_uppercase())
    }

    /// Returns what a value must be, such as `a time from 1 ms to 1 h`.
    pub(crate) fn expected(&self) -> String {
        match self.bounds {
            Some((least, greatest)) => format!("{} from {least} to {greatest}", self.kind),
            None => self.kind.to_owned(),
        }
    }

    /// Checks a text as its value.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        match Settings::default().say(self.key, text, Path::new(""), By::Flag) {
            Ok(()) => Ok(()),
            Err(_) => Err(format!("expected {}, found `{text}`", self.expected())),
        }
    }
}

// === impl By ===

impl By {
    /// Makes an error at the place in the file, or one that has none.
    pub(crate) fn error(&self, message: impl Into<String>) -> Diagnostic {
        match self {
            Self::File { whole, span } => whole.error(span.clone(), message),
            Self::Flag | Self::Environment => Diagnostic::new(kamodo_expr::Severity::Error, message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../docs/configuration.md");

    /// The table, as a table of the documentation.
    fn page() -> String {
        let mut rows = String::from("| key | default | values | what | a change |\n|---|---|---|---|---|\n");
        for setting in TABLE {
            let reach = match setting.reach {
                Reach::Live => "at once",
                Reach::Restart => "with a restart",
            };
            let (key, default, expected) = (setting.key, setting.default, setting.expected());
            rows += &format!("| `{key}` | `{default}` | {expected} | {} | {reach} |\n", setting.about);
        }
        rows
    }

    #[test]
    fn the_documentation_shows_the_table_as_it_is() {
        assert!(PAGE.contains(&page()), "put this table into docs/configuration.md:\n{}", page());
    }

    #[test]
    fn every_default_and_bound_is_a_value() {
        for setting in TABLE {
            let bounds = setting.bounds.into_iter().flat_map(|(least, greatest)| [least, greatest]);
            for text in bounds.chain([setting.default]) {
                assert_eq!(setting.check(text), Ok(()), "{}", setting.key);
            }
        }
        let _ = Settings::default().over(&Settings::default());
    }
}
