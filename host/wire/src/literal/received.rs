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
        Value::Complex(value) => zero_d(vec![value]),
        Value::Scalar(Scalar::Bool(value)) => Value::Bool(value),
        Value::Scalar(Scalar::Float16(value)) => zero_d(vec![value]),
        Value::Scalar(Scalar::Complex64(value)) => zero_d(vec![value]),
        Value::Scalar(Scalar::Complex128(value)) => zero_d(vec![value]),
        Value::List(values) => Value::List(values.into_iter().map(as_received).collect()),
        other => other,
    }
}

fn zero_d(element: impl Into<kamodo_value::Buffer>) -> Value {
    Value::Array(Array::new([], element).expect("no dimension holds one element"))
}
