//! `kamodo-rpc check`: what a file defines and what is wrong with it, without serving.

use std::process::ExitCode;

use kamodo_expr::{Diagnostic, Severity};
use kamodo_registry::Publisher;
use kamodo_relay::Upstream;
use serde_json::json;

use crate::cli::{Check, Format};
use crate::table::{self, Room};
use crate::{Error, Settings, Sources, Supervisor, answer, describe, paths, telemetry, waiting};

/// Warns of an upstream whose certificate cannot be used: nobody is asked here, and a connection would fail.
fn distrusted(upstream: &Upstream) -> Option<Diagnostic> {
    let file = upstream.certificate.as_ref()?;
    let error = kamodo_client::check_certificate(file).err()?;
    let origin = upstream.origin();
    let message = format!("{}: no function of it comes before that is mended", telemetry::chain(&error));
    let hint = error.hint().unwrap_or_else(|| "name a copy of that server's certificate".to_owned());
    let mut diagnostic = Diagnostic::new(Severity::Warning, message).with_hint(hint);
    diagnostic.file = Some(origin.to_string().into());
    Some(diagnostic)
}

/// Prints what the file defines; the status is 1 where an error would keep something from being served.
///
/// # Errors
/// [`Error::Print`] if the output cannot be written.
pub fn run(check: &Check) -> Result<ExitCode, Error> {
    let sources = Sources {
        config: check.file.clone(),
        plugin_directories: check.plugins.clone(),
        given: Settings::default(),
    };
    let mut supervisor = Supervisor::new(sources, paths::stage(), Publisher::new());
    let mut report = supervisor.look();
    report.diagnostics.extend(supervisor.upstreams().iter().filter_map(distrusted));
    let functions = || report.defined.iter().map(|function| &**function);
    let n_errors = report.n_errors();

    let text = match check.printed.format() {
        Format::Json => {
            let mut checked = describe::json(functions(), &report.diagnostics);
            let server = Settings::default().over(supervisor.settings());
            checked["server"] = json!({ "host": server.host, "port": server.port });
            format!("{checked:#}")
        }
        Format::Text => {
            let mut parts = Vec::new();
            if !report.defined.is_empty() {
                parts.push(table::render(functions(), Room::of_output(check.wide, "--wide")));
            }
            if !supervisor.upstreams().is_empty() {
                // No upstream is asked here, so what depends on one waits.
                parts.push(waiting::lines(functions(), supervisor.upstreams()).join("\n"));
            }
            parts.extend(report.diagnostics.iter().map(Diagnostic::render));
            parts.retain(|part| !part.is_empty());
            let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
            parts.push(format!(
                "{}, {}, {}",
                counted(report.defined.len(), "function"),
                counted(n_errors, "error"),
                counted(report.diagnostics.len() - n_errors, "warning")
            ));
            parts.join("\n\n")
        }
    };
    answer::print(&text)?;
    Ok(if n_errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
