//! The one dynamic type that crosses every seam.

use num_bigint::BigInt;
use num_complex::Complex;
use num_rational::BigRational;

use crate::{Array, Scalar, TextArray};

/// What a function takes or returns, told apart as Python and numpy tell it apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Python's `None`.
    None,
    /// A Python `bool`; in arithmetic it acts as an `int`.
    Bool(bool),
    /// A Python `int`, of any size, exact.
    Int(BigInt),
    /// A Python `float`: division by zero is an error. (A float that a client sent is a numpy
    /// [`Scalar::Float64`], for which it is infinity.)
    Float(f64),
    /// A Python `complex`.
    Complex(Complex<f64>),
    /// An exact ratio, in lowest terms.
    Rational(BigRational),
    /// A Python `str`.
    Text(String),
    /// Python `bytes`.
    Data(Vec<u8>),
    /// A Python `list`.
    List(Vec<Value>),
    /// A numpy scalar.
    Scalar(Scalar),
    /// A numpy array of any rank.
    Array(Array),
    /// A numpy array of text.
    TextArray(TextArray),
}

// === impl Value ===

impl Value {
    /// Returns the bytes of memory that it takes, roughly.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        let more = match self {
            Self::Array(array) => array.len() * array.dtype().size(),
            Self::TextArray(array) => 4 * array.code_points().len(),
            Self::List(items) => items.iter().map(Self::n_bytes).sum(),
            Self::Text(text) => text.len(),
            Self::Data(bytes) => bytes.len(),
            Self::Int(integer) => (integer.bits() / 8) as usize,
            _ => 0,
        };
        size_of::<Self>() + more
    }
}
