//! Why a connection ended before its time.

use std::io;
use std::time::Duration;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The stream failed.
    #[error("connection lost")]
    Io(#[from] io::Error),
    /// The stream ended within a message.
    #[error("connection closed inside a message: {found} of {expected} bytes arrived")]
    Truncated {
        /// The bytes of the message.
        expected: usize,
        /// Those that arrived.
        found: usize,
    },
    /// A message announces more than the limit.
    #[error("message of {found} bytes: this side reads at most {limit} bytes")]
    MessageSize {
        /// The bytes that it announces.
        found: u64,
        /// The limit.
        limit: usize,
    },
    /// The first bytes of a message are not those of one.
    #[error("message of {found} segments: expected 1 to {}", super::incoming::MAX_SEGMENTS)]
    Segments {
        /// The segments that it announces.
        found: u64,
    },
    /// The peer does not read.
    #[error("peer reads nothing: no byte was written in {} s", stalled.as_secs_f64())]
    Stalled {
        /// For how long.
        stalled: Duration,
    },
}

// === impl Error ===

impl Error {
    /// Returns what the peer is told, or what fails the calls that still wait.
    pub(super) fn to_capnp(&self) -> capnp::Error {
        let mut text = self.to_string();
        if let Some(source) = std::error::Error::source(self) {
            text = format!("{text}: {source}");
        }
        capnp::Error::disconnected(text)
    }
}
