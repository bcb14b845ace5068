//! Arrays that travel in pieces, so that no message holds one whole.

use std::ops::Range;

use kamodo_value::{Array, Buffer, Dtype};

use super::Error;
use super::array::{MAX_DIMENSIONS, dtype_of, expected_bytes};

/// The element type and the shape of an array that is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    dtype: Dtype,
    shape: Vec<usize>,
    n_bytes: usize,
}

/// An array of which pieces have come.
#[derive(Debug)]
pub struct Assembly {
    form: Form,
    buffer: Buffer,
    n_filled: usize,
}

// === impl Form ===

impl Form {
    /// Reads what announces an array.
    ///
    /// # Errors
    /// [`Error`] for an element type without meaning, or a shape that no array has.
    pub fn read(
        dtype: capnp::text::Reader<'_>,
        dims: capnp::primitive_list::Reader<'_, u32>,
    ) -> Result<Self, Error> {
        let (dtype, found) = (dtype_of(dtype.to_str()?)?, dims.len() as usize);
        if found > MAX_DIMENSIONS {
            return Err(Error::Dimensions { found });
        }
        let shape: Vec<usize> = dims.iter().map(|dim| dim as usize).collect();
        let expected = expected_bytes(&shape, dtype.size());
        match isize::try_from(expected) {
            Ok(n_bytes) => Ok(Self { dtype, shape, n_bytes: n_bytes.unsigned_abs() }),
            Err(_) => Err(Error::Shape { shape, dtype }),
        }
    }

    /// Returns the element type.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Returns the length of each dimension.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns the bytes of the whole array.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    /// Returns why so many bytes are no such array.
    #[must_use]
    pub fn length_error(&self, found: usize) -> Error {
        let (shape, dtype) = (self.shape.clone().into(), self.dtype.name().into());
        Error::Length { shape, dtype, expected: self.n_bytes as u128, found }
    }
}

// === impl Assembly ===

impl Assembly {
    /// Makes room for an array. It costs memory only as it is filled.
    #[must_use]
    pub fn new(form: Form) -> Self {
        let n_elements = form.n_bytes / form.dtype.size();
        Self { buffer: Buffer::zeroed(form.dtype, n_elements), form, n_filled: 0 }
    }

    /// Puts the next bytes in their place.
    ///
    /// # Errors
    /// [`Error::Length`] where they are more than the array takes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let end = self.n_filled.saturating_add(bytes.len());
        if end > self.form.n_bytes {
            return Err(self.form.length_error(end));
        }
        let place = self.n_filled..end;
        if let Buffer::Bool(elements) = &mut self.buffer {
            elements[place].iter_mut().zip(bytes).for_each(|(element, &byte)| *element = byte != 0);
        } else if let Some(own) = self.buffer.as_bytes_mut() {
            own[place].copy_from_slice(bytes);
        }
        self.n_filled = end;
        Ok(())
    }

    /// Returns the array.
    ///
    /// # Errors
    /// [`Error::Length`] where not all of it has come.
    pub fn finish(self) -> Result<Array, Error> {
        if self.n_filled < self.form.n_bytes {
            return Err(self.form.length_error(self.n_filled));
        }
        Ok(Array::new(self.form.shape, self.buffer).expect("there are as many elements as the form has"))
    }
}

/// Reads whole elements.
#[must_use]
pub fn read_elements(dtype: Dtype, bytes: &[u8]) -> Array {
    Array::vector(Buffer::from_bytes(dtype, bytes))
}

/// Returns some of the bytes of an array, counted from its first, as they travel.
#[must_use]
pub fn bytes_of(array: &Array, range: Range<usize>) -> &[u8] {
    &array.buffer().as_bytes()[range]
}
