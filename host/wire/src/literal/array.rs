//! Arrays: one copy from the message, one copy into it.
//!
//! The bytes of a message are aligned to eight, as are those of a `Data` in it, so elements are copied
//! as a slice of their own type; where a sender's are not aligned, they are copied one by one.

use kamodo_schema::array;
use kamodo_value::{Array, Buffer, Dtype, TextArray, Value};

use super::{Error, MAX_BLOB_BYTES};

/// The most dimensions that numpy has.
pub const MAX_DIMENSIONS: usize = 64;

/// The most code points that an element of text may have; numpy's own bound.
const MAX_TEXT_WIDTH: usize = (i32::MAX / 4) as usize;

/// Reads an array, of numbers or of text.
///
/// An array without dtype, shape and bytes is how the published client sends any empty array: it is
/// read as numpy makes one, empty and of `float64`.
///
/// # Errors
/// [`Error`] for an element type without meaning, or a number of bytes that does not fit the shape.
pub fn read_array(reader: array::Reader<'_>) -> Result<Value, Error> {
    let bytes = reader.get_data()?;
    let name = reader.get_dtype()?.to_str()?;
    let dims = reader.get_shape()?;
    if name.is_empty() && bytes.is_empty() && dims.is_empty() {
        return Ok(Array::vector(Vec::<f64>::new()).into());
    }
    let element = Element::of(name)?;
    let n_dims = dims.len() as usize;
    if n_dims > MAX_DIMENSIONS {
        return Err(Error::Dimensions { found: n_dims });
    }
    let shape: Vec<usize> = dims.iter().map(|dim| dim as usize).collect();
    let expected = expected_bytes(&shape, element.size());
    if expected != bytes.len() as u128 {
        return Err(Error::Length {
            shape: shape.into(),
            dtype: element.name().into(),
            expected,
            found: bytes.len(),
        });
    }
    let swapped: Vec<u8>;
    let bytes = if element.is_swapped {
        swapped = bytes.chunks_exact(element.part()).flat_map(|part| part.iter().rev().copied()).collect();
        &swapped[..]
    } else {
        bytes
    };
    const FITS: &str = "the length in bytes was compared with the shape above";
    Ok(match element.kind {
        ElementKind::Number(dtype) => Array::new(shape, Buffer::from_bytes(dtype, bytes)).expect(FITS).into(),
        ElementKind::Text { width } => {
            TextArray::new(shape, width, bytemuck::pod_collect_to_vec(bytes)).expect(FITS).into()
        }
    })
}

/// Writes an array of text.
///
/// # Errors
/// [`Error`] where the interface cannot hold so many bytes or so long a dimension.
pub(super) fn write_text_array(mut builder: array::Builder<'_>, array: &TextArray) -> Result<(), Error> {
    let n_bytes = 4 * array.code_points().len();
    if n_bytes > MAX_BLOB_BYTES {
        return Err(Error::BlobSize { kind: "array", found: n_bytes });
    }
    builder.set_dtype(&array.dtype()[..]);
    write_shape(builder.reborrow(), array.shape())?;
    builder.init_data(n_bytes as u32).copy_from_slice(bytemuck::cast_slice(array.code_points()));
    Ok(())
}

fn write_shape(builder: array::Builder<'_>, shape: &[usize]) -> Result<(), Error> {
    let mut dims = builder.init_shape(shape.len() as u32);
    for (index, &dim) in shape.iter().enumerate() {
        dims.set(index as u32, u32::try_from(dim).map_err(|_| Error::Dimension { found: dim })?);
    }
    Ok(())
}

/// Writes an array.
///
/// # Errors
/// [`Error`] where the interface cannot hold so many bytes or so long a dimension.
pub fn write_array(mut builder: array::Builder<'_>, array: &Array) -> Result<(), Error> {
    let n_bytes = array.len() * array.dtype().size();
    if n_bytes > MAX_BLOB_BYTES {
        return Err(Error::BlobSize { kind: "array", found: n_bytes });
    }
    builder.set_dtype(array.dtype().name());
    write_shape(builder.reborrow(), array.shape())?;
    let target = builder.init_data(n_bytes as u32);
    target.copy_from_slice(array.buffer().as_bytes());
    Ok(())
}

// Elements are copied as they lie in memory, and the interface is little-endian.
const _: () = assert!(cfg!(target_endian = "little"), "arrays are copied, not swapped");

/// An element type, as a sender may name it.
struct Element {
    kind: ElementKind,
    /// Whether its bytes come in the other order.
    is_swapped: bool,
}

enum ElementKind {
    Number(Dtype),
    Text { width: usize },
}

impl Element {
    /// Finds an element type by any of numpy's names for it: `float64`, `<f8`, `>f8`, `d`, `<U2`.
    fn of(name: &str) -> Result<Self, Error> {
        let is_swapped = name.starts_with('>');
        let code = name.trim_start_matches(['<', '>', '|', '=']);
        let number = Dtype::from_name(name).or_else(|| Dtype::from_code(code)).map(ElementKind::Number);
        let text = || {
            let width =
                code.strip_prefix('U')?.parse().ok().filter(|width| (1..=MAX_TEXT_WIDTH).contains(width))?;
            Some(ElementKind::Text { width })
        };
        match number.or_else(text) {
            Some(kind) => Ok(Self { kind, is_swapped }),
            None => Err(Error::UnknownDtype { dtype: name.chars().take(40).collect() }),
        }
    }

    /// The bytes of an element.
    fn size(&self) -> usize {
        match self.kind {
            ElementKind::Number(dtype) => dtype.size(),
            ElementKind::Text { width } => 4 * width,
        }
    }

    /// The bytes of one of the numbers that an element is made of.
    fn part(&self) -> usize {
        match self.kind {
            ElementKind::Number(Dtype::Complex64) => 4,
            ElementKind::Number(Dtype::Complex128) => 8,
            ElementKind::Number(dtype) => dtype.size(),
            ElementKind::Text { .. } => 4,
        }
    }

    fn name(&self) -> String {
        match self.kind {
            ElementKind::Number(dtype) => dtype.name().to_owned(),
            ElementKind::Text { width } => format!("<U{width}"),
        }
    }
}

/// Finds the element type of an array of numbers in the byte order of the interface.
pub(super) fn dtype_of(name: &str) -> Result<Dtype, Error> {
    match Element::of(name)? {
        Element { kind: ElementKind::Number(dtype), is_swapped } if !is_swapped || dtype.size() == 1 => {
            Ok(dtype)
        }
        _ => Err(Error::UnknownDtype { dtype: name.chars().take(40).collect() }),
    }
}

/// The bytes that a shape asks for; cannot overflow, since a zero anywhere makes it zero and what is
/// left saturates.
pub(super) fn expected_bytes(shape: &[usize], element_bytes: usize) -> u128 {
    if shape.contains(&0) {
        return 0;
    }
    shape.iter().fold(element_bytes as u128, |bytes, &dim| bytes.saturating_mul(dim as u128))
}
