//! An argument of `kamodo-rpc call`, from text to a value.

mod csv;
mod file;
mod json;
mod meant;
mod npy;

use kamodo_units::Unit;
use kamodo_value::{Value, is_name};
use serde_json::Value as Json;

use crate::Error;

/// What is given to a call.
#[derive(Debug, Clone)]
pub(crate) struct Argument {
    /// As it is written, for errors.
    pub(crate) text: String,
    pub(crate) name: Option<String>,
    pub(crate) value: Value,
    /// The unit that it is given in, if one is named.
    pub(crate) unit: Option<Unit>,
}

/// Reads the arguments of a call of `function`, which hints name: values alone, or as `name=value`, with a unit after them or without.
pub(crate) fn read_all(function: &str, texts: &[String]) -> Result<Vec<Argument>, Error> {
    let mut arguments = Vec::<Argument>::new();
    let mut standard_input = None;
    for (index, text) in texts.iter().enumerate() {
        let text = text.trim(); // a number below zero has a blank, see `Cli::read`
        let (name, rest) = keyword(text);
        let (value, unit) = quantity(rest);
        let unreadable = |reason| Error::Argument { argument: text.to_owned(), reason, meant: None };
        if value.trim() == "@-"
            && let Some(before) = standard_input.replace(text)
        {
            return Err(unreadable(format!("`{before}` has read standard input already")));
        }
        if let Some(name) = name.filter(|name| arguments.iter().any(|one| one.name.as_deref() == Some(name)))
        {
            return Err(Error::Twice { argument: text.to_owned(), name: name.to_owned() });
        }
        let unit = unit.map(Unit::parse).transpose();
        let unit = unit.map_err(|reason| Error::NotUnit {
            place: format!("argument `{text}`"),
            reason: Box::new(reason),
        })?;
        let value = read(value).map_err(|reason| {
            let next = texts.get(index + 1).map(|next| next.trim());
            Error::Argument {
                argument: text.to_owned(),
                reason,
                meant: meant::hint(function, name, rest, next),
            }
        })?;
        arguments.push(Argument { text: text.to_owned(), name: name.map(str::to_owned), value, unit });
    }
    Ok(arguments)
}

/// Splits `name=value`; a bare value has no name.
fn keyword(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        // Other blanks than this one are refused, since nobody sees which they are.
        Some((name, value)) if is_name(name.trim_matches(' ')) => (Some(name.trim_matches(' ')), value),
        _ => (None, text),
    }
}

/// Splits `value[unit]`; what is a list as a whole has no unit, and `[]` is the unit one, as in a definition.
fn quantity(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    let mut depth = 0_usize;
    for (at, bracket) in text.rmatch_indices(['[', ']']) {
        match bracket {
            "]" if depth == 0 && at + 1 != text.len() => break, // it is not at the end
            "]" => depth += 1,
            _ if depth == 1 && text[..at].contains(|letter| !matches!(letter, '-' | '+' | ' ')) => {
                let unit = text[at + 1..text.len() - 1].trim();
                return (text[..at].trim_end(), Some(if unit.is_empty() { "1" } else { unit }));
            }
            _ if depth <= 1 => break,
            _ => depth -= 1,
        }
    }
    (text, None)
}

/// Reads a number, a JSON list or `@file`.
fn read(text: &str) -> Result<Value, String> {
    let text = text.trim();
    if let Some(path) = text.strip_prefix('@') {
        return file::read(path);
    }
    if let Ok(integer) = text.parse() {
        return Ok(Value::Int(integer));
    }
    if let Ok(float) = text.parse() {
        return Ok(Value::Float(float));
    }
    let json: Json = serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&json::with_quotes(text)))
        .map_err(|_| format!("expected a number, a JSON list or `@file`, found `{text}`"))?;
    json::value(json)
}

#[cfg(test)]
mod tests {
    use kamodo_value::Array;

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
        assert_eq!(read("[true, false]"), Ok(Value::Array(Array::vector(vec![true, false]))));
        let infinite = Array::vector(vec![f64::INFINITY, 1.0]);
        assert_eq!(read("[\"inf\", 1]"), Ok(Value::Array(infinite)));
        assert_eq!(
            read("[-Infinity, inf, 1]"),
            Ok(Value::Array(Array::vector(vec![f64::NEG_INFINITY, f64::INFINITY, 1.0])))
        );
        assert!(matches!(read("[NaN, 1]"), Ok(Value::Array(_))));
        assert_eq!(read(" -.5"), Ok(Value::Float(-0.5)));
    }

    #[test]
    fn lists_without_elements_are_arrays() {
        let array = |shape: &[usize]| Ok(Value::Array(Array::new(shape, Vec::<f64>::new()).unwrap()));
        assert_eq!(read("[]"), array(&[0]));
        assert_eq!(read("[[], []]"), array(&[2, 0]));
        assert!(matches!(read("[[], 1]"), Ok(Value::List(_))));
    }

    #[test]
    fn keywords() {
        assert_eq!(keyword("x=[1]"), (Some("x"), "[1]"));
        assert_eq!(keyword("x = 5"), (Some("x"), " 5"));
        assert_eq!(keyword("5"), (None, "5"));
    }

    #[test]
    fn units_stand_after_values() {
        assert_eq!(quantity("1[km]"), ("1", Some("km")));
        assert_eq!(quantity("1 [km/s]"), ("1", Some("km/s")));
        assert_eq!(quantity("[1, 2][km]"), ("[1, 2]", Some("km")));
        assert_eq!(quantity("[[1], [2]] [km]"), ("[[1], [2]]", Some("km")));
        assert_eq!(quantity("@x.npy[nT]"), ("@x.npy", Some("nT")));
        assert_eq!(quantity("5[]"), ("5", Some("1")));
        for list in ["[1, 2]", "[[1], [2]]", "\"a[b]\"", "[1, 2", "1]", "]", "[]", "5", "-[1, 2]"] {
            assert_eq!(quantity(list), (list, None));
        }
    }

    #[test]
    fn mistakes() {
        insta::assert_snapshot!(read("five").unwrap_err(), @"expected a number, a JSON list or `@file`, found `five`");
        insta::assert_snapshot!(read("{\"x\": 1}").unwrap_err(), @"expected a number, a list or text, found a JSON object");
        insta::assert_snapshot!(read("@/dev/zero").unwrap_err(), @"/dev/zero: cannot be read: expected a regular file, found a character device");
        insta::assert_snapshot!(read("@.").unwrap_err(), @".: cannot be read: expected a regular file, found a directory");
        insta::assert_snapshot!(read("@missing.npy").unwrap_err(), @"missing.npy: cannot be read: No such file or directory (os error 2)");
    }
}
