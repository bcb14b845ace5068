//! Why the program ends.

use std::io;
use std::path::PathBuf;

use kamodo_units::{Incompatible, Unit};

use crate::config::one_of;
use crate::shell;

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
        /// How many functions could be served all the same.
        n_good: usize,
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
        /// What to do about it, if it is clear what was meant.
        meant: Option<String>,
    },
    /// An argument that is given more than once.
    #[error("argument `{argument}`: `{name}` is given before it already")]
    Twice {
        /// The argument.
        argument: String,
        /// Its name.
        name: String,
    },
    /// A request to a running server, with a hint in the words of the shell.
    #[error("{error}")]
    Meant {
        /// What the server or the client says.
        error: Box<kamodo_client::Error>,
        /// What to do about it.
        hint: String,
    },
    /// A text that is no unit.
    #[error("{place}: {reason}")]
    NotUnit {
        /// The argument that it belongs to, or the text alone.
        place: String,
        /// What is wrong with it.
        reason: Box<kamodo_units::Error>,
    },
    /// A name that the language does not have.
    #[error("the language has no function or constant `{name}`")]
    NoWord {
        /// The name.
        name: String,
        /// What to do about it, if it is clear what was meant.
        meant: Option<String>,
    },
    /// A function or constant where a unit is expected.
    #[error("unit `{name}`: it is a word of the language, not a unit")]
    WordOfLanguage {
        /// The word.
        name: String,
    },
    /// A unit on what is no number.
    #[error("{place}: expected numbers to convert, found {found}")]
    NoQuantity {
        /// The argument or the result.
        place: String,
        /// What it is.
        found: &'static str,
    },
    /// A unit where a server names none, or none that is known.
    #[error("{place}: expected that {of} has a unit, found {found}")]
    NoUnit {
        /// The argument or the result.
        place: String,
        /// The parameter or the function.
        of: String,
        /// What the server says.
        found: String,
        /// The unit that is given.
        unit: String,
    },
    /// Units of different dimensions.
    #[error("{place}: {reason}{of}")]
    Incompatible {
        /// The argument or the result.
        place: String,
        /// Whose unit it is.
        of: String,
        /// The unit that the server names.
        fitting: Box<Unit>,
        /// Both units.
        reason: Incompatible,
    },
    /// An argument without a name, for an expression that names none.
    #[error("`{expression}`: expected arguments as `name=value`")]
    Unnamed {
        /// The expression.
        expression: String,
        /// The arguments as they are written.
        arguments: Vec<String>,
    },
    /// Bytes that would go to a terminal.
    #[error("`npy` is no text: expected a file to write it to, found a terminal")]
    Terminal,
    /// A result that is no number.
    #[error("the result has no form in `npy`, which holds arrays, and numbers of at most 64 bits")]
    NoNumbers,
    /// A result that has no rows and columns.
    #[error("the result has no form in `csv`, which holds numbers in rows and columns: found {found}")]
    NoTable {
        /// What it is.
        found: String,
    },
    /// The name of an output file says no format.
    #[error(
        "{}: cannot tell its format: expected {}, found `.{}`",
        file.display(),
        alternatives(known),
        file.extension().unwrap_or_default().display()
    )]
    Extension {
        /// The file.
        file: PathBuf,
        /// The extensions that say one.
        known: Vec<&'static str>,
    },
    /// A result cannot be written to a file.
    #[error("{}: cannot be written", file.display())]
    Output {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A result cannot be printed.
    #[error("standard output: cannot be written")]
    Print(#[source] io::Error),
    /// The watch of files.
    #[error("cannot watch for changes")]
    Watch(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A part of the program failed without which it cannot serve.
    #[error("the server cannot go on: {reason}")]
    Fault {
        /// What failed.
        reason: String,
    },
    /// The system.
    #[error("{what}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

/// Something is wrong, and will be the next time.
const FAILURE: u8 = 1;

/// The command line is not understood.
pub const USAGE: u8 = 64;

/// No server can be reached.
const UNAVAILABLE: u8 = 69;

/// The program is at fault.
const FAULT: u8 = 70;

/// A result cannot be written.
const UNWRITTEN: u8 = 74;

/// The same command may succeed later.
const LATER: u8 = 75;

// === impl Error ===

impl Error {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NothingToServe { n_good: 0, .. } => {
                Some("mend the errors: nothing else can be served".to_owned())
            }
            Self::NothingToServe { .. } => {
                Some("mend the errors, or start with `--tolerant` to serve what is good".to_owned())
            }
            Self::Certificate(error) => error.hint(),
            Self::Server(error) => error.hint(),
            Self::Client(error) => client_hint(error),
            Self::NoSocket { .. } => {
                Some("name its port with `--port`, or its socket with `--socket`".to_owned())
            }
            Self::NoServer { source, .. } => client_hint(source),
            Self::NotHere { .. } => {
                Some("run the command there; `status` and `watch` work from here".to_owned())
            }
            Self::Meant { hint, .. } => Some(hint.clone()),
            Self::Argument { meant: Some(meant), .. } => Some(meant.clone()),
            Self::Argument { argument, .. } if argument.contains('@') => Some(
                "name a file of numbers after `@`: `.npy`, `.json` or `.csv`, or `-` for standard input"
                    .to_owned(),
            ),
            Self::Argument { .. } => {
                Some("an argument stands alone or as `name=value`; quote a list".to_owned())
            }
            Self::NoWord { meant, .. } => {
                meant.clone().or_else(|| Some("`kamodo-rpc functions` lists what it has".to_owned()))
            }
            Self::NotUnit { reason, .. } => {
                reason.hint().or_else(|| Some("`kamodo-rpc units` lists the units".to_owned()))
            }
            Self::WordOfLanguage { name } => Some(format!("`kamodo-rpc functions {name}` tells what it is")),
            Self::NoQuantity { .. } => Some("leave the unit out".to_owned()),
            Self::NoUnit { unit, .. } => Some(format!("leave out `{unit}`: nothing can be converted")),
            Self::Incompatible { fitting, .. } => Some(format!(
                "name a unit of the dimension {}, such as `{}`",
                fitting.dimension(),
                fitting.declared()
            )),
            Self::Unnamed { expression, arguments } => Some(shell::of_unnamed(expression, arguments)),
            Self::Terminal => {
                Some("name a file with `--output`, or choose `--format text`, `json` or `csv`".to_owned())
            }
            Self::NoNumbers => Some("choose `--format json`".to_owned()),
            Self::NoTable { .. } => Some("choose `--format json` or `npy`".to_owned()),
            Self::Extension { .. } => {
                Some("choose one with `--format`, or another name for the file".to_owned())
            }
            Self::Fault { .. } => Some(
                "this is a fault of the server: please report it with its log, and start it again".to_owned(),
            ),
            Self::Twice { name, .. } => Some(format!("leave out one of the two `{name}`")),
            Self::Output { source, .. } if source.kind() == io::ErrorKind::NotConnected => {
                Some("start what reads the named pipe first, or name a file".to_owned())
            }
            Self::Output { source, .. } if source.kind() == io::ErrorKind::Unsupported => {
                Some("name a file, or leave `--output` out to print the result".to_owned())
            }
            Self::Watch(_) | Self::System { .. } | Self::Output { .. } | Self::Print(_) => None,
        }
    }

    /// Returns the status that the program ends with.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Argument { .. }
            | Self::Twice { .. }
            | Self::Unnamed { .. }
            | Self::NotUnit { .. }
            | Self::NoWord { .. }
            | Self::WordOfLanguage { .. }
            | Self::NoQuantity { .. }
            | Self::NoUnit { .. }
            | Self::Incompatible { .. }
            | Self::Terminal
            | Self::Extension { .. }
            | Self::NotHere { .. } => USAGE,
            Self::NoSocket { .. } | Self::NoServer { .. } => UNAVAILABLE,
            Self::Client(error) => client_code(error),
            Self::Meant { error, .. } => client_code(error),
            Self::Output { .. } | Self::Print(_) => UNWRITTEN,
            Self::Fault { .. } => FAULT,
            _ => FAILURE,
        }
    }

    /// Makes of a failed system call an error that says what was tried.
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}

/// The status that the program ends with after an error of the client.
fn client_code(error: &kamodo_client::Error) -> u8 {
    use kamodo_client::Error as Client;
    match error {
        Client::Certificate(_) => USAGE,
        Client::Connect { .. }
        | Client::Handshake { .. }
        | Client::Socket { .. }
        | Client::Unreachable { .. }
        | Client::Disconnected { .. }
        | Client::Lost { .. } => UNAVAILABLE,
        Client::Late { .. } | Client::Remote { overloaded: true, .. } => LATER,
        _ => FAILURE,
    }
}

/// What to do about an error of the client, in words of the command line.
fn client_hint(error: &kamodo_client::Error) -> Option<String> {
    const AGAIN: &str =
        "the server may have carried it out: send it again only if that does no harm, or let `--retry` do so";
    const TRUST: &str = "name the server's certificate with `--certfile` or `KAMODO_CERTFILE`: a server makes \
                         `selfsigned.cert` in the directory in which it is started";
    match error {
        kamodo_client::Error::Lost { .. } => Some(AGAIN.to_owned()),
        kamodo_client::Error::Certificate(error) => error.hint().or_else(|| Some(TRUST.to_owned())),
        error => error.hint(),
    }
}

/// Lists extensions, such as `.txt`, `.json` or `.csv`.
fn alternatives(extensions: &[&str]) -> String {
    one_of(&extensions.iter().map(|extension| format!(".{extension}")).collect::<Vec<_>>())
}

fn places(tried: &[PathBuf]) -> String {
    let places: Vec<_> = tried.iter().map(|place| format!("`{}`", place.display())).collect();
    places.join(" or ")
}

/// Returns whether somebody still reads what was printed: a closed pipe (`| head`) is not an error.
pub(crate) fn is_read(printed: io::Result<()>) -> Result<bool, Error> {
    match printed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::Print(error)),
    }
}
