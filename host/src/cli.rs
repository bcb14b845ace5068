//! The command line, in the published server's form and in ours.

mod administer;
mod format;
mod misplaced;
mod reference;
mod remote;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use kamodo_units::suggest;

pub use administer::{Administered, Pin, Reload, Rollback, Status, Watch};
pub use format::{Form, Format, Printed, TableFormat, ValueFormat};
pub use reference::{Functions, Units};
pub use remote::{Answer, Call, Completions, Eval, List, Manual};

use crate::error::is_read;
use crate::settings::{ServerFlags, Setting, TABLE};
use crate::{USAGE, telemetry};

/// A server of functions with units.
///
/// Without a command it serves, and takes settings as the published Kamodo does: `rpc_conf=FILE host=HOST
/// port=PORT`.
#[derive(Debug, Parser)]
#[command(name = "kamodo-rpc", version, after_help = CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the functions of a configuration and of the plugins beside it
    Serve(Box<Serve>),
    /// Prints what a configuration defines and what is wrong with it, without serving
    Check(Check),
    /// Lists the functions of a running server
    List(List),
    /// Calls a function of a running server
    Call(Call),
    /// Evaluates an expression of a running server's functions there, with units checked and converted
    Eval(Eval),
    /// Tells what a running server serves, since when, and what it does not serve and why
    Status(Status),
    /// Prints what changes in a running server, as it changes
    Watch(Watch),
    /// Has a running server look at everything again, and take what was rolled back from
    Reload(Reload),
    /// Has a running server serve what it served before
    Rollback(Rollback),
    /// Keeps what a running server serves, whatever is saved
    Pin(Pin),
    /// Takes pins off again, and what changed meanwhile goes live
    Unpin(Pin),
    /// Lists the units that there are, or tells what one means; no server is needed
    Units(Units),
    /// Lists the functions and constants of the language, or tells what one is; no server is needed
    Functions(Functions),
    /// Prints what completes this program's command line in a shell
    Completions(Completions),
    /// Writes the manual pages of this program and of its commands
    Man(Manual),
    /// Tries a plugin in this process: what `serve` and `check` do with each before they open it
    #[command(hide = true)]
    TryPlugin(TryPlugin),
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// The configuration: a file, or a directory of YAML files
    #[arg(default_value = "kamodo_rpc.yaml", env = "KAMODO_RPC_CONF")]
    pub file: PathBuf,
    /// A directory into which plugins are dropped; may be given more than once
    #[arg(long, value_name = "DIR", env = "KAMODO_PLUGINS", value_delimiter = ':')]
    pub plugins: Vec<PathBuf>,
    /// Start with what is good even where something is wrong
    #[arg(long, env = "KAMODO_TOLERANT")]
    pub tolerant: bool,
    /// What to log: `off`, `error`, `warn`, `info`, `debug` or `trace`, also of parts of the program, such as
    /// `info,kamodo_server=debug`
    #[arg(long, value_name = "LEVEL", env = "KAMODO_LOG", default_value = "info", value_parser = telemetry::level)]
    pub log_level: String,
    /// The settings, which come before those of the configuration
    #[command(flatten)]
    pub flags: ServerFlags,
}

/// `check`
#[derive(Debug, Args)]
pub struct Check {
    /// The configuration: a file, or a directory of YAML files
    #[arg(default_value = "kamodo_rpc.yaml")]
    pub file: PathBuf,
    /// A directory of plugins; may be given more than once
    #[arg(long, value_name = "DIR")]
    pub plugins: Vec<PathBuf>,
    /// Show the table whole, however wide the terminal is
    #[arg(long)]
    pub wide: bool,
    /// How to print it
    #[command(flatten)]
    pub printed: Printed<Format>,
}

/// `try-plugin`
#[derive(Debug, Args)]
pub struct TryPlugin {
    /// The shared library
    pub staged: PathBuf,
    /// Where to write how far it came
    pub journal: PathBuf,
}

const CODES: &str = "\
Exit status:
  0   all is well
  1   the server says no, or something is wrong with what is served
  64  the command line is not understood, or an argument cannot be read
  69  no server can be reached, or the connection to it was lost
  70  a server cannot go on, by a fault of its own
  74  a result cannot be written
  75  it may succeed later: the server has too much to do, the deadline passed, or a server behind it is away";

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
            misplaced::refuse(&args)?;
            return Self::try_parse_from(args.into_iter().map(negative_number));
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

/// Prints the help that was asked for, or why a command line is not understood, and returns the status that the
/// program ends with.
#[must_use]
pub fn explain(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() {
        return ExitCode::from(USAGE); // also if nobody can be told why
    }
    match is_read(printed) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => telemetry::say_end(&error),
    }
}

/// Has a number such as `-inf`, `-1e-3` or `-5[nT]` taken for one and not for flags, which a space before it does. No flag
/// begins with a digit.
fn negative_number(arg: OsString) -> OsString {
    let is_number = |text: &str| {
        let begins = |first: char| first.is_ascii_digit() || first == '.' || first == '[';
        text.strip_prefix('-').is_some_and(|rest| rest.starts_with(begins) || text.parse::<f64>().is_ok())
    };
    match arg.to_str() {
        Some(text) if is_number(text) => format!(" {text}").into(),
        _ => arg,
    }
}

/// Whether an argument has the published server's form, `name=value`.
fn is_setting(arg: &OsString) -> bool {
    arg.to_str().is_some_and(|text| !text.starts_with('-') && text.contains('='))
}

fn unknown_setting(arg: &OsString) -> clap::Error {
    let text = arg.to_string_lossy();
    let name = text.split('=').next().unwrap_or_default();
    let known: Vec<_> = ["rpc_conf", "plugins"].into_iter().chain(TABLE.iter().map(|one| one.key)).collect();
    let hint = match suggest(name, known.iter().copied()) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("the settings are {}", known.join(", ")),
    };
    clap::Error::raw(ErrorKind::UnknownArgument, format!("there is no setting `{name}`\nhint: {hint}\n"))
}

/// A setting such as `port='60000'` as our flag and its value.
fn setting(arg: &OsString) -> Option<Vec<OsString>> {
    let (name, value) = arg.to_str()?.split_once('=')?;
    let value = unquoted(value).into();
    if name == "rpc_conf" {
        return Some(vec![value]);
    }
    let flag = TABLE.iter().find(|setting| setting.key == name).map(Setting::flag);
    let flag = flag.or_else(|| (name == "plugins").then(|| name.to_owned()))?;
    Some(vec![format!("--{flag}").into(), value])
}

/// Takes off one pair of quotes, which a shell's user writes round a number for the published server.
fn unquoted(text: &str) -> &str {
    ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Effective, Settings};

    #[track_caller]
    fn serve(line: &str) -> Serve {
        let args = line.split_whitespace().map(OsString::from);
        match Cli::read(args).unwrap().command {
            Command::Serve(serve) => *serve,
            other => panic!("{other:?}"),
        }
    }

    fn effective(serve: &Serve) -> Effective {
        serve.flags.0.over(&Settings::default())
    }

    #[test]
    fn published_form() {
        let read = serve("kamodo-rpc rpc_conf=a.yaml host=0.0.0.0 port='60001' write_stall=2s");
        let settings = effective(&read);
        assert_eq!((read.file, settings.host.as_str(), settings.port), ("a.yaml".into(), "0.0.0.0", 60001));
        assert_eq!(settings.write_stall.as_secs(), 2);
        assert_eq!(effective(&serve("kamodo-rpc port=\"60002\"")).port, 60002);
    }

    #[test]
    fn numbers_below_zero_are_no_flags() {
        let args = |line: &str| {
            let args = line.split_whitespace().map(OsString::from);
            match Cli::read(args).unwrap().command {
                Command::Call(call) => call.args,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(args("kamodo-rpc call f -5[nT] -.5[nT] -inf --unit nT"), [" -5[nT]", " -.5[nT]", " -inf"]);
        assert_eq!(args("kamodo-rpc call f -- -5[nT]"), [" -5[nT]"]);
    }

    #[test]
    fn nothing_said() {
        let read = serve("kamodo-rpc");
        assert_eq!((read.file, read.flags), ("kamodo_rpc.yaml".into(), ServerFlags::default()));
    }

    #[test]
    fn our_form() {
        let read = serve("kamodo-rpc serve b.yaml --host ::1 --port 0 --plugins a --plugins b");
        let port = effective(&read).port;
        assert_eq!((read.file, port, read.plugins.len()), ("b.yaml".into(), 0, 2));
    }

    #[test]
    fn mistakes() {
        let whole = |line: &str| {
            let error = Cli::read(line.split_whitespace().map(OsString::from)).unwrap_err().to_string();
            error.split("\n\n").next().unwrap_or_default().to_owned()
        };
        let mistake = |line: &str| whole(line).lines().next().unwrap_or_default().to_owned();
        insta::assert_snapshot!(mistake("kamodo-rpc port=x"), @"error: invalid value 'x' for '--port <PORT>': expected a number from 0 to 65535, found `x`");
        insta::assert_snapshot!(mistake("kamodo-rpc hots=x"), @"error: there is no setting `hots`");
        insta::assert_snapshot!(whole("kamodo-rpc serve a.yaml port=1"), @"
        error: unexpected argument `port=1`
        hint: write `--port 1`
        ");
        insta::assert_snapshot!(whole("kamodo-rpc check rpc_conf=a.yaml"), @"
        error: unexpected argument `rpc_conf=a.yaml`
        hint: write `a.yaml`
        ");
        insta::assert_snapshot!(whole("kamodo-rpc list certfile='a b'"), @"
        error: unexpected argument `certfile='a`
        hint: write `--certfile ''\\''a'`
        ");
        insta::assert_snapshot!(whole("kamodo-rpc a.yaml"), @"
        error: there is no command `a.yaml`
        hint: write `kamodo-rpc serve a.yaml`
        ");
        insta::assert_snapshot!(whole("kamodo-rpc f 5"), @"
        error: there is no command `f`
        hint: `kamodo-rpc call f` calls a function of that name, `kamodo-rpc --help` lists the commands
        ");
        insta::assert_snapshot!(whole("kamodo-rpc call p --n 5 --v=400"), @"
        error: there is no flag `--n`
        hint: write an argument as `n=5`
        ");
        insta::assert_snapshot!(whole("kamodo-rpc lst"), @"
        error: there is no command `lst`
        hint: did you mean `list`?
        ");
        insta::assert_snapshot!(whole("kamodo-rpc call f 5 --deadline 2"), @"
        error: invalid value '2' for '--deadline <TIME>': expected a time from 1 ms to 10 d, such as `2s`, found `2`
        hint: write `2s` for seconds
        ");
        insta::assert_snapshot!(mistake("kamodo-rpc call f 5 --retry=x"), @"error: invalid value 'x' for '--retry[=<TIMES>]': expected how many times, such as `3`, found `x`");
        insta::assert_snapshot!(mistake("kamodo-rpc serve --prot 1"), @"error: unexpected argument '--prot' found");
    }
}
