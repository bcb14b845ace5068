//! Shapes that are stretched to match.

use crate::error::EvaluateError;

/// A result has at most this many elements.
pub(crate) const MAX_ELEMENTS: usize = 1 << 27;

/// Returns the shape that two operands stretch to.
///
/// # Errors
/// Where a dimension, counted from the last, differs and is 1 on neither side, or the result is too large.
pub(crate) fn shape(
    operation: &'static str,
    left: &[usize],
    right: &[usize],
) -> Result<Box<[usize]>, EvaluateError> {
    let n_dimensions = left.len().max(right.len());
    let length = |shape: &[usize], dimension: usize| {
        (dimension + shape.len()).checked_sub(n_dimensions).map_or(1, |index| shape[index])
    };
    let stretched: Option<Box<[usize]>> = (0..n_dimensions)
        .map(|dimension| match (length(left, dimension), length(right, dimension)) {
            (first, second) if first == second => Some(first),
            (1, other) | (other, 1) => Some(other),
            _ => None,
        })
        .collect();
    let stretched = stretched.ok_or_else(|| EvaluateError::Broadcast {
        operation,
        left: left.into(),
        right: right.into(),
    })?;
    let n_elements = stretched.iter().try_fold(1_usize, |n, &length| n.checked_mul(length));
    match n_elements {
        Some(0..=MAX_ELEMENTS) => Ok(stretched),
        _ => Err(EvaluateError::ResultTooLarge { operation, limit: MAX_ELEMENTS }),
    }
}

/// Repeats elements of `shape` along the dimensions in which `stretched` is longer.
pub(crate) fn expand<T: Copy>(elements: &[T], shape: &[usize], stretched: &[usize]) -> Vec<T> {
    let n_elements = stretched.iter().product();
    let mut expanded = Vec::with_capacity(n_elements);
    if n_elements == 0 {
        return expanded;
    }
    let offset = stretched.len() - shape.len();
    // Steps in `elements` for one step in each dimension of the result: none where it repeats.
    let mut strides = vec![0; stretched.len()];
    let mut stride = 1;
    for dimension in (0..shape.len()).rev() {
        strides[offset + dimension] = if shape[dimension] == 1 { 0 } else { stride };
        stride *= shape[dimension];
    }
    let (Some((&row_length, outer)), Some((&row_stride, outer_strides))) =
        (stretched.split_last(), strides.split_last())
    else {
        return elements.to_vec();
    };
    let mut index = vec![0; outer.len()];
    let mut start = 0;
    loop {
        if row_stride == 0 {
            expanded.extend(std::iter::repeat_n(elements[start], row_length));
        } else {
            expanded.extend_from_slice(&elements[start..start + row_length]);
        }
        let mut dimension = outer.len();
        loop {
            if dimension == 0 {
                return expanded;
            }
            dimension -= 1;
            index[dimension] += 1;
            start += outer_strides[dimension];
            if index[dimension] < outer[dimension] {
                break;
            }
            start -= outer_strides[dimension] * outer[dimension];
            index[dimension] = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_rows_and_columns() {
        assert_eq!(expand(&[1, 2, 3], &[3], &[2, 3]), [1, 2, 3, 1, 2, 3]);
        assert_eq!(expand(&[1, 2], &[2, 1], &[2, 3]), [1, 1, 1, 2, 2, 2]);
        assert_eq!(expand(&[1, 2, 3, 4], &[2, 1, 2], &[2, 2, 2]), [1, 2, 1, 2, 3, 4, 3, 4]);
        assert_eq!(expand::<u8>(&[], &[0, 1], &[0, 3]), Vec::<u8>::new());
    }
}
