//! Rust's values as arguments, and results as Rust's values.

use kamodo_value::{Array, Buffer, Dtype, Scalar, Value};
use num_complex::Complex;

/// What can be an argument: numbers, complex ones too, text, slices and vectors of numbers, arrays of any rank, and
/// an [`Option`] of these.
///
/// A whole number goes as a Python `int`, which is exact; for one of numpy's integers pass a [`Scalar`].
pub trait IntoValue {
    /// Makes a value of it.
    fn into_value(self) -> Value;
}

/// What a result can be taken as.
///
/// What would lose something is refused: an array with several dimensions is no `Vec`, a fraction no `i64`,
/// and an integer that no double holds no `f64`. A [`Value`] takes everything.
pub trait FromValue: Sized {
    /// Takes it.
    ///
    /// # Errors
    /// [`Mismatch`] where the value is of another kind.
    fn from_value(value: Value) -> Result<Self, Mismatch>;
}

/// Positional arguments: a tuple such as `(2.0, &xs)`, of one `(2.0,)`, of none `()`, or values.
pub trait Arguments {
    /// Makes values of them.
    fn into_values(self) -> Vec<Value>;
}

/// An element of an array, as numpy names it.
pub trait Element: Copy + Into<Scalar> + 'static
where
    Vec<Self>: Into<Buffer>,
{
    /// Its type.
    const DTYPE: Dtype;

    /// Takes the elements of a buffer, where they are of this type or can be without loss.
    ///
    /// # Errors
    /// The buffer, where they are not.
    fn elements(buffer: Buffer) -> Result<Vec<Self>, Buffer>;
}

/// A value of another kind than was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct Mismatch {
    /// What was asked for.
    pub expected: String,
    /// What there is.
    pub found: String,
}

/// The integers that a double holds, each of them: up to 2^53.
const EXACT: u64 = 1 << 53;

// === IntoValue ===

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl IntoValue for $type {
            fn into_value(self) -> Value {
                Value::Int(self.into())
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl IntoValue for f64 {
    fn into_value(self) -> Value {
        Value::Float(self)
    }
}

impl IntoValue for f32 {
    fn into_value(self) -> Value {
        Value::Scalar(Scalar::Float32(self))
    }
}

impl IntoValue for Complex<f64> {
    fn into_value(self) -> Value {
        Value::Complex(self)
    }
}

/// Nothing is Python's `None`.
impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::None, T::into_value)
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl IntoValue for &str {
    fn into_value(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(self)
    }
}

impl IntoValue for Scalar {
    fn into_value(self) -> Value {
        Value::Scalar(self)
    }
}

impl IntoValue for Array {
    fn into_value(self) -> Value {
        Value::Array(self)
    }
}

impl IntoValue for &Array {
    fn into_value(self) -> Value {
        Value::Array(self.clone()) // its buffer is shared
    }
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

impl IntoValue for &Value {
    fn into_value(self) -> Value {
        self.clone()
    }
}

impl<T: Element> IntoValue for Vec<T>
where
    Self: Into<Buffer>,
{
    fn into_value(self) -> Value {
        Value::Array(Array::vector(self))
    }
}

impl<T: Element> IntoValue for &Vec<T>
where
    Vec<T>: Into<Buffer>,
{
    fn into_value(self) -> Value {
        self.clone().into_value()
    }
}

impl<T: Element> IntoValue for &[T]
where
    Vec<T>: Into<Buffer>,
{
    fn into_value(self) -> Value {
        self.to_vec().into_value()
    }
}

impl<T: Element, const N: usize> IntoValue for [T; N]
where
    Vec<T>: Into<Buffer>,
{
    fn into_value(self) -> Value {
        self.to_vec().into_value()
    }
}

impl<T: Element, const N: usize> IntoValue for &[T; N]
where
    Vec<T>: Into<Buffer>,
{
    fn into_value(self) -> Value {
        self.to_vec().into_value()
    }
}

// === Arguments ===

macro_rules! arguments {
    ($($name:ident),*) => {
        #[allow(non_snake_case)] // each type's letter is also its argument's
        impl<$($name: IntoValue),*> Arguments for ($($name,)*) {
            fn into_values(self) -> Vec<Value> {
                let ($($name,)*) = self;
                vec![$($name.into_value()),*]
            }
        }
    };
}

arguments!();
arguments!(A);
arguments!(A, B);
arguments!(A, B, C);
arguments!(A, B, C, D);
arguments!(A, B, C, D, E);
arguments!(A, B, C, D, E, F);
arguments!(A, B, C, D, E, F, G);
arguments!(A, B, C, D, E, F, G, H);

impl Arguments for Vec<Value> {
    fn into_values(self) -> Vec<Value> {
        self
    }
}

impl Arguments for &[Value] {
    fn into_values(self) -> Vec<Value> {
        self.to_vec()
    }
}

// === Element ===

macro_rules! elements {
    ($($type:ty = $variant:ident),*) => {$(
        impl Element for $type {
            const DTYPE: Dtype = Dtype::$variant;

            fn elements(buffer: Buffer) -> Result<Vec<Self>, Buffer> {
                match buffer {
                    Buffer::$variant(elements) => Ok(elements),
                    other => Err(other),
                }
            }
        }
    )*};
}

elements!(
    bool = Bool,
    i8 = Int8,
    i16 = Int16,
    i32 = Int32,
    u8 = Uint8,
    u16 = Uint16,
    u32 = Uint32,
    u64 = Uint64
);
elements!(f32 = Float32, Complex<f32> = Complex64, Complex<f64> = Complex128);

impl Element for i64 {
    const DTYPE: Dtype = Dtype::Int64;

    fn elements(buffer: Buffer) -> Result<Vec<Self>, Buffer> {
        if let Buffer::Int64(elements) = buffer {
            return Ok(elements);
        }
        each(buffer, integer)
    }
}

impl Element for f64 {
    const DTYPE: Dtype = Dtype::Float64;

    fn elements(buffer: Buffer) -> Result<Vec<Self>, Buffer> {
        if let Buffer::Float64(elements) = buffer {
            return Ok(elements);
        }
        each(buffer, double)
    }
}

/// Takes each element as a number of another type, or gives the buffer back where one is none.
fn each<T>(buffer: Buffer, number: impl Fn(Scalar) -> Option<T>) -> Result<Vec<T>, Buffer> {
    let elements = (0..buffer.len()).map(|at| buffer.get(at).and_then(&number)).collect();
    Option::ok_or(elements, buffer)
}

/// A real number as a double, if one holds it.
fn double(scalar: Scalar) -> Option<f64> {
    match scalar.as_integer() {
        Some(integer) => (integer.unsigned_abs() <= EXACT.into()).then_some(integer as f64),
        None => scalar.as_f64(),
    }
}

fn integer(scalar: Scalar) -> Option<i64> {
    scalar.as_integer()?.try_into().ok()
}

// === FromValue ===

/// The one number of a value, whatever it came as.
fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Scalar(scalar) => Some(*scalar),
        Value::Float(float) => Some(Scalar::Float64(*float)),
        Value::Complex(complex) => Some(Scalar::Complex128(*complex)),
        Value::Int(integer) => i64::try_from(integer).ok().map(Scalar::Int64),
        // A kind of number for which the interface has no variant travels so.
        Value::Array(array) if array.shape().is_empty() => array.buffer().get(0),
        _ => None,
    }
}

impl FromValue for f64 {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        scalar(&value).and_then(double).ok_or_else(|| mismatch("a number that a double holds", &value))
    }
}

/// A real number is one too.
impl FromValue for Complex<f64> {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        let complex = |scalar| match scalar {
            Scalar::Complex64(_) | Scalar::Complex128(_) => Some(scalar.as_complex()),
            real => double(real).map(Self::from),
        };
        scalar(&value).and_then(complex).ok_or_else(|| mismatch("a complex number", &value))
    }
}

/// Python's `None` is nothing.
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::None => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        scalar(&value).and_then(integer).ok_or_else(|| mismatch("an integer of 64 bits", &value))
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Bool(truth) | Value::Scalar(Scalar::Bool(truth)) => Ok(truth),
            other => Err(mismatch("a truth value", &other)),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Text(text) => Ok(text),
            other => Err(mismatch("text", &other)),
        }
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        Ok(value)
    }
}

impl FromValue for Array {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Array(array) => Ok(array),
            other => Err(mismatch("an array", &other)),
        }
    }
}

impl<T: Element> FromValue for Vec<T>
where
    Self: Into<Buffer>,
{
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        let expected = || format!("an array of {} with one dimension", T::DTYPE.name());
        match value {
            Value::Array(array) if array.shape().len() == 1 => {
                let found = describe(&Value::Array(array.clone()));
                T::elements(array.into_buffer()).map_err(|_| Mismatch { expected: expected(), found })
            }
            other => Err(mismatch(&expected(), &other)),
        }
    }
}

fn mismatch(expected: &str, value: &Value) -> Mismatch {
    Mismatch { expected: expected.to_owned(), found: describe(value) }
}

/// What kind of value it is, in words.
fn describe(value: &Value) -> String {
    match value {
        Value::None => "none".to_owned(),
        Value::Bool(truth) => format!("the truth value {truth}"),
        Value::Int(integer) if integer.bits() > 64 => format!("an integer of {} bits", integer.bits()),
        Value::Int(integer) => format!("the integer {integer}"),
        Value::Float(float) => format!("the number {float}"),
        Value::Complex(complex) => format!("the complex number {complex}"),
        Value::Rational(ratio) => format!("the ratio {ratio}"),
        Value::Text(_) => "text".to_owned(),
        Value::Data(bytes) => format!("{} bytes", bytes.len()),
        Value::List(values) => format!("a list of {} values", values.len()),
        Value::Scalar(scalar) => format!("a number of {}", scalar.dtype().name()),
        Value::Array(array) => {
            format!("an array of {} with shape {:?}", array.dtype().name(), array.shape())
        }
        Value::TextArray(array) => format!("an array of text with shape {:?}", array.shape()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromValue + PartialEq + std::fmt::Debug>(value: impl IntoValue, expect: T) {
        assert_eq!(T::from_value(value.into_value()), Ok(expect));
    }

    #[track_caller]
    fn refused<T: FromValue + std::fmt::Debug>(value: impl IntoValue) -> String {
        T::from_value(value.into_value()).unwrap_err().to_string()
    }

    #[test]
    fn numbers() {
        check(2.5, 2.5);
        check(19, 19.0);
        check(-3_i64, -3_i64);
        check(2.5_f32, 2.5);
        check(Scalar::Uint8(7), 7_i64);
        check(Array::new([], vec![1.5_f32]).unwrap(), 1.5);
        check(true, true);
        check("text", "text".to_owned());
        check(Complex::new(1.0, -2.0), Complex::new(1.0, -2.0));
        check(Array::new([], vec![Complex::new(1.0_f32, 2.0)]).unwrap(), Complex::new(1.0, 2.0));
        check(2.5, Complex::new(2.5, 0.0));
        check(None::<f64>, None::<f64>);
        check(Some(5), Some(5_i64));
    }

    #[test]
    fn arrays() {
        check(&[1.0, 2.0][..], vec![1.0, 2.0]);
        check(vec![1_i64, 2], vec![1.0, 2.0]);
        check([1_u8, 2], vec![1_u8, 2]);
        check([1_i32, 2], vec![1_i64, 2]);
        check([Complex::new(1.0, 2.0)], vec![Complex::new(1.0, 2.0)]);
        let matrix = Array::new([1, 2], vec![1.0, 2.0]).unwrap();
        check(&matrix, matrix.clone());
        assert_eq!((2.0, &[1.0, 2.0], "a").into_values().len(), 3);
    }

    #[test]
    fn what_would_lose_something() {
        insta::assert_snapshot!(refused::<f64>((1_i64 << 53) + 1), @"expected a number that a double holds, found the integer 9007199254740993");
        insta::assert_snapshot!(refused::<f64>(u128::MAX), @"expected a number that a double holds, found an integer of 128 bits");
        insta::assert_snapshot!(refused::<i64>(2.5), @"expected an integer of 64 bits, found the number 2.5");
        insta::assert_snapshot!(refused::<f64>(vec![1.0, 2.0]), @"expected a number that a double holds, found an array of float64 with shape [2]");
        let matrix = Array::new([1, 2], vec![1.0, 2.0]).unwrap();
        insta::assert_snapshot!(refused::<Vec<f64>>(matrix), @"expected an array of float64 with one dimension, found an array of float64 with shape [1, 2]");
        insta::assert_snapshot!(refused::<Vec<i64>>(vec![1.5]), @"expected an array of int64 with one dimension, found an array of float64 with shape [1]");
        insta::assert_snapshot!(refused::<f64>(Complex::new(1.0, 2.0)), @"expected a number that a double holds, found the complex number 1+2i");
        insta::assert_snapshot!(refused::<Array>("text"), @"expected an array, found text");
    }
}
