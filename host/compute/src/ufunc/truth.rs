//! What is true or false: comparisons, logic, and the choice between values.

use kamodo_value::{Buffer, Dtype, Value};
use num_complex::Complex;

use super::{Operand, Pair, Result, Side, operand_result};
use crate::broadcast;
use crate::element::{Element, convert};
use crate::error::{EvaluateError, Kind};
use crate::operation::{Binary, Ternary, Unary};
use crate::promote::{Category, category, common};
use crate::special;

/// Compares in the type that both sides convert to.
pub(super) fn compare(operation: Binary, pair: &Pair<'_>, dtype: Dtype) -> Buffer {
    fn typed<T: Element + PartialOrd>(operation: Binary, pair: &Pair<'_>) -> Buffer {
        match operation {
            Binary::Lt => pair.map(|left: T, right: T| left < right),
            Binary::Le => pair.map(|left: T, right: T| left <= right),
            Binary::Gt => pair.map(|left: T, right: T| left > right),
            Binary::Ge => pair.map(|left: T, right: T| left >= right),
            Binary::Eq => pair.map(|left: T, right: T| left == right),
            _ => pair.map(|left: T, right: T| left != right),
        }
    }
    match dtype {
        Dtype::Bool => typed::<bool>(operation, pair),
        Dtype::Uint64 => typed::<u64>(operation, pair),
        Dtype::Float16 => typed::<half::f16>(operation, pair),
        Dtype::Float32 => typed::<f32>(operation, pair),
        Dtype::Float64 => typed::<f64>(operation, pair),
        Dtype::Complex64 | Dtype::Complex128 => complex(operation, pair),
        _ => typed::<i64>(operation, pair),
    }
}

/// Complex numbers have numpy's order: by the real part, then by the imaginary one.
fn complex(operation: Binary, pair: &Pair<'_>) -> Buffer {
    let by = |holds: fn(&(f64, f64), &(f64, f64)) -> bool| {
        pair.map(move |left: Complex<f64>, right: Complex<f64>| {
            holds(&(left.re, left.im), &(right.re, right.im))
        })
    };
    match operation {
        Binary::Lt => by(|left, right| left < right),
        Binary::Le => by(|left, right| left <= right),
        Binary::Gt => by(|left, right| left > right),
        Binary::Ge => by(|left, right| left >= right),
        Binary::Eq => by(|left, right| left == right),
        _ => by(|left, right| left != right),
    }
}

/// Joins truths; a number is true unless it is zero.
pub(super) fn join(operation: Binary, pair: &Pair<'_>) -> Buffer {
    let join = |left: bool, right: bool| if operation == Binary::And { left & right } else { left | right };
    let (first, second) = (truths(&pair.first.buffer), truths(&pair.second.buffer));
    let side = |operand: &Operand<'_>, buffer| Operand {
        shape: operand.shape.to_vec().into(),
        buffer: std::borrow::Cow::Owned(Buffer::Bool(buffer)),
        is_array: operand.is_array,
    };
    let (first, second) = (side(pair.first, first), side(pair.second, second));
    Pair { first: &first, second: &second, shape: pair.shape }.map(join)
}

/// Returns where what is true is false.
pub(super) fn not(buffer: &Buffer) -> Buffer {
    Buffer::Bool(truths(buffer).into_iter().map(|truth| !truth).collect())
}

fn truths(buffer: &Buffer) -> Vec<bool> {
    match buffer {
        Buffer::Bool(truths) => truths.clone(),
        other if category(other.dtype()) == Category::Integer => {
            convert::<i64>(other).iter().map(|&integer| integer != 0).collect()
        }
        other => convert::<Complex<f64>>(other).iter().map(|z| z.re != 0.0 || z.im != 0.0).collect(),
    }
}

/// Applies an operation of three operands.
pub(crate) fn ternary(operation: Ternary, first: &Value, second: &Value, third: &Value) -> Result<Value> {
    let name = operation.name();
    let operand = |value: &Value| EvaluateError::Operand { operation: name, operand: value.into() };
    let operands =
        [first, second, third].map(|value| Operand::of(name, value)?.ok_or_else(|| operand(value)));
    let [one, two, three] = operands;
    let (one, two, three) = (one?, two?, three?);
    let shape = broadcast::shape(name, &one.shape, &two.shape)?;
    let shape = broadcast::shape(name, &shape, &three.shape)?;
    let buffer = match operation {
        Ternary::Select => {
            let Buffer::Bool(_) = *one.buffer else {
                return Err(EvaluateError::Condition { operand: Kind::from(first) });
            };
            select(&one, &two, &three, &shape)
        }
        Ternary::AssocLegendre => {
            let sides = [&one, &two, &three].map(|operand| {
                let is_complex = category(operand.buffer.dtype()) == Category::Complex;
                (!is_complex).then(|| Pair::side::<f64>(operand, &shape))
            });
            let [Some(degree), Some(order), Some(x)] = sides else { return Err(operand(third)) };
            let n_elements = shape.iter().product();
            let values = (0..n_elements)
                .map(|index| special::assoc_legendre(degree.get(index), order.get(index), x.get(index)));
            Buffer::Float64(values.collect())
        }
    };
    Ok(operand_result(shape, buffer))
}

/// Takes from one of two, element by element, in the type that both convert to.
fn select(condition: &Operand<'_>, yes: &Operand<'_>, no: &Operand<'_>, shape: &[usize]) -> Buffer {
    fn typed<T: Element>(
        condition: &Operand<'_>,
        yes: &Operand<'_>,
        no: &Operand<'_>,
        shape: &[usize],
    ) -> Buffer {
        let condition = Pair::side::<bool>(condition, shape);
        let (yes, no) = (Pair::side::<T>(yes, shape), Pair::side::<T>(no, shape));
        let n_elements = shape.iter().product();
        let of = |index| if condition.get(index) { yes.get(index) } else { no.get(index) };
        T::wrap((0..n_elements).map(of).collect())
    }
    match common(yes.promoted(), no.promoted()) {
        Dtype::Bool => typed::<bool>(condition, yes, no, shape),
        Dtype::Int8 => typed::<i8>(condition, yes, no, shape),
        Dtype::Int16 => typed::<i16>(condition, yes, no, shape),
        Dtype::Int32 => typed::<i32>(condition, yes, no, shape),
        Dtype::Int64 => typed::<i64>(condition, yes, no, shape),
        Dtype::Uint8 => typed::<u8>(condition, yes, no, shape),
        Dtype::Uint16 => typed::<u16>(condition, yes, no, shape),
        Dtype::Uint32 => typed::<u32>(condition, yes, no, shape),
        Dtype::Uint64 => typed::<u64>(condition, yes, no, shape),
        Dtype::Float16 => typed::<half::f16>(condition, yes, no, shape),
        Dtype::Float32 => typed::<f32>(condition, yes, no, shape),
        Dtype::Float64 => typed::<f64>(condition, yes, no, shape),
        Dtype::Complex64 => typed::<Complex<f32>>(condition, yes, no, shape),
        Dtype::Complex128 => typed::<Complex<f64>>(condition, yes, no, shape),
    }
}

/// The parts of a number, which keep its type, and its angle.
pub(super) fn part(operation: Unary, buffer: &Buffer) -> Buffer {
    fn zeros(buffer: &Buffer) -> Buffer {
        match buffer {
            Buffer::Bool(elements) => Buffer::Bool(vec![false; elements.len()]),
            Buffer::Int8(elements) => Buffer::Int8(vec![0; elements.len()]),
            Buffer::Int16(elements) => Buffer::Int16(vec![0; elements.len()]),
            Buffer::Int32(elements) => Buffer::Int32(vec![0; elements.len()]),
            Buffer::Int64(elements) => Buffer::Int64(vec![0; elements.len()]),
            Buffer::Uint8(elements) => Buffer::Uint8(vec![0; elements.len()]),
            Buffer::Uint16(elements) => Buffer::Uint16(vec![0; elements.len()]),
            Buffer::Uint32(elements) => Buffer::Uint32(vec![0; elements.len()]),
            Buffer::Uint64(elements) => Buffer::Uint64(vec![0; elements.len()]),
            Buffer::Float16(elements) => Buffer::Float16(vec![half::f16::ZERO; elements.len()]),
            Buffer::Float32(elements) => Buffer::Float32(vec![0.0; elements.len()]),
            other => Buffer::Float64(vec![0.0; other.len()]),
        }
    }
    match (operation, buffer) {
        (Unary::Re, Buffer::Complex64(elements)) => Buffer::Float32(elements.iter().map(|z| z.re).collect()),
        (Unary::Re, Buffer::Complex128(elements)) => Buffer::Float64(elements.iter().map(|z| z.re).collect()),
        (Unary::Im, Buffer::Complex64(elements)) => Buffer::Float32(elements.iter().map(|z| z.im).collect()),
        (Unary::Im, Buffer::Complex128(elements)) => Buffer::Float64(elements.iter().map(|z| z.im).collect()),
        (Unary::Conjugate, Buffer::Complex64(elements)) => {
            Buffer::Complex64(elements.iter().map(Complex::conj).collect())
        }
        (Unary::Conjugate, Buffer::Complex128(elements)) => {
            Buffer::Complex128(elements.iter().map(Complex::conj).collect())
        }
        (Unary::Arg, Buffer::Complex64(elements)) => {
            Buffer::Float32(elements.iter().map(|z| z.im.atan2(z.re)).collect())
        }
        (Unary::Arg, Buffer::Complex128(elements)) => {
            Buffer::Float64(elements.iter().map(|z| z.im.atan2(z.re)).collect())
        }
        (Unary::Im, real) => zeros(real),
        (_, real) => real.clone(),
    }
}

impl<T: Copy> Side<'_, T> {
    fn get(&self, index: usize) -> T {
        match self {
            Self::One(element) => *element,
            Self::All(elements) => elements[index],
        }
    }
}
