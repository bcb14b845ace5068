//! Cap'n Proto's RPC over one byte stream.
//!
//! [`Session`] drives one connection: it first lets the RPC system take every message that has arrived
//! and run every call that is ready, and then writes all their answers at once. Written one by one, as
//! the crate's own network does, small answers cost twice the processor time.
//!
//! What a peer can make this side hold is bounded by [`Limits`]: the size of a message, whose memory
//! is touched only as its bytes arrive, and, on the serving side, the bytes of answers that the peer
//! does not read, above which no more calls are read (`queue`). A client does not stop reading:
//! were both sides to wait for the other to read first, neither would ever go on.

mod error;
mod incoming;
mod network;
mod queue;
mod session;
mod traffic;
mod writer;

use std::time::Duration;

pub use error::Error;
pub use session::{Session, connect, serve};
pub use traffic::Traffic;

/// What one connection may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest message that is read before anything was answered.
    pub first_message_bytes: usize,
    /// The largest message that is read or written.
    pub message_bytes: usize,
    /// The deepest nesting of pointers in a message that is read.
    pub nesting: i32,
    /// The bytes of unread answers above which a server reads no more calls.
    pub queued_bytes: usize,
    /// How long a write may make no progress.
    pub write_stall: Duration,
}

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self {
            first_message_bytes: 16 << 20,
            message_bytes: 1 << 30,
            nesting: 64,
            queued_bytes: 4 << 20,
            write_stall: Duration::from_secs(30),
        }
    }
}
