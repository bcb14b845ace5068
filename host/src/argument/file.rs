//! Arguments in files: what stands after `@`.

use std::fmt::Display;
use std::io::{self, Read as _};
use std::path::Path;

use kamodo_files::Limit;
use kamodo_value::Value;

use super::{csv, json, npy};

/// What a file of numpy begins with.
const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads a file, or standard input for `-`. The name says what it holds if it ends in `.npy`, `.json`, `.csv` or
/// `.txt`, else its content does.
pub(super) fn read(path: &str) -> Result<Value, String> {
    if path == "-" {
        return standard_input();
    }
    let extension = Path::new(path).extension().map(|extension| extension.to_ascii_lowercase());
    match extension.as_deref().and_then(|extension| extension.to_str()) {
        Some("npy") => npy::read_file(path).map(Value::Array),
        Some("json") => json_in(path, &text(path, contents(path)?)?),
        Some("csv" | "txt") => csv::read(path, &text(path, contents(path)?)?),
        // Arrays may be larger than text.
        _ if begins_as_npy(path)? => npy::read_file(path).map(Value::Array),
        _ => content(path, contents(path)?),
    }
}

fn begins_as_npy(path: &str) -> Result<bool, String> {
    let file = kamodo_files::open(Path::new(path), Limit::ARRAY).map_err(|error| unreadable(path, error))?;
    let mut head = Vec::new();
    let read = file.into_file().take(MAGIC.len() as u64).read_to_end(&mut head);
    read.map_err(|error| unreadable(path, error))?;
    Ok(head == MAGIC)
}

fn standard_input() -> Result<Value, String> {
    const NAME: &str = "standard input";
    let bytes = stream(io::stdin().lock(), Limit::TEXT, Limit::ARRAY);
    content(NAME, bytes.map_err(|error| unreadable(NAME, error))?)
}

/// Reads a stream up to the limit of what it begins as: a file of numpy, or text, which takes many times its size in
/// memory when it is read.
fn stream(mut from: impl io::Read, of_text: Limit, of_arrays: Limit) -> Result<Vec<u8>, kamodo_files::Error> {
    let mut head = Vec::new();
    from.by_ref().take(MAGIC.len() as u64).read_to_end(&mut head)?;
    let limit = if head == MAGIC { of_arrays } else { of_text };
    kamodo_files::read_from(io::Read::chain(&head[..], from), limit)
}

fn contents(path: &str) -> Result<Vec<u8>, String> {
    kamodo_files::read(Path::new(path), Limit::TEXT).map_err(|error| unreadable(path, error))
}

/// Says that a file cannot be read.
pub(super) fn unreadable(path: &str, error: impl Display) -> String {
    format!("{path}: cannot be read: {error}")
}

/// Reads what it is by what it begins with.
fn content(path: &str, bytes: Vec<u8>) -> Result<Value, String> {
    if bytes.starts_with(MAGIC) {
        return npy::read(path, &bytes[..], bytes.len() as u64).map(Value::Array);
    }
    let text = text(path, bytes)?;
    let is_json = text.trim_start().starts_with(['[', '{', '"']);
    if is_json { json_in(path, &text) } else { csv::read(path, &text) }
}

fn text(path: &str, bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes);
    let text =
        text.map_err(|_| format!("{path}: expected text in UTF-8 or a file of numpy, found other bytes"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)) // spreadsheets write a mark before it
}

fn json_in(path: &str, text: &str) -> Result<Value, String> {
    let json = serde_json::from_str(text).map_err(|error| format!("{path}: expected JSON: {error}"))?;
    json::value(json).map_err(|error| format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_up_to_the_limit_of_what_it_begins_as() {
        let limit = |bytes| Limit { bytes, hint: "" };
        let read = |bytes: &[u8]| stream(bytes, limit(10), limit(20)).map_err(|error| error.to_string());
        let array = |n| [MAGIC, &vec![0; n - MAGIC.len()][..]].concat();
        assert_eq!(read(b"[1, 2, 3]"), Ok(b"[1, 2, 3]".to_vec()));
        assert_eq!(read(b""), Ok(Vec::new()));
        assert_eq!(read(b"[1, 2, 30]"), Ok(b"[1, 2, 30]".to_vec()));
        assert_eq!(read(b"[1, 2, 300]"), Err("expected at most 10 bytes, found more".to_owned()));
        assert_eq!(read(&array(20)), Ok(array(20)));
        assert_eq!(read(&array(21)), Err("expected at most 20 bytes, found more".to_owned()));
    }
}
