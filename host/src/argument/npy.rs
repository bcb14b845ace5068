//! Arrays in files of numpy.

use std::io::{self, BufReader, Read};
use std::path::Path;

use kamodo_files::Limit;
use kamodo_value::{Array, Buffer};
use npyz::{Deserialize, NpyFile, Order, TypeChar};

use super::file::unreadable;

/// Reads a file, piece by piece.
pub(super) fn read_file(path: &str) -> Result<Array, String> {
    let file = kamodo_files::open(Path::new(path), Limit::ARRAY).map_err(|error| unreadable(path, error))?;
    let n_bytes = file.metadata().len();
    let file = file.into_file().take(n_bytes); // one that grows is read as it was when it was opened
    read(path, BufReader::new(file), n_bytes)
}

/// Reads an array of at most so many bytes.
pub(super) fn read(path: &str, file: impl Read, n_bytes: u64) -> Result<Array, String> {
    let npy = NpyFile::new(with_checked_header(path, file)?)
        .map_err(|error| format!("{path}: no .npy file: {error}"))?;
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
    let buffer = buffer.map_err(|error| unreadable(path, error))?;
    Array::new(shape, buffer).map_err(|error| format!("{path}: {error}"))
}

/// Reads as far as the header goes, and returns the file from its beginning. The library takes a time that is exponential
/// in the depth of brackets, and counts the elements of a shape without a look at the largest count.
fn with_checked_header<R: Read>(path: &str, mut file: R) -> Result<impl Read, String> {
    /// What stands before the length of the header: a mark and a version.
    const MARK: usize = 8;
    /// Bytes of a header that are read before the library looks at it; numpy writes fewer than a thousand.
    const MAX_HEADER: u64 = 1 << 20;
    /// Brackets in one another, of records of records as well.
    const MAX_DEPTH: usize = 8;
    let failed = |error| unreadable(path, error);
    let mut begin = Vec::new();
    let mut read =
        |begin: &mut Vec<u8>, n_bytes: u64| (&mut file).take(n_bytes).read_to_end(begin).map_err(failed);
    read(&mut begin, MARK as u64)?;
    let n_digits = if begin.get(6) == Some(&1) { 2 } else { 4 };
    read(&mut begin, n_digits)?;
    let length =
        begin[MARK.min(begin.len())..].iter().rev().fold(0, |length, &byte| length << 8 | u64::from(byte));
    read(&mut begin, length.min(MAX_HEADER))?;
    let header = String::from_utf8_lossy(&begin[begin.len().min(MARK)..]);
    let mut depth = 0_usize;
    for letter in header.chars() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(format!(
                "{path}: no .npy file: expected a header of at most {MAX_DEPTH} brackets in one another"
            ));
        }
    }
    let shape = header.split_once("'shape'").and_then(|(_, rest)| rest.split_once('(')?.1.split_once(')'));
    let mut lengths =
        shape.map_or("", |(lengths, _)| lengths).split(',').filter_map(|length| length.trim().parse().ok());
    let is_countable = lengths.try_fold(1_u64, |n, length: u64| n.checked_mul(length)).is_some();
    if !is_countable {
        return Err(format!("{path}: no .npy file: its shape has more elements than can be counted"));
    }
    Ok(io::Cursor::new(begin).chain(file))
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

    #[track_caller]
    fn refused(header: &str) -> String {
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        let file = [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes()].concat();
        read("x.npy", &file[..], file.len() as u64).unwrap_err()
    }

    #[test]
    fn headers_that_no_array_has() {
        let nested = "x.npy: no .npy file: expected a header of at most 8 brackets in one another";
        assert_eq!(refused(&"{".repeat(20)), nested);
        assert_eq!(refused(&format!("{{'descr': {}", "[".repeat(20_000))), nested);
        let shaped =
            |shape: &str| refused(&format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"));
        let uncountable = "x.npy: no .npy file: its shape has more elements than can be counted";
        assert_eq!(shaped("(4294967296, 4294967296)"), uncountable);
        assert_eq!(shaped(&format!("({})", "2, ".repeat(70))), uncountable);
        assert_eq!(shaped("(3,)"), "x.npy: cannot be read: failed to fill whole buffer");
    }
}
