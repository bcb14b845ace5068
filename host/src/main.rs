//! `kamodo-rpc`: serves functions with units.

use std::process::ExitCode;

use kamodo_host::cli::{self, Cli, Command};
use kamodo_host::{administer, app, check, list, manual, reference, remote, telemetry, trial};

/// Keeps the memory of large arrays for the next ones, which the system's allocator gives back and has
/// the kernel zero again.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            return cli::explain(&error);
        }
    };
    let runs_plugins = matches!(cli.command, Command::Serve(_) | Command::Check(_));
    let outcome = match cli.command {
        Command::Serve(serve) => app::serve(&serve),
        Command::Check(check) => check::run(&check),
        Command::List(list) => list::list(&list),
        Command::Call(call) => remote::call(&call),
        Command::Eval(eval) => remote::eval(&eval),
        Command::Units(units) => reference::units(&units),
        Command::Functions(functions) => reference::functions(&functions),
        Command::Completions(completions) => remote::completions(&completions),
        Command::Man(pages) => manual::run(&pages),
        Command::Status(status) => administer::status(&status),
        Command::Watch(watch) => administer::watch(&watch),
        Command::Reload(reload) => administer::reload(&reload),
        Command::Rollback(rollback) => administer::rollback(&rollback),
        Command::Pin(pin) => administer::pin(&pin),
        Command::Unpin(pin) => administer::unpin(&pin),
        Command::TryPlugin(attempt) => return trial::run(&attempt),
    };
    let status = outcome.unwrap_or_else(|error| telemetry::say_end(&error));
    if runs_plugins {
        // Everything is printed and logged; what plugins want to do at the exit might never end.
        kamodo_loader::end_process(status);
    }
    status
}
