//! Values in JSON.

use kamodo_value::{Array, Buffer, Value};
use num_bigint::BigInt;
use serde_json::{Number, Value as Json};

/// An element of a list of numbers.
enum Element<'a> {
    Number(&'a Number),
    /// What JSON has no number for, as results in JSON have it.
    NotFinite(f64),
    Bool(bool),
}

/// Makes a value of JSON.
///
/// A list of numbers, however deeply nested, is an array if it is rectangular, else a list.
pub(super) fn value(json: Json) -> Result<Value, String> {
    if let Some(array) = rectangle(&json) {
        return Ok(Value::Array(array));
    }
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(truth) => Value::Bool(truth),
        Json::String(text) => Value::Text(text),
        // Of any size: its digits are kept.
        Json::Number(number) => match number.as_str().parse() {
            Ok(integer) => Value::Int(integer),
            Err(_) => Value::Float(number.as_f64().ok_or_else(|| format!("`{number}` is no double"))?),
        },
        Json::Array(items) => Value::List(items.into_iter().map(value).collect::<Result<_, _>>()?),
        Json::Object(_) => return Err("expected a number, a list or text, found a JSON object".to_owned()),
    })
}

/// Puts quotes round what Python writes for numbers that JSON does not have: `NaN`, `Infinity`, and as numpy does.
pub(super) fn with_quotes(text: &str) -> String {
    let ends = |letter: char| matches!(letter, '[' | ']' | ',') || letter.is_whitespace();
    let mut quoted = String::with_capacity(text.len() + 8);
    for part in text.split_inclusive(ends) {
        let word = part.trim_end_matches(ends);
        match matches!(word.trim_start_matches('-'), "NaN" | "nan" | "Infinity" | "inf") {
            true => quoted.extend(["\"", word, "\"", &part[word.len()..]]),
            false => quoted.push_str(part),
        }
    }
    quoted
}

/// A rectangular list of numbers as an array: of int64 if every number is an integer, or of uint64 if they
/// are larger. None if integers do not fit either, which stay exact in a list.
fn rectangle(json: &Json) -> Option<Array> {
    let mut shape = Vec::new();
    let mut level = json;
    while let Json::Array(items) = level {
        shape.push(items.len());
        let Some(first) = items.first() else { break };
        level = first;
    }
    if shape.is_empty() {
        return None;
    }
    let mut elements = Vec::new();
    flatten(json, &shape, &mut elements)?;
    Array::new(shape, buffer(&elements)?).ok()
}

fn flatten<'a>(json: &'a Json, shape: &[usize], elements: &mut Vec<Element<'a>>) -> Option<()> {
    let element = match (json, shape.split_first()) {
        (Json::Array(items), Some((&length, inner))) if items.len() == length => {
            return items.iter().try_for_each(|item| flatten(item, inner, elements));
        }
        (Json::Number(number), None) => Element::Number(number),
        (Json::Bool(truth), None) => Element::Bool(*truth),
        (Json::String(text), None) => Element::NotFinite(match text.as_str() {
            "nan" | "NaN" => f64::NAN,
            "inf" | "Infinity" => f64::INFINITY,
            "-inf" | "-Infinity" => f64::NEG_INFINITY,
            _ => return None,
        }),
        _ => return None,
    };
    elements.push(element);
    Some(())
}

fn buffer(elements: &[Element<'_>]) -> Option<Buffer> {
    if elements.is_empty() {
        return Some(Buffer::Float64(Vec::new())); // as numpy's `array([])`
    }
    let truths = elements.iter().map(|element| match element {
        Element::Bool(truth) => Some(*truth),
        _ => None,
    });
    if let Some(truths) = truths.collect() {
        return Some(Buffer::Bool(truths));
    }
    let numbers: Option<Vec<&Number>> = elements
        .iter()
        .map(|element| match element {
            Element::Number(number) => Some(*number),
            _ => None,
        })
        .collect();
    let is_integer = |number: &&Number| number.as_str().parse::<BigInt>().is_ok();
    if let Some(numbers) = numbers
        && numbers.iter().all(is_integer)
    {
        let integers: Option<Vec<_>> = numbers.iter().map(|number| number.as_i64()).collect();
        return match integers {
            Some(integers) => Some(Buffer::Int64(integers)),
            None => {
                Some(Buffer::Uint64(numbers.iter().map(|number| number.as_u64()).collect::<Option<_>>()?))
            }
        };
    }
    let float = |element: &Element<'_>| match element {
        Element::Number(number) => number.as_f64(),
        Element::NotFinite(float) => Some(*float),
        Element::Bool(_) => None,
    };
    elements.iter().map(float).collect::<Option<_>>().map(Buffer::Float64)
}
