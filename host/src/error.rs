//! Why the program ends.

use std::io;
use std::path::PathBuf;

/// Why the program ends, apart from what it said before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no good generation to begin with.
    #[error("{}: not served: {n_errors} error{} above", file.display(), if *n_errors == 1 { "" } else { "s" })]
    NothingToServe {
        /// The configuration.
        file: PathBuf,
        /// How many errors were told.
        n_errors: usize,
    },
    /// The certificate or its key.
    #[error(transparent)]
    Certificate(#[from] kamodo_wire::tls::Error),
    /// The listener or the workers.
    #[error(transparent)]
    Server(#[from] kamodo_server::Error),
    /// A request to a running server.
    #[error(transparent)]
    Client(#[from] kamodo_client::Error),
    /// No server of this user listens for commands.
    #[error("no server of yours listens at {}", places(tried))]
    NoSocket {
        /// Where its socket was looked for.
        tried: Vec<PathBuf>,
    },
    /// No server answers, neither at its socket nor at its port.
    #[error("no server of yours listens at {}, nor one at the port", places(tried))]
    NoServer {
        /// Where its socket was looked for.
        tried: Vec<PathBuf>,
        /// What came of its port.
        source: Box<kamodo_client::Error>,
    },
    /// A command for a server that is only asked from here.
    #[error("a server takes commands only at its own machine, found host `{host}`")]
    NotHere {
        /// The host.
        host: String,
    },
    /// An argument of `call`.
    #[error("argument `{argument}`: {reason}")]
    Argument {
        /// The argument.
        argument: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// The watch of files.
    #[error("cannot watch for changes")]
    Watch(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The system.
    #[error("{what}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

// === impl Error ===

impl Error {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NothingToServe { .. } => {
                Some("mend the errors, or start with `--tolerant` to serve what is good".to_owned())
            }
            Self::Certificate(error) => error.hint(),
            Self::Server(error) => error.hint(),
            Self::Client(error) => error.hint(),
            Self::NoSocket { .. } => {
                Some("name its port with `--port`, or its socket with `--socket`".to_owned())
            }
            Self::NoServer { source, .. } => source.hint(),
            Self::NotHere { .. } => {
                Some("run the command there; `status` and `watch` work from here".to_owned())
            }
            Self::Argument { .. } => {
                Some("an argument stands alone or as `name=value`; quote a list".to_owned())
            }
            Self::Watch(_) | Self::System { .. } => None,
        }
    }

    /// Makes of a failed system call an error that says what was tried.
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}

fn places(tried: &[PathBuf]) -> String {
    let places: Vec<_> = tried.iter().map(|place| format!("`{}`", place.display())).collect();
    places.join(" or ")
}
