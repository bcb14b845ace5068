//! Python's own operators, between values none of which is numpy's.
//!
//! Integers are exact, a division of integers is a correctly rounded float, a division by zero and a power
//! beyond the largest double are errors, and a negative base with a fractional exponent is complex.

use std::borrow::Cow;
use std::cmp::Ordering;

use kamodo_value::Value;
use num_bigint::{BigInt, Sign};
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::complex;
use crate::error::{EvaluateError, Kind};
use crate::operation::{Binary, Unary};

/// An exact integer has at most this many bits.
pub(crate) const MAX_INTEGER_BITS: u64 = 1 << 16;
/// A repeated list or text has at most this many items.
pub(crate) const MAX_REPEATED: usize = 1 << 24;

type Result<T> = std::result::Result<T, EvaluateError>;

/// A Python number; a bool is the integer that it acts as.
enum Number<'a> {
    Int(Cow<'a, BigInt>),
    Rational(Cow<'a, BigRational>),
    Float(f64),
    Complex(Complex<f64>),
}

/// Applies a Python operator of one operand.
pub(crate) fn unary(operation: Unary, operand: &Value) -> Result<Value> {
    let number = Number::of(operand)
        .ok_or_else(|| EvaluateError::Operand { operation: operation.name(), operand: operand.into() })?;
    let is_abs = operation == Unary::Abs;
    Ok(match number {
        Number::Int(integer) if is_abs => Value::Int(integer.abs()),
        Number::Int(integer) => Value::Int(-integer.into_owned()),
        Number::Rational(ratio) if is_abs => Value::Rational(ratio.abs()),
        Number::Rational(ratio) => Value::Rational(-ratio.into_owned()),
        Number::Float(float) => Value::Float(if is_abs { float.abs() } else { -float }),
        Number::Complex(complex) if is_abs => {
            let absolute = complex.re.hypot(complex.im);
            if absolute.is_infinite() && complex.re.is_finite() && complex.im.is_finite() {
                let kind = Kind::from(operand);
                return Err(EvaluateError::Overflow { operation: "Abs", left: kind.clone(), right: kind });
            }
            Value::Float(absolute)
        }
        Number::Complex(complex) => Value::Complex(-complex),
    })
}

/// Multiplies the integers up to one.
pub(crate) fn factorial(integer: &BigInt) -> Result<Value> {
    let too_large = || EvaluateError::IntegerTooLarge { operation: "factorial", limit: MAX_INTEGER_BITS };
    if integer.is_negative() {
        return Err(EvaluateError::NegativeFactorial);
    }
    let n = integer.to_u64().filter(|&n| n <= MAX_INTEGER_BITS).ok_or_else(too_large)?;
    let mut product = BigInt::one();
    for factor in 2..=n {
        product *= factor;
        if product.bits() > MAX_INTEGER_BITS {
            return Err(too_large());
        }
    }
    Ok(Value::Int(product))
}

/// Applies a Python operator of two operands.
pub(crate) fn binary(operation: Binary, left: &Value, right: &Value) -> Result<Value> {
    let unsupported =
        || EvaluateError::Operands { operation: operation.name(), left: left.into(), right: right.into() };
    let (Some(first), Some(second)) = (Number::of(left), Number::of(right)) else {
        return sequence(operation, left, right).ok_or_else(unsupported)?;
    };
    let by_zero = || EvaluateError::DivisionByZero {
        operation: operation.name(),
        left: left.into(),
        right: right.into(),
    };
    let overflow =
        || EvaluateError::Overflow { operation: operation.name(), left: left.into(), right: right.into() };
    let outcome = match (first, second) {
        (Number::Int(first), Number::Int(second)) => integers(operation, &first, &second)?,
        (first @ (Number::Complex(_) | Number::Float(_)), second @ Number::Complex(_))
        | (first @ Number::Complex(_), second)
        | (first, second @ Number::Complex(_)) => {
            complexes(operation, first.to_complex()?, second.to_complex()?)
        }
        (first @ Number::Float(_), second) | (first, second @ Number::Float(_)) => {
            floats(operation, first.to_float()?, second.to_float()?)
        }
        (first, second) => rationals(operation, &first, &second)?,
    };
    match outcome {
        Outcome::Value(value) => Ok(value),
        Outcome::ByZero => Err(by_zero()),
        Outcome::Overflow => Err(overflow()),
        Outcome::Unsupported => Err(unsupported()),
    }
}

enum Outcome {
    Value(Value),
    ByZero,
    Overflow,
    Unsupported,
}

// === impl Number ===

impl<'a> Number<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Bool(truth) => Self::Int(Cow::Owned(BigInt::from(u8::from(*truth)))),
            Value::Int(integer) => Self::Int(Cow::Borrowed(integer)),
            Value::Rational(ratio) => Self::Rational(Cow::Borrowed(ratio)),
            Value::Float(float) => Self::Float(*float),
            Value::Complex(complex) => Self::Complex(*complex),
            _ => return None,
        })
    }

    fn to_float(&self) -> Result<f64> {
        match self {
            Self::Int(integer) => integer_to_f64(integer),
            Self::Rational(ratio) => Ok(ratio_to_f64(ratio)),
            Self::Float(float) => Ok(*float),
            Self::Complex(complex) => Ok(complex.re),
        }
    }

    fn to_complex(&self) -> Result<Complex<f64>> {
        match self {
            Self::Complex(complex) => Ok(*complex),
            real => real.to_float().map(Complex::from),
        }
    }

    fn to_ratio(&self) -> BigRational {
        match self {
            Self::Int(integer) => BigRational::from(integer.clone().into_owned()),
            Self::Rational(ratio) => ratio.clone().into_owned(),
            Self::Float(_) | Self::Complex(_) => BigRational::zero(), // the callers have taken these out
        }
    }
}

// --- numbers

fn integers(operation: Binary, first: &BigInt, second: &BigInt) -> Result<Outcome> {
    let bounded = |bits: u64| {
        if bits > MAX_INTEGER_BITS {
            Err(EvaluateError::IntegerTooLarge { operation: operation.name(), limit: MAX_INTEGER_BITS })
        } else {
            Ok(())
        }
    };
    Ok(Outcome::Value(match operation {
        Binary::Add | Binary::Sub => {
            bounded(first.bits().max(second.bits()))?;
            Value::Int(if operation == Binary::Add { first + second } else { first - second })
        }
        Binary::Mul => {
            bounded((first.bits() + second.bits()).saturating_sub(1))?;
            Value::Int(first * second)
        }
        Binary::Div => {
            if second.is_zero() {
                return Ok(Outcome::ByZero);
            }
            let quotient = quotient_to_f64(first, second);
            if quotient.is_infinite() {
                return Ok(Outcome::Overflow);
            }
            Value::Float(quotient)
        }
        Binary::Pow if second.is_negative() => {
            return Ok(floats(operation, integer_to_f64(first)?, integer_to_f64(second)?));
        }
        Binary::Pow => {
            if first.magnitude().bits() <= 1 {
                // 0, 1 and -1 have small powers of every size of exponent.
                return Ok(Outcome::Value(Value::Int(
                    if second.is_zero() || (first.is_negative() && !second.bit(0)) {
                        BigInt::one()
                    } else {
                        first.clone()
                    },
                )));
            }
            let exponent = second.to_u32().unwrap_or(u32::MAX);
            bounded((first.bits() - 1).saturating_mul(u64::from(exponent)))?;
            Value::Int(first.pow(exponent))
        }
        _ => return Ok(Outcome::Unsupported),
    }))
}

fn rationals(operation: Binary, first: &Number<'_>, second: &Number<'_>) -> Result<Outcome> {
    if operation == Binary::Pow {
        return match second {
            Number::Int(exponent) if exponent.bits() <= 16 => {
                let (base, exponent) = (first.to_ratio(), exponent.to_i32().unwrap_or(0));
                if base.is_zero() && exponent < 0 {
                    return Ok(Outcome::ByZero);
                }
                let bits = base.numer().bits().max(base.denom().bits());
                if bits.saturating_mul(u64::from(exponent.unsigned_abs())) > MAX_INTEGER_BITS {
                    return Err(EvaluateError::IntegerTooLarge { operation: "**", limit: MAX_INTEGER_BITS });
                }
                Ok(Outcome::Value(Value::Rational(base.pow(exponent))))
            }
            _ => Ok(floats(operation, first.to_float()?, second.to_float()?)),
        };
    }
    let (first, second) = (first.to_ratio(), second.to_ratio());
    let bits = [&first, &second].map(|ratio| ratio.numer().bits() + ratio.denom().bits());
    if bits[0] + bits[1] > MAX_INTEGER_BITS {
        return Err(EvaluateError::IntegerTooLarge { operation: operation.name(), limit: MAX_INTEGER_BITS });
    }
    Ok(Outcome::Value(Value::Rational(match operation {
        Binary::Add => first + second,
        Binary::Sub => first - second,
        Binary::Mul => first * second,
        Binary::Div if second.is_zero() => return Ok(Outcome::ByZero),
        Binary::Div => first / second,
        _ => return Ok(Outcome::Unsupported),
    })))
}

fn floats(operation: Binary, first: f64, second: f64) -> Outcome {
    let value = match operation {
        Binary::Add => first + second,
        Binary::Sub => first - second,
        Binary::Mul => first * second,
        Binary::Div if second == 0.0 => return Outcome::ByZero,
        Binary::Div => first / second,
        Binary::Pow if first == 0.0 && second < 0.0 && second.is_finite() => return Outcome::ByZero,
        Binary::Pow if first < 0.0 && first.is_finite() && second.is_finite() && second.fract() != 0.0 => {
            return complexes(operation, first.into(), second.into());
        }
        Binary::Pow => {
            let power = first.powf(second);
            if power.is_infinite() && first.is_finite() && second.is_finite() {
                return Outcome::Overflow;
            }
            power
        }
        _ => return Outcome::Unsupported,
    };
    Outcome::Value(Value::Float(value))
}

fn complexes(operation: Binary, first: Complex<f64>, second: Complex<f64>) -> Outcome {
    let value = match operation {
        Binary::Add => first + second,
        Binary::Sub => first - second,
        Binary::Mul => first * second,
        Binary::Div if second.is_zero() => return Outcome::ByZero,
        Binary::Div => complex::divide(first, second),
        Binary::Pow if first.is_zero() && (second.re < 0.0 || second.im != 0.0) => return Outcome::ByZero,
        Binary::Pow => {
            let power = complex::power(first, second);
            if power.re.is_infinite() || power.im.is_infinite() {
                return Outcome::Overflow;
            }
            power
        }
        _ => return Outcome::Unsupported,
    };
    Outcome::Value(Value::Complex(value))
}

// --- sequences

/// Text and lists concatenate with `+` and repeat with `*`; `None` for every other operator or operand.
fn sequence(operation: Binary, left: &Value, right: &Value) -> Option<Result<Value>> {
    match (operation, left, right) {
        (Binary::Add, Value::Text(first), Value::Text(second)) => Some(
            fits(operation, first.len() + second.len()).map(|()| Value::Text(format!("{first}{second}"))),
        ),
        (Binary::Add, Value::Data(first), Value::Data(second)) => {
            let length = first.len() + second.len();
            Some(fits(operation, length).map(|()| Value::Data([first.as_slice(), second].concat())))
        }
        (Binary::Add, Value::List(first), Value::List(second)) => {
            let length = first.len() + second.len();
            Some(fits(operation, length).map(|()| Value::List([first.as_slice(), second].concat())))
        }
        (Binary::Mul, items, Value::Int(times)) | (Binary::Mul, Value::Int(times), items) => {
            repeated(items, times)
        }
        (Binary::Mul, items, Value::Bool(times)) | (Binary::Mul, Value::Bool(times), items) => {
            repeated(items, &BigInt::from(u8::from(*times)))
        }
        _ => None,
    }
}

/// Repeats text, bytes or a list; a negative number of times is none.
pub(crate) fn repeated(items: &Value, times: &BigInt) -> Option<Result<Value>> {
    let length = match items {
        Value::Text(text) => text.len(),
        Value::Data(bytes) => bytes.len(),
        Value::List(items) => items.len(),
        _ => return None,
    };
    let times = if times.is_negative() { 0 } else { times.to_usize().unwrap_or(usize::MAX) };
    Some(fits(Binary::Mul, length.saturating_mul(times)).map(|()| {
        let times = if length == 0 { 0 } else { times };
        match items {
            Value::Text(text) => Value::Text(text.repeat(times)),
            Value::Data(bytes) => Value::Data(bytes.repeat(times)),
            Value::List(items) => Value::List((0..times).flat_map(|_| items.iter().cloned()).collect()),
            other => other.clone(),
        }
    }))
}

fn fits(operation: Binary, n_items: usize) -> Result<()> {
    if n_items > MAX_REPEATED {
        return Err(EvaluateError::ResultTooLarge { operation: operation.name(), limit: MAX_REPEATED });
    }
    Ok(())
}

// --- exact to double

/// Rounds an integer to the nearest double, ties to even.
pub(crate) fn integer_to_f64(integer: &BigInt) -> Result<f64> {
    let float = quotient_to_f64(integer, &BigInt::one());
    if float.is_infinite() {
        return Err(EvaluateError::IntegerTooLargeForFloat { bits: integer.bits() });
    }
    Ok(float)
}

/// Rounds a ratio to the nearest double, ties to even; infinite beyond the largest.
pub fn ratio_to_f64(ratio: &BigRational) -> f64 {
    quotient_to_f64(ratio.numer(), ratio.denom())
}

/// Divides two integers and rounds once.
fn quotient_to_f64(numerator: &BigInt, denominator: &BigInt) -> f64 {
    const MANTISSA_BITS: i64 = 53;
    const MIN_EXPONENT: i64 = -1074; // of the smallest subnormal
    if numerator.is_zero() {
        return 0.0;
    }
    let negative = (numerator.sign() == Sign::Minus) != (denominator.sign() == Sign::Minus);
    let (numerator, denominator) = (numerator.magnitude(), denominator.magnitude());
    // The quotient lies in (2^(magnitude - 1), 2^(magnitude + 1)); take one bit more than fits.
    let magnitude = numerator.bits() as i64 - denominator.bits() as i64;
    if magnitude > 1025 {
        return if negative { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let exponent = (magnitude - MANTISSA_BITS - 1).max(MIN_EXPONENT - 2);
    let (scaled, divisor) = if exponent >= 0 {
        (numerator.clone(), denominator << exponent as u64)
    } else {
        (numerator << (-exponent) as u64, denominator.clone())
    };
    let (quotient, remainder) = num_integer::Integer::div_rem(&scaled, &divisor);
    let Some(mut bits) = quotient.to_u64() else { return f64::INFINITY };
    // Drop what does not fit, and round with what was dropped, the remainder being its tail.
    let length = 64 - i64::from(bits.leading_zeros());
    let dropped = (length - MANTISSA_BITS).max(MIN_EXPONENT - exponent).max(0);
    let mut tail = if remainder.is_zero() { Ordering::Equal } else { Ordering::Greater };
    if dropped > 0 {
        let rest = bits & ((1_u64 << dropped) - 1);
        let half = 1_u64 << (dropped - 1);
        tail = match rest.cmp(&half) {
            Ordering::Equal => tail,
            other => other,
        };
        bits >>= dropped;
        if tail == Ordering::Greater || (tail == Ordering::Equal && bits & 1 == 1) {
            bits += 1;
        }
    }
    let float = scale(bits as f64, exponent + dropped);
    if negative { -float } else { float }
}

/// Multiplies an integer of at most 53 bits by a power of two, exactly or to infinity.
fn scale(mantissa: f64, exponent: i64) -> f64 {
    let power = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
    if exponent > 1000 {
        return f64::INFINITY;
    }
    if exponent >= -1022 {
        mantissa * power(exponent)
    } else {
        mantissa * power(-1022) * power(exponent + 1022)
    }
}
