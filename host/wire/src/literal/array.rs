//! Arrays: one copy from the message, one copy into it.
//!
//! The bytes of a message are aligned to eight, as are those of a `Data` in it, so elements are copied
//! as a slice of their own type; where a sender's are not aligned, they are copied one by one.

use bytemuck::Pod;
use kamodo_schema::array;
use kamodo_value::{Array, Buffer, Dtype};

use super::{Error, MAX_BLOB_BYTES};

/// The most dimensions that numpy has.
pub const MAX_DIMENSIONS: usize = 64;

/// Reads an array.
///
/// An array without dtype, shape and bytes is how the published client sends any empty array: it is
/// read as numpy makes one, empty and of `float64`.
///
/// # Errors
/// [`Error`] for an element type without meaning, or a number of bytes that does not fit the shape.
pub fn read_array(reader: array::Reader<'_>) -> Result<Array, Error> {
    let bytes = reader.get_data()?;
    let name = reader.get_dtype()?.to_str()?;
    let dims = reader.get_shape()?;
    if name.is_empty() && bytes.is_empty() && dims.is_empty() {
        return Ok(Array::vector(Vec::<f64>::new()));
    }
    let dtype = dtype_of(name)?;
    let n_dims = dims.len() as usize;
    if n_dims > MAX_DIMENSIONS {
        return Err(Error::Dimensions { found: n_dims });
    }
    let shape: Vec<usize> = dims.iter().map(|dim| dim as usize).collect();
    let expected = expected_bytes(&shape, dtype);
    if expected != bytes.len() as u128 {
        return Err(Error::Length { shape, dtype, expected, found: bytes.len() });
    }
    let array = Array::new(shape, buffer_of(dtype, bytes));
    Ok(array.expect("the length in bytes was compared with the shape above"))
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
    let mut dims = builder.reborrow().init_shape(array.shape().len() as u32);
    for (index, &dim) in array.shape().iter().enumerate() {
        dims.set(index as u32, u32::try_from(dim).map_err(|_| Error::Dimension { found: dim })?);
    }
    let target = builder.init_data(n_bytes as u32);
    match array.buffer() {
        Buffer::Bool(elements) => {
            target.iter_mut().zip(elements).for_each(|(byte, &element)| *byte = u8::from(element));
        }
        Buffer::Int8(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Int16(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Int32(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Int64(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Uint8(elements) => target.copy_from_slice(elements),
        Buffer::Uint16(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Uint32(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Uint64(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Float16(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Float32(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Float64(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Complex64(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
        Buffer::Complex128(elements) => target.copy_from_slice(bytemuck::cast_slice(elements)),
    }
    Ok(())
}

// Elements are copied as they lie in memory, and the interface is little-endian.
const _: () = assert!(cfg!(target_endian = "little"), "arrays are copied, not swapped");

/// Finds an element type by numpy's name, or by its code as `str(dtype)` prints it for some types.
fn dtype_of(name: &str) -> Result<Dtype, Error> {
    if let Some(dtype) = Dtype::from_name(name) {
        return Ok(dtype);
    }
    let dtype = match name.trim_start_matches(['<', '>', '|', '=']) {
        "b1" | "?" => Some(Dtype::Bool),
        "i1" => Some(Dtype::Int8),
        "i2" => Some(Dtype::Int16),
        "i4" => Some(Dtype::Int32),
        "i8" => Some(Dtype::Int64),
        "u1" => Some(Dtype::Uint8),
        "u2" => Some(Dtype::Uint16),
        "u4" => Some(Dtype::Uint32),
        "u8" => Some(Dtype::Uint64),
        "f2" => Some(Dtype::Float16),
        "f4" => Some(Dtype::Float32),
        "f8" => Some(Dtype::Float64),
        "c8" => Some(Dtype::Complex64),
        "c16" => Some(Dtype::Complex128),
        _ => None,
    };
    match dtype {
        Some(dtype) if name.starts_with('>') && dtype.size() > 1 => {
            Err(Error::BigEndian { dtype: name.into() })
        }
        Some(dtype) => Ok(dtype),
        None => Err(Error::UnknownDtype { dtype: name.chars().take(40).collect() }),
    }
}

/// The bytes that a shape asks for; cannot overflow, since a zero anywhere makes it zero and what is
/// left saturates.
fn expected_bytes(shape: &[usize], dtype: Dtype) -> u128 {
    if shape.contains(&0) {
        return 0;
    }
    shape.iter().fold(dtype.size() as u128, |bytes, &dim| bytes.saturating_mul(dim as u128))
}

fn buffer_of(dtype: Dtype, bytes: &[u8]) -> Buffer {
    match dtype {
        Dtype::Bool => Buffer::Bool(bytes.iter().map(|&byte| byte != 0).collect()),
        Dtype::Int8 => Buffer::Int8(elements(bytes)),
        Dtype::Int16 => Buffer::Int16(elements(bytes)),
        Dtype::Int32 => Buffer::Int32(elements(bytes)),
        Dtype::Int64 => Buffer::Int64(elements(bytes)),
        Dtype::Uint8 => Buffer::Uint8(elements(bytes)),
        Dtype::Uint16 => Buffer::Uint16(elements(bytes)),
        Dtype::Uint32 => Buffer::Uint32(elements(bytes)),
        Dtype::Uint64 => Buffer::Uint64(elements(bytes)),
        Dtype::Float16 => Buffer::Float16(elements(bytes)),
        Dtype::Float32 => Buffer::Float32(elements(bytes)),
        Dtype::Float64 => Buffer::Float64(elements(bytes)),
        Dtype::Complex64 => Buffer::Complex64(elements(bytes)),
        Dtype::Complex128 => Buffer::Complex128(elements(bytes)),
    }
}

fn elements<T: Pod>(bytes: &[u8]) -> Vec<T> {
    match bytemuck::try_cast_slice(bytes) {
        Ok(elements) => elements.to_vec(),
        Err(_) => bytemuck::pod_collect_to_vec(bytes),
    }
}
