//! The table of served functions.

use comfy_table::{ContentArrangement, Table, presets};
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

/// Renders rows of as many cells as there are columns.
pub(crate) fn of(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns);
    table.add_rows(rows);
    table.to_string()
}
