//! The command line, in the published server's form and in ours.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use kamodo_units::suggest;

/// A server of functions with units.
///
/// Without a command it serves, and takes settings as the published Kamodo does: `rpc_conf=FILE host=HOST
/// port=PORT`.
#[derive(Debug, Parser)]
#[command(name = "kamodo-rpc", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the functions of a configuration and of the plugins beside it
    Serve(Serve),
    /// Prints what a configuration defines and what is wrong with it, without serving
    Check(Check),
    /// Lists the functions of a running server
    List(Remote),
    /// Calls a function of a running server
    Call(Call),
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// The configuration
    #[arg(default_value = "kamodo_rpc.yaml", env = "KAMODO_RPC_CONF")]
    pub file: PathBuf,
    /// The name or address to listen at
    #[arg(long, default_value = "localhost", env = "KAMODO_HOST")]
    pub host: String,
    /// The port to listen at; 0 takes a free one, which the line `ready` names
    #[arg(long, default_value = "60000", env = "KAMODO_PORT", value_parser = port)]
    pub port: u16,
    /// A directory into which plugins are dropped; may be given more than once
    #[arg(long, value_name = "DIR", env = "KAMODO_PLUGINS", value_delimiter = ':')]
    pub plugins: Vec<PathBuf>,
    /// The certificate; with the key it is made where both are absent
    #[arg(long, default_value = "selfsigned.cert", env = "KAMODO_CERTFILE")]
    pub certfile: PathBuf,
    /// The certificate's private key
    #[arg(long, default_value = "selfsigned.key", env = "KAMODO_KEYFILE")]
    pub keyfile: PathBuf,
    /// How many threads talk to clients; one a core where it is left out
    #[arg(long, env = "KAMODO_WORKERS")]
    pub workers: Option<std::num::NonZeroUsize>,
    /// Start with what is good even where something is wrong
    #[arg(long, env = "KAMODO_TOLERANT")]
    pub tolerant: bool,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// The configuration
    #[arg(default_value = "kamodo_rpc.yaml")]
    pub file: PathBuf,
    /// A directory of plugins; may be given more than once
    #[arg(long, value_name = "DIR")]
    pub plugins: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

/// For whom output is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Where a running server is.
#[derive(Debug, Args)]
pub struct Remote {
    /// The server's name, as its certificate has it
    #[arg(long, default_value = "localhost", env = "KAMODO_HOST")]
    pub host: String,
    /// The server's port
    #[arg(long, default_value = "60000", env = "KAMODO_PORT", value_parser = port)]
    pub port: u16,
    /// The certificate to trust
    #[arg(long, default_value = "selfsigned.cert", env = "KAMODO_CERTFILE")]
    pub certfile: PathBuf,
}

/// `call`
#[derive(Debug, Args)]
pub struct Call {
    /// The function
    pub name: String,
    /// Its arguments: numbers, JSON lists, `@file.npy`, each alone or as `name=value`
    #[arg(allow_negative_numbers = true)]
    pub args: Vec<String>,
    /// The server
    #[command(flatten)]
    pub remote: Remote,
}

/// The published server's settings, and the flag that each stands for.
const SETTINGS: [(&str, &str); 6] = [
    ("rpc_conf", ""),
    ("host", "--host"),
    ("port", "--port"),
    ("plugins", "--plugins"),
    ("certfile", "--certfile"),
    ("keyfile", "--keyfile"),
];

// === impl Cli ===

impl Cli {
    /// Reads the command line.
    ///
    /// # Errors
    /// Where it is not understood, or asks for help; the error prints itself.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let args: Vec<OsString> = args.into_iter().collect();
        let is_published = args.get(1).is_none_or(is_setting);
        if !is_published {
            return Self::try_parse_from(args);
        }
        let mut ours: Vec<OsString> = args.iter().take(1).cloned().collect();
        ours.push("serve".into());
        for arg in args.into_iter().skip(1) {
            match setting(&arg) {
                Some(flag) => ours.extend(flag),
                None if is_setting(&arg) => return Err(unknown_setting(&arg)),
                None => ours.push(arg),
            }
        }
        Self::try_parse_from(ours)
    }
}

/// Whether an argument has the published server's form, `name=value`.
fn is_setting(arg: &OsString) -> bool {
    arg.to_str().is_some_and(|text| !text.starts_with('-') && text.contains('='))
}

fn unknown_setting(arg: &OsString) -> clap::Error {
    let text = arg.to_string_lossy();
    let name = text.split('=').next().unwrap_or_default();
    let known = SETTINGS.map(|(known, _)| known);
    let hint = match suggest(name, known.into_iter()) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("the settings are {}", known.join(", ")),
    };
    clap::Error::raw(ErrorKind::UnknownArgument, format!("there is no setting `{name}`\nhint: {hint}\n"))
}

/// A setting such as `port='60000'` as our flag and its value.
fn setting(arg: &OsString) -> Option<Vec<OsString>> {
    let (name, value) = arg.to_str()?.split_once('=')?;
    let (_, flag) = SETTINGS.iter().find(|(known, _)| *known == name)?;
    let value = unquoted(value).into();
    Some(if flag.is_empty() { vec![value] } else { vec![flag.into(), value] })
}

/// Takes off one pair of quotes, which a shell's user writes round a number for the published server.
fn unquoted(text: &str) -> &str {
    ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(text)
}

fn port(text: &str) -> Result<u16, String> {
    unquoted(text).parse().map_err(|_| format!("a port is a number from 0 to 65535, found `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn serve(line: &str) -> Serve {
        let args = line.split_whitespace().map(OsString::from);
        match Cli::read(args).unwrap().command {
            Command::Serve(serve) => serve,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn published_form() {
        let read = serve("kamodo-rpc rpc_conf=a.yaml host=0.0.0.0 port='60001'");
        assert_eq!((read.file, read.host.as_str(), read.port), ("a.yaml".into(), "0.0.0.0", 60001));
        assert_eq!(serve("kamodo-rpc port=\"60002\"").port, 60002);
    }

    #[test]
    fn nothing_said() {
        let read = serve("kamodo-rpc");
        assert_eq!(
            (read.file, read.host.as_str(), read.port),
            ("kamodo_rpc.yaml".into(), "localhost", 60000)
        );
    }

    #[test]
    fn our_form() {
        let read = serve("kamodo-rpc serve b.yaml --host ::1 --port 0 --plugins a --plugins b");
        assert_eq!((read.file, read.port, read.plugins.len()), ("b.yaml".into(), 0, 2));
    }

    #[test]
    fn mistakes() {
        let mistake = |line: &str| {
            let error = Cli::read(line.split_whitespace().map(OsString::from)).unwrap_err();
            error.to_string().lines().next().unwrap_or_default().to_owned()
        };
        insta::assert_snapshot!(mistake("kamodo-rpc port=x"), @"error: invalid value 'x' for '--port <PORT>': a port is a number from 0 to 65535, found `x`");
        insta::assert_snapshot!(mistake("kamodo-rpc hots=x"), @"error: there is no setting `hots`");
        insta::assert_snapshot!(mistake("kamodo-rpc serve --prot 1"), @"error: unexpected argument '--prot' found");
    }
}
