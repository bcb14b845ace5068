//! Arrays of text, which pass through: nothing is computed with them.

use std::sync::Arc;

use crate::Value;
use crate::array::n_elements;

/// A numpy array of text, dtype `<U{width}`: elements of a fixed width in code points, shorter ones padded
/// with zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextArray {
    shape: Box<[usize]>,
    width: usize,
    code_points: Arc<[u32]>,
}

// === impl TextArray ===

impl TextArray {
    /// Makes an array of `shape`, whose elements have `width` code points each, in C order; none where that
    /// asks for another number of code points than there are.
    #[must_use]
    pub fn new(shape: impl Into<Box<[usize]>>, width: usize, code_points: Vec<u32>) -> Option<Self> {
        let shape = shape.into();
        let fits = n_elements(&shape)?.checked_mul(width) == Some(code_points.len());
        fits.then(|| Self { shape, width, code_points: code_points.into() })
    }

    /// Returns the length of each dimension.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns how many code points an element has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the code points of all elements, in C order.
    #[must_use]
    pub fn code_points(&self) -> &[u32] {
        &self.code_points
    }

    /// Returns numpy's name of the element type, such as `<U2`.
    #[must_use]
    pub fn dtype(&self) -> String {
        format!("<U{}", self.width)
    }

    /// Returns the elements as text, in C order, without their padding.
    pub fn elements(&self) -> impl Iterator<Item = String> {
        let n_elements = self.code_points.len() / self.width.max(1);
        let element = |index: usize| &self.code_points[index * self.width..(index + 1) * self.width];
        (0..n_elements).map(move |index| {
            let padded = element(index);
            let length = padded.iter().rposition(|&point| point != 0).map_or(0, |last| last + 1);
            let letter = |&point: &u32| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
            padded[..length].iter().map(letter).collect()
        })
    }
}

impl From<TextArray> for Value {
    fn from(array: TextArray) -> Self {
        Self::TextArray(array)
    }
}
