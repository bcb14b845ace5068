//! The commands that use the functions of a running server.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap_complete::Shell;
use kamodo_units::Unit;

use super::{Printed, TableFormat, ValueFormat};
use crate::settings::{RemoteFlags, read};

/// `list`
#[derive(Debug, Args)]
pub struct List {
    /// Tell everything of these functions alone
    pub names: Vec<String>,
    /// Show the table whole, however wide the terminal is
    #[arg(long)]
    pub wide: bool,
    /// How to print it
    #[command(flatten)]
    pub printed: Printed<TableFormat>,
    /// The server
    #[command(flatten)]
    pub remote: RemoteFlags,
}

/// `call`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES_OF_CALL)]
pub struct Call {
    /// The function
    pub name: String,
    /// Its arguments: numbers, JSON lists, `@file`, each alone or as `name=value`, and with a unit as `1[km]`
    #[arg(allow_negative_numbers = true)]
    pub args: Vec<String>,
    /// What to do with the result
    #[command(flatten)]
    pub answer: Answer,
    /// The server
    #[command(flatten)]
    pub remote: RemoteFlags,
}

/// `eval`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES_OF_EVAL)]
pub struct Eval {
    /// A definition such as `g(x[m])[kg]=f(x)+1`, or an expression such as `f(5)+1`
    #[arg(allow_hyphen_values = true)]
    pub expression: String,
    /// Its arguments: numbers, JSON lists, `@file`, as `name=value`; those of a definition also alone
    #[arg(allow_negative_numbers = true)]
    pub args: Vec<String>,
    /// What to do with the result
    #[command(flatten)]
    pub answer: Answer,
    /// The server
    #[command(flatten)]
    pub remote: RemoteFlags,
}

/// What is done with a result, and how long it may take.
#[derive(Debug, Args)]
pub struct Answer {
    /// How to print the result
    #[command(flatten)]
    pub printed: Printed<ValueFormat>,
    /// Write the result to this file instead; how its name ends says the format: `.txt`, `.json`, `.csv` or `.npy`
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Convert the result to this unit
    #[arg(long, value_name = "UNIT", value_parser = unit)]
    pub unit: Option<Unit>,
    /// Give up after this time, such as `2s` or `500ms`; the server then stops working on it
    #[arg(long, value_name = "TIME", value_parser = deadline)]
    pub deadline: Option<Duration>,
    /// Send the call again, once or as many times as given, if the connection is lost before its answer: the server may have
    /// carried it out already, so it is not sent again unasked
    #[arg(long, value_name = "TIMES", num_args = 0..=1, require_equals = true, default_value = "0", default_missing_value = "1", hide_default_value = true, value_parser = times)]
    pub retry: u32,
}

/// `completions`
#[derive(Debug, Args)]
#[command(after_help = "Example for bash: source <(kamodo-rpc completions bash)")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `man`
#[derive(Debug, Args)]
#[command(after_help = "Example: kamodo-rpc man ~/.local/share/man/man1 && man kamodo-rpc-serve")]
pub struct Manual {
    /// The directory that they are written to; it is made if it is not there
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

const EXAMPLES_OF_CALL: &str = "\
Examples:
  kamodo-rpc call f 5
  kamodo-rpc call p_dyn '[4.0, 5.0]' v=400.0
  kamodo-rpc call p_dyn 'n=5[1/cm^3]' 'v=400[km/s]' --unit Pa
  kamodo-rpc call f x=@x.npy --output f.npy
  cut -d, -f2 table.csv | kamodo-rpc call f @- --format csv";

const EXAMPLES_OF_EVAL: &str = "\
Examples:
  kamodo-rpc eval 'f(5) + 1'
  kamodo-rpc eval 'g(x) = f(x) + 1' x=@x.npy --output g.npy
  kamodo-rpc eval 'r(n[1/cm^3],v[km/s])[Pa] = p_dyn(n,v)' n=5.0 v=400.0";

fn unit(text: &str) -> Result<Unit, String> {
    let hint = |error: &kamodo_units::Error| error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
    Unit::parse(text).map_err(|error| format!("{error}{}", hint(&error)))
}

fn times(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("expected how many times, such as `3`, found `{text}`"))
}

fn deadline(text: &str) -> Result<Duration, String> {
    read(text, Some(("1 ms", "10 d"))).ok_or_else(|| {
        let text = text.trim();
        let expected = format!("expected a time from 1 ms to 10 d, such as `2s`, found `{text}`");
        match text.parse::<f64>().is_ok_and(|number| number > 0.0) {
            true => format!("{expected}\nhint: write `{text}s` for seconds"),
            false => expected,
        }
    })
}
