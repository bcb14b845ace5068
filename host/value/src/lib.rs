//! Values that functions take and return, and how functions are described.
//!
//! A [`Value`] is what a Python caller of Kamodo would hold: a Python scalar, a numpy scalar or array,
//! text, bytes, a list. Nothing here knows how it travels or who computes it.
//! Everything is owned and `Send`; an [`Array`] is cheap to clone, since its buffer is shared.

mod array;
mod dtype;
mod function;
mod name;
mod published;
mod shown;
mod text_array;
mod value;

pub use array::{Array, Buffer, ShapeError};
pub use dtype::{Dtype, Scalar};
pub use function::{Meta, Parameter, Signature};
pub use name::{is_name, is_name_part, is_name_start};
pub use published::{published_keys, published_name, published_parameters};
pub use shown::Shown;
pub use text_array::TextArray;
pub use value::Value;
