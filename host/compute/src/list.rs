//! Lists of numbers as arrays, where numpy makes them so.

use kamodo_value::{Buffer, Dtype, Scalar, Value};
use num_complex::Complex;

use crate::element::Element;
use crate::error::{EvaluateError, Kind};
use crate::promote::promote;
use crate::ufunc;

/// Lists nest no deeper than numpy's arrays.
const MAX_DIMENSIONS: usize = 32;

/// Returns the shape and elements of a list, whose items have one shape.
///
/// # Errors
/// [`EvaluateError::RaggedList`] where the items differ in shape, or one is not a number.
pub(crate) fn to_array(
    operation: &'static str,
    items: &[Value],
) -> Result<(Vec<usize>, Buffer), EvaluateError> {
    let mut shape = vec![items.len()];
    let mut first = items.first();
    while let Some(Value::List(inner)) = first {
        if shape.len() == MAX_DIMENSIONS {
            return Err(EvaluateError::RaggedList { operation, item: Kind::Python("list") });
        }
        shape.push(inner.len());
        first = inner.first();
    }
    if let Some(Value::Array(array)) = first {
        shape.extend(array.shape());
    }
    let mut scalars = Vec::new();
    collect(operation, items, &shape, &mut scalars)?;
    let dtype = scalars.iter().map(Scalar::dtype).reduce(promote).unwrap_or(Dtype::Float64);
    Ok((shape, buffer(&scalars, dtype)))
}

fn collect(
    operation: &'static str,
    items: &[Value],
    shape: &[usize],
    scalars: &mut Vec<Scalar>,
) -> Result<(), EvaluateError> {
    let (&length, inner_shape) = shape.split_first().expect("a list has a dimension");
    let ragged = |item: Kind| EvaluateError::RaggedList { operation, item };
    if items.len() != length {
        return Err(ragged(Kind::Python("list")));
    }
    for item in items {
        match item {
            Value::List(inner) if !inner_shape.is_empty() => collect(operation, inner, inner_shape, scalars)?,
            Value::Array(array) if array.shape() == inner_shape => {
                scalars.extend((0..array.len()).filter_map(|index| array.buffer().get(index)));
            }
            item if inner_shape.is_empty() => {
                scalars.push(ufunc::scalar(item).ok_or_else(|| ragged(item.into()))?);
            }
            item => return Err(ragged(item.into())),
        }
    }
    Ok(())
}

macro_rules! number {
    ($scalar:expr; $($variant:ident)*) => {
        match $scalar { $(Scalar::$variant(element) => T::from_number(element),)* }
    };
}

fn typed<T: Element>(scalars: &[Scalar]) -> Buffer {
    T::wrap(
        scalars
            .iter()
            .map(|&scalar| {
                number!(scalar; Bool Int8 Int16 Int32 Int64 Uint8 Uint16 Uint32 Uint64
                        Float16 Float32 Float64 Complex64 Complex128)
            })
            .collect(),
    )
}

fn buffer(scalars: &[Scalar], dtype: Dtype) -> Buffer {
    match dtype {
        Dtype::Bool => typed::<bool>(scalars),
        Dtype::Int8 => typed::<i8>(scalars),
        Dtype::Int16 => typed::<i16>(scalars),
        Dtype::Int32 => typed::<i32>(scalars),
        Dtype::Int64 => typed::<i64>(scalars),
        Dtype::Uint8 => typed::<u8>(scalars),
        Dtype::Uint16 => typed::<u16>(scalars),
        Dtype::Uint32 => typed::<u32>(scalars),
        Dtype::Uint64 => typed::<u64>(scalars),
        Dtype::Float16 => typed::<half::f16>(scalars),
        Dtype::Float32 => typed::<f32>(scalars),
        Dtype::Float64 => typed::<f64>(scalars),
        Dtype::Complex64 => typed::<Complex<f32>>(scalars),
        Dtype::Complex128 => typed::<Complex<f64>>(scalars),
    }
}
