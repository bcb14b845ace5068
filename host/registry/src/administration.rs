//! What may be asked of the one who publishes, from wherever it is asked.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::pin::Pin;

use kamodo_expr::{Diagnostic, listed};
use kamodo_units::suggest;

use crate::{NotKept, Pins};

/// Carries out what an administrator asks for. The supervisor does; whoever serves the requests holds this.
pub trait Administration: Send + Sync {
    /// Queues a command; the answer comes when it is carried out.
    fn command(&self, command: Command) -> Answer;
}

/// What comes of a command, when it is carried out.
pub type Answer = Pin<Box<dyn Future<Output = Result<Receipt, CommandError>> + Send>>;

/// What an administrator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Look at every file again, also at those that failed, and take what was rolled back from.
    Reload,
    /// Serve what an earlier generation had; the one before the present one where none is named.
    Rollback {
        /// That generation.
        to: Option<u64>,
    },
    /// Keep what is served, of all origins or of the one with this file, whatever is saved.
    Pin {
        /// The origin's file as [`Origin`](crate::Origin) names it.
        file: Option<PathBuf>,
    },
    /// Take off the pin of one origin, or all pins.
    Unpin {
        /// The origin's file.
        file: Option<PathBuf>,
    },
}

/// What came of a command.
#[derive(Debug, Clone, Default)]
pub struct Receipt {
    /// The generation that is served now.
    pub generation: u64,
    /// Whether the command published it.
    pub is_new: bool,
    /// What is wrong with files that it looked at.
    pub diagnostics: Vec<Diagnostic>,
    /// What may not change now.
    pub pins: Pins,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// There is no such generation to go back to.
    #[error(transparent)]
    NotKept(#[from] NotKept),
    /// There is no generation before the present one.
    #[error("generation {generation} is the first that is kept")]
    NothingBefore {
        /// The present one.
        generation: u64,
    },
    /// No origin has this file.
    #[error("no origin has the file `{}`", file.display())]
    UnknownOrigin {
        /// The file asked for.
        file: PathBuf,
        /// What the origins that there are are called.
        known: Vec<String>,
    },
    /// The server ends.
    #[error("the server is stopping")]
    Stopping,
}

// === impl CommandError ===

impl CommandError {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotKept(_) | Self::NothingBefore { .. } => {
                Some("`kamodo-rpc status --generations` lists those that are kept".to_owned())
            }
            Self::UnknownOrigin { file, known } => {
                let known: BTreeSet<_> = known.iter().cloned().collect();
                let known: Vec<_> = known.into_iter().collect();
                Some(match suggest(&file.display().to_string(), known.iter().map(String::as_str)) {
                    Some(similar) => format!("did you mean `{similar}`?"),
                    None if known.is_empty() => "there is no origin yet".to_owned(),
                    None => format!("the origins are {}", listed(&known)),
                })
            }
            Self::Stopping => None,
        }
    }
}
