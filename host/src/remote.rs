//! `kamodo-rpc list`, `call` and `eval`: a running server's functions from the shell.

use std::process::ExitCode;
use std::time::Duration;

use clap::CommandFactory as _;
use clap_complete::Shell;
use kamodo_client::extension::{Description, State};
use kamodo_client::{Client, Endpoint, Field, Options, Session, block_on};
use kamodo_expr::{Definition, Source};
use kamodo_value::Value;
use serde_json::Value as Json;
use tokio::time::timeout;

use crate::cli::{Answer, Call, Cli, Completions, Eval, List, ListFormat};
use crate::settings::RemoteFlags;
use crate::{Error, administer, answer, argument, table, telemetry};

/// One function of a list, with its columns.
type Row = Vec<(&'static str, Json)>;

/// Prints what a running server serves.
///
/// # Errors
/// [`Error`] where the server cannot be reached or does not answer.
pub fn list(list: &List) -> Result<ExitCode, Error> {
    let rows = run(async {
        let listed = async {
            let client = Client::connect(&endpoint(&list.remote)).await?;
            match client.extension().describe().await {
                Err(kamodo_client::Error::NoExtension) => published_list(&client).await,
                description => Ok(own_list(&description?)),
            }
        };
        let late = |_| kamodo_client::Error::Late { what: "the server".to_owned(), after: LIST };
        timeout(LIST, listed).await.map_err(late).flatten()
    })?;
    match list.format {
        ListFormat::Json => {
            let object = |row: Row| {
                Json::Object(row.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect())
            };
            print(&Json::Array(rows.into_iter().map(object).collect()).to_string())
        }
        ListFormat::Table => {
            let columns: Vec<_> = rows.first().into_iter().flatten().map(|(name, _)| *name).collect();
            let cells = rows.iter().map(|row| row.iter().map(|(_, cell)| text(cell)).collect());
            print(&table::of(&columns, cells))
        }
    }
}

/// How long a server may take to say what it serves. The published one is asked function by function.
const LIST: Duration = Duration::from_secs(60);

/// A cell of the table.
fn text(cell: &Json) -> String {
    match cell {
        Json::String(text) => text.clone(),
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name}: {}", text(value)));
            members.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// What our server says in one answer.
fn own_list(description: &Description) -> Vec<Row> {
    let served = description.functions.iter().filter(|function| function.state != State::Unserved);
    let rows = served.map(|function| {
        let names: Vec<_> = function.arguments.iter().map(|argument| argument.name.as_str()).collect();
        let has_units = function.arguments.iter().any(|argument| !argument.units.is_empty());
        let units = function.arguments.iter().filter(|_| has_units);
        let units = units.map(|argument| (argument.name.clone(), argument.units.clone().into()));
        let origin = description.origin_of(function);
        vec![
            ("symbol", format!("{}({})", function.name, names.join(", ")).into()),
            ("units", function.units.clone().into()),
            ("arg_units", Json::Object(units.collect())),
            ("equation", function.equation.clone().into()),
            ("citation", function.citation.clone().into()),
            ("state", administer::state(function, origin).into()),
            ("origin", origin.map(|origin| origin.file.clone()).unwrap_or_default().into()),
        ]
    });
    rows.collect()
}

/// What the published server says, function by function.
async fn published_list(client: &Client) -> Result<Vec<Row>, kamodo_client::Error> {
    let mut rows = Vec::new();
    for field in client.fields().await? {
        let parameters = field.function.parameters().await?;
        let names: Vec<_> = parameters.into_iter().map(|parameter| parameter.name).collect();
        let units = field.arg_units.into_iter().map(|(name, unit)| (name, unit.into()));
        let symbol = format!("{}({})", field.name, names.join(", "));
        rows.push(vec![
            ("symbol", symbol.into()),
            ("units", field.units.into()),
            ("arg_units", Json::Object(units.collect())),
            ("equation", field.equation.into()),
            ("citation", field.citation.into()),
        ]);
    }
    Ok(rows)
}

/// Calls one function and shows its result.
///
/// # Errors
/// [`Error`] where an argument cannot be read, the server cannot be reached, or it says no.
pub fn call(call: &Call) -> Result<ExitCode, Error> {
    answer::check(&call.answer)?;
    let (args, kwargs) = arguments(&call.args)?;
    let result = run(async { session(&call.remote, &call.answer).call(&call.name, &args, &kwargs).await })?;
    answer::show(&result, &call.answer)
}

/// Defines a function for this one call, calls it and shows its result.
///
/// # Errors
/// [`Error`] where an argument cannot be read, the server cannot be reached, or it says no.
pub fn eval(eval: &Eval) -> Result<ExitCode, Error> {
    answer::check(&eval.answer)?;
    let (args, kwargs) = arguments(&eval.args)?;
    let (lhs, rhs) = match definition(&eval.expression) {
        Some((lhs, rhs)) => (Some(lhs), rhs),
        None if !args.is_empty() => return Err(Error::Unnamed { expression: eval.expression.clone() }),
        // What it is called in errors; its arguments are what was given.
        None => (None, eval.expression.as_str()),
    };
    warn_of(lhs, rhs, &kwargs);
    let result = run(async {
        let session = session(&eval.remote, &eval.answer);
        let request = session.request(async |client| {
            let defined = match lhs {
                Some(lhs) => client.define(lhs, rhs).await?,
                None => define_unnamed(client, rhs, &kwargs).await?,
            };
            let mut call = defined.function.with(args.as_slice());
            for (name, value) in &kwargs {
                call = call.keyword(name, value);
            }
            if let Some(deadline) = eval.answer.deadline {
                call = call.within(deadline);
            }
            call.answer().await
        });
        request.await
    })?;
    answer::show(&result, &eval.answer)
}

/// Tells what is to be said of a definition though the server takes it. What is wrong with it, the server says.
fn warn_of(lhs: Option<&str>, rhs: &str, kwargs: &[(String, Value)]) {
    let names: Vec<&str> = kwargs.iter().map(|(name, _)| name.as_str()).collect();
    let lhs = lhs.map_or_else(|| format!("{UNNAMED}({})", names.join(",")), str::to_owned);
    let source = |text: &str| Source::whole("definition", text);
    if let Ok(definition) = Definition::parse(&source(&lhs), &source(rhs)) {
        definition.warnings().iter().for_each(|warning| telemetry::say(warning.render()));
    }
}

/// What an expression without a name is called in errors.
const UNNAMED: &str = "expression";

/// Defines an expression without a name; its parameters are the arguments that are given.
async fn define_unnamed(
    client: &Client,
    rhs: &str,
    kwargs: &[(String, Value)],
) -> Result<Field, kamodo_client::Error> {
    let mut name = String::from(UNNAMED);
    let served = client.extension().describe().await?.functions;
    while served.iter().any(|function| function.name == name) {
        name.push('_');
    }
    let names: Vec<&str> = kwargs.iter().map(|(name, _)| name.as_str()).collect();
    client.define(&format!("{name}({})", names.join(",")), rhs).await.map_err(|error| match error {
        kamodo_client::Error::Remote { message, hint: Some(hint), overloaded }
            if hint.starts_with(&format!("did you mean `{name}(")) =>
        {
            let hint = Some("give each of its arguments as `name=value`".to_owned());
            kamodo_client::Error::Remote { message, hint, overloaded }
        }
        error => error,
    })
}

/// Prints what completes this program's command line in a shell.
///
/// # Errors
/// [`Error::Print`] where it cannot be written.
pub fn completions(completions: &Completions) -> Result<ExitCode, Error> {
    const NAME: &str = "kamodo-rpc";
    let whole = Cli::command();
    let shown = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let mut command = clap::Command::new(NAME).args(whole.get_arguments().cloned()).subcommands(shown);
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut command, NAME, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if completions.shell == Shell::Bash {
        // It writes the `-` of a program's name in two ways, and then finds no flag of any command.
        script = script.replace("kamodo__subcmd__rpc", "kamodo__rpc");
    }
    print(script.trim_end())
}

/// Takes a definition apart at the `=` that stands outside of brackets and is no comparison.
fn definition(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '=' if depth == 0 => {
                let is_compared =
                    text[at + 1..].starts_with('=') || text[..at].ends_with(['<', '>', '!', '=']);
                return (!is_compared).then(|| (text[..at].trim(), text[at + 1..].trim()));
            }
            _ => {}
        }
    }
    None
}

/// Arguments of a call: those without a name, and those with one.
type Arguments = (Vec<Value>, Vec<(String, Value)>);

/// Reads the arguments of a call.
fn arguments(texts: &[String]) -> Result<Arguments, Error> {
    let (mut args, mut kwargs) = (Vec::new(), Vec::<(String, Value)>::new());
    for text in texts {
        let (name, value) = argument::keyword(text);
        let value =
            argument::read(value).map_err(|reason| Error::Argument { argument: text.clone(), reason })?;
        match name {
            Some(name) if kwargs.iter().any(|(other, _)| other == name) => {
                return Err(Error::Twice { argument: text.clone(), name: name.to_owned() });
            }
            Some(name) => kwargs.push((name.to_owned(), value)),
            None => args.push(value),
        }
    }
    Ok((args, kwargs))
}

fn session(remote: &RemoteFlags, answer: &Answer) -> Session {
    let options = Options { deadline: answer.deadline, repeats: answer.retry, ..Options::default() };
    Session::new([endpoint(remote)], options)
}

fn endpoint(remote: &RemoteFlags) -> Endpoint {
    Endpoint::new(&remote.host, remote.port, &remote.certfile)
}

fn run<T>(request: impl Future<Output = Result<T, kamodo_client::Error>>) -> Result<T, Error> {
    Ok(block_on(request).map_err(Error::system("cannot start the client"))??)
}

fn print(text: &str) -> Result<ExitCode, Error> {
    answer::print(text).map(|_| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_and_expressions() {
        assert_eq!(definition("g(x)=f(x)+1"), Some(("g(x)", "f(x)+1")));
        assert_eq!(definition("g(x[m], y=2)[kg] = f(x)"), Some(("g(x[m], y=2)[kg]", "f(x)")));
        assert_eq!(definition("f(5)+1"), None);
        assert_eq!(definition("f(x=5)"), None);
        assert_eq!(definition("x >= 2"), None);
        assert_eq!(definition("x == 2"), None);
    }
}
