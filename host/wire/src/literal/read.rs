//! `Literal` → `Value`.

use kamodo_schema::literal;
use kamodo_value::{Scalar, Value};
use num_rational::BigRational;

use super::{Error, array, integer};

/// Reads one value.
///
/// Recursion is bounded by the message's nesting limit.
///
/// # Errors
/// [`Error`] where the message holds no such value.
pub fn read(reader: literal::Reader<'_>) -> Result<Value, Error> {
    Ok(match reader.which()? {
        literal::Void(()) => Value::None,
        literal::Bool(value) => Value::Bool(value),
        literal::Int8(value) => Value::Scalar(Scalar::Int8(value)),
        literal::Int16(value) => Value::Scalar(Scalar::Int16(value)),
        literal::Int32(value) => Value::Scalar(Scalar::Int32(value)),
        literal::Int64(value) => Value::Scalar(Scalar::Int64(value)),
        literal::Uint8(value) => Value::Scalar(Scalar::Uint8(value)),
        literal::Uint16(value) => Value::Scalar(Scalar::Uint16(value)),
        literal::Uint32(value) => Value::Scalar(Scalar::Uint32(value)),
        literal::Uint64(value) => Value::Scalar(Scalar::Uint64(value)),
        literal::Float32(value) => Value::Scalar(Scalar::Float32(value)),
        literal::Float64(value) => Value::Scalar(Scalar::Float64(value)),
        literal::Text(text) => Value::Text(text?.to_str()?.to_owned()),
        literal::Data(bytes) => Value::Data(bytes?.to_vec()),
        literal::List(list) => Value::List(read_all(list?)?),
        literal::Array(reader) => array::read_array(reader?)?,
        literal::Int(text) => Value::Int(integer::parse(text?.to_str()?)?),
        // The short forms of lists whose elements are all `int`, or all `float64`.
        literal::Listint64(list) => Value::List(list?.iter().map(|value| Value::Int(value.into())).collect()),
        literal::Listfloat64(list) => {
            Value::List(list?.iter().map(|value| Value::Scalar(Scalar::Float64(value))).collect())
        }
        literal::Rational(ratio) => {
            let ratio = ratio?;
            let (p, q) = (ratio.get_p(), ratio.get_q());
            if q == 0 {
                return Err(Error::ZeroDenominator { p });
            }
            Value::Rational(BigRational::new(p.into(), q.into()))
        }
    })
}

/// Reads a list of values.
///
/// # Errors
/// [`Error`] of the first that is none.
pub fn read_all(list: capnp::struct_list::Reader<'_, literal::Owned>) -> Result<Vec<Value>, Error> {
    list.iter().map(read).collect()
}
