//! A result on its way out: printed for people or for programs, or written to a file.

mod npy;
mod numpy;

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;

use kamodo_value::Value;

use crate::cli::{Answer, AnswerFormat};
use crate::{Error, describe};

/// Refuses what could not be done with any result, before one is computed.
///
/// # Errors
/// [`Error::Terminal`] where bytes would go to a terminal.
pub(crate) fn check(answer: &Answer) -> Result<(), Error> {
    let is_shown = answer.output.is_none() && io::stdout().is_terminal();
    if format(answer) == AnswerFormat::Npy && is_shown { Err(Error::Terminal) } else { Ok(()) }
}

/// Prints or writes a result.
///
/// # Errors
/// [`Error`] where it has no such form, or cannot be written.
pub(crate) fn show(value: &Value, answer: &Answer) -> Result<ExitCode, Error> {
    check(answer)?;
    match &answer.output {
        Some(file) => {
            let failed = |source| Error::Output { file: file.clone(), source };
            // What the file holds is not lost for a result that it cannot hold.
            if format(answer) == AnswerFormat::Npy && npy::array(value).is_none() {
                return Err(Error::NoNumbers);
            }
            let mut out = BufWriter::new(File::create(file).map_err(failed)?);
            write(value, format(answer), &mut out)?.and_then(|()| out.flush()).map_err(failed)?;
        }
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            is_read(write(value, format(answer), &mut out)?.and_then(|()| out.flush()))?;
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

/// Returns whether somebody still reads what was printed: a closed pipe (`| head`) is not an error.
pub(crate) fn is_read(printed: io::Result<()>) -> Result<bool, Error> {
    match printed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::Print(error)),
    }
}

/// The format that is asked for, or that the file's name asks for.
fn format(answer: &Answer) -> AnswerFormat {
    let extension = answer.output.as_deref().and_then(Path::extension);
    let extension = extension.and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    answer.format.unwrap_or(match extension.as_deref() {
        Some("npy") => AnswerFormat::Npy,
        Some("json") => AnswerFormat::Json,
        _ => AnswerFormat::Table,
    })
}

fn write(value: &Value, format: AnswerFormat, out: &mut impl Write) -> Result<io::Result<()>, Error> {
    Ok(match format {
        AnswerFormat::Table => writeln!(out, "{}", text(value)),
        AnswerFormat::Json => writeln!(out, "{}", describe::value(value)),
        AnswerFormat::Npy => {
            let array = npy::array(value).ok_or(Error::NoNumbers)?;
            npy::write(&array, out)
        }
    })
}

/// A result as people write it: text without quotes, integers of any size, arrays as numpy prints them, the
/// rest as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Int(integer) => integer.to_string(),
        Value::Array(array) if !array.shape().is_empty() => numpy::render(array),
        other => match describe::value(other) {
            serde_json::Value::String(text) => text,
            json => json.to_string(),
        },
    }
}
