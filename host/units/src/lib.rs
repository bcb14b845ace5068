//! Units of measurement: read from text, shown as Kamodo shows them, converted without loss.
//!
//! Start at [`Unit`]. The text is read by `parse`, against names that `catalog` derives from one table
//! of definitions and the prefixes; `print` shows a unit in the normal form of the published Kamodo.
//! A conversion is an exact ratio wherever the definitions are exact, else the nearest double.
//!
//! Invariants: a unit's text is untrusted, so its length, depth, numbers and exponents are bounded and
//! no text makes this crate panic; what [`Unit`]'s `Display` writes, [`Unit::parse`] reads as the same unit.

mod ambiguity;
mod catalog;
mod dimension;
mod error;
mod parse;
mod precise;
mod prefix;
mod print;
mod published;
mod scale;
mod suggest;
mod unit;
mod unseen;

pub use ambiguity::Ambiguity;
pub use catalog::NamedUnit;
pub use dimension::{BaseDimension, Dimension};
pub use error::{Error, ErrorKind, Incompatible};
pub use prefix::prefix;
pub use scale::Factor;
pub use suggest::suggest;
pub use unit::Unit;
pub use unseen::{find_unseen, printable, unseen, unseen_hint, unseen_message};
