//! Integers beyond 64 bits where numpy computes, which hands them back to Python.

use std::cmp::Ordering;

use kamodo_value::{Scalar, Value};
use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{FromPrimitive, ToPrimitive, Zero};

use crate::error::EvaluateError;
use crate::operation::Binary;
use crate::promote::{Category, category};
use crate::{python, real, ufunc};

type Result<T> = std::result::Result<T, EvaluateError>;

/// Returns the integer where it is one that no numpy type holds.
pub(crate) fn beyond_numpy(value: &Value) -> Option<&BigInt> {
    match value {
        Value::Int(integer) if integer.to_i64().is_none() && integer.to_u64().is_none() => Some(integer),
        _ => None,
    }
}

/// What numpy hands back to Python: exact among integers, a Python float beside floats. Arrays of floats take
/// the integer as a float, since arrays of Python objects are not ours.
pub(crate) fn beyond(operation: Binary, left: &Value, right: &Value) -> Option<Result<Value>> {
    let integer = beyond_numpy(left).or_else(|| beyond_numpy(right))?;
    let too_large =
        || EvaluateError::IntegerBeyondNumpy { operation: operation.name(), bits: integer.bits() };
    let has_array = [left, right].iter().any(|value| matches!(value, Value::Array(_) | Value::List(_)));
    if has_array {
        let inexact = |value: &Value| match value {
            Value::Array(array) => category(array.dtype()) >= Category::Float,
            _ => false,
        };
        if !(inexact(left) || inexact(right)) {
            return Some(Err(too_large()));
        }
        let as_float = |value: &Value| match beyond_numpy(value) {
            Some(integer) => python::integer_to_f64(integer).map(Value::Float),
            None => Ok(value.clone()),
        };
        return Some(as_float(left).and_then(|left| ufunc::binary(operation, &left, &as_float(right)?)));
    }
    let (left, right) = (as_python(left)?, as_python(right)?);
    Some(match (operation, &left, &right) {
        (Binary::Mod, Value::Int(first), Value::Int(second)) => {
            if second.is_zero() {
                Err(EvaluateError::DivisionByZero {
                    operation: operation.name(),
                    left: (&left).into(),
                    right: (&right).into(),
                })
            } else {
                Ok(Value::Int(first.mod_floor(second)))
            }
        }
        (Binary::Min, Value::Int(first), Value::Int(second)) => Ok(Value::Int(first.min(second).clone())),
        (Binary::Max, Value::Int(first), Value::Int(second)) => Ok(Value::Int(first.max(second).clone())),
        (Binary::Mod | Binary::Min | Binary::Max, ..) => beside_float(operation, &left, &right),
        (Binary::And, ..) => Ok(Value::Scalar(Scalar::Bool(is_true(&left) && is_true(&right)))),
        (Binary::Or, ..) => Ok(Value::Scalar(Scalar::Bool(is_true(&left) || is_true(&right)))),
        _ if operation.is_relation() => compared(operation, &left, &right).ok_or_else(too_large),
        (Binary::Atan2 | Binary::Hypot | Binary::Heaviside, ..) => Err(too_large()),
        _ if operation.is_special() => Err(too_large()),
        _ => python::binary(operation, &left, &right),
    })
}

/// A real function of two Python numbers, one of them an integer that no numpy type holds.
fn beside_float(operation: Binary, left: &Value, right: &Value) -> Result<Value> {
    let unsupported =
        || EvaluateError::Operands { operation: operation.name(), left: left.into(), right: right.into() };
    let double = |value: &Value| match value {
        Value::Int(integer) => python::integer_to_f64(integer),
        Value::Float(float) => Ok(*float),
        Value::Rational(ratio) => Ok(python::ratio_to_f64(ratio)),
        _ => Err(unsupported()),
    };
    let (first, second) = (double(left)?, double(right)?);
    Ok(match operation {
        Binary::Mod if second == 0.0 => {
            let (operation, left, right) = (operation.name(), left.into(), right.into());
            return Err(EvaluateError::DivisionByZero { operation, left, right });
        }
        Binary::Mod => Value::Float(real::modulo(first, second)),
        _ if first.is_nan() || (operation == Binary::Min) == (first <= second) => left.clone(),
        _ => right.clone(),
    })
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Int(integer) => !integer.is_zero(),
        Value::Float(float) => *float != 0.0,
        Value::Complex(z) => !z.is_zero(),
        _ => true,
    }
}

/// Compares exactly; complex numbers are not compared with such integers.
fn compared(operation: Binary, left: &Value, right: &Value) -> Option<Value> {
    let order = match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Float(right)) => against_float(left, *right),
        (Value::Float(left), Value::Int(right)) => against_float(right, *left).map(Ordering::reverse),
        _ => return None,
    };
    let holds = match operation {
        Binary::Lt => order.is_some_and(Ordering::is_lt),
        Binary::Le => order.is_some_and(Ordering::is_le),
        Binary::Gt => order.is_some_and(Ordering::is_gt),
        Binary::Ge => order.is_some_and(Ordering::is_ge),
        Binary::Eq => order.is_some_and(Ordering::is_eq),
        _ => !order.is_some_and(Ordering::is_eq),
    };
    Some(Value::Scalar(Scalar::Bool(holds)))
}

/// None beside NaN.
fn against_float(integer: &BigInt, float: f64) -> Option<Ordering> {
    match BigInt::from_f64(float.trunc()) {
        Some(whole) => Some(integer.cmp(&whole)),
        None => 0.0.partial_cmp(&float),
    }
}

fn as_python(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Scalar(scalar) => match (ufunc::integer_of(scalar), scalar.as_f64()) {
            (Some(integer), _) => Value::Int(integer),
            (None, Some(float)) => Value::Float(float),
            (None, None) => Value::Complex(scalar.as_complex()),
        },
        Value::Bool(truth) => Value::Int(u8::from(*truth).into()),
        Value::Int(_) | Value::Float(_) | Value::Complex(_) | Value::Rational(_) => value.clone(),
        _ => return None,
    })
}
