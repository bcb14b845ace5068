//! How output is printed: one flag for all commands, and `--json` for short.

use clap::{Args, ValueEnum};

/// `--format` with the forms that a command's output has, and `--json`.
#[derive(Debug, Clone, Copy, Args)]
pub struct Printed<F: Form> {
    /// How to print it
    #[arg(long, value_enum)]
    format: Option<F>,
    /// The same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

/// The forms that some command's output has.
pub trait Form: ValueEnum + Copy + Default + PartialEq + Send + Sync + 'static {
    /// The one that all of them have.
    const JSON: Self;
}

/// How a command prints what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// How a command prints a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TableFormat {
    /// For people: a table
    #[default]
    #[value(alias = "table")]
    Text,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
}

/// How a command prints a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ValueFormat {
    /// For people: numbers as Python and numpy print them, long arrays abbreviated on a terminal
    #[default]
    #[value(alias = "table")]
    Text,
    /// For programs
    Json,
    /// For spreadsheets: numbers in rows and columns
    Csv,
    /// A file of numpy
    Npy,
}

// === impl Printed ===

impl<F: Form> Printed<F> {
    /// Returns the form that was asked for, if any was.
    pub(crate) fn asked(self) -> Option<F> {
        if self.json { Some(F::JSON) } else { self.format }
    }

    /// Returns the form to print.
    pub(crate) fn format(self) -> F {
        self.asked().unwrap_or_default()
    }

    /// Returns whether it is JSON.
    pub(crate) fn is_json(self) -> bool {
        self.format() == F::JSON
    }
}

// === impl Form ===

impl Form for Format {
    const JSON: Self = Self::Json;
}

impl Form for TableFormat {
    const JSON: Self = Self::Json;
}

impl Form for ValueFormat {
    const JSON: Self = Self::Json;
}
