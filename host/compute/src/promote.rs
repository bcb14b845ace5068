//! Which element type an operation of numpy 1 computes in.
//!
//! Beside an array, a scalar of the same or a lower kind counts only by its value: an `int8` array plus 100 stays
//! `int8`, plus 200 becomes `int16`. Between scalars only their types count.

use kamodo_value::{Dtype, Scalar};

/// The order in which one kind takes over another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    Bool,
    Integer,
    Float,
    Complex,
}

/// One operand, as far as promotion looks at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promoted {
    /// Its type.
    pub(crate) dtype: Dtype,
    /// The element, where it has no dimensions.
    pub(crate) scalar: Option<Scalar>,
}

/// Returns the type that both operands are converted to.
pub(crate) fn common(left: Promoted, right: Promoted) -> Dtype {
    let by_value = match (left.scalar, right.scalar) {
        (None, Some(scalar)) if rank(left.dtype) >= rank(right.dtype) => Some((left.dtype, scalar)),
        (Some(scalar), None) if rank(right.dtype) >= rank(left.dtype) => Some((right.dtype, scalar)),
        _ => None,
    };
    match by_value {
        Some((array, scalar)) => promote(array, smallest(scalar, is_signed(array))),
        None => promote(left.dtype, right.dtype),
    }
}

/// Returns the smallest type that both convert to without loss, as numpy's table has it.
pub(crate) fn promote(left: Dtype, right: Dtype) -> Dtype {
    let (low, high) = if category(left) <= category(right) { (left, right) } else { (right, left) };
    if low == high || category(low) == Category::Bool {
        return high;
    }
    match category(high) {
        Category::Bool | Category::Integer => integers(low, high),
        Category::Float => float_of_size(float_size(low).max(float_size(high))),
        Category::Complex => {
            if float_size(low).max(float_size(high)) > 4 {
                Dtype::Complex128
            } else {
                Dtype::Complex64
            }
        }
    }
}

/// Returns the type that a function such as `sin` computes in: the smallest float that holds it.
pub(crate) fn inexact(dtype: Dtype) -> Dtype {
    if category(dtype) >= Category::Float { dtype } else { float_of_size(float_size(dtype)) }
}

pub(crate) fn category(dtype: Dtype) -> Category {
    match dtype {
        Dtype::Bool => Category::Bool,
        Dtype::Float16 | Dtype::Float32 | Dtype::Float64 => Category::Float,
        Dtype::Complex64 | Dtype::Complex128 => Category::Complex,
        _ => Category::Integer,
    }
}

/// The category as far as value-based promotion tells them apart: real and complex floats are one.
fn rank(dtype: Dtype) -> Category {
    category(dtype).min(Category::Float)
}

/// Returns the type of a loop that numpy finds by trying each in turn: beside an unsigned array, a scalar that
/// does not fit in it prefers the signed type of the next size.
pub(crate) fn common_by_search(left: Promoted, right: Promoted) -> Dtype {
    let dtype = common(left, right);
    let (array, scalar) = match (left.scalar, right.scalar) {
        (None, Some(scalar)) => (left.dtype, scalar),
        (Some(scalar), None) => (right.dtype, scalar),
        _ => return dtype,
    };
    if category(dtype) != Category::Integer || category(array) != Category::Integer || is_signed(array) {
        return dtype;
    }
    let signed = promote(array, smallest(scalar, true));
    if signed.size() == dtype.size() && category(signed) == Category::Integer { signed } else { dtype }
}

pub(crate) fn is_signed(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::Int8 | Dtype::Int16 | Dtype::Int32 | Dtype::Int64)
}

fn integers(left: Dtype, right: Dtype) -> Dtype {
    if is_signed(left) == is_signed(right) {
        return if left.size() >= right.size() { left } else { right };
    }
    let (signed, unsigned) = if is_signed(left) { (left, right) } else { (right, left) };
    if signed.size() > unsigned.size() {
        return signed;
    }
    match unsigned.size() {
        1 => Dtype::Int16,
        2 => Dtype::Int32,
        4 => Dtype::Int64,
        _ => Dtype::Float64, // no integer holds both int64 and uint64
    }
}

/// Bytes of the smallest real float that holds every value of the type.
fn float_size(dtype: Dtype) -> usize {
    match dtype {
        Dtype::Bool | Dtype::Int8 | Dtype::Uint8 | Dtype::Float16 => 2,
        Dtype::Int16 | Dtype::Uint16 | Dtype::Float32 | Dtype::Complex64 => 4,
        _ => 8,
    }
}

fn float_of_size(size: usize) -> Dtype {
    match size {
        2 => Dtype::Float16,
        4 => Dtype::Float32,
        _ => Dtype::Float64,
    }
}

/// Returns the smallest type that holds the value; beside a signed array a positive one counts as signed.
fn smallest(scalar: Scalar, beside_signed: bool) -> Dtype {
    match scalar {
        Scalar::Bool(_) => Dtype::Bool,
        Scalar::Float16(_) => Dtype::Float16,
        Scalar::Float32(value) => float_of_size(fitting(value.into())),
        Scalar::Float64(value) => float_of_size(fitting(value)),
        Scalar::Complex64(_) => Dtype::Complex64,
        Scalar::Complex128(value) => {
            if fitting(value.re).max(fitting(value.im)) > 4 {
                Dtype::Complex128
            } else {
                Dtype::Complex64
            }
        }
        integer => integer.as_integer().map_or(Dtype::Int64, |value| smallest_integer(value, beside_signed)),
    }
}

fn smallest_integer(value: i128, beside_signed: bool) -> Dtype {
    if value < 0 || beside_signed {
        match value {
            -0x80..=0x7f => Dtype::Int8,
            -0x8000..=-0x81 | 0x80..=0x7fff => Dtype::Int16,
            -0x8000_0000..=-0x8001 | 0x8000..=0x7fff_ffff => Dtype::Int32,
            -0x8000_0000_0000_0000..=-0x8000_0001 | 0x8000_0000..=0x7fff_ffff_ffff_ffff => Dtype::Int64,
            _ => Dtype::Uint64,
        }
    } else {
        match value {
            0..=0xff => Dtype::Uint8,
            0x100..=0xffff => Dtype::Uint16,
            0x1_0000..=0xffff_ffff => Dtype::Uint32,
            _ => Dtype::Uint64,
        }
    }
}

/// Bytes of the smallest float whose range, as numpy draws its limits, holds the value.
fn fitting(value: f64) -> usize {
    if !value.is_finite() || value.abs() < 65000.0 {
        2
    } else if value.abs() < 3.4e38 {
        4
    } else {
        8
    }
}

/// Returns the real float that a function of two operands computes in.
pub(crate) fn common_inexact(left: Promoted, right: Promoted) -> Dtype {
    let narrowed = |own: Promoted, other: Promoted| match (own.scalar, other.scalar) {
        (Some(scalar), None) if rank(other.dtype) >= rank(own.dtype) => {
            smallest(scalar, is_signed(other.dtype))
        }
        _ => own.dtype,
    };
    promote(inexact(narrowed(left, right)), inexact(narrowed(right, left)))
}
