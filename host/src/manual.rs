//! `kamodo-rpc man`: the manual pages of the program and of its commands, as packages install them.

use std::fs;
use std::process::ExitCode;

use clap::CommandFactory as _;

use crate::Error;
use crate::cli::{Cli, Manual};

/// Writes a page for the program, and one for each command that its help shows.
///
/// # Errors
/// [`Error::Output`] if a page cannot be written.
pub fn run(manual: &Manual) -> Result<ExitCode, Error> {
    let directory = &manual.directory;
    fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), directory))
        .map_err(|source| Error::Output { file: directory.clone(), source })?;
    Ok(ExitCode::SUCCESS)
}
