//! Results as files of numpy.

use std::io::{self, Write};

use kamodo_value::{Array, Buffer, Dtype, Scalar, Value};

/// A number as numpy would hold it: an array, without dimensions where the result is one number.
pub(crate) fn array(value: &Value) -> Option<Array> {
    let one = |element: Buffer| Array::new([], element).ok();
    match value {
        Value::Array(array) => Some(array.clone()),
        Value::Bool(truth) => one(vec![*truth].into()),
        Value::Int(integer) => one(vec![i64::try_from(integer).ok()?].into()),
        Value::Float(float) => one(vec![*float].into()),
        Value::Complex(complex) => one(vec![*complex].into()),
        Value::Scalar(scalar) => one(match *scalar {
            Scalar::Bool(element) => vec![element].into(),
            Scalar::Int8(element) => vec![element].into(),
            Scalar::Int16(element) => vec![element].into(),
            Scalar::Int32(element) => vec![element].into(),
            Scalar::Int64(element) => vec![element].into(),
            Scalar::Uint8(element) => vec![element].into(),
            Scalar::Uint16(element) => vec![element].into(),
            Scalar::Uint32(element) => vec![element].into(),
            Scalar::Uint64(element) => vec![element].into(),
            Scalar::Float16(element) => vec![element].into(),
            Scalar::Float32(element) => vec![element].into(),
            Scalar::Float64(element) => vec![element].into(),
            Scalar::Complex64(element) => vec![element].into(),
            Scalar::Complex128(element) => vec![element].into(),
        }),
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
    macro_rules! elements {
        ($elements:expr) => {
            $elements.iter().try_for_each(|element| out.write_all(&element.to_le_bytes()))
        };
    }
    match array.buffer() {
        Buffer::Bool(elements) => {
            elements.iter().try_for_each(|element| out.write_all(&[u8::from(*element)]))
        }
        Buffer::Int8(elements) => elements!(elements),
        Buffer::Int16(elements) => elements!(elements),
        Buffer::Int32(elements) => elements!(elements),
        Buffer::Int64(elements) => elements!(elements),
        Buffer::Uint8(elements) => out.write_all(elements),
        Buffer::Uint16(elements) => elements!(elements),
        Buffer::Uint32(elements) => elements!(elements),
        Buffer::Uint64(elements) => elements!(elements),
        Buffer::Float16(elements) => elements!(elements),
        Buffer::Float32(elements) => elements!(elements),
        Buffer::Float64(elements) => elements!(elements),
        Buffer::Complex64(elements) => elements.iter().try_for_each(|element| {
            out.write_all(&element.re.to_le_bytes())?;
            out.write_all(&element.im.to_le_bytes())
        }),
        Buffer::Complex128(elements) => elements.iter().try_for_each(|element| {
            out.write_all(&element.re.to_le_bytes())?;
            out.write_all(&element.im.to_le_bytes())
        }),
    }
}

/// The bytes before the header's text.
const PREFIX: usize = 10;

fn code(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::Bool => "|b1",
        Dtype::Int8 => "|i1",
        Dtype::Int16 => "<i2",
        Dtype::Int32 => "<i4",
        Dtype::Int64 => "<i8",
        Dtype::Uint8 => "|u1",
        Dtype::Uint16 => "<u2",
        Dtype::Uint32 => "<u4",
        Dtype::Uint64 => "<u8",
        Dtype::Float16 => "<f2",
        Dtype::Float32 => "<f4",
        Dtype::Float64 => "<f8",
        Dtype::Complex64 => "<c8",
        Dtype::Complex128 => "<c16",
    }
}

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
