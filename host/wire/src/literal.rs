//! The only place that knows the variants of the schema's `Literal`.
//!
//! What is read is what the published server reads: an `int` is decimal text in Python's spelling, a
//! `float64` is a numpy scalar, so that its division by zero is infinity. What is written is what the
//! published client understands; a value for which the schema has no variant, such as a complex
//! number, is written as an array without dimensions, and one that has no form at all is an error.

mod array;
mod error;
mod integer;
mod pieces;
mod read;
mod received;
mod write;

pub use array::{MAX_DIMENSIONS, read_array, write_array};
pub use error::Error;
pub use pieces::{Assembly, Form, bytes_of, read_elements};
pub use read::{read, read_all};
pub use received::as_received;
pub use write::{check_size, write, write_all};

/// The most bytes that one `Data` or `Text` of Cap'n Proto holds.
pub const MAX_BLOB_BYTES: usize = (1 << 29) - 1;

/// The deepest nesting of lists that is written: readers stop at 64 pointers, of which a list takes two.
pub const MAX_LIST_DEPTH: usize = 24;

/// The longest integer that is read or written, in decimal digits: some 64 Kibit.
pub const MAX_INTEGER_DIGITS: usize = 20_000;
