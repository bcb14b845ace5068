//! An array of any rank whose buffer is shared between its clones.

use std::sync::Arc;

pub use crate::dtype::Buffer;
use crate::{Dtype, Value};

/// A numpy array: a shape and a buffer in C order.
///
/// A clone shares the buffer; [`Array::into_buffer`] takes it back without a copy where this is the
/// last one, so that an evaluation can write its result over an argument that nobody else holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    shape: Box<[usize]>,
    buffer: Arc<Buffer>,
}

/// A shape that asks for another number of elements than there are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("shape {shape:?} asks for {expected} elements, found {found}")]
pub struct ShapeError {
    /// The shape.
    pub shape: Vec<usize>,
    /// Elements that the shape asks for.
    pub expected: usize,
    /// Elements that there are.
    pub found: usize,
}

// === impl Array ===

impl Array {
    /// Makes an array of `shape` from its elements in C order.
    ///
    /// # Errors
    /// [`ShapeError`] where the product of `shape` is not the number of elements.
    pub fn new(shape: impl Into<Box<[usize]>>, buffer: impl Into<Buffer>) -> Result<Self, ShapeError> {
        let (shape, buffer) = (shape.into(), buffer.into());
        let expected = n_elements(&shape).unwrap_or(usize::MAX);
        if expected != buffer.len() {
            return Err(ShapeError { shape: shape.into_vec(), expected, found: buffer.len() });
        }
        Ok(Self { shape, buffer: Arc::new(buffer) })
    }

    /// Makes an array of one dimension.
    #[must_use]
    pub fn vector(buffer: impl Into<Buffer>) -> Self {
        let buffer = buffer.into();
        Self { shape: Box::new([buffer.len()]), buffer: Arc::new(buffer) }
    }

    /// Returns the length of each dimension.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns the number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buffer.len()
    }

    /// Returns whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Returns the element type.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.buffer.dtype()
    }

    /// Returns the elements in C order.
    #[must_use]
    pub fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// Takes the buffer, copying it only where a clone of this array still holds it.
    #[must_use]
    pub fn into_buffer(self) -> Buffer {
        Arc::try_unwrap(self.buffer).unwrap_or_else(|shared| (*shared).clone())
    }

    /// Returns whether no clone shares the buffer, so that [`Array::into_buffer`] is free.
    #[must_use]
    pub fn is_unshared(&self) -> bool {
        Arc::strong_count(&self.buffer) == 1
    }
}

/// Returns how many elements a shape asks for; none where that is beyond what can be counted.
pub(crate) fn n_elements(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0); // whatever the other dimensions are
    }
    shape.iter().try_fold(1_usize, |n, &dim| n.checked_mul(dim))
}

impl From<Array> for Value {
    fn from(array: Array) -> Self {
        Self::Array(array)
    }
}
