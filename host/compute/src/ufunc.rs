//! numpy's operators and functions, a step at a time: any element type, any shapes.
//!
//! Python scalars count as numpy's int64, float64 and complex128. What has no dimension in gives a numpy scalar.
//! Loops are typed, with one buffer a step; doubles go through the kernels of [`super::simd`].

use std::borrow::Cow;

use half::f16;
use kamodo_value::{Array, Buffer, Dtype, Scalar, Value};
use num_bigint::BigInt;
use num_complex::Complex;
use num_traits::{Signed, ToPrimitive};

use crate::beyond::{beyond, beyond_numpy};
use crate::element::{Arithmetic, Element, Integer, Real, convert};
use crate::error::EvaluateError;
use crate::operation::{Binary, Unary};
use crate::promote::{Category, Promoted, category, common, inexact};
use crate::{broadcast, complex, list, promote, python, simd};
pub(crate) use reduce::reduce;
pub(crate) use truth::ternary;

mod reduce;
mod truth;

type Result<T> = std::result::Result<T, EvaluateError>;

/// An operand as numpy sees it.
struct Operand<'a> {
    shape: Cow<'a, [usize]>,
    buffer: Cow<'a, Buffer>,
    /// An array of no dimensions counts as a scalar, but for some powers.
    is_array: bool,
}

/// Applies an operator or function of one operand.
pub(crate) fn unary(operation: Unary, value: &Value) -> Result<Value> {
    if let (Unary::Factorial, Value::Int(integer)) = (operation, value) {
        return python::factorial(integer);
    }
    if let Some(integer) = beyond_numpy(value) {
        return match operation {
            Unary::Floor | Unary::Ceiling => Ok(value.clone()),
            Unary::Sign => Ok(Value::Int(integer.signum())),
            Unary::Re | Unary::Conjugate => Ok(value.clone()),
            Unary::Im => Ok(Value::Int(BigInt::ZERO)),
            Unary::Not => Ok(Value::Scalar(Scalar::Bool(false))),
            _ => Err(EvaluateError::IntegerBeyondNumpy { operation: operation.name(), bits: integer.bits() }),
        };
    }
    let unsupported = || EvaluateError::Operand { operation: operation.name(), operand: value.into() };
    let operand = Operand::of(operation.name(), value)?.ok_or_else(unsupported)?;
    let buffer = match operation {
        Unary::Neg | Unary::Abs | Unary::Sign => sign_like(operation, &operand.buffer),
        Unary::Not => Some(truth::not(&operand.buffer)),
        Unary::Re | Unary::Im | Unary::Conjugate => Some(truth::part(operation, &operand.buffer)),
        Unary::Arg if category(operand.buffer.dtype()) == Category::Complex => {
            Some(truth::part(operation, &operand.buffer))
        }
        // Beside the integer zero, which numpy takes as the imaginary part, a truth is an integer.
        Unary::Arg if operand.buffer.dtype() == Dtype::Bool => {
            function(operation, &Buffer::Int64(convert::<i64>(&operand.buffer).into_owned()))
        }
        _ => function(operation, &operand.buffer),
    };
    Ok(operand_result(operand.shape.into(), buffer.ok_or_else(unsupported)?))
}

/// Applies an operator or function of two operands.
pub(crate) fn binary(operation: Binary, left: &Value, right: &Value) -> Result<Value> {
    let unsupported =
        || EvaluateError::Operands { operation: operation.name(), left: left.into(), right: right.into() };
    if let Some(result) = beyond(operation, left, right) {
        return result;
    }
    if operation == Binary::Mul {
        let repeated = match (left, right) {
            (items, Value::Scalar(times)) | (Value::Scalar(times), items) => {
                if !is_sequence(items) {
                    None
                } else if let Some(times) = integer_of(times) {
                    python::repeated(items, &times)
                } else {
                    return Err(unsupported());
                }
            }
            _ => None,
        };
        if let Some(result) = repeated {
            return result;
        }
    }
    let name = operation.name();
    let (Some(first), Some(second)) = (Operand::of(name, left)?, Operand::of(name, right)?) else {
        return Err(unsupported());
    };
    let shape = broadcast::shape(name, &first.shape, &second.shape)?;
    if operation.is_truth() {
        let pair = Pair { first: &first, second: &second, shape: &shape };
        let buffer = if operation.is_relation() {
            truth::compare(operation, &pair, common(first.promoted(), second.promoted()))
        } else {
            truth::join(operation, &pair)
        };
        return Ok(operand_result(shape, buffer));
    }
    let dtype = result_type(operation, &first, &second).ok_or_else(unsupported)?;
    let pair = Pair { first: &first, second: &second, shape: &shape };
    let buffer = match category(dtype) {
        Category::Bool => booleans(operation, &pair),
        Category::Integer => integers(operation, &pair, dtype, || EvaluateError::NegativeIntegerPower {
            left: left.into(),
            right: right.into(),
        })?,
        Category::Float => Some(floats(operation, &pair, dtype)),
        Category::Complex => complexes(operation, &pair, dtype),
    };
    Ok(operand_result(shape, buffer.ok_or_else(unsupported)?))
}

fn operand_result(shape: Box<[usize]>, buffer: Buffer) -> Value {
    if shape.is_empty()
        && let Some(scalar) = buffer.get(0)
    {
        return Value::Scalar(scalar);
    }
    Value::Array(Array::new(shape, buffer).expect("a loop writes one element for each of its shape"))
}

// === impl Operand ===

impl<'a> Operand<'a> {
    /// `None` for what makes no array of numbers.
    fn of(operation: &'static str, value: &'a Value) -> Result<Option<Self>> {
        let buffer = match value {
            Value::Array(array) => {
                let (shape, buffer) = (Cow::Borrowed(array.shape()), Cow::Borrowed(array.buffer()));
                return Ok(Some(Self { shape, buffer, is_array: true }));
            }
            Value::List(items) => {
                let (shape, buffer) = list::to_array(operation, items)?;
                return Ok(Some(Self { shape: shape.into(), buffer: Cow::Owned(buffer), is_array: true }));
            }
            value => match scalar(value) {
                Some(scalar) => scalar.into_buffer(),
                None => return Ok(None),
            },
        };
        Ok(Some(Self { shape: Cow::Borrowed(&[]), buffer: Cow::Owned(buffer), is_array: false }))
    }

    /// Whether this is an array, if of no dimensions, raised to a scalar for which numpy has a path of its own:
    /// the result then has the array's type.
    fn has_fast_power(&self, exponent: &Self) -> bool {
        if !self.is_array || !exponent.shape.is_empty() {
            return false;
        }
        let Some(exponent) = exponent.buffer.get(0) else { return false };
        let is_two = integer_of(&exponent).is_some_and(|integer| integer == 2.into());
        match category(self.buffer.dtype()) {
            Category::Bool | Category::Integer => is_two,
            Category::Float | Category::Complex => {
                is_two
                    || matches!(exponent, Scalar::Float64(power) if [-1.0, 0.0, 0.5, 1.0, 2.0].contains(&power))
            }
        }
    }

    fn promoted(&self) -> Promoted {
        let scalar = if self.shape.is_empty() { self.buffer.get(0) } else { None };
        Promoted { dtype: self.buffer.dtype(), scalar }
    }
}

/// Returns the numpy scalar that a value counts as; `None` for integers beyond 64 bits and what is no number.
pub(crate) fn scalar(value: &Value) -> Option<Scalar> {
    Some(match value {
        Value::Bool(truth) => Scalar::Bool(*truth),
        Value::Int(integer) => match integer.to_i64() {
            Some(integer) => Scalar::Int64(integer),
            None => Scalar::Uint64(integer.to_u64()?),
        },
        Value::Float(float) => Scalar::Float64(*float),
        Value::Complex(complex) => Scalar::Complex128(*complex),
        Value::Rational(ratio) => Scalar::Float64(python::ratio_to_f64(ratio)),
        Value::Scalar(scalar) => *scalar,
        _ => return None,
    })
}

fn is_sequence(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Data(_) | Value::List(_))
}

pub(crate) fn integer_of(scalar: &Scalar) -> Option<BigInt> {
    match scalar {
        Scalar::Bool(truth) => Some(u8::from(*truth).into()),
        other => other.as_integer().map(BigInt::from),
    }
}

// --- types

/// Returns the type of the loop; `None` where the operation has none.
fn result_type(operation: Binary, first: &Operand<'_>, second: &Operand<'_>) -> Option<Dtype> {
    let (left, right) = (first.promoted(), second.promoted());
    let dtype = common(left, right);
    let is_below = |limit: Category| category(dtype) < limit;
    Some(match operation {
        Binary::Add | Binary::Mul | Binary::Min | Binary::Max => dtype,
        Binary::Sub if dtype == Dtype::Bool => return None,
        Binary::Sub => dtype,
        Binary::Div if is_below(Category::Float) => Dtype::Float64,
        Binary::Div => dtype,
        Binary::Pow if first.has_fast_power(second) => {
            if left.dtype == Dtype::Bool {
                Dtype::Int8
            } else {
                left.dtype
            }
        }
        Binary::Pow | Binary::Mod if dtype == Dtype::Bool => Dtype::Int8,
        Binary::Pow => promote::common_by_search(left, right),
        Binary::Mod | Binary::Atan2 | Binary::Hypot | Binary::Heaviside
            if category(dtype) == Category::Complex =>
        {
            return None;
        }
        Binary::Mod => promote::common_by_search(left, right),
        _ => promote::common_inexact(left, right),
    })
}

// --- loops

/// Two operands and the shape that they stretch to.
struct Pair<'a> {
    first: &'a Operand<'a>,
    second: &'a Operand<'a>,
    shape: &'a [usize],
}

/// One side of a loop, converted: as long as the result, or one element for all of it.
enum Side<'a, T: Clone> {
    One(T),
    All(Cow<'a, [T]>),
}

// === impl Pair ===

impl Pair<'_> {
    fn side<'a, T: Element>(operand: &'a Operand<'a>, shape: &[usize]) -> Side<'a, T> {
        let elements = convert::<T>(&operand.buffer);
        let n_elements: usize = shape.iter().product();
        match elements.as_ref() {
            [element] => Side::One(*element),
            all if all.len() == n_elements => Side::All(elements),
            some => Side::All(Cow::Owned(broadcast::expand(some, &operand.shape, shape))),
        }
    }

    fn sides<T: Element>(&self) -> (Side<'_, T>, Side<'_, T>) {
        (Self::side(self.first, self.shape), Self::side(self.second, self.shape))
    }

    fn map<T: Element, R: Element>(&self, apply: impl Fn(T, T) -> R) -> Buffer {
        let n_elements = self.shape.iter().product();
        R::wrap(match self.sides::<T>() {
            (Side::One(left), Side::One(right)) => vec![apply(left, right); n_elements],
            (Side::One(left), Side::All(right)) => right.iter().map(|&right| apply(left, right)).collect(),
            (Side::All(left), Side::One(right)) => left.iter().map(|&left| apply(left, right)).collect(),
            (Side::All(left), Side::All(right)) => {
                left.iter().zip(right.iter()).map(|(&left, &right)| apply(left, right)).collect()
            }
        })
    }

    fn arithmetic<T: Arithmetic>(&self, operation: Binary) -> Option<Buffer> {
        Some(match operation {
            Binary::Add => self.map(T::add),
            Binary::Sub => self.map(T::sub),
            Binary::Mul => self.map(T::mul),
            Binary::Min => self.map(T::smaller),
            Binary::Max => self.map(T::larger),
            _ => return None,
        })
    }
}

fn booleans(operation: Binary, pair: &Pair<'_>) -> Option<Buffer> {
    Some(match operation {
        Binary::Add | Binary::Max => pair.map(|left: bool, right: bool| left | right),
        Binary::Mul | Binary::Min => pair.map(|left: bool, right: bool| left & right),
        _ => return None,
    })
}

fn integers(
    operation: Binary,
    pair: &Pair<'_>,
    dtype: Dtype,
    negative_power: impl Fn() -> EvaluateError,
) -> Result<Option<Buffer>> {
    fn typed<T: Integer + Default>(operation: Binary, pair: &Pair<'_>) -> Option<Option<Buffer>> {
        match operation {
            Binary::Mod => Some(Some(pair.map(T::modulo))),
            Binary::Pow => {
                // Found wherever it stands, before it counts that the result is empty.
                let failed = std::cell::Cell::new(false);
                let buffer = pair.map(|base: T, exponent: T| {
                    base.power(exponent).unwrap_or_else(|| {
                        failed.set(true);
                        T::default()
                    })
                });
                Some(if failed.get() { None } else { Some(buffer) })
            }
            _ => pair.arithmetic::<T>(operation).map(Some),
        }
    }
    let outcome = match dtype {
        Dtype::Int8 => typed::<i8>(operation, pair),
        Dtype::Int16 => typed::<i16>(operation, pair),
        Dtype::Int32 => typed::<i32>(operation, pair),
        Dtype::Int64 => typed::<i64>(operation, pair),
        Dtype::Uint8 => typed::<u8>(operation, pair),
        Dtype::Uint16 => typed::<u16>(operation, pair),
        Dtype::Uint32 => typed::<u32>(operation, pair),
        _ => typed::<u64>(operation, pair),
    };
    match outcome {
        Some(Some(buffer)) => Ok(Some(buffer)),
        Some(None) => Err(negative_power()),
        None => Ok(None),
    }
}

fn floats(operation: Binary, pair: &Pair<'_>, dtype: Dtype) -> Buffer {
    fn typed<T: Real>(operation: Binary, pair: &Pair<'_>) -> Buffer {
        let through_doubles = |apply: fn(f64, f64) -> f64| {
            pair.map(|left: T, right: T| T::from_double(apply(left.to_double(), right.to_double())))
        };
        match operation {
            Binary::Div => pair.map(T::div),
            _ => pair.arithmetic::<T>(operation).unwrap_or_else(|| through_doubles(operation.real())),
        }
    }
    match dtype {
        Dtype::Float16 => typed::<f16>(operation, pair),
        Dtype::Float32 => typed::<f32>(operation, pair),
        _ => typed::<f64>(operation, pair),
    }
}

fn complexes(operation: Binary, pair: &Pair<'_>, dtype: Dtype) -> Option<Buffer> {
    let widen = |z: Complex<f32>| Complex::new(f64::from(z.re), f64::from(z.im));
    let narrow = |z: Complex<f64>| Complex::new(z.re as f32, z.im as f32);
    Some(match (operation, dtype) {
        (Binary::Div, Dtype::Complex64) => pair.map(complex::divide::<f32>),
        (Binary::Div, _) => pair.map(complex::divide::<f64>),
        (Binary::Pow, Dtype::Complex64) => {
            pair.map(|left: Complex<f32>, right| narrow(complex::power(widen(left), widen(right))))
        }
        (Binary::Pow, _) => pair.map(complex::power),
        (_, Dtype::Complex64) if operation.is_special() => {
            let function = operation.complex()?;
            pair.map(|left: Complex<f32>, right| narrow(function(widen(left), widen(right))))
        }
        _ if operation.is_special() => pair.map(operation.complex()?),
        (_, Dtype::Complex64) => return pair.arithmetic::<Complex<f32>>(operation),
        _ => return pair.arithmetic::<Complex<f64>>(operation),
    })
}

// --- one operand

fn map<T: Copy, R: Element>(elements: &[T], apply: impl Fn(T) -> R) -> Buffer {
    R::wrap(elements.iter().map(|&element| apply(element)).collect())
}

/// Negation, absolute value and sign, which keep the type.
fn sign_like(operation: Unary, buffer: &Buffer) -> Option<Buffer> {
    fn integers<T: Integer>(operation: Unary, elements: &[T]) -> Buffer {
        match operation {
            Unary::Neg => map(elements, T::neg),
            Unary::Abs => map(elements, T::absolute),
            _ => map(elements, T::sign),
        }
    }
    fn reals<T: Real>(operation: Unary, elements: &[T]) -> Buffer {
        let doubles: Vec<f64> = elements.iter().map(|element| element.to_double()).collect();
        map(&simd::apply(operation, &doubles), T::from_double)
    }
    Some(match buffer {
        Buffer::Bool(elements) if operation == Unary::Abs => Buffer::Bool(elements.clone()),
        Buffer::Bool(_) => return None,
        Buffer::Int8(elements) => integers(operation, elements),
        Buffer::Int16(elements) => integers(operation, elements),
        Buffer::Int32(elements) => integers(operation, elements),
        Buffer::Int64(elements) => integers(operation, elements),
        Buffer::Uint8(elements) => integers(operation, elements),
        Buffer::Uint16(elements) => integers(operation, elements),
        Buffer::Uint32(elements) => integers(operation, elements),
        Buffer::Uint64(elements) => integers(operation, elements),
        Buffer::Float16(elements) => reals(operation, elements),
        Buffer::Float32(elements) => reals(operation, elements),
        Buffer::Float64(elements) => Buffer::Float64(simd::apply(operation, elements)),
        Buffer::Complex64(elements) if operation == Unary::Abs => map(elements, |z| z.re.hypot(z.im)),
        Buffer::Complex128(elements) if operation == Unary::Abs => map(elements, |z| z.re.hypot(z.im)),
        Buffer::Complex64(_) | Buffer::Complex128(_) => return complex_function(operation, buffer),
    })
}

/// Functions that compute in the smallest float that holds the type.
fn function(operation: Unary, buffer: &Buffer) -> Option<Buffer> {
    let dtype = inexact(buffer.dtype());
    if category(dtype) == Category::Complex {
        return complex_function(operation, buffer);
    }
    if dtype == Dtype::Float32
        && let Some(singles) = simd::apply_single(operation, &convert::<f32>(buffer))
    {
        return Some(Buffer::Float32(singles));
    }
    let doubles = simd::apply(operation, &convert::<f64>(buffer));
    Some(match dtype {
        Dtype::Float16 => map(&doubles, f16::from_f64),
        Dtype::Float32 => map(&doubles, |double| double as f32),
        _ => Buffer::Float64(doubles),
    })
}

fn complex_function(operation: Unary, buffer: &Buffer) -> Option<Buffer> {
    let apply = operation.complex()?;
    let results: Vec<_> = convert::<Complex<f64>>(buffer).iter().map(|&z| apply(z)).collect();
    Some(match buffer.dtype() {
        Dtype::Complex64 => map(&results, |z| Complex::new(z.re as f32, z.im as f32)),
        _ => Buffer::Complex128(results),
    })
}
