//! How arrays of different shapes go together: as in numpy.

/// Returns the shape that all of `shapes` are stretched to, or the index of the first that does not fit
/// those before it, with the shape of those.
pub(crate) fn broadcast<'a>(
    shapes: impl IntoIterator<Item = &'a [usize]>,
) -> Result<Vec<usize>, (usize, Vec<usize>)> {
    let mut together: Vec<usize> = Vec::new();
    for (index, shape) in shapes.into_iter().enumerate() {
        let longer = shape.len().saturating_sub(together.len());
        let mut stretched = [&shape[..longer], &together].concat();
        let skipped = stretched.len() - shape.len();
        for (length, &other) in stretched[skipped..].iter_mut().zip(shape) {
            match (*length, other) {
                (1, _) => *length = other,
                (_, 1) => {}
                (one, other) if one == other => {}
                _ => return Err((index, together)),
            }
        }
        together = stretched;
    }
    Ok(together)
}

/// Returns the strides, in elements, by which an array of `shape` in C order is read as one of the wider
/// shape `together`.
pub(crate) fn strides(shape: &[usize], together: &[usize]) -> Vec<isize> {
    let skipped = together.len() - shape.len();
    let mut strides = vec![0; together.len()];
    let mut stride = 1;
    for (index, &length) in shape.iter().enumerate().rev() {
        if length != 1 {
            strides[skipped + index] = stride;
        }
        stride *= length as isize;
    }
    strides
}

/// Shows a shape as Python does: `(3, 4)`, `(3,)`, `()`.
pub(crate) fn render(shape: &[usize]) -> String {
    match shape {
        [length] => format!("({length},)"),
        _ => format!("({})", shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected shapes are `numpy.broadcast_shapes`'s.
    #[track_caller]
    fn check(shapes: &[&[usize]], expected: Result<&[usize], usize>) {
        let found = broadcast(shapes.iter().copied());
        assert_eq!(found.as_deref().map_err(|(index, _)| *index), expected);
    }

    #[test]
    fn shapes_go_together_as_in_numpy() {
        check(&[], Ok(&[]));
        check(&[&[], &[3]], Ok(&[3]));
        check(&[&[3], &[1]], Ok(&[3]));
        check(&[&[3, 1], &[4]], Ok(&[3, 4]));
        check(&[&[4], &[3, 1]], Ok(&[3, 4]));
        check(&[&[2, 1, 5], &[7, 1], &[1]], Ok(&[2, 7, 5]));
        check(&[&[0], &[1]], Ok(&[0]));
        check(&[&[0], &[3]], Err(1));
        check(&[&[2, 3], &[3], &[4]], Err(2));
    }

    #[test]
    fn stretched_dimensions_repeat() {
        assert_eq!(strides(&[3, 1], &[2, 3, 4]), [0, 1, 0]);
        assert_eq!(strides(&[2, 3, 4], &[2, 3, 4]), [12, 4, 1]);
        assert_eq!(strides(&[], &[5]), [0]);
        assert_eq!(strides(&[4], &[1, 4]), [0, 1]);
    }

    #[test]
    fn shapes_read_as_in_python() {
        assert_eq!([&[][..], &[3], &[3, 4]].map(render), ["()", "(3,)", "(3, 4)"]);
    }
}
