//! Why a value cannot be read or written.

use kamodo_value::Dtype;

use super::{MAX_BLOB_BYTES, MAX_INTEGER_DIGITS, MAX_LIST_DEPTH};

/// Why a value cannot be read from, or written as, a `Literal`.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An element type that has no meaning here.
    #[error("array: unknown dtype `{dtype}`")]
    UnknownDtype {
        /// The name that was sent.
        dtype: String,
    },
    /// More or fewer bytes than the shape asks for.
    #[error("array: shape {shape:?} of {dtype} takes {expected} bytes, found {found}")]
    Length {
        /// The shape that was sent.
        shape: Box<[usize]>,
        /// The element type.
        dtype: Box<str>,
        /// The bytes that both ask for.
        expected: u128,
        /// The bytes that came.
        found: usize,
    },
    /// A shape of more bytes than there are addresses.
    #[error("array: no array has the shape {shape:?} of {}", dtype.name())]
    Shape {
        /// The shape that was sent.
        shape: Vec<usize>,
        /// The element type.
        dtype: Dtype,
    },
    /// More dimensions than numpy has.
    #[error("array: {found} dimensions, expected at most {}", super::array::MAX_DIMENSIONS)]
    Dimensions {
        /// The dimensions that were sent.
        found: usize,
    },
    /// A dimension that the interface's 32 bits do not hold.
    #[error("array: a dimension of {found} elements, expected at most {}", u32::MAX)]
    Dimension {
        /// The length of the dimension.
        found: usize,
    },
    /// A blob over what Cap'n Proto can hold.
    #[error("{kind} of {found} bytes: one message part holds at most {} bytes", MAX_BLOB_BYTES)]
    BlobSize {
        /// `array`, `text` or `data`.
        kind: &'static str,
        /// Its bytes.
        found: usize,
    },
    /// A whole message over the limit of the connection.
    #[error("message of {found} bytes: expected at most {limit} bytes")]
    MessageSize {
        /// Its bytes.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Text that is not an integer of Python.
    #[error("int: expected decimal digits, found `{text}`")]
    Integer {
        /// The start of the text.
        text: String,
    },
    /// An integer beyond the bound.
    #[error("int: {found} digits, expected at most {}", MAX_INTEGER_DIGITS)]
    IntegerSize {
        /// Its digits, estimated from its bits where it was never printed.
        found: usize,
    },
    /// A ratio whose parts do not fit the interface.
    #[error("rational: `{ratio}` does not fit two int64")]
    Rational {
        /// The ratio.
        ratio: String,
    },
    /// A ratio with a denominator of zero.
    #[error("rational: `{p}/0` has no value")]
    ZeroDenominator {
        /// The numerator.
        p: i64,
    },
    /// Lists within lists, too deep to be read by anyone.
    #[error("list: nested {found} deep, expected at most {}", MAX_LIST_DEPTH)]
    Depth {
        /// The depth at which writing stopped.
        found: usize,
    },
    /// A variant of a newer schema.
    #[error("literal: variant {number} is not known here")]
    UnknownVariant {
        /// Its number.
        number: u16,
    },
    /// A message that breaks the rules of Cap'n Proto.
    #[error(transparent)]
    Malformed(#[from] capnp::Error),
}

// === impl Error ===

impl Error {
    /// Returns what to do about it, where that is not plain from the fact.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownDtype { dtype } if dtype == "object" => {
                Some(String::from("give the array a numeric dtype, e.g. `a.astype('float64')`"))
            }
            Self::UnknownDtype { .. } => {
                let names: Vec<_> = Dtype::ALL.iter().map(|dtype| dtype.name()).collect();
                Some(format!("one of {}", names.join(", ")))
            }
            Self::BlobSize { .. } | Self::MessageSize { .. } => Some(String::from("ask for it in parts")),
            _ => None,
        }
    }
}

impl From<capnp::NotInSchema> for Error {
    fn from(capnp::NotInSchema(number): capnp::NotInSchema) -> Self {
        Self::UnknownVariant { number }
    }
}

impl From<std::str::Utf8Error> for Error {
    fn from(error: std::str::Utf8Error) -> Self {
        Self::Malformed(error.into())
    }
}
