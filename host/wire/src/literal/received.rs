//! What becomes of a value on its way.

use kamodo_value::{Array, Scalar, Value};

/// Returns what [`read`](super::read) makes of what [`write`](super::write) wrote, without either.
///
/// Some kinds of value have no variant of their own: a Python float arrives as numpy's, numpy's bool as
/// Python's, a complex number as an array without dimensions.
#[must_use]
pub fn as_received(value: Value) -> Value {
    match value {
        Value::Float(value) => Value::Scalar(Scalar::Float64(value)),
        Value::Complex(value) => zero_d(value.into()),
        Value::Scalar(Scalar::Bool(value)) => Value::Bool(value),
        Value::Scalar(scalar @ (Scalar::Float16(_) | Scalar::Complex64(_) | Scalar::Complex128(_))) => {
            zero_d(scalar)
        }
        Value::List(values) => Value::List(values.into_iter().map(as_received).collect()),
        other => other,
    }
}

fn zero_d(scalar: Scalar) -> Value {
    Value::Array(Array::new([], scalar.into_buffer()).expect("no dimension holds one element"))
}
