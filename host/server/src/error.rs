//! What goes wrong, and the one place where it becomes an error of Cap'n Proto.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use kamodo_registry::{CallError, CommandError, Exceeded};
use kamodo_units::printable;
use kamodo_wire::exception::{Exception, unmarked};
use kamodo_wire::literal;

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The host's name means nothing here.
    #[error("host `{host}`: cannot be resolved")]
    Resolve {
        /// The name.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// Nobody may listen there.
    #[error("{address}: cannot listen")]
    Listen {
        /// The host to listen on.
        host: String,
        /// The addresses that the host means.
        meant: Vec<std::net::IpAddr>,
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The local socket cannot be made.
    #[error("{}: cannot listen for administrators", path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something else stands where the local socket is to be.
    #[error("{}: expected a socket or nothing, found {found}", path.display())]
    NoSocket {
        /// Where.
        path: PathBuf,
        /// What stands there.
        found: &'static str,
    },
    /// The local socket is another server's.
    #[error("{}: another server listens there", path.display())]
    SocketTaken {
        /// The socket.
        path: PathBuf,
    },
    /// The system gives no thread.
    #[error("cannot start a worker thread")]
    Thread(#[source] io::Error),
}

// === impl Error ===

impl Error {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Listen { host, meant, source, address } if source.kind() == io::ErrorKind::AddrInUse => {
                let hint =
                    format!("another program has port {} there; choose one with `--port`", address.port());
                let meant: Vec<_> = meant.iter().map(ToString::to_string).collect();
                Some(match meant.len() {
                    0 | 1 => hint,
                    _ => format!(
                        "{hint}, or name one address with `--host`: `{host}` means {}",
                        meant.join(" and ")
                    ),
                })
            }
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some(String::from("ports below 1024 need privileges"))
            }
            Self::Listen { .. } | Self::Resolve { .. } => {
                Some(String::from("name an address of this machine with `--host`"))
            }
            Self::Socket { .. } => {
                Some(String::from("name a place with `--admin-socket` that is yours, of at most 107 bytes"))
            }
            Self::NoSocket { .. } | Self::SocketTaken { .. } => {
                Some(String::from("name another place with `--admin-socket`"))
            }
            Self::Thread(_) => None,
        }
    }
}

/// Why a request fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("`{function}`: argument `{argument}`: {source}")]
    Argument { function: String, argument: String, source: literal::Error },
    #[error("`{function}`: result: {source}")]
    Result { function: String, source: literal::Error },
    #[error("{0}")]
    Literal(#[from] literal::Error),
    #[error("`{operator}` takes at least one argument, found none")]
    NoArguments { operator: &'static str },
    #[error("`{operator}` has no argument `{argument}`")]
    Keyword { operator: &'static str, argument: String },
    #[error("`PowRPC` takes at most {limit} arguments, found {found}")]
    Powers { found: usize, limit: usize },
    #[error("expression: parameter {number} outside the body of a function")]
    Parameter { number: u32 },
    #[error("{what} is null")]
    Null { what: &'static str },
    #[error("`{name}`: `{called}` is a definition of this connection by now, which is meant by that name")]
    Hidden { name: String, called: String },
    #[error("expression, {path}: {source}")]
    At { path: String, source: Box<RequestError> },
    #[error("{text}")]
    Elsewhere { kind: capnp::ErrorKind, text: String },
    #[error("whoever has the function or the value is gone: {0}")]
    Lost(String),
    #[error("what was answered: {0}")]
    Answer(literal::Error),
    #[error("expression: variant {number} is not known here")]
    UnknownExpression { number: u16 },
    #[error("expression: the function of a call is null")]
    NullFunction,
    #[error("expression: the stored value is null")]
    NullValue,
    #[error("expression: more than {limit} nodes")]
    ExpressionSize { limit: usize },
    #[error("expression: nested too deep for a message of {limit} levels")]
    ExpressionDepth { limit: i32 },
    #[error("{limit} {} open, as many as may be", if *limit == 1 { "connection is" } else { "connections are" })]
    TooManyConnections { limit: usize },
    #[error("connection has {limit} calls open already")]
    TooManyCalls { limit: usize },
    #[error("`{function}`: not answered within {} ms", after.as_millis())]
    Deadline { function: String, after: Duration },
    #[error("the capability is none of this connection")]
    NotOurs,
    #[error("{rendered}")]
    Definition { rendered: String },
    #[error("`{name}` no longer fits what is served since generation {generation}:\n{rendered}")]
    Unfit { name: String, generation: u64, rendered: String },
    #[error("definition of {found} bytes: expected at most {limit} bytes")]
    DefinitionSize { found: usize, limit: usize },
    #[error("connection has {limit} definitions already")]
    TooManyDefinitions { limit: usize },
    #[error("`{name}`: the body holds {found}: expected numbers, parameters and calls")]
    Body { name: String, found: &'static str },
    #[error("`{name}`: parameter {number} of the body: the left-hand side has {expected}, counted from 0")]
    NoParameter { name: String, number: u32, expected: usize },
    #[error("`{function}`: not known to work element by element: {} {}", if *is_itself {
        "it".to_owned()
    } else {
        format!("it calls `{part}`, which")
    }, if *reduces { "reduces arrays" } else { "is no definition" })]
    NotElementwise { function: String, part: String, is_itself: bool, reduces: bool },
    #[error("`{function}`: argument `{argument}` is no single number")]
    NotScalar { function: String, argument: String },
    #[error("`{function}`: gives {found} for {expected} elements of `{over}`")]
    Uneven { function: String, over: String, expected: usize, found: String },
    #[error("array: expected `begin` first")]
    NotBegun,
    #[error("array: `begin` came twice")]
    BegunTwice,
    #[error("array: it was ended already")]
    Ended,
    #[error("the value is no array, which could be given in pieces")]
    NoArray,
    #[error("connection holds {limit} values already")]
    TooManyValues { limit: usize },
    #[error(transparent)]
    ValueBytes(#[from] Exceeded),
    #[error("the evaluation ended with a panic")]
    Bug,
    #[error("connection has {limit} feeds already")]
    TooManyFeeds { limit: usize },
    #[error("generation {since} was not published yet: the present one is {generation}")]
    AheadOf { since: u64, generation: u64 },
    #[error("answer of {found} bytes: expected at most {limit} bytes")]
    AnswerSize { found: u64, limit: usize },
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error("the server is stopping")]
    Stopping,
    #[error(transparent)]
    Rpc(#[from] capnp::Error),
}

// === impl RequestError ===

impl RequestError {
    /// Says where in an expression it is wrong: which argument of what is called at each step from the whole.
    pub(crate) fn at(self, path: &[usize]) -> Self {
        if path.is_empty() {
            return self;
        }
        let path: Vec<_> = path.iter().map(|place| format!("params[{place}]")).collect();
        Self::At { path: path.join("."), source: Box::new(self) }
    }

    /// Returns what is wrong, without where in an expression.
    pub(crate) fn part(&self) -> &Self {
        if let Self::At { source, .. } = self { source } else { self }
    }

    /// What a function or a value says that is not here. That it was lost is no end of this connection.
    pub(crate) fn elsewhere(error: capnp::Error) -> Self {
        let text = unmarked(&error.extra);
        match error.kind {
            capnp::ErrorKind::Disconnected => Self::Lost(text.to_owned()),
            kind => Self::Elsewhere { kind, text: text.to_owned() },
        }
    }

    /// Returns what the caller may do about it.
    fn hint(&self) -> Option<String> {
        match self {
            Self::Call(error) => error.hint(),
            Self::Argument { source, .. } | Self::Result { source, .. } | Self::Literal(source) => {
                source.hint()
            }
            Self::Parameter { .. } => Some(String::from("put the value in the expression as a literal")),
            Self::ExpressionDepth { .. } => {
                Some(String::from("evaluate it in parts, and use their stored values"))
            }
            Self::TooManyCalls { .. } => Some(String::from("wait for some of them")),
            Self::Deadline { .. } => Some(String::from("give it longer, or less to do")),
            Self::NotOurs => Some(String::from("take one that this connection gave")),
            Self::DefinitionSize { .. } => Some(String::from("split it into several definitions")),
            Self::TooManyDefinitions { .. } => {
                Some(String::from("let go of definitions that are no longer needed"))
            }
            Self::Body { .. } => Some(String::from("pass it as an argument")),
            Self::NotElementwise { .. } => Some(String::from("upload the array, and evaluate a call on it")),
            Self::NotScalar { .. } => {
                Some(String::from("only the argument that it is applied over is an array"))
            }
            Self::NoArray => Some(String::from("read it")),
            Self::TooManyConnections { .. } => {
                Some(String::from("connect again once others have left, or allow more with `--connections`"))
            }
            Self::TooManyValues { .. } => {
                Some(String::from("drop values that are no longer needed, or allow more with `--values`"))
            }
            Self::ValueBytes(exceeded) => Some(exceeded.hint()),
            Self::At { source, .. } => source.hint(),
            Self::Null { .. } | Self::NullFunction | Self::NullValue => {
                Some(String::from("pass a capability that this connection gave, or one of your own"))
            }
            Self::Hidden { .. } => Some(String::from("let go of that definition first")),
            Self::Lost(_) => Some(String::from("connect to where it is again; this connection is as it was")),
            Self::Answer(source) => source.hint(),
            Self::NoArguments { .. } => Some(String::from("pass it one or more")),
            Self::ExpressionSize { .. } | Self::Powers { .. } => {
                Some(String::from("evaluate it in parts, and use their stored values"))
            }
            Self::Bug => Some(String::from("the server's log has the panic; please report it")),
            Self::TooManyFeeds { .. } => Some(String::from("let go of a subscription first")),
            Self::AheadOf { generation, .. } => Some(format!(
                "watch from generation {generation}: they are counted anew when a server is started"
            )),
            Self::AnswerSize { .. } => Some(String::from("allow larger messages with `--message`")),
            Self::Command(error) => error.hint(),
            Self::Keyword { .. } => Some(String::from("pass its arguments by position")),
            _ => None,
        }
    }

    fn kind(&self) -> capnp::ErrorKind {
        match self {
            Self::Call(error) if error.is_passing() => capnp::ErrorKind::Overloaded,
            Self::At { source, .. } => source.kind(),
            Self::Elsewhere { kind, .. } => *kind,
            Self::UnknownExpression { .. } => capnp::ErrorKind::Unimplemented,
            Self::TooManyConnections { .. }
            | Self::TooManyCalls { .. }
            | Self::Deadline { .. }
            | Self::TooManyFeeds { .. }
            | Self::TooManyValues { .. }
            | Self::TooManyDefinitions { .. } => capnp::ErrorKind::Overloaded,
            // Calls that come while the server stops may be made again, elsewhere or later.
            Self::Stopping | Self::Command(CommandError::Stopping) => capnp::ErrorKind::Overloaded,
            Self::Argument { source: literal::Error::UnknownVariant { .. }, .. }
            | Self::Literal(literal::Error::UnknownVariant { .. }) => capnp::ErrorKind::Unimplemented,
            Self::Rpc(error) => error.kind,
            _ => capnp::ErrorKind::Failed,
        }
    }
}

impl From<RequestError> for capnp::Error {
    fn from(error: RequestError) -> Self {
        if let RequestError::Rpc(error) = error {
            return error;
        }
        let kind = error.kind();
        let extra = Exception { message: error.to_string(), hint: error.hint() }.write();
        // What a client has sent is quoted, and may hold what nobody sees.
        Self { kind, extra: printable(&extra).into_owned() }
    }
}

impl From<capnp::NotInSchema> for RequestError {
    fn from(error: capnp::NotInSchema) -> Self {
        Self::Literal(error.into())
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn shown(error: impl Into<RequestError>) -> String {
        capnp::Error::from(error.into()).to_string()
    }

    #[test]
    fn a_call_that_is_wrong() {
        let missing = CallError::Missing { function: "f(x,y)".into(), missing: vec!["y".into()] };
        assert_snapshot!(shown(missing), @r"
        Failed: `f(x,y)`: missing argument `y`
        hint: call it as `f(x,y)`
        ");
        let overloaded = CallError::Overloaded { function: "f".into(), queued: 64 };
        assert_snapshot!(shown(overloaded), @r"
        Overloaded: `f`: 64 calls are waiting for a thread already
        hint: try again later
        ");
    }

    #[test]
    fn a_value_that_is_none() {
        let source = literal::Error::UnknownDtype { dtype: "object".into() };
        let (function, argument) = ("f(x)".into(), "x".into());
        assert_snapshot!(shown(RequestError::Argument { function, argument, source }), @r"
        Failed: `f(x)`: argument `x`: array: unknown dtype `object`
        hint: give the array a numeric dtype, e.g. `a.astype('float64')`
        ");
        let source = literal::Error::MessageSize { found: 2_000_000_000, limit: 1 << 30 };
        assert_snapshot!(shown(RequestError::Result { function: "f(x)".into(), source }), @r"
        Failed: `f(x)`: result: message of 2000000000 bytes: expected at most 1073741824 bytes
        hint: ask for it in parts
        ");
        assert_snapshot!(shown(literal::Error::UnknownVariant { number: 21 }), @"Unimplemented: literal: variant 21 is not known here");
    }

    #[test]
    fn an_expression_that_is_none() {
        assert_snapshot!(shown(RequestError::Parameter { number: 2 }), @r"
        Failed: expression: parameter 2 outside the body of a function
        hint: put the value in the expression as a literal
        ");
        assert_snapshot!(shown(RequestError::UnknownExpression { number: 4 }), @"Unimplemented: expression: variant 4 is not known here");
        assert_snapshot!(shown(RequestError::NullFunction), @"
        Failed: expression: the function of a call is null
        hint: pass a capability that this connection gave, or one of your own
        ");
        assert_snapshot!(shown(RequestError::NullValue), @"
        Failed: expression: the stored value is null
        hint: pass a capability that this connection gave, or one of your own
        ");
        assert_snapshot!(shown(RequestError::ExpressionSize { limit: 10_000 }), @"
        Failed: expression: more than 10000 nodes
        hint: evaluate it in parts, and use their stored values
        ");
    }

    #[test]
    fn operators() {
        assert_snapshot!(shown(RequestError::NoArguments { operator: "AddRPC" }), @"
        Failed: `AddRPC` takes at least one argument, found none
        hint: pass it one or more
        ");
        assert_snapshot!(shown(RequestError::Powers { found: 65, limit: 64 }), @"
        Failed: `PowRPC` takes at most 64 arguments, found 65
        hint: evaluate it in parts, and use their stored values
        ");
        assert_snapshot!(shown(RequestError::Keyword { operator: "AddRPC", argument: "x".into() }), @r"
        Failed: `AddRPC` has no argument `x`
        hint: pass its arguments by position
        ");
    }

    #[test]
    fn too_much_at_once() {
        assert_snapshot!(shown(RequestError::TooManyConnections { limit: 256 }), @r"
        Overloaded: 256 connections are open, as many as may be
        hint: connect again once others have left, or allow more with `--connections`
        ");
        assert_snapshot!(shown(RequestError::TooManyCalls { limit: 256 }), @r"
        Overloaded: connection has 256 calls open already
        hint: wait for some of them
        ");
        assert_snapshot!(shown(RequestError::TooManyValues { limit: 1024 }), @"
        Overloaded: connection holds 1024 values already
        hint: drop values that are no longer needed, or allow more with `--values`
        ");
        assert_snapshot!(shown(Exceeded { found: 8_000_000, held: 999, limit: 1 << 20 }), @"
        Failed: value of 8000000 bytes: the connection holds 999 of at most 1048576 bytes already
        hint: drop values that are no longer needed, ask for less at once, or allow more with `--values-bytes`
        ");
        assert_snapshot!(shown(RequestError::Bug), @"
        Failed: the evaluation ended with a panic
        hint: the server's log has the panic; please report it
        ");
        assert_snapshot!(shown(RequestError::Stopping), @"Overloaded: the server is stopping");
    }

    #[test]
    fn a_feed_and_a_command_that_cannot_be() {
        assert_snapshot!(shown(RequestError::TooManyFeeds { limit: 16 }), @r"
        Overloaded: connection has 16 feeds already
        hint: let go of a subscription first
        ");
        assert_snapshot!(shown(RequestError::AheadOf { since: 9, generation: 3 }), @r"
        Failed: generation 9 was not published yet: the present one is 3
        hint: watch from generation 3: they are counted anew when a server is started
        ");
        assert_snapshot!(shown(RequestError::AnswerSize { found: 5000, limit: 4096 }), @r"
        Failed: answer of 5000 bytes: expected at most 4096 bytes
        hint: allow larger messages with `--message`
        ");
        assert_snapshot!(shown(CommandError::NothingBefore { generation: 3 }), @r"
        Failed: generation 3 is the first that is kept
        hint: `kamodo-rpc status --generations` lists those that are kept
        ");
        let (file, known) = ("g.so".into(), vec!["f.so".into(), "kamodo_rpc.yaml".into()]);
        assert_snapshot!(shown(CommandError::UnknownOrigin { file, known }), @r"
        Failed: no origin has the file `g.so`
        hint: did you mean `f.so`?
        ");
        assert_snapshot!(shown(CommandError::Stopping), @"Overloaded: the server is stopping");
    }

    #[test]
    fn a_server_that_cannot_start() {
        let address: std::net::SocketAddr = "127.0.0.1:60000".parse().unwrap();
        let (host, meant) = (String::from("127.0.0.1"), vec![address.ip()]);
        let error = Error::Listen { host, meant, address, source: io::ErrorKind::AddrInUse.into() };
        assert_snapshot!(error, @"127.0.0.1:60000: cannot listen");
        assert_snapshot!(error.hint().unwrap(), @"another program has port 60000 there; choose one with `--port`");
        let error = Error::Resolve { host: "nowhere.invalid".into(), source: io::ErrorKind::NotFound.into() };
        assert_snapshot!(error, @"host `nowhere.invalid`: cannot be resolved");
        assert_snapshot!(error.hint().unwrap(), @"name an address of this machine with `--host`");
        assert_snapshot!(Error::Thread(io::ErrorKind::OutOfMemory.into()), @"cannot start a worker thread");
    }
}
