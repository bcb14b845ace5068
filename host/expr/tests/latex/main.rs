//! LaTeX, read and written.

#[path = "../front/linker.rs"]
#[allow(dead_code, reason = "shared with the tests of the front")]
mod linker;

#[path = "../front/hints.rs"]
#[allow(dead_code, reason = "shared with the tests of the front")]
mod hints;

#[path = "../front/expressions.rs"]
mod expressions;

mod errors;
mod functions;
mod mathml;
mod published;
mod read;
mod round_trip;
