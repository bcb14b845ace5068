//! How values and calls travel.
//!
//! - [`exception`]: a message with its hint to and from the text of an exception, nowhere else;
//! - [`literal`]: [`Value`](kamodo_value::Value) to and from the schema's `Literal`, nowhere else;
//! - [`transport`]: Cap'n Proto's RPC over a byte stream, with writes joined and bounds on what is held;
//! - [`tls`]: the server's identity, and which server a client trusts.
//!
//! Nothing here knows what a function is. Values are owned and `Send`; everything of Cap'n Proto stays
//! on the thread of its connection.

pub mod exception;
pub mod literal;
pub mod tls;
pub mod transport;
