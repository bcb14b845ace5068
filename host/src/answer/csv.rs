//! Results and tables as comma-separated values, as RFC 4180 writes them, with line feeds.

use std::borrow::Cow;
use std::io::{self, Write};

use kamodo_value::Value;

use crate::Error;
use crate::table::Column;

/// A result in rows and columns.
pub(super) struct Table<'a> {
    value: &'a Value,
    n_columns: usize,
}

// === impl Table ===

impl<'a> Table<'a> {
    /// Takes a number, or an array of one or two dimensions, of which one alone is a column.
    ///
    /// # Errors
    /// [`Error::NoTable`] for anything else.
    pub(super) fn new(value: &'a Value) -> Result<Self, Error> {
        let of = |shape: &[usize]| match *shape {
            [] | [_] => Ok(1),
            [_, n_columns] => Ok(n_columns),
            _ => Err(format!("an array of {} dimensions", shape.len())),
        };
        let n_columns = match value {
            Value::Array(array) => of(array.shape()),
            Value::TextArray(array) => of(array.shape()),
            Value::List(items) if items.iter().all(is_cell) => Ok(1),
            Value::List(_) => Err("a list of lists that are not of one length".to_owned()),
            Value::None => Err("no value".to_owned()),
            Value::Data(_) => Err("bytes".to_owned()),
            _ => Ok(1),
        };
        let n_columns = n_columns.map_err(|found| Error::NoTable { found })?;
        Ok(Self { value, n_columns })
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let n_columns = self.n_columns.max(1);
        let mut each = |cells: &mut dyn Iterator<Item = String>| {
            for (index, cell) in cells.enumerate() {
                let end = if (index + 1) % n_columns == 0 { "\n" } else { "," };
                write!(out, "{}{end}", quoted(&cell))?;
            }
            Ok(())
        };
        match self.value {
            Value::Array(array) => {
                let elements = (0..array.len()).filter_map(|at| array.buffer().get(at));
                each(&mut elements.map(|element| Value::Scalar(element).whole().to_string()))
            }
            Value::TextArray(array) => each(&mut array.elements()),
            Value::List(items) => each(&mut items.iter().map(|item| item.whole().to_string())),
            value => each(&mut std::iter::once(value.whole().to_string())),
        }
    }
}

fn is_cell(value: &Value) -> bool {
    match value {
        Value::Array(array) => array.shape().is_empty(),
        Value::List(_) | Value::TextArray(_) | Value::Data(_) | Value::None => false,
        _ => true,
    }
}

/// Renders rows of text under their columns' names, without the last line's end.
pub(crate) fn table(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let head = columns.iter().map(|column| column.name.to_owned()).collect();
    let line = |cells: Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
    std::iter::once(head).chain(rows).map(line).collect::<Vec<_>>().join("\n")
}

/// A cell, between quotes if it must be.
fn quoted(cell: &str) -> Cow<'_, str> {
    match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")).into(),
        false => cell.into(),
    }
}

#[cfg(test)]
mod tests {
    use kamodo_value::Array;

    use super::*;

    #[track_caller]
    fn check(value: Value, expect: &str) {
        let mut written = Vec::new();
        Table::new(&value).unwrap().write(&mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), expect);
    }

    #[test]
    fn numbers_in_rows_and_columns() {
        check(Value::Float(1e-5), "1e-05\n");
        check(Array::vector(vec![1.0, f64::NAN]).into(), "1.0\nnan\n");
        check(Array::new([2, 2], vec![1, 2, 3, 4]).unwrap().into(), "1,2\n3,4\n");
        check(Array::new([2, 0], Vec::<f64>::new()).unwrap().into(), "");
        let text = |text: &str| Value::Text(text.to_owned());
        check(
            Value::List(vec![text("a,b"), text("say \"so\""), text("c")]),
            "\"a,b\"\n\"say \"\"so\"\"\"\nc\n",
        );
    }
}
