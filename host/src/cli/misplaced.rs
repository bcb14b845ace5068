//! Words on the command line that belong elsewhere: settings in the published server's form behind a command, and what is
//! no command.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use kamodo_units::suggest;
use kamodo_value::is_name;

use super::{Cli, TABLE, unquoted};
use crate::settings::Setting;
use crate::shell::quoted;

/// The commands whose arguments have names of their own.
const NAMING: [&str; 2] = ["call", "eval"];

/// Refuses them with what to write instead; everything else is for the parser to say.
///
/// # Errors
/// What is wrong, and a hint.
pub(super) fn refuse(args: &[OsString]) -> Result<(), clap::Error> {
    let Some(command) = args.get(1).and_then(|arg| arg.to_str()) else { return Ok(()) };
    if command.starts_with('-') || command == "help" {
        return Ok(());
    }
    let whole = Cli::command();
    if whole.find_subcommand(command).is_none() {
        let message = format!("there is no command `{command}`");
        return Err(error(ErrorKind::InvalidSubcommand, &message, &command_meant(&whole, command)));
    }
    if let Some(error) = whole.find_subcommand(command).and_then(|command| argument_as_flag(command, args)) {
        return Err(error);
    }
    let misplaced =
        args.iter().skip(2).filter_map(|arg| arg.to_str()).find_map(|arg| Some((arg, flag(arg)?)));
    match misplaced.filter(|_| !NAMING.contains(&command)) {
        Some((arg, flag)) => {
            let message = format!("unexpected argument `{arg}`");
            Err(error(ErrorKind::UnknownArgument, &message, &format!("write `{flag}`")))
        }
        None => Ok(()),
    }
}

/// Returns how a setting in the published server's form is written behind a command, which is a flag.
fn flag(arg: &str) -> Option<String> {
    let (name, value) = arg.split_once('=')?;
    let value = quoted(unquoted(value));
    match TABLE.iter().find(|setting| setting.key == name).map(Setting::flag) {
        Some(flag) => Some(format!("--{flag} {value}")),
        None if name == "rpc_conf" => Some(value.into_owned()),
        None if name == "plugins" => Some(format!("--plugins {value}")),
        None => None,
    }
}

/// Returns the error of a flag that is none, if the command has arguments with names and no flag that is similar.
fn argument_as_flag(command: &clap::Command, args: &[OsString]) -> Option<clap::Error> {
    if !NAMING.contains(&command.get_name()) {
        return None;
    }
    let words = args.iter().skip(2).filter_map(|arg| arg.to_str());
    let words: Vec<_> = words.take_while(|arg| *arg != "--").collect();
    words.iter().enumerate().find_map(|(index, word)| {
        let word = word.strip_prefix("--")?;
        let (name, value) = match word.split_once('=') {
            Some(both) => both,
            None => (word, *words.get(index + 1)?),
        };
        let mut flags = command.get_arguments().filter_map(clap::Arg::get_long);
        if !is_name(name)
            || name == "help"
            || flags.any(|flag| flag == name || suggest(name, std::iter::once(flag)).is_some())
        {
            return None;
        }
        let message = format!("there is no flag `--{name}`");
        let hint = format!("write an argument as `{}`", quoted(&format!("{name}={value}")));
        Some(error(ErrorKind::UnknownArgument, &message, &hint))
    })
}

fn command_meant(whole: &clap::Command, command: &str) -> String {
    let is_file =
        [".yaml", ".yml"].iter().any(|ending| command.ends_with(ending)) || Path::new(command).exists();
    if is_file {
        return format!("write `kamodo-rpc serve {}`", quoted(command));
    }
    let shown = whole.get_subcommands().filter(|command| !command.is_hide_set());
    match suggest(command, shown.map(clap::Command::get_name)) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!(
            "`kamodo-rpc call {}` calls a function of that name, `kamodo-rpc --help` lists the commands",
            quoted(command)
        ),
    }
}

fn error(kind: ErrorKind, message: &str, hint: &str) -> clap::Error {
    clap::Error::raw(kind, format!("{message}\nhint: {hint}\n"))
}
