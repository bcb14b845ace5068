//! numpy's reductions, along the last axis: of a matrix each row becomes one element. A number counts as an array of
//! one element.
//!
//! Sums are numpy's to the last bit, which adds in blocks ([`blockwise`]).

use half::f16;
use kamodo_value::{Buffer, Value};
use num_complex::Complex;

use super::{EvaluateError, Operand, Result, beyond_numpy, operand_result, python};
use crate::element::{Arithmetic, Element, Real, convert};
use crate::operation::Reduction;

/// Reduces the last axis of an array, or a number.
pub(crate) fn reduce(operation: Reduction, value: &Value) -> Result<Value> {
    let name = operation.name();
    if let Some(integer) = beyond_numpy(value) {
        return match operation {
            Reduction::Sum | Reduction::Min | Reduction::Max => Ok(value.clone()),
            Reduction::Mean => python::integer_to_f64(integer).map(Value::Float),
            Reduction::Norm => {
                Err(EvaluateError::IntegerBeyondNumpy { operation: name, bits: integer.bits() })
            }
        };
    }
    let unsupported = || EvaluateError::Operand { operation: name, operand: value.into() };
    let operand = Operand::of(name, value)?.ok_or_else(unsupported)?;
    let (outer, length) = match operand.shape.split_last() {
        Some((length, outer)) => (outer, *length),
        None => (&[][..], 1),
    };
    let rows = Rows { n: outer.iter().product(), length };
    let needs_elements = matches!(operation, Reduction::Mean | Reduction::Min | Reduction::Max);
    if length == 0 && rows.n > 0 && needs_elements {
        return Err(EvaluateError::NoElements { operation: name, shape: operand.shape.as_ref().into() });
    }
    let buffer = match operation {
        Reduction::Sum => sums(&operand.buffer, rows),
        Reduction::Mean => means(&operand.buffer, rows),
        Reduction::Min | Reduction::Max => extremes(operation, &operand.buffer, rows),
        Reduction::Norm => norms(&operand.buffer, rows),
    };
    Ok(operand_result(outer.into(), buffer))
}

/// How an array is cut along its last axis.
#[derive(Debug, Clone, Copy)]
struct Rows {
    n: usize,
    length: usize,
}

// === impl Rows ===

impl Rows {
    /// Makes one element of each row.
    fn map<T, R: Element>(self, elements: &[T], reduce: impl Fn(&[T]) -> R) -> Buffer {
        let row = |index: usize| &elements[index * self.length..(index + 1) * self.length];
        R::wrap((0..self.n).map(|index| reduce(row(index))).collect())
    }
}

fn sums(buffer: &Buffer, rows: Rows) -> Buffer {
    match buffer {
        Buffer::Bool(_) | Buffer::Int8(_) | Buffer::Int16(_) | Buffer::Int32(_) | Buffer::Int64(_) => {
            rows.map(&convert::<i64>(buffer), |row| row.iter().copied().fold(0, i64::wrapping_add))
        }
        Buffer::Uint8(_) | Buffer::Uint16(_) | Buffer::Uint32(_) | Buffer::Uint64(_) => {
            rows.map(&convert::<u64>(buffer), |row| row.iter().copied().fold(0, u64::wrapping_add))
        }
        Buffer::Float16(_) => rows.map(&convert::<f32>(buffer), |row| f16::from_f32(sum(row))),
        Buffer::Float32(elements) => rows.map(elements, sum),
        Buffer::Float64(elements) => rows.map(elements, sum),
        Buffer::Complex64(elements) => rows.map(elements, complex_sum),
        Buffer::Complex128(elements) => rows.map(elements, complex_sum),
    }
}

fn means(buffer: &Buffer, rows: Rows) -> Buffer {
    let n = rows.length as f64;
    match buffer {
        Buffer::Float16(_) => {
            rows.map(&convert::<f32>(buffer), |row| f16::from_f32(sum(row) / rows.length as f32))
        }
        Buffer::Float32(elements) => rows.map(elements, |row| sum(row) / rows.length as f32),
        Buffer::Complex64(elements) => rows.map(elements, |row| complex_sum(row) / n as f32),
        Buffer::Complex128(elements) => rows.map(elements, |row| complex_sum(row) / n),
        _ => rows.map(&convert::<f64>(buffer), |row| sum(row) / n),
    }
}

macro_rules! extremes {
    ($operation:expr, $buffer:expr, $rows:expr; $($variant:ident)*) => {
        match $buffer {
            Buffer::Bool(elements) if $operation == Reduction::Min => {
                $rows.map(elements, |row| row.iter().all(|truth| *truth))
            }
            Buffer::Bool(elements) => $rows.map(elements, |row| row.iter().any(|truth| *truth)),
            $(Buffer::$variant(elements) => $rows.map(elements, |row| extreme($operation, row)),)*
        }
    };
}

fn extremes(operation: Reduction, buffer: &Buffer, rows: Rows) -> Buffer {
    extremes!(operation, buffer, rows; Int8 Int16 Int32 Int64 Uint8 Uint16 Uint32 Uint64 Float16 Float32 Float64 Complex64 Complex128)
}

/// The least or the greatest; what is not a number is both, as in numpy.
fn extreme<T: Arithmetic>(operation: Reduction, row: &[T]) -> T {
    let choose = if operation == Reduction::Min { T::smaller } else { T::larger };
    let (first, rest) = row.split_first().expect("an axis without elements was refused");
    rest.iter().fold(*first, |extreme, element| choose(extreme, *element))
}

fn norms(buffer: &Buffer, rows: Rows) -> Buffer {
    fn square<T: Copy + std::ops::Mul<Output = T> + std::ops::Add<Output = T>>(number: &Complex<T>) -> T {
        number.re * number.re + number.im * number.im
    }
    fn root<T: Real + Default>(squares: &[T]) -> T {
        T::from_double(sum(squares).to_double().sqrt())
    }
    match buffer {
        Buffer::Float16(elements) => rows.map(elements, |row| {
            let squares: Vec<f32> = row.iter().map(|element| f32::from(*element * *element)).collect();
            f16::from_f64(f64::from(f16::from_f32(sum(&squares))).sqrt())
        }),
        Buffer::Float32(elements) => rows.map(elements, |row| root(&squares(row))),
        Buffer::Complex64(elements) => {
            rows.map(elements, |row| root(&row.iter().map(square).collect::<Vec<f32>>()))
        }
        Buffer::Complex128(elements) => {
            rows.map(elements, |row| root(&row.iter().map(square).collect::<Vec<f64>>()))
        }
        _ => rows.map(&convert::<f64>(buffer), |row| root(&squares(row))),
    }
}

fn squares<T: Arithmetic>(row: &[T]) -> Vec<T> {
    row.iter().map(|element| element.mul(*element)).collect()
}

fn sum<T: Arithmetic + Default>(row: &[T]) -> T {
    T::default().add(blockwise::<T, 8>(row)) // so that the sum of negative zeros is zero
}

fn complex_sum<T: Arithmetic + Default>(row: &[T]) -> T {
    T::default().add(blockwise::<T, 4>(row))
}

/// Adds as numpy does: `LANES` sums beside each other in a block, and blocks in pairs, which keeps the error small.
fn blockwise<T: Arithmetic + Default, const LANES: usize>(elements: &[T]) -> T {
    const LANES_IN_BLOCK: usize = 16;
    let add_all = |sum: T, rest: &[T]| rest.iter().fold(sum, |sum, element| sum.add(*element));
    let n = elements.len();
    if n < LANES {
        return add_all(T::default(), elements);
    }
    if n > LANES_IN_BLOCK * LANES {
        let half = n / 2 / LANES * LANES;
        let (left, right) = elements.split_at(half);
        return blockwise::<T, LANES>(left).add(blockwise::<T, LANES>(right));
    }
    let mut lanes = [T::default(); LANES];
    lanes.copy_from_slice(&elements[..LANES]);
    let chunks = elements[LANES..].chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, element) in lanes.iter_mut().zip(chunk) {
            *lane = lane.add(*element);
        }
    }
    let mut n_lanes = LANES;
    while n_lanes > 1 {
        n_lanes /= 2;
        for index in 0..n_lanes {
            lanes[index] = lanes[2 * index].add(lanes[2 * index + 1]);
        }
    }
    add_all(lanes[0], rest)
}
