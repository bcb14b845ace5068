//! The one set of functions, merged from all origins, and how they are called.

mod contribution;
mod error;

pub use contribution::{Cancel, ContributedFunction, Contribution, Cost, NativeFunction, Origin};
pub use error::CallError;
