//! `Value` → `Literal`.

use kamodo_schema::literal;
use kamodo_value::{Array, Scalar, Value};
use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::{Error, MAX_BLOB_BYTES, MAX_LIST_DEPTH, array, integer};

/// What a message takes besides its values: the envelope of a call or of its return.
const ENVELOPE_BYTES: usize = 1024;

/// Writes one value.
///
/// # Errors
/// [`Error`] where the interface has no form for it, or cannot hold it.
pub fn write(builder: literal::Builder<'_>, value: &Value) -> Result<(), Error> {
    write_at(builder, value, 0)
}

/// Writes a list of values.
///
/// # Errors
/// [`Error`] of the first that cannot be written.
pub fn write_all(
    builder: capnp::struct_list::Builder<'_, literal::Owned>,
    values: &[Value],
) -> Result<(), Error> {
    write_all_at(builder, values, 0)
}

/// Returns an error where a message that carries these values is over `limit` bytes.
///
/// Beyond its limit a receiver drops the whole connection, so this is asked before writing.
///
/// # Errors
/// [`Error::MessageSize`] with both figures.
pub fn check_size<'a>(values: impl IntoIterator<Item = &'a Value>, limit: usize) -> Result<(), Error> {
    let found = values.into_iter().map(n_bytes).fold(ENVELOPE_BYTES, usize::saturating_add);
    if found > limit { Err(Error::MessageSize { found, limit }) } else { Ok(()) }
}

/// The bytes that a value takes in a message, to within some words.
fn n_bytes(value: &Value) -> usize {
    const LITERAL: usize = 24;
    LITERAL
        + match value {
            Value::Text(text) => text.len() + 8,
            Value::Data(bytes) => bytes.len() + 8,
            Value::Int(integer) => usize::try_from(integer.bits() / 3).unwrap_or(usize::MAX / 2) + 8,
            Value::Array(array) => array.len() * array.dtype().size() + 8 * array.shape().len() + 64,
            Value::TextArray(array) => 4 * array.code_points().len() + 8 * array.shape().len() + 64,
            Value::List(values) => values.iter().map(n_bytes).fold(8, usize::saturating_add),
            Value::Complex(_) | Value::Scalar(_) | Value::Rational(_) => 64,
            Value::None | Value::Bool(_) | Value::Float(_) => 0,
        }
}

fn write_at(mut builder: literal::Builder<'_>, value: &Value, depth: usize) -> Result<(), Error> {
    match value {
        Value::None => builder.set_void(()),
        Value::Bool(value) => builder.set_bool(*value),
        Value::Int(value) => builder.set_int(&integer::render(value)?[..]),
        Value::Float(value) => builder.set_float64(*value),
        Value::Complex(value) => write_zero_d(builder, (*value).into())?,
        Value::Rational(ratio) => write_rational(builder.init_rational(), ratio)?,
        Value::Text(text) => builder.set_text(&fitting("text", text.as_bytes()).map(|_| text)?[..]),
        Value::Data(bytes) => builder.set_data(fitting("data", bytes)?),
        Value::List(values) => {
            if depth >= MAX_LIST_DEPTH {
                return Err(Error::Depth { found: depth + 1 });
            }
            let found = values.len();
            let length = u32::try_from(found).map_err(|_| Error::BlobSize { kind: "list", found })?;
            write_all_at(builder.init_list(length), values, depth + 1)?;
        }
        Value::Scalar(scalar) => write_scalar(builder, scalar)?,
        Value::Array(array) => array::write_array(builder.init_array(), array)?,
        Value::TextArray(array) => array::write_text_array(builder.init_array(), array)?,
    }
    Ok(())
}

fn write_all_at(
    mut builder: capnp::struct_list::Builder<'_, literal::Owned>,
    values: &[Value],
    depth: usize,
) -> Result<(), Error> {
    for (index, value) in values.iter().enumerate() {
        write_at(builder.reborrow().get(index as u32), value, depth)?;
    }
    Ok(())
}

/// Writes a numpy scalar as its variant, or where there is none as an array without dimensions.
fn write_scalar(mut builder: literal::Builder<'_>, scalar: &Scalar) -> Result<(), Error> {
    match *scalar {
        Scalar::Bool(value) => builder.set_bool(value),
        Scalar::Int8(value) => builder.set_int8(value),
        Scalar::Int16(value) => builder.set_int16(value),
        Scalar::Int32(value) => builder.set_int32(value),
        Scalar::Int64(value) => builder.set_int64(value),
        Scalar::Uint8(value) => builder.set_uint8(value),
        Scalar::Uint16(value) => builder.set_uint16(value),
        Scalar::Uint32(value) => builder.set_uint32(value),
        Scalar::Uint64(value) => builder.set_uint64(value),
        Scalar::Float32(value) => builder.set_float32(value),
        Scalar::Float64(value) => builder.set_float64(value),
        Scalar::Float16(_) | Scalar::Complex64(_) | Scalar::Complex128(_) => write_zero_d(builder, *scalar)?,
    }
    Ok(())
}

fn write_zero_d(builder: literal::Builder<'_>, scalar: Scalar) -> Result<(), Error> {
    let array = Array::new([], scalar.into_buffer()).expect("no dimension holds one element");
    array::write_array(builder.init_array(), &array)
}

fn write_rational(
    mut builder: kamodo_schema::rational::Builder<'_>,
    ratio: &BigRational,
) -> Result<(), Error> {
    let (Some(p), Some(q)) = (ratio.numer().to_i64(), ratio.denom().to_i64()) else {
        let ratio: String = ratio.to_string().chars().take(60).collect();
        return Err(Error::Rational { ratio });
    };
    builder.set_p(p);
    builder.set_q(q);
    Ok(())
}

/// Returns the bytes where one part of a message holds them, and the zero that ends a text.
fn fitting<'a>(kind: &'static str, bytes: &'a [u8]) -> Result<&'a [u8], Error> {
    if bytes.len() < MAX_BLOB_BYTES { Ok(bytes) } else { Err(Error::BlobSize { kind, found: bytes.len() }) }
}
