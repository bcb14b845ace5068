//! Tables that fit the terminal.
//!
//! What is no terminal gets every column. On a terminal, cells of many words are wrapped, and if that is not enough the
//! least important columns are left out, which a line below the table says. No cell has more than some 300 characters.

use std::io::{self, IsTerminal as _};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use kamodo_expr::shortened_to;
use kamodo_registry::Function;
use kamodo_value::Value;

/// A column.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    /// The columns of the highest rank are left out first; those of rank 0 never are.
    rank: u8,
    /// The most lines of a cell, if the width allows no more letters in one.
    n_lines: usize,
}

/// How many columns of letters there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// As many as are needed.
    Enough,
    /// So many; this is what shows everything.
    Letters(usize, &'static str),
}

/// How many letters the longest word and the longest line of a column have.
struct Extent {
    word: usize,
    line: usize,
}

/// The published server's columns, and where each function comes from.
const COLUMNS: [Column; 6] = [
    Column::new("symbol", 0, 3),
    Column::new("units", 1, 1),
    Column::new("lhs", 5, 2),
    Column::new("rhs", 3, 3),
    Column::new("arg_units", 2, 3),
    Column::new("origin", 4, 2),
];

/// The width of a terminal that does not say how wide it is.
const USUAL: usize = 80;

/// No column is made narrower than this.
const NARROW: usize = 12;

/// A word longer than this may be broken.
const LONG_WORD: usize = 30;

/// How many letters of a wrapped line may stay empty.
const GAP: usize = 6;

/// Blanks and a line between two columns.
const BETWEEN: usize = 3;

/// Renders the functions as a table, one a row.
pub(crate) fn render<'a>(functions: impl IntoIterator<Item = &'a Function>, room: Room) -> String {
    let rows = functions.into_iter().map(|function| {
        let units = function.signature.parameters.iter();
        let units = units.filter_map(|one| Some(format!("{}: {}", one.name, one.unit.as_ref()?.declared())));
        let units: Vec<_> = units.collect();
        vec![
            call_form(
                function.name(),
                function.signature.parameters.iter().map(|one| (one.name.as_str(), one.default.as_ref())),
            ),
            function.signature.unit.as_ref().map(|unit| unit.declared()).unwrap_or_default(),
            function.shown.lhs.clone(),
            function.shown.rhs.clone(),
            units.join(", "),
            function.origin.to_string(),
        ]
    });
    of(&COLUMNS, rows, room)
}

/// A call form with its defaults, such as `f(x, y=5)`.
pub(crate) fn call_form<'a>(
    name: &str,
    parameters: impl Iterator<Item = (&'a str, Option<&'a Value>)>,
) -> String {
    let parameters = parameters.map(|(name, default)| match default {
        Some(default) => format!("{name}={}", default.as_default()),
        None => name.to_owned(),
    });
    format!("{name}({})", parameters.collect::<Vec<_>>().join(", "))
}

/// The longest cell, in characters; JSON has it whole. Every row is as wide as the widest cell: with one cell of a
/// megabyte, a table of ten thousand functions would be gigabytes.
const MAX_CELL: usize = 300;

/// Renders rows of as many cells as there are columns; a cell that is very long loses its middle.
pub(crate) fn of(columns: &[Column], rows: impl Iterator<Item = Vec<String>>, room: Room) -> String {
    let rows =
        rows.map(|row| row.into_iter().map(|cell| shortened_to(MAX_CELL, &cell).into_owned()).collect());
    let mut rows: Vec<Vec<String>> = rows.collect();
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    let Room::Letters(width, whole) = room else {
        table.set_header(columns.iter().map(|column| column.name)).add_rows(rows);
        return table.to_string();
    };
    let extents: Vec<_> = (0..columns.len()).map(|at| Extent::of(columns[at].name, &rows, at)).collect();
    let is_blank = |at: usize| rows.iter().all(|row| row[at].is_empty());
    let kept = fit(columns, &extents, is_blank, width);
    let left_out: Vec<_> = (0..columns.len())
        .filter(|&at| !is_blank(at) && kept.iter().all(|(kept, _)| *kept != at))
        .map(|at| columns[at].name)
        .collect();
    table.set_header(kept.iter().map(|(at, _)| columns[*at].name));
    table.add_rows(
        rows.iter_mut()
            .map(|row| kept.iter().map(|(at, _)| std::mem::take(&mut row[*at])).collect::<Vec<_>>()),
    );
    for (column, (_, width)) in table.column_iter_mut().zip(&kept) {
        let with_blanks = u16::try_from(width + 2).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(with_blanks)));
    }
    match left_out[..] {
        [] => table.to_string(),
        _ => format!("{table}\nleft out: {}; `{whole}` shows all", left_out.join(", ")),
    }
}

/// Chooses which columns are shown, and how wide each is.
fn fit(
    columns: &[Column],
    extents: &[Extent],
    is_blank: impl Fn(usize) -> bool,
    width: usize,
) -> Vec<(usize, usize)> {
    let least = |at: usize| columns[at].least(&extents[at]);
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let taken = |kept: &[usize], each: &dyn Fn(usize) -> usize| {
        kept.iter().map(|&at| each(at) + BETWEEN).sum::<usize>() + 1
    };
    if taken(&kept, &|at| extents[at].line) > width {
        kept.retain(|&at| columns[at].rank == 0 || !is_blank(at));
    }
    while taken(&kept, &least) > width {
        let last = kept.iter().copied().max_by_key(|&at| columns[at].rank).filter(|&at| columns[at].rank > 0);
        let Some(last) = last else { break };
        kept.retain(|&at| at != last);
    }
    let mut widths: Vec<_> = kept.iter().map(|&at| (at, least(at))).collect();
    // What is left over goes to the most important columns first; what is missing is taken from the widest.
    let mut left = width.saturating_sub(taken(&kept, &least));
    let mut missing = taken(&kept, &least).saturating_sub(width);
    let mut order: Vec<usize> = (0..widths.len()).collect();
    order.sort_by_key(|&index| columns[widths[index].0].rank);
    for index in order {
        let (at, width) = &mut widths[index];
        let more = left.min(extents[*at].line - *width);
        *width += more;
        left -= more;
    }
    while missing > 0
        && let Some((_, widest)) =
            widths.iter_mut().max_by_key(|(_, width)| *width).filter(|(_, w)| *w > NARROW)
    {
        *widest -= 1;
        missing -= 1;
    }
    widths
}

// === impl Column ===

impl Column {
    pub(crate) const fn new(name: &'static str, rank: u8, n_lines: usize) -> Self {
        Self { name, rank, n_lines }
    }

    /// The least width for cells of such an extent.
    fn least(&self, extent: &Extent) -> usize {
        if self.n_lines == 1 {
            return extent.line;
        }
        // A word that does not fit leaves a gap at the end of its line.
        let wrapped = extent.line.div_ceil(self.n_lines) + GAP;
        wrapped.max(extent.word.min(LONG_WORD)).max(NARROW).max(self.name.len()).min(extent.line)
    }
}

// === impl Extent ===

impl Extent {
    fn of(name: &str, rows: &[Vec<String>], at: usize) -> Self {
        let lines = rows.iter().flat_map(|row| row[at].lines()).chain([name]);
        let n_letters = |text: &str| text.chars().count();
        let words = lines.clone().flat_map(|line| line.split(' ').map(n_letters));
        Self { word: words.max().unwrap_or(0), line: lines.map(n_letters).max().unwrap_or(0) }
    }
}

// === impl Room ===

impl Room {
    /// Returns what standard output has; `whole` is what shows everything, for those who miss something.
    pub(crate) fn of_output(is_wide: bool, whole: &'static str) -> Self {
        let output = io::stdout();
        if is_wide || !output.is_terminal() {
            return Self::Enough;
        }
        let said = rustix::termios::tcgetwinsize(&output).map_or(0, |size| usize::from(size.ws_col));
        Self::Letters(if said == 0 { USUAL } else { said }, whole)
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    const SHOWN: [Column; 4] = [
        Column::new("symbol", 0, 3),
        Column::new("units", 2, 1),
        Column::new("equation", 3, 3),
        Column::new("state", 1, usize::MAX),
    ];

    fn shown(equation: &str, state: &str, width: usize) -> String {
        let row = ["f(x)", "km/s", equation, state].map(str::to_owned).to_vec();
        of(&SHOWN, std::iter::once(row), Room::Letters(width, "--wide"))
    }

    #[test]
    fn what_fits_is_whole() {
        assert_snapshot!(shown("x + 1", "served", 40), @"
        | symbol | units | equation | state  |
        |--------|-------|----------|--------|
        | f(x)   | km/s  | x + 1    | served |
        ");
    }

    #[test]
    fn many_words_are_wrapped() {
        assert_snapshot!(shown("one + two + three + four + five", "waits for many others", 60), @"
        | symbol | units | equation          | state               |
        |--------|-------|-------------------|---------------------|
        | f(x)   | km/s  | one + two + three | waits for many      |
        |        |       | + four + five     | others              |
        ");
    }

    #[test]
    fn the_least_important_columns_are_left_out() {
        let equation = "x + 1 + ".repeat(30);
        let narrow = shown(&equation, "waits for many others and many more", 40);
        assert!(
            narrow.lines().all(|line| line.starts_with("left out") || line.chars().count() <= 40),
            "{narrow}"
        );
        assert_snapshot!(narrow, @"
        | symbol | units | state               |
        |--------|-------|---------------------|
        | f(x)   | km/s  | waits for many      |
        |        |       | others and many     |
        |        |       | more                |
        left out: equation; `--wide` shows all
        ");
    }

    #[test]
    fn every_width_is_kept() {
        for width in 30..200 {
            for n in [0, 1, 10, 100] {
                let table = shown(&"x + 1 + ".repeat(n), &"a word ".repeat(n), width);
                let longest =
                    table.lines().filter(|line| line.starts_with('|')).map(|line| line.chars().count()).max();
                assert!(longest <= Some(width), "{width}:\n{table}");
            }
        }
    }

    #[test]
    fn one_long_cell_does_not_make_every_row_long() {
        let cells = (0..1_000).map(|index| match index {
            500 => vec!["é".repeat(100_000)],
            _ => vec!["x".to_owned()],
        });
        let text = of(&[Column::new("f", 0, 1)], cells, Room::Enough);
        assert!(text.len() < 1_002 * (MAX_CELL + 10) + 1_000, "{}", text.len());
        let long = text.lines().nth(502).unwrap_or_default();
        assert!(long.contains("é…é") && long.chars().count() == MAX_CELL + 4, "{long}");
    }
}
