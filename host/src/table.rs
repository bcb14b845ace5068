//! The table of served functions.

use comfy_table::{ContentArrangement, Table, presets};
use kamodo_expr::shortened_to;
use kamodo_registry::Function;

/// The published server's columns, and where each function comes from.
const COLUMNS: [&str; 6] = ["symbol", "units", "lhs", "rhs", "arg_units", "origin"];

/// Renders the functions as a table, one a row.
pub fn render<'a>(functions: impl IntoIterator<Item = &'a Function>) -> String {
    rows(
        functions.into_iter().map(|function| {
            let arg_units: Vec<_> =
                function.arg_units().into_iter().map(|(name, unit)| format!("{name}: {unit}")).collect();
            [
                function.signature.symbol(),
                function.units(),
                function.shown.lhs.clone(),
                function.shown.rhs.clone(),
                arg_units.join(", "),
                function.origin.to_string(),
            ]
        }),
        COLUMNS,
    )
}

/// Renders rows under their columns' names.
pub(crate) fn rows<const N: usize>(
    rows: impl IntoIterator<Item = [String; N]>,
    columns: [&str; N],
) -> String {
    of(&columns, rows.into_iter().map(Vec::from))
}

/// The longest cell, in characters. Every row is as wide as the widest cell: with one of a megabyte, a table of ten
/// thousand functions would be gigabytes.
const MAX_CELL: usize = 300;

/// Renders rows of as many cells as there are columns; a cell that is very long loses its middle.
pub(crate) fn of(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows = rows.map(|row| row.into_iter().map(|cell| shortened_to(MAX_CELL, &cell).into_owned()));
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns);
    table.add_rows(rows);
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_long_cell_does_not_make_every_row_long() {
        let cells = (0..1_000).map(|index| match index {
            500 => vec!["é".repeat(100_000)],
            _ => vec!["x".to_owned()],
        });
        let text = of(&["f"], cells);
        assert!(text.len() < 1_002 * (MAX_CELL + 10) + 1_000, "{}", text.len());
        let long = text.lines().nth(502).unwrap_or_default();
        assert!(long.contains("é…é") && long.chars().count() == MAX_CELL + 4, "{long}");
    }
}
