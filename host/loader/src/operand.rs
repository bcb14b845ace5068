//! Arguments as doubles, which is what plugins compute with.
//!
//! A double array is lent as it is. Everything else that stands for real numbers is converted: integers of
//! any size to the nearest double, as Python's `float` does it, and nested lists to arrays.

use kamodo_value::{Array, Buffer, Value};
use num_traits::ToPrimitive;

/// An argument as doubles.
#[derive(Debug, PartialEq)]
pub(crate) enum Operand {
    Number(f64),
    /// An array that was of doubles already.
    Lent(Array),
    Converted {
        shape: Vec<usize>,
        values: Vec<f64>,
    },
}

/// An argument that does not stand for real numbers.
#[derive(Debug, PartialEq)]
pub(crate) struct Mismatch {
    pub(crate) expected: &'static str,
    pub(crate) found: String,
}

/// Reads what has no dimensions, without allocating; `None` where it is something else.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Float(number) => *number,
        Value::Bool(truth) => f64::from(*truth),
        Value::Int(integer) => integer.to_f64()?,
        Value::Rational(ratio) => ratio.to_f64()?,
        Value::Scalar(scalar) => return scalar.as_f64(),
        Value::Array(array) if array.shape().is_empty() => return array.buffer().get(0)?.as_f64(),
        _ => return None,
    };
    // Python's `float` refuses an integer that is beyond the doubles, too.
    (number.is_finite() || matches!(value, Value::Float(_))).then_some(number)
}

// === impl Operand ===

impl Operand {
    pub(crate) fn read(value: Value) -> Result<Self, Mismatch> {
        if let Some(number) = number(&value) {
            return Ok(Self::Number(number));
        }
        match value {
            Value::Array(array) if matches!(array.buffer(), Buffer::Float64(_)) => Ok(Self::Lent(array)),
            Value::Array(array) => {
                let shape = array.shape().to_vec();
                Ok(Self::Converted {
                    shape,
                    values: array.buffer().to_doubles().ok_or_else(|| unreal(&array.into()))?,
                })
            }
            Value::List(items) => stack(items),
            other => Err(unreal(&other)),
        }
    }

    /// Returns the length of each dimension.
    pub(crate) fn shape(&self) -> &[usize] {
        match self {
            Self::Number(_) => &[],
            Self::Lent(array) => array.shape(),
            Self::Converted { shape, .. } => shape,
        }
    }

    /// Returns the elements in C order.
    pub(crate) fn values(&self) -> &[f64] {
        match self {
            Self::Number(number) => std::slice::from_ref(number),
            Self::Lent(array) => match array.buffer() {
                Buffer::Float64(values) => values,
                _ => unreachable!("`read` lends arrays of doubles only"),
            },
            Self::Converted { values, .. } => values,
        }
    }
}

/// Makes an array of a list's items, which all have one shape.
fn stack(items: Vec<Value>) -> Result<Operand, Mismatch> {
    let (mut shape, mut values) = (vec![items.len()], Vec::with_capacity(items.len()));
    for (index, item) in items.into_iter().enumerate() {
        let item = Operand::read(item)?;
        if index == 0 {
            shape.extend(item.shape());
        } else if item.shape() != &shape[1..] {
            return Err(Mismatch { expected: "items of one shape", found: "a ragged list".to_owned() });
        }
        values.extend(item.values());
    }
    Ok(Operand::Converted { shape, values })
}

fn unreal(value: &Value) -> Mismatch {
    let found = match value {
        Value::None => "`None`".to_owned(),
        Value::Text(text) if text.len() <= 20 => format!("the text `{text}`"),
        Value::Text(_) => "a text".to_owned(),
        Value::Data(_) => "bytes".to_owned(),
        Value::Complex(_) | Value::Scalar(_) => "a complex number".to_owned(),
        Value::Array(array) => format!("an array of {}", array.dtype().name()),
        Value::TextArray(_) => "an array of text".to_owned(),
        Value::Int(_) | Value::Rational(_) => "a number beyond the range of float64".to_owned(),
        Value::Bool(_) | Value::Float(_) | Value::List(_) => "something else".to_owned(),
    };
    Mismatch { expected: "a real number or an array of them", found }
}
