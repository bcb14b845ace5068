//! Numbers in rows and columns of text, as `numpy.loadtxt` and `--format csv` write them.

use kamodo_value::{Array, Buffer, Value};
use num_complex::Complex;

/// A number of a table.
#[derive(Clone, Copy)]
enum Cell {
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(Complex<f64>),
}

/// Reads a table: a column alone is an array of one dimension, and so is a row alone; a number alone is a number.
///
/// Between two numbers stands a comma, a semicolon, a tab or blanks. Empty lines, those that begin with `#`, and a
/// first one of names are no rows.
pub(super) fn read(path: &str, text: &str) -> Result<Value, String> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).peekable();
    let Some(&(first, line)) = lines.peek() else {
        return Err(format!("{path}: expected numbers, found none"));
    };
    let separator = [',', ';', '\t'].into_iter().find(|separator| line.contains(*separator));
    let has_numbers = cells(line, separator).any(|text| cell(text).is_some());
    if !has_numbers && lines.clone().nth(1).is_some() {
        lines.next(); // the columns' names
    }
    let (mut table, mut n_columns, mut n_rows) = (Vec::new(), None, 0_usize);
    for (number, line) in lines {
        let before = table.len();
        for (column, text) in cells(line, separator).enumerate() {
            let found =
                || format!("{path}:{number}: column {}: expected a number, found `{text}`", column + 1);
            table.push(cell(text).ok_or_else(found)?);
        }
        let n_found = table.len() - before;
        let n_expected = *n_columns.get_or_insert(n_found);
        if n_found != n_expected {
            return Err(format!(
                "{path}:{number}: expected as many numbers as in line {first}, {n_expected}, found {n_found}"
            ));
        }
        n_rows += 1;
    }
    let buffer = buffer(&table).ok_or_else(|| {
        format!("{path}: expected integers of at most 64 bits, or numbers with a point, found larger ones")
    })?;
    let shape = match (n_rows, n_columns.unwrap_or_default()) {
        (1, 1) => vec![],
        (length, 1) | (1, length) => vec![length],
        (n_rows, n_columns) => vec![n_rows, n_columns],
    };
    match (buffer, shape.is_empty()) {
        (Buffer::Int64(integers), true) => Ok(Value::Int(integers[0].into())),
        (Buffer::Float64(floats), true) => Ok(Value::Float(floats[0])),
        (buffer, _) => {
            Array::new(shape, buffer).map(Value::Array).map_err(|error| format!("{path}: {error}"))
        }
    }
}

/// The cells of a line, without blanks and quotes round them.
fn cells(line: &str, separator: Option<char>) -> impl Iterator<Item = &str> {
    let (separated, blank) = match separator {
        Some(separator) => (Some(line.split(separator)), None),
        None => (None, Some(line.split_whitespace())),
    };
    let cells = separated.into_iter().flatten().chain(blank.into_iter().flatten());
    cells.map(|cell| {
        let cell = cell.trim();
        cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
    })
}

fn cell(text: &str) -> Option<Cell> {
    match text {
        "True" | "true" => return Some(Cell::Bool(true)),
        "False" | "false" => return Some(Cell::Bool(false)),
        _ => {}
    }
    let integer = text.parse().ok().map(Cell::Int);
    let float = || text.parse().ok().map(Cell::Float);
    integer.or_else(float).or_else(|| complex(text).map(Cell::Complex))
}

/// A complex number as Python writes it: `(1-2j)`, `2j`.
fn complex(text: &str) -> Option<Complex<f64>> {
    let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    let text = text.strip_suffix(['j', 'J'])?;
    let is_exponent = |at: usize| text[..at].ends_with(['e', 'E']);
    let sign = text.rmatch_indices(['+', '-']).map(|(at, _)| at).find(|&at| at > 0 && !is_exponent(at));
    match sign {
        Some(at) => Some(Complex::new(text[..at].parse().ok()?, text[at..].parse().ok()?)),
        None => Some(Complex::new(0.0, text.parse().ok()?)),
    }
}

/// The cells as elements of one type; none if the integers fit none.
fn buffer(cells: &[Cell]) -> Option<Buffer> {
    fn all<T>(cells: &[Cell], take: impl FnMut(&Cell) -> Option<T>) -> Option<Vec<T>> {
        cells.iter().map(take).collect()
    }
    let truths = all(cells, |cell| if let Cell::Bool(truth) = cell { Some(*truth) } else { None });
    if let Some(truths) = truths {
        return Some(Buffer::Bool(truths));
    }
    if cells.iter().all(|cell| matches!(cell, Cell::Int(_))) {
        let integer = |cell: &Cell| if let Cell::Int(integer) = cell { Some(*integer) } else { None };
        let signed = all(cells, |cell| integer(cell)?.try_into().ok());
        return signed
            .map(Buffer::Int64)
            .or_else(|| all(cells, |cell| integer(cell)?.try_into().ok()).map(Buffer::Uint64));
    }
    let float = |cell: &Cell| match *cell {
        Cell::Bool(truth) => Some(f64::from(u8::from(truth))),
        Cell::Int(integer) => Some(integer as f64),
        Cell::Float(float) => Some(float),
        Cell::Complex(_) => None,
    };
    let number = |cell: &Cell| match *cell {
        Cell::Complex(complex) => Some(complex),
        _ => float(cell).map(Complex::from),
    };
    all(cells, float).map(Buffer::Float64).or_else(|| all(cells, number).map(Buffer::Complex128))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: impl Into<Value>) {
        assert_eq!(read("x.csv", text), Ok(expect.into()));
    }

    #[test]
    fn tables() {
        check("1\n2\n3\n", Array::vector(vec![1_i64, 2, 3]));
        check("1, 2.5\n3,4\n", Array::new([2, 2], vec![1.0, 2.5, 3.0, 4.0]).unwrap());
        check("1,2,3\n", Array::vector(vec![1_i64, 2, 3]));
        check("# a comment\nn;v\n\n1;2\n3;4\n", Array::new([2, 2], vec![1_i64, 2, 3, 4]).unwrap());
        check(
            "1e-05 inf\n\"2\" -inf",
            Array::new([2, 2], vec![1e-5, f64::INFINITY, 2.0, f64::NEG_INFINITY]).unwrap(),
        );
        check("7.625e-05\n", Value::Float(7.625e-5));
        check("5", Value::Int(5.into()));
        check("True\nFalse\n", Array::vector(vec![true, false]));
        check("18446744073709551615\n1\n", Array::vector(vec![u64::MAX, 1]));
        let complex = vec![Complex::new(1.5, -2e-5), Complex::new(0.0, 1.0), Complex::new(3.0, 0.0)];
        check("(1.5-2e-05j)\n1j\n3\n", Array::vector(complex));
    }

    #[test]
    fn mistakes() {
        let mistake = |text: &str| read("x.csv", text).unwrap_err();
        insta::assert_snapshot!(mistake("n,v\n1,2\n3,x\n"), @"x.csv:3: column 2: expected a number, found `x`");
        insta::assert_snapshot!(mistake("1,2\n3\n"), @"x.csv:2: expected as many numbers as in line 1, 2, found 1");
        insta::assert_snapshot!(mistake("# nothing\n"), @"x.csv: expected numbers, found none");
        insta::assert_snapshot!(mistake("n\n"), @"x.csv:1: column 1: expected a number, found `n`");
        insta::assert_snapshot!(mistake("100000000000000000000\n1\n"), @"x.csv: expected integers of at most 64 bits, or numbers with a point, found larger ones");
    }
}
