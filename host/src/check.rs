//! `kamodo-rpc check`: what a file defines and what is wrong with it, without serving.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use kamodo_expr::Severity;
use kamodo_loader::StageDir;
use kamodo_registry::Registry;

use crate::cli::{Check, Format};
use crate::{Sources, Supervisor, describe, table};

/// Prints what the file defines; the status is 1 where an error would keep something from being served.
///
/// # Errors
/// Where the output or the staging directory cannot be written.
pub fn run(check: &Check) -> std::io::Result<ExitCode> {
    let registry = Arc::new(Registry::default());
    let sources = Sources { config: check.file.clone(), plugin_directories: check.plugins.clone() };
    let mut supervisor = Supervisor::new(sources, StageDir::temporary()?, Arc::clone(&registry));
    let report = supervisor.look();
    let snapshot = registry.snapshot();
    let n_errors = report.diagnostics.iter().filter(|one| one.severity == Severity::Error).count();

    let mut out = std::io::stdout().lock();
    match check.format {
        Format::Json => {
            let functions = snapshot.functions().map(|function| &**function);
            writeln!(out, "{:#}", describe::json(functions, &report.diagnostics))?;
        }
        Format::Text => {
            writeln!(out, "{}", table::render(snapshot.functions().map(|function| &**function)))?;
            for diagnostic in &report.diagnostics {
                writeln!(out, "\n{}", diagnostic.render())?;
            }
            let n_warnings = report.diagnostics.len() - n_errors;
            let plural = |n: usize| if n == 1 { "" } else { "s" };
            writeln!(
                out,
                "\n{} function{}, {n_errors} error{}, {n_warnings} warning{}",
                snapshot.functions().len(),
                plural(snapshot.functions().len()),
                plural(n_errors),
                plural(n_warnings)
            )?;
        }
    }
    Ok(if n_errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
