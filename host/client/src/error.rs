//! What goes wrong on the way to a server, and what it says.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use kamodo_units::suggest;
use kamodo_wire::exception::{Exception, unmarked};
use kamodo_wire::{literal, tls};

use crate::Mismatch;
use crate::extension::Stands;

/// Why a request to a server fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody answers there.
    #[error("{host}:{port}: cannot connect")]
    Connect {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// The server is not the one that is trusted, or speaks no TLS.
    #[error("{host}:{port}: TLS handshake failed")]
    Handshake {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// The file of the certificate that is trusted.
        certificate: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The certificate to trust cannot be used.
    #[error(transparent)]
    Certificate(#[from] tls::Error),
    /// Nobody answers at a local socket.
    #[error("{}: cannot connect", path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The system gives no thread for a connection.
    #[error("cannot start the thread of a connection")]
    Thread(#[source] io::Error),
    /// The server has nothing beyond the published interface.
    #[error("the server says nothing of itself beyond Kamodo's interface")]
    NoExtension,
    /// The server has no function of this name.
    #[error("the server has no function `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// Those that it has.
        served: Vec<String>,
    },
    /// A file of the server has a function of this name, and is not served as it is.
    #[error("the server does not serve `{name}`: {file} has it, {}", held_words(stands))]
    Unserved {
        /// The name.
        name: String,
        /// The file.
        file: String,
        /// Why it is not served.
        stands: Stands,
    },
    /// An argument cannot be sent.
    #[error("`{function}`: argument")]
    Argument {
        /// The function.
        function: String,
        /// Why.
        source: literal::Error,
    },
    /// A result cannot be read.
    #[error("`{function}`: result")]
    Result {
        /// The function.
        function: String,
        /// Why.
        source: literal::Error,
    },
    /// A result is of another type than was asked for.
    #[error("`{function}`: result")]
    Type {
        /// The function.
        function: String,
        /// Both types.
        source: Mismatch,
    },
    /// A value in an expression cannot be sent.
    #[error("expression: literal")]
    Literal {
        /// Why.
        source: literal::Error,
    },
    /// An expression is nested too deep.
    #[error("expression: nested deeper than {limit} calls")]
    Depth {
        /// How deep it may be.
        limit: usize,
    },
    /// No answer came before the deadline.
    #[error("{what}: no answer within {after:?}")]
    Late {
        /// The function, or the server.
        what: String,
        /// The deadline.
        after: Duration,
    },
    /// None of several servers can be reached.
    #[error("none of {} servers can be reached: {}", failures.len(), each(failures))]
    Unreachable {
        /// What came of each.
        failures: Vec<Error>,
    },
    /// The server says no.
    #[error("{message}")]
    Remote {
        /// What it says.
        message: String,
        /// What it advises.
        hint: Option<String>,
        /// Whether the same call may succeed later.
        overloaded: bool,
    },
    /// An array that came in pieces ended before its end.
    #[error("the array did not come whole")]
    Incomplete,
    /// The connection has ended, and nothing was carried out for it: it ended before a call was sent, or while
    /// something was asked that changes nothing.
    #[error("disconnected: {reason}")]
    Disconnected {
        /// Why.
        reason: String,
    },
    /// The connection ended after a call was sent and before its answer came: the server may have carried it out.
    #[error("{what}: the connection was lost during the call: {reason}")]
    Lost {
        /// The function, or `evaluate`.
        what: String,
        /// Why.
        reason: String,
    },
}

// === impl Error ===

impl Error {
    /// Makes of the end of a connection the loss of a call that was sent over it.
    pub(crate) fn during(self, what: impl Into<String>) -> Self {
        match self {
            Self::Disconnected { reason } => Self::Lost { what: what.into(), reason },
            error => error,
        }
    }

    /// Says as well why a call that was lost is not sent again.
    pub(crate) fn not_sent_again(self, for_that: &Self) -> Self {
        match self {
            Self::Lost { what, reason } => {
                let reason = format!("{reason}; it is not sent again: {}", with_causes(for_that));
                Self::Lost { what, reason }
            }
            error => error,
        }
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect { host, source, .. } if is_lookup(source) => {
                Some(format!("no machine has the name `{host}` here: name another with `--host`"))
            }
            Self::Connect { host, source, .. } if is_unreachable(source) => Some(format!(
                "`{host}` does not answer: is it on, and does a firewall let the port through? Or name another with `--host`"
            )),
            Self::Connect { port, .. } => {
                Some(format!("start a server with `kamodo-rpc serve --port {port}`, or name another port"))
            }
            Self::Handshake { source, .. } if source.kind() == io::ErrorKind::TimedOut => {
                Some(String::from("what listens there speaks no TLS, or is stopped"))
            }
            Self::Handshake { host, certificate, .. } => Some(format!(
                "{} must be a copy of the server's own certificate, and name `{host}` among its hosts",
                certificate.display()
            )),
            Self::Socket { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some(String::from("it is another user's: run the command as that user"))
            }
            Self::Socket { .. } => Some(String::from(
                "no server runs there: name its port with `--port`, or its socket with `--socket`",
            )),
            Self::NoExtension => Some(String::from(
                "it is the published server, or an older one of ours: it can be called and listed, and no more",
            )),
            Self::Certificate(error) => error.hint(),
            Self::Unknown { served, .. } if served.is_empty() => Some(String::from("it serves none")),
            Self::Unknown { name, served } => {
                if let Some(similar) = suggest(name, served.iter().map(String::as_str)) {
                    return Some(format!("did you mean `{similar}`?"));
                }
                let shown: Vec<_> = served.iter().take(20).map(|name| format!("`{name}`")).collect();
                let more = if served.len() > shown.len() { ", …" } else { "" };
                Some(format!("it serves {}{more}", shown.join(", ")))
            }
            Self::Unserved { stands, .. } => Some(String::from(match stands {
                Stands::RolledBack => "`kamodo-rpc reload` has what is on disk served",
                Stands::Pinned => "`kamodo-rpc unpin` has what changed meanwhile served",
                _ => "`kamodo-rpc status` says why",
            })),
            Self::Argument { source, .. } | Self::Result { source, .. } | Self::Literal { source } => {
                source.hint()
            }
            Self::Depth { .. } => Some(String::from("evaluate it in parts, and use their stored values")),
            Self::Type { .. } => {
                Some(String::from("a `Value` takes every result, an `Array` one of any shape and type"))
            }
            Self::Late { .. } => Some(String::from("allow it more time, or ask for less at once")),
            Self::Unreachable { failures } => failures.first().and_then(Self::hint),
            Self::Remote { hint, .. } => hint.clone(),
            Self::Incomplete => {
                Some(String::from("whoever sends it is told why: see what `write` and `done` say"))
            }
            Self::Lost { .. } => {
                Some(String::from("it may have been carried out: send it again only if that does no harm"))
            }
            Self::Disconnected { .. } | Self::Thread(_) => None,
        }
    }
}

/// Each error with what caused it.
fn each(errors: &[Error]) -> String {
    errors.iter().map(with_causes).collect::<Vec<_>>().join("; ")
}

fn with_causes(error: &Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl From<capnp::Error> for Error {
    fn from(error: capnp::Error) -> Self {
        let text = match error.kind {
            capnp::ErrorKind::Failed
            | capnp::ErrorKind::Overloaded
            | capnp::ErrorKind::Disconnected
            | capnp::ErrorKind::Unimplemented => error.extra,
            _ => error.to_string(),
        };
        if error.kind == capnp::ErrorKind::Disconnected {
            return Self::Disconnected { reason: unmarked(&text).to_owned() };
        }
        let Exception { message, hint } = Exception::read(&text);
        Self::Remote { message, hint, overloaded: error.kind == capnp::ErrorKind::Overloaded }
    }
}

/// Whether the name of a host has no address. The system gives such an error no number.
fn is_lookup(source: &io::Error) -> bool {
    source.raw_os_error().is_none() && source.to_string().contains("lookup address")
}

fn is_unreachable(source: &io::Error) -> bool {
    use io::ErrorKind::{HostUnreachable, NetworkUnreachable, TimedOut};
    matches!(source.kind(), HostUnreachable | NetworkUnreachable | TimedOut)
}

/// Says what keeps a function from being served that a file has.
fn held_words(stands: &Stands) -> &'static str {
    match stands {
        Stands::RolledBack => "and a rollback holds it back",
        Stands::Pinned => "and a pin holds it back",
        Stands::Partly(_) => "and it is left out",
        _ => "and is refused",
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn shown(error: Error) -> String {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        format!("{error}{cause}{hint}")
    }

    #[test]
    fn nobody_there() {
        let source = io::ErrorKind::ConnectionRefused.into();
        assert_snapshot!(shown(Error::Connect { host: "localhost".into(), port: 60000, source }), @r"
        localhost:60000: cannot connect: connection refused
        hint: start a server with `kamodo-rpc serve --port 60000`, or name another port
        ");
        let source = io::Error::other("invalid peer certificate: UnknownIssuer");
        let (host, certificate) = ("localhost".into(), "own/selfsigned.cert".into());
        assert_snapshot!(shown(Error::Handshake { host, port: 60000, certificate, source }), @r"
        localhost:60000: TLS handshake failed: invalid peer certificate: UnknownIssuer
        hint: own/selfsigned.cert must be a copy of the server's own certificate, and name `localhost` among its hosts
        ");
    }

    #[test]
    fn nobody_anywhere() {
        let at = |port| Error::Connect {
            host: "localhost".into(),
            port,
            source: io::ErrorKind::ConnectionRefused.into(),
        };
        assert_snapshot!(shown(Error::Unreachable { failures: vec![at(60000), at(60001)] }), @"
        none of 2 servers can be reached: localhost:60000: cannot connect: connection refused; localhost:60001: cannot connect: connection refused
        hint: start a server with `kamodo-rpc serve --port 60000`, or name another port
        ");
    }

    #[test]
    fn an_answer_too_late_and_one_of_another_type() {
        let (function, after) = (String::from("f"), Duration::from_secs(2));
        assert_snapshot!(shown(Error::Late { what: format!("`{function}`"), after }), @"
        `f`: no answer within 2s
        hint: allow it more time, or ask for less at once
        ");
        assert_snapshot!(shown(Error::Depth { limit: 1000 }), @"
        expression: nested deeper than 1000 calls
        hint: evaluate it in parts, and use their stored values
        ");
        assert_snapshot!(shown(Error::Incomplete), @"
        the array did not come whole
        hint: whoever sends it is told why: see what `write` and `done` say
        ");
        let source = Mismatch { expected: "an array".into(), found: "text".into() };
        assert_snapshot!(shown(Error::Type { function, source }), @"
        `f`: result: expected an array, found text
        hint: a `Value` takes every result, an `Array` one of any shape and type
        ");
    }

    #[test]
    fn nobody_at_a_socket() {
        let at = |kind: io::ErrorKind| Error::Socket { path: "/run/60000.sock".into(), source: kind.into() };
        assert_snapshot!(shown(at(io::ErrorKind::NotFound)), @r"
        /run/60000.sock: cannot connect: entity not found
        hint: no server runs there: name its port with `--port`, or its socket with `--socket`
        ");
        assert_snapshot!(shown(at(io::ErrorKind::PermissionDenied)), @r"
        /run/60000.sock: cannot connect: permission denied
        hint: it is another user's: run the command as that user
        ");
        assert_snapshot!(shown(Error::Thread(io::ErrorKind::OutOfMemory.into())), @"cannot start the thread of a connection: out of memory");
        assert_snapshot!(shown(Error::NoExtension), @r"
        the server says nothing of itself beyond Kamodo's interface
        hint: it is the published server, or an older one of ours: it can be called and listed, and no more
        ");
    }

    #[test]
    fn a_function_that_is_held_back() {
        let told = |stands| shown(Error::Unserved { name: "c".into(), file: "a.yaml".into(), stands });
        let all = [Stands::RolledBack, Stands::Pinned, Stands::Refused(Vec::new())].map(told);
        assert_snapshot!(all.join("\n"), @r"
        the server does not serve `c`: a.yaml has it, and a rollback holds it back
        hint: `kamodo-rpc reload` has what is on disk served
        the server does not serve `c`: a.yaml has it, and a pin holds it back
        hint: `kamodo-rpc unpin` has what changed meanwhile served
        the server does not serve `c`: a.yaml has it, and is refused
        hint: `kamodo-rpc status` says why
        ");
    }

    #[test]
    fn no_such_function() {
        let served = vec!["f".into(), "g".into()];
        assert_snapshot!(shown(Error::Unknown { name: "ff".into(), served }), @r"
        the server has no function `ff`
        hint: it serves `f`, `g`
        ");
    }

    #[test]
    fn what_the_server_says() {
        let error = capnp::Error::failed(
            "remote exception: `f(x)`: missing argument `x`\nhint: call it as `f(x)`".into(),
        );
        assert_snapshot!(shown(error.into()), @r"
        `f(x)`: missing argument `x`
        hint: call it as `f(x)`
        ");
        let error = capnp::Error::overloaded("remote exception: the server is stopping".into());
        assert!(matches!(Error::from(error), Error::Remote { overloaded: true, .. }));
        assert_snapshot!(shown(capnp::Error::disconnected("Peer disconnected.".into()).into()), @"disconnected: Peer disconnected.");
    }

    #[test]
    fn a_call_that_was_lost() {
        let ended = || Error::from(capnp::Error::disconnected("Peer disconnected.".into()));
        assert_snapshot!(shown(ended().during("`f`")), @"
        `f`: the connection was lost during the call: Peer disconnected.
        hint: it may have been carried out: send it again only if that does no harm
        ");
        let source = io::ErrorKind::ConnectionRefused.into();
        let gone = Error::Connect { host: "localhost".into(), port: 60000, source };
        assert_snapshot!(shown(ended().during("`f`").not_sent_again(&gone)), @"
        `f`: the connection was lost during the call: Peer disconnected.; it is not sent again: localhost:60000: cannot connect: connection refused
        hint: it may have been carried out: send it again only if that does no harm
        ");
        let error = Error::Incomplete;
        assert!(matches!(error.during("`f`").not_sent_again(&gone), Error::Incomplete));
    }

    #[test]
    fn values_that_do_not_travel() {
        let source = literal::Error::Rational { ratio: "1/3".into() };
        assert_snapshot!(shown(Error::Argument { function: "f".into(), source }), @"`f`: argument: rational: `1/3` does not fit two int64");
        let source = literal::Error::MessageSize { found: 2_000_000_000, limit: 1 << 30 };
        assert_snapshot!(shown(Error::Literal { source }), @"
        expression: literal: message of 2000000000 bytes: expected at most 1073741824 bytes
        hint: ask for it in parts
        ");
        let source = literal::Error::UnknownDtype { dtype: "object".into() };
        assert_snapshot!(shown(Error::Result { function: "f".into(), source }), @r"
        `f`: result: array: unknown dtype `object`
        hint: give the array a numeric dtype, e.g. `a.astype('float64')`
        ");
    }
}
