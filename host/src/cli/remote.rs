//! The commands that use the functions of a running server.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use crate::settings::{RemoteFlags, read};

/// `list`
#[derive(Debug, Args)]
pub struct List {
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    pub format: ListFormat,
    /// The server
    #[command(flatten)]
    pub remote: RemoteFlags,
}

/// How functions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table, for people
    Table,
    /// JSON, for programs
    Json,
}

/// `call`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES_OF_CALL)]
pub struct Call {
    /// The function
    pub name: String,
    /// Its arguments: numbers, JSON lists, `@file.npy`, each alone or as `name=value`
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
    /// Its arguments: numbers, JSON lists, `@file.npy`, as `name=value`; those of a definition also alone
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
    /// How to print the result; `npy` where the output file is named so, else `table`
    #[arg(long, value_enum)]
    pub format: Option<AnswerFormat>,
    /// Write the result to this file instead
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Give up after this time, such as `2s` or `500ms`; the server then stops working on it
    #[arg(long, value_name = "TIME", value_parser = deadline)]
    pub deadline: Option<Duration>,
    /// Send the call again, once or so often, if the connection is lost before its answer: the server may have
    /// carried it out already, so it is not sent again unasked
    #[arg(long, value_name = "TIMES", num_args = 0..=1, require_equals = true, default_value = "0", default_missing_value = "1", hide_default_value = true)]
    pub retry: u32,
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people: numbers as they are, long arrays abbreviated
    Table,
    /// All of it as JSON, for programs
    Json,
    /// A file of numpy
    Npy,
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
    /// The directory that they are written to; it is made where it is not there
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

const EXAMPLES_OF_CALL: &str = "\
Examples:
  kamodo-rpc call f 5
  kamodo-rpc call p_dyn '[4.0, 5.0]' v=400.0
  kamodo-rpc call f x=@x.npy --output f.npy";

const EXAMPLES_OF_EVAL: &str = "\
Examples:
  kamodo-rpc eval 'f(5) + 1'
  kamodo-rpc eval 'g(x) = f(x) + 1' x=@x.npy --output g.npy
  kamodo-rpc eval 'r(n[1/cm^3],v[km/s])[Pa] = p_dyn(n,v)' n=5.0 v=400.0";

fn deadline(text: &str) -> Result<Duration, String> {
    read(text, Some(("1 ms", "10 d")))
        .ok_or_else(|| format!("expected a time from 1 ms to 10 d, such as `2s`, found `{text}`"))
}
