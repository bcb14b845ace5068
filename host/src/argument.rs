//! An argument of `kamodo-rpc call`, from text to a value.

use std::io::{self, BufReader, Read};
use std::path::Path;

use kamodo_files::Limit;
use kamodo_value::{Array, Buffer, Value, is_name};
use npyz::{Deserialize, NpyFile, Order, TypeChar};
use num_bigint::BigInt;
use serde_json::Value as Json;

/// Splits `name=value`; a bare value has no name.
pub(crate) fn keyword(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        Some((name, value)) if is_name(name) => (Some(name), value),
        _ => (None, text),
    }
}

/// Reads a number, a JSON list or `@file.npy`.
///
/// A list of numbers, however deeply nested, is an array where it is rectangular, else a list.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let text = text.trim();
    if let Some(path) = text.strip_prefix('@') {
        return read_npy(path).map(Value::Array);
    }
    if let Ok(integer) = text.parse() {
        return Ok(Value::Int(integer));
    }
    if let Ok(float) = text.parse() {
        return Ok(Value::Float(float));
    }
    let json: Json = serde_json::from_str(text)
        .map_err(|_| format!("expected a number, a JSON list or `@file.npy`, found `{text}`"))?;
    from_json(json)
}

fn from_json(json: Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(truth),
        Json::String(text) => Value::Text(text),
        // Of any size: its digits are kept.
        Json::Number(number) => match number.as_str().parse() {
            Ok(integer) => Value::Int(integer),
            Err(_) => Value::Float(number.as_f64().ok_or_else(|| format!("`{number}` is no double"))?),
        },
        Json::Array(items) => match rectangle(&Json::Array(items.clone())) {
            Some(array) => Value::Array(array),
            None => Value::List(items.into_iter().map(from_json).collect::<Result<_, _>>()?),
        },
        Json::Object(_) => return Err("expected a number, a list or text, found a JSON object".to_owned()),
    })
}

/// A rectangular list of numbers as an array: of int64 where every number is an integer, or of uint64 where they
/// are larger. None where integers do not fit either, which stay exact in a list.
fn rectangle(json: &Json) -> Option<Array> {
    let mut shape = Vec::new();
    let mut level = json;
    while let Json::Array(items) = level {
        shape.push(items.len());
        level = items.first()?;
    }
    let mut numbers = Vec::new();
    flatten(json, &shape, &mut numbers)?;
    let is_integer = |number: &&serde_json::Number| number.as_str().parse::<BigInt>().is_ok();
    let buffer = if !numbers.iter().all(is_integer) {
        Buffer::Float64(numbers.iter().map(|number| number.as_f64()).collect::<Option<_>>()?)
    } else if let Some(integers) = numbers.iter().map(|number| number.as_i64()).collect() {
        Buffer::Int64(integers)
    } else {
        Buffer::Uint64(numbers.iter().map(|number| number.as_u64()).collect::<Option<_>>()?)
    };
    Array::new(shape, buffer).ok()
}

fn flatten<'a>(json: &'a Json, shape: &[usize], numbers: &mut Vec<&'a serde_json::Number>) -> Option<()> {
    match (json, shape.split_first()) {
        (Json::Array(items), Some((&length, inner))) if items.len() == length => {
            items.iter().try_for_each(|item| flatten(item, inner, numbers))
        }
        (Json::Number(number), None) => {
            numbers.push(number);
            Some(())
        }
        _ => None,
    }
}

fn read_npy(path: &str) -> Result<Array, String> {
    let file = kamodo_files::open(Path::new(path), Limit::ARRAY)
        .map_err(|error| format!("{path}: cannot be read: {error}"))?;
    let n_bytes = file.metadata().len();
    let file = file.into_file().take(n_bytes); // one that grows is read as it was when it was opened
    let npy = NpyFile::new(BufReader::new(file)).map_err(|error| format!("{path}: no .npy file: {error}"))?;
    let shape: Vec<usize> = npy.shape().iter().map(|&length| length as usize).collect();
    // What the file says of itself is not what memory is taken for.
    let n_elements = shape.iter().try_fold(1_usize, |n, &length| n.checked_mul(length));
    if n_elements.is_none_or(|n| n as u64 > n_bytes) {
        return Err(format!("{path}: expected an array of shape {shape:?}, found {n_bytes} bytes"));
    }
    let npyz::DType::Plain(dtype) = npy.dtype() else {
        return Err(format!("{path}: expected plain numbers, found records"));
    };
    let buffer = match (dtype.type_char(), dtype.size_field()) {
        (TypeChar::Bool, _) => elements(npy).map(Buffer::Bool),
        (TypeChar::Int, 1) => elements(npy).map(Buffer::Int8),
        (TypeChar::Int, 2) => elements(npy).map(Buffer::Int16),
        (TypeChar::Int, 4) => elements(npy).map(Buffer::Int32),
        (TypeChar::Int, 8) => elements(npy).map(Buffer::Int64),
        (TypeChar::Uint, 1) => elements(npy).map(Buffer::Uint8),
        (TypeChar::Uint, 2) => elements(npy).map(Buffer::Uint16),
        (TypeChar::Uint, 4) => elements(npy).map(Buffer::Uint32),
        (TypeChar::Uint, 8) => elements(npy).map(Buffer::Uint64),
        (TypeChar::Float, 2) => elements(npy).map(Buffer::Float16),
        (TypeChar::Float, 4) => elements(npy).map(Buffer::Float32),
        (TypeChar::Float, 8) => elements(npy).map(Buffer::Float64),
        (TypeChar::Complex, 8) => elements(npy).map(Buffer::Complex64),
        (TypeChar::Complex, 16) => elements(npy).map(Buffer::Complex128),
        _ => return Err(format!("{path}: expected numbers or truth values, found `{dtype}`")),
    };
    let buffer = buffer.map_err(|error| format!("{path}: cannot be read: {error}"))?;
    Array::new(shape, buffer).map_err(|error| format!("{path}: {error}"))
}

/// The elements of a file in C order: the last index changes fastest.
fn elements<T: Deserialize + Copy>(npy: NpyFile<impl Read>) -> io::Result<Vec<T>> {
    let (shape, order) = (npy.shape().to_vec(), npy.order());
    let elements = npy.into_vec()?;
    if order == Order::C || shape.len() < 2 || elements.is_empty() {
        return Ok(elements);
    }
    // In the file the first index changes fastest.
    let mut index = vec![0; shape.len()];
    let mut reordered = Vec::with_capacity(elements.len());
    loop {
        let place = index.iter().zip(&shape).rev().fold(0, |place, (index, length)| place * length + index);
        reordered.push(elements[place as usize]);
        let Some(last) = (0..shape.len()).rev().find(|&axis| index[axis] + 1 < shape[axis]) else {
            return Ok(reordered);
        };
        index[last] += 1;
        index[last + 1..].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists() {
        assert_eq!(read("5"), Ok(Value::Int(5.into())));
        assert_eq!(read("-2.5e3"), Ok(Value::Float(-2500.0)));
        assert_eq!(read("[1, 2]"), Ok(Value::Array(Array::vector(vec![1_i64, 2]))));
        let matrix = Array::new([2, 2], vec![1.0, 2.0, 3.0, 4.5]).unwrap();
        assert_eq!(read("[[1, 2], [3, 4.5]]"), Ok(Value::Array(matrix)));
        assert!(matches!(read("[[1], [2, 3]]"), Ok(Value::List(_))));
        assert_eq!(read("\"text\""), Ok(Value::Text("text".to_owned())));
    }

    #[test]
    fn integers_stay_exact() {
        let large = "[9007199254740993, 18446744073709551615]";
        let expect = vec![9_007_199_254_740_993_u64, u64::MAX];
        assert_eq!(read(large), Ok(Value::Array(Array::vector(expect))));
        let int = |text: &str| Value::Int(text.parse().unwrap());
        let larger = read("[-1, 100000000000000000000000000001]");
        assert_eq!(larger, Ok(Value::List(vec![int("-1"), int("100000000000000000000000000001")])));
        assert_eq!(read("[1, 1e3]"), Ok(Value::Array(Array::vector(vec![1.0, 1000.0]))));
        assert_eq!(read(" -.5"), Ok(Value::Float(-0.5)));
    }

    #[test]
    fn keywords() {
        assert_eq!(keyword("x=[1]"), (Some("x"), "[1]"));
        assert_eq!(keyword("5"), (None, "5"));
    }

    #[test]
    fn mistakes() {
        insta::assert_snapshot!(read("five").unwrap_err(), @"expected a number, a JSON list or `@file.npy`, found `five`");
        insta::assert_snapshot!(read("{\"x\": 1}").unwrap_err(), @"expected a number, a list or text, found a JSON object");
        insta::assert_snapshot!(read("@/dev/zero").unwrap_err(), @"/dev/zero: cannot be read: expected a regular file, found a character device");
        insta::assert_snapshot!(read("@.").unwrap_err(), @".: cannot be read: expected a regular file, found a directory");
        insta::assert_snapshot!(read("@missing.npy").unwrap_err(), @"missing.npy: cannot be read: No such file or directory (os error 2)");
    }
}
