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
    let npy = NpyFile::new(file).map_err(|error| format!("{path}: no .npy file: {error}"))?;
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
