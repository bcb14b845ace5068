//! The table as flags of the command line, each with its environment variable.

use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::{By, Effective, Setting, Settings, TABLE};

/// What the command line and the environment of a server say of its settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerFlags(pub Settings);

/// Where a server is that is running: those of the settings by which it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFlags {
    /// The server's name, as its certificate has it.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// The certificate to trust.
    pub certfile: PathBuf,
}

/// The settings by which a client finds a server, in a client's words.
const REMOTE: [(&str, &str); 3] = [
    ("host", "The server's name, as its certificate has it"),
    ("port", "The server's port"),
    ("certfile", "The certificate to trust"),
];

fn add(command: Command, keys: &[(&'static str, &'static str)], variable: fn(&Setting) -> String) -> Command {
    let settings = keys.iter().filter_map(|(key, about)| Some((super::table::setting(key)?, about)));
    command.args(settings.map(|(setting, about)| {
        Arg::new(setting.key)
            .long(setting.flag())
            .env(variable(setting))
            .value_name(setting.key.to_uppercase())
            .value_parser(move |text: &str| setting.check(text).map(|()| text.to_owned()))
            .help(format!("{about} [default: {}]", setting.default))
            .help_heading("Settings")
    }))
}

fn read(matches: &ArgMatches, keys: &[(&'static str, &'static str)]) -> Result<Settings, clap::Error> {
    let mut settings = Settings::default();
    for (key, _) in keys {
        let Some(text) = matches.get_one::<String>(key) else { continue };
        let by = match matches.value_source(key) {
            Some(ValueSource::EnvVariable) => By::Environment,
            _ => By::Flag,
        };
        let said = settings.say(key, text, Path::new(""), by);
        said.map_err(|_| clap::Error::raw(ErrorKind::InvalidValue, format!("`{key}`: found `{text}`\n")))?;
    }
    Ok(settings)
}

fn all() -> Vec<(&'static str, &'static str)> {
    TABLE.iter().map(|setting| (setting.key, setting.about)).collect()
}

/// Returns a warning of each environment variable that looks as if it steered this server, and does not: those of
/// clients if they say something else, and those that have no `SERVE` in their names.
pub(crate) fn misleading_variables(
    effective: &Effective,
    read: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let warnings = TABLE.iter().filter_map(|setting| {
        let (misleading, own) = (setting.client_variable(), setting.variable());
        let said = read(&misleading)?;
        if read(&own).is_some() || said == effective.show(setting.key) {
            return None;
        }
        let is_of_clients =
            setting.key == "admin_socket" || REMOTE.iter().any(|(key, _)| *key == setting.key);
        let whose = if is_of_clients { "is read by clients only" } else { "is read by nobody" };
        Some(format!("the environment variable `{misleading}` {whose}\nhint: for a server, set `{own}`"))
    });
    warnings.collect()
}

// === impl ServerFlags ===

impl Args for ServerFlags {
    fn augment_args(command: Command) -> Command {
        add(command, &all(), Setting::variable)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ServerFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        read(matches, &all()).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

// === impl RemoteFlags ===

impl Args for RemoteFlags {
    fn augment_args(command: Command) -> Command {
        add(command, &REMOTE, Setting::client_variable)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for RemoteFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let found = read(matches, &REMOTE)?.over(&Settings::default());
        Ok(Self { host: found.host, port: found.port, certfile: found.certfile })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is warned of with these variables, of a server with the default settings.
    fn warned(variables: &[(&str, &str)]) -> String {
        let effective = Settings::default().over(&Settings::default());
        let read = |name: &str| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        misleading_variables(&effective, read).join("\n")
    }

    #[test]
    fn variables_of_clients_and_old_ones_are_warned_of() {
        insta::assert_snapshot!(warned(&[("KAMODO_PORT", "60001"), ("KAMODO_DRAIN", "5 s")]), @r"
        the environment variable `KAMODO_PORT` is read by clients only
        hint: for a server, set `KAMODO_SERVE_PORT`
        the environment variable `KAMODO_DRAIN` is read by nobody
        hint: for a server, set `KAMODO_SERVE_DRAIN`
        ");
    }

    #[test]
    fn a_variable_of_clients_that_fits_the_server_is_not_warned_of() {
        assert_eq!(warned(&[("KAMODO_PORT", "60000"), ("KAMODO_HOST", "localhost")]), "");
        assert_eq!(warned(&[("KAMODO_PORT", "60001"), ("KAMODO_SERVE_PORT", "60000")]), "");
    }
}
