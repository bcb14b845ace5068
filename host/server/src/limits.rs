//! What clients may use, and how long the server itself waits.

use std::time::Duration;

use kamodo_wire::transport;

/// What clients may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time.
    pub n_connections: usize,
    /// Calls at a time of one connection.
    pub n_calls: usize,
    /// Values that one connection may hold at a time.
    pub n_values: usize,
    /// Bytes of the values that one connection may hold.
    pub value_bytes: usize,
    /// How long a client may take to shake hands.
    pub handshake: Duration,
    /// After how long a silent client is asked whether it is still there.
    pub keep_alive: Duration,
    /// After how long a plugin's call is told of that still runs.
    pub long_call: Duration,
    /// What one connection may cost.
    pub transport: transport::Limits,
}

/// How long to wait before accepting again after the system refused, as when descriptors run out.
pub(crate) const REFUSED: Duration = Duration::from_millis(100);

/// A result over this is written after the other clients of the thread had their turn.
pub(crate) const YIELD_BYTES: usize = 1 << 20;

// === impl Limits ===

impl Default for Limits {
    fn default() -> Self {
        Self {
            n_connections: 256,
            n_calls: 256,
            n_values: 1024,
            value_bytes: 1 << 30,
            handshake: Duration::from_secs(5),
            keep_alive: Duration::from_secs(60),
            long_call: Duration::from_secs(60),
            transport: transport::Limits::default(),
        }
    }
}
