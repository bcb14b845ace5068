//! One operation applied to values: with Python's rules among Python's values, with numpy's beside one of numpy's.

use kamodo_value::{Scalar, Value};

use crate::error::EvaluateError;
use crate::operation::{Binary, Reduction, Ternary, Unary};
use crate::{python, ufunc};

/// Applies an operation of one operand.
pub fn unary(operation: Unary, operand: &Value) -> Result<Value, EvaluateError> {
    match operation {
        Unary::Neg | Unary::Abs if is_python(operand) => python::unary(operation, operand),
        _ => ufunc::unary(operation, operand),
    }
}

/// Applies an operation of two operands.
pub fn binary(operation: Binary, left: &Value, right: &Value) -> Result<Value, EvaluateError> {
    let is_operator =
        matches!(operation, Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Pow);
    match (left, right) {
        (left, right) if is_operator && is_python(left) && is_python(right) => {
            python::binary(operation, left, right)
        }
        // To Python's complex a numpy float64 is the float that it derives from.
        (Value::Complex(_), Value::Scalar(Scalar::Float64(right))) if is_operator => {
            python::binary(operation, left, &Value::Float(*right))
        }
        (left, right) => ufunc::binary(operation, left, right),
    }
}

/// Applies an operation of three operands.
pub fn ternary(
    operation: Ternary,
    first: &Value,
    second: &Value,
    third: &Value,
) -> Result<Value, EvaluateError> {
    ufunc::ternary(operation, first, second, third)
}

/// Reduces the last axis of an array.
pub fn reduction(operation: Reduction, operand: &Value) -> Result<Value, EvaluateError> {
    ufunc::reduce(operation, operand)
}

fn is_python(value: &Value) -> bool {
    !matches!(value, Value::Scalar(_) | Value::Array(_))
}
