//! A result on its way out: printed for people or for programs, or written to a file.

pub(crate) mod csv;
pub(crate) mod npy;

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::process::ExitCode;

use clap::ValueEnum as _;
use kamodo_value::{Array, Value};

use crate::cli::{Answer, ValueFormat};
use crate::error::is_read;
use crate::{Error, describe};

/// A result in the form that it is written in.
enum Formed<'a> {
    /// Abbreviated, for a terminal.
    Brief(&'a Value),
    Whole(&'a Value),
    Json(&'a Value),
    Csv(csv::Table<'a>),
    Npy(Array),
}

/// Refuses what could not be done with any result, before one is computed.
///
/// # Errors
/// [`Error`] if bytes would go to a terminal, a file's name says no format, or it cannot be written.
pub(crate) fn check(answer: &Answer) -> Result<(), Error> {
    let format = format(answer)?;
    match &answer.output {
        Some(file) => {
            kamodo_files::check_writable(file).map_err(|source| Error::Output { file: file.clone(), source })
        }
        None if format == ValueFormat::Npy && io::stdout().is_terminal() => Err(Error::Terminal),
        None => Ok(()),
    }
}

/// Prints or writes a result.
///
/// # Errors
/// [`Error`] if it has no such form, or cannot be written.
pub(crate) fn show(value: &Value, answer: &Answer) -> Result<ExitCode, Error> {
    let is_brief = answer.output.is_none() && io::stdout().is_terminal();
    // Before anything is written: a result that has no such form must not empty a file.
    let formed = Formed::new(value, format(answer)?, is_brief)?;
    match &answer.output {
        Some(file) => {
            let written = kamodo_files::write(file, |out| formed.write(out));
            written.map_err(|source| Error::Output { file: file.clone(), source })?;
        }
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            is_read(formed.write(&mut out).and_then(|()| out.flush()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a line or more, and returns whether somebody still reads.
///
/// # Errors
/// [`Error::Print`] if it cannot be written.
pub(crate) fn print(text: &str) -> Result<bool, Error> {
    let mut out = io::stdout().lock();
    is_read(writeln!(out, "{text}").and_then(|()| out.flush()))
}

/// The format that is asked for, or that the file's name asks for; a name without an extension asks for text.
fn format(answer: &Answer) -> Result<ValueFormat, Error> {
    if let Some(format) = answer.printed.asked() {
        return Ok(format);
    }
    let Some(file) = &answer.output else { return Ok(ValueFormat::default()) };
    let Some(extension) = file.extension().map(|extension| extension.to_string_lossy().into_owned()) else {
        return Ok(ValueFormat::default());
    };
    let is_it = |format: &&ValueFormat| self::extension(**format).eq_ignore_ascii_case(&extension);
    let known = ValueFormat::value_variants().iter().find(is_it).copied();
    known.ok_or_else(|| Error::Extension { file: file.clone(), known: extensions() })
}

/// How the name of a file ends that holds a format.
fn extension(format: ValueFormat) -> &'static str {
    match format {
        ValueFormat::Text => "txt",
        ValueFormat::Json => "json",
        ValueFormat::Csv => "csv",
        ValueFormat::Npy => "npy",
    }
}

fn extensions() -> Vec<&'static str> {
    ValueFormat::value_variants().iter().map(|format| extension(*format)).collect()
}

// === impl Formed ===

impl<'a> Formed<'a> {
    fn new(value: &'a Value, format: ValueFormat, is_brief: bool) -> Result<Self, Error> {
        Ok(match format {
            ValueFormat::Text if is_brief => Self::Brief(value),
            ValueFormat::Text => Self::Whole(value),
            ValueFormat::Json => Self::Json(value),
            ValueFormat::Csv => Self::Csv(csv::Table::new(value)?),
            ValueFormat::Npy => Self::Npy(npy::array(value).ok_or(Error::NoNumbers)?),
        })
    }

    fn write(&self, mut out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Brief(value) => writeln!(out, "{}", value.brief()),
            Self::Whole(value) => writeln!(out, "{}", value.whole()),
            Self::Json(value) => writeln!(out, "{}", describe::value(value)),
            Self::Csv(table) => table.write(out),
            Self::Npy(array) => npy::write(array, &mut out),
        }
    }
}
