//! Why a plugin does not load.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kamodo_plugin_api::abi::AbiVersion;

use crate::digest::Digest;
use crate::elf::ElfFault;
use crate::spec::SpecFault;

/// A plugin that does not load: which file, which bytes of it, and why ([`Error::kind`]).
#[derive(Debug, Clone)]
pub struct Error {
    path: PathBuf,
    digest: Option<Digest>,
    kind: ErrorKind,
}

/// Why a plugin does not load.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file cannot be read.
    #[error("cannot read the plugin")]
    Read(#[source] Arc<io::Error>),
    /// No private copy can be made.
    #[error("cannot make a private copy")]
    Stage(#[source] Arc<io::Error>),
    /// The file is no whole shared library for this machine.
    #[error(transparent)]
    Damaged(ElfFault),
    /// It needs a library that the system does not find.
    #[error("needs the shared library `{library}`, which is not found")]
    MissingLibrary {
        /// The library's file name.
        library: String,
    },
    /// It needs a symbol that no library has.
    #[error("needs the symbol `{symbol}`, which no library has")]
    MissingSymbol {
        /// The symbol, as linkers know it.
        symbol: String,
    },
    /// The system refuses to open it.
    #[error("cannot be opened: {reason}")]
    Open {
        /// The system's words.
        reason: String,
    },
    /// It is a shared library, and no plugin.
    #[error("exports no root module: a shared library, but no plugin")]
    NotAPlugin,
    /// Its root module is of another abi_stable than this host's.
    #[error("root module: expected abi_stable {expected}, found {found}")]
    Foreign {
        /// This host's.
        expected: String,
        /// The plugin's.
        found: String,
    },
    /// It was built against another version of `kamodo-plugin-api`.
    #[error("plugin speaks ABI {found}, this host {expected}")]
    AbiMismatch {
        /// What this host speaks.
        expected: AbiVersion,
        /// What the plugin says that it speaks.
        found: String,
    },
    /// It claims this host's version, and is laid out otherwise.
    #[error("plugin says ABI {expected}, but its root module is laid out otherwise")]
    Layout {
        /// What both say.
        expected: AbiVersion,
        /// The difference, in abi_stable's words, for a log of details.
        detail: String,
    },
    /// Its state could not be built.
    #[error("does not start: {message}")]
    Start {
        /// The plugin's words.
        message: String,
    },
    /// Its code panicked while it started.
    #[error("panicked while it started: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
    /// What it says of itself does not hold together.
    #[error("{}", lines(faults))]
    Spec {
        /// Everything that is wrong.
        faults: Vec<SpecFault>,
    },
}

// === impl Error ===

impl Error {
    pub(crate) fn new(path: &Path, digest: Option<Digest>, kind: ErrorKind) -> Self {
        Self { path: path.to_owned(), digest, kind }
    }

    /// Returns the file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what its bytes are known by; none where they could not be read.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// Returns why it does not load.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.kind.hint()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(digest) = self.digest {
            write!(f, " ({})", digest.short())?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.kind)
    }
}

// === impl ErrorKind ===

impl ErrorKind {
    /// Returns whether the same bytes would fail again, for the same reason.
    pub(crate) fn is_about_the_bytes(&self) -> bool {
        !matches!(self, Self::Read(_) | Self::Stage(_))
    }

    fn hint(&self) -> Option<String> {
        let built = "build it as a `cdylib` whose functions `kamodo_plugin_api::export!` lists";
        let hint = match self {
            Self::Damaged(ElfFault::Truncated { .. } | ElfFault::Garbled { .. } | ElfFault::Empty) => {
                "copy it anew, under another name, and move it into place when it is whole".to_owned()
            }
            Self::Damaged(ElfFault::Machine { expected, .. }) => format!("build it for {expected}"),
            Self::Damaged(_) | Self::NotAPlugin => built.to_owned(),
            Self::MissingLibrary { .. } => {
                "install it, or link it statically; then build the plugin anew, or restart the server: a file \
                 that failed is not tried again"
                    .to_owned()
            }
            Self::MissingSymbol { .. } => "link the library that has it into the plugin".to_owned(),
            Self::Foreign { .. } => {
                format!("rebuild it against `kamodo-plugin-api` {}", AbiVersion::CURRENT)
            }
            Self::AbiMismatch { expected, .. } | Self::Layout { expected, .. } => {
                format!("rebuild it against `kamodo-plugin-api` {expected}")
            }
            Self::Start { .. } => {
                "when that is mended, build the plugin anew, or restart the server: a file that failed is not \
                 tried again"
                    .to_owned()
            }
            Self::Spec { faults } => return faults.iter().find_map(SpecFault::hint),
            Self::Read(_) | Self::Stage(_) | Self::Open { .. } | Self::Panicked { .. } => {
                return None;
            }
        };
        Some(hint)
    }
}

/// One fault on the line of the file, several on lines of their own.
fn lines(faults: &[SpecFault]) -> String {
    match faults {
        [fault] => fault.to_string(),
        _ => faults
            .iter()
            .fold("does not hold together:".to_owned(), |text, fault| format!("{text}\n  {fault}")),
    }
}
