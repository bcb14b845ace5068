//! Results as files of numpy.

use std::io::{self, Write};

use kamodo_value::{Array, Buffer, Dtype, Value};

/// A number as numpy would hold it: an array, without dimensions where the result is one number.
pub(crate) fn array(value: &Value) -> Option<Array> {
    let one = |element: Buffer| Array::new([], element).ok();
    match value {
        Value::Array(array) => Some(array.clone()),
        Value::Bool(truth) => one(vec![*truth].into()),
        Value::Int(integer) => one(vec![i64::try_from(integer).ok()?].into()),
        Value::Float(float) => one(vec![*float].into()),
        Value::Complex(complex) => one(vec![*complex].into()),
        Value::Scalar(scalar) => one(scalar.into_buffer()),
        Value::None
        | Value::Rational(_)
        | Value::Text(_)
        | Value::TextArray(_)
        | Value::Data(_)
        | Value::List(_) => None,
    }
}

/// Writes an array as `numpy.save` does, in version 1.0 of the format.
pub(super) fn write(array: &Array, out: &mut impl Write) -> io::Result<()> {
    let shape: Vec<String> = array.shape().iter().map(usize::to_string).collect();
    let shape = match shape.as_slice() {
        [length] => format!("({length},)"),
        lengths => format!("({})", lengths.join(", ")),
    };
    let code = code(array.dtype());
    let mut header = format!("{{'descr': '{code}', 'fortran_order': False, 'shape': {shape}, }}");
    while !(PREFIX + header.len() + 1).is_multiple_of(64) {
        header.push(' '); // so that the elements are aligned
    }
    header.push('\n');
    out.write_all(b"\x93NUMPY\x01\x00")?;
    let length = u16::try_from(header.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    // They lie in memory as the header says: the lowest byte first.
    out.write_all(array.buffer().as_bytes())
}

/// The bytes before the header's text.
const PREFIX: usize = 10;

/// The element type with its byte order, which one byte does not have.
fn code(dtype: Dtype) -> String {
    let order = if dtype.size() == 1 { '|' } else { '<' };
    format!("{order}{}", dtype.code())
}

// The elements are written as they lie in memory.
const _: () = assert!(cfg!(target_endian = "little"), "arrays are written as they lie, not swapped");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_numpy_reads() {
        let mut file = Vec::new();
        write(&Array::new([1, 2], vec![1.0, 2.0]).unwrap(), &mut file).unwrap();
        assert_eq!((file.len(), &file[..8]), (128 + 16, b"\x93NUMPY\x01\x00".as_slice()));
        let header = String::from_utf8_lossy(&file[10..128]);
        assert_eq!(header.trim_end(), "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }");
        let npy = npyz::NpyFile::new(&file[..]).unwrap();
        assert_eq!(npy.shape(), [1, 2]);
        assert_eq!(npy.into_vec::<f64>().unwrap(), [1.0, 2.0]);
    }

    #[test]
    fn numbers_have_no_dimension() {
        assert_eq!(array(&Value::Int(5.into())), Array::new([], vec![5_i64]).ok());
        assert_eq!(array(&Value::Text("text".into())), None);
    }
}
