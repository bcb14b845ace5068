//! Other servers' functions, as if they were ours.
//!
//! A [`Relay`] keeps one connection to each [`Upstream`]: it dials without anybody waiting for it, asks for
//! the functions, and says what they are as [`News`]: a contribution like that of a file. `actor` is the life
//! of one upstream, `line` the way of a call to it from any thread, `fields` what becomes of its functions,
//! `route` which of them would come back, `pulse` whether one that says nothing is still there.
//!
//! While an upstream is down its functions stay what they are, and calls fail at once with its address, the
//! cause and the next attempt. The relay knows no capnp: the client does.

mod actor;
mod backoff;
mod fields;
mod line;
mod news;
mod pulse;
mod relay;
mod route;
mod upstream;

pub use news::{News, Served};
pub use relay::Relay;
pub use upstream::Upstream;
