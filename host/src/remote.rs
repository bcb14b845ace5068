//! `kamodo-rpc call` and `eval`: a running server's functions from the shell.

use std::cell::Cell;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;
use kamodo_client::extension::Diagnostic;
use kamodo_client::{Client, Endpoint, Error as ClientError, Field, Options, Session, block_on};
use kamodo_expr::{Definition, Source};
use kamodo_units::{Factor, Unit};
use kamodo_value::Value;

use crate::argument::Argument;
use crate::cli::{Answer, Call, Cli, Completions, Eval};
use crate::quantity::Declared;
use crate::refused::{self, Given};
use crate::settings::RemoteFlags;
use crate::{Error, answer, argument, quantity, telemetry};

/// Calls one function and shows its result.
///
/// # Errors
/// [`Error`] if an argument cannot be read, the server cannot be reached, or it says no.
pub fn call(call: &Call) -> Result<ExitCode, Error> {
    answer::check(&call.answer)?;
    let arguments = argument::read_all(&call.name, &call.args)?;
    let given = Given::of(&arguments);
    let unit = call.answer.unit.as_ref();
    let result = run(async {
        let session = session(&call.remote, &call.answer);
        if !names_units(&arguments, unit) {
            let (args, kwargs) = split(arguments);
            return Ok(session.call(&call.name, &args, &kwargs).await?);
        }
        let declared = session.request(async |client| Declared::ask(client, &call.name).await).await?;
        let factor = unit.map(|unit| Ok::<_, Error>((declared.result(unit)?, unit))).transpose()?;
        let (args, kwargs) = split(declared.arguments(arguments)?);
        in_unit(session.call(&call.name, &args, &kwargs).await?, factor)
    });
    let result = result.map_err(|error| refused::of_call(error, &call.name, &given))?;
    answer::show(&result, &call.answer)
}

/// Whether an argument has a unit, or the result shall have one.
fn names_units(arguments: &[Argument], unit: Option<&Unit>) -> bool {
    unit.is_some() || arguments.iter().any(|argument| argument.unit.is_some())
}

/// Arguments without names, and those with one.
fn split(arguments: Vec<Argument>) -> (Vec<Value>, Vec<(String, Value)>) {
    let (mut args, mut kwargs) = (Vec::new(), Vec::new());
    for argument in arguments {
        match argument.name {
            Some(name) => kwargs.push((name, argument.value)),
            None => args.push(argument.value),
        }
    }
    (args, kwargs)
}

fn in_unit(result: Value, factor: Option<(Factor, &Unit)>) -> Result<Value, Error> {
    let Some((factor, unit)) = factor else { return Ok(result) };
    quantity::converted(&result, &factor, format!("result in `{}`", unit.declared()))
}

/// Defines a function for this one call, calls it and shows its result.
///
/// # Errors
/// [`Error`] if an argument cannot be read, the server cannot be reached, or it says no.
pub fn eval(eval: &Eval) -> Result<ExitCode, Error> {
    answer::check(&eval.answer)?;
    let arguments = argument::read_all("f", &eval.args)?;
    let sides = definition(&eval.expression);
    if sides.is_none() && arguments.iter().any(|argument| argument.name.is_none()) {
        return Err(Error::Unnamed {
            expression: eval.expression.clone(),
            arguments: arguments.into_iter().map(|argument| argument.text).collect(),
        });
    }
    let given = Given::of(&arguments);
    let is_warned = Cell::new(false);
    let result = run(async {
        let session = session(&eval.remote, &eval.answer);
        let evaluated = session.request(async |client| {
            match evaluate(client, eval, sides, &arguments, &is_warned).await {
                Err(Error::Client(error)) => Err(error), // the session may make the request again
                outcome => Ok(outcome),
            }
        });
        evaluated.await?
    });
    let result = result.map_err(|error| refused::of_expression(error, &eval.expression, &given))?;
    answer::show(&result, &eval.answer)
}

/// Defines a function, and tells what is to be said of it though the server takes it, once for all times that it is
/// sent. What is wrong with it, the server says. A hint that contains `unwritten` is about a left-hand side that nobody
/// wrote.
async fn define(
    client: &Client,
    lhs: &str,
    rhs: &str,
    is_warned: &Cell<bool>,
    unwritten: Option<&str>,
) -> Result<Field, ClientError> {
    let defined = client.define(lhs, rhs).await;
    if is_warned.replace(true) {
        return defined;
    }
    match &defined {
        Ok(field) if !field.warnings.is_empty() => {
            let is_about_unwritten = |warning: &&Diagnostic| {
                let shown = unwritten.zip(warning.hint.as_deref());
                shown.is_some_and(|(unwritten, hint)| hint.contains(unwritten))
            };
            let told = field.warnings.iter().filter(|warning| !is_about_unwritten(warning));
            told.for_each(|warning| telemetry::say(&warning.rendered));
        }
        // A server that is older sends no warnings, and one that refuses it none beside the error.
        _ => warn_of(lhs, rhs),
    }
    defined
}

/// Tells what is to be said of a definition whatever else is defined.
fn warn_of(lhs: &str, rhs: &str) {
    let source = |text: &str| Source::whole("definition", text);
    if let Ok(definition) = Definition::parse(&source(lhs), &source(rhs)) {
        definition.warnings().iter().for_each(|warning| telemetry::say(warning.render()));
    }
}

/// Evaluates an expression, over one connection.
async fn evaluate(
    client: &Client,
    eval: &Eval,
    sides: Option<(&str, &str)>,
    arguments: &[Argument],
    is_warned: &Cell<bool>,
) -> Result<Value, Error> {
    let mut arguments = arguments.to_vec();
    let unit = eval.answer.unit.as_ref();
    let names_units = names_units(&arguments, unit);
    // What has no unit on its left is declared in the one that is asked for, and the server converts to it.
    let is_declared = sides.is_some_and(|(lhs, _)| lhs.ends_with(']'));
    let bracketed = unit.filter(|_| !is_declared).map(|unit| format!("[{}]", unit.declared()));
    let bracketed = bracketed.unwrap_or_default();
    let mut field = match sides {
        Some((lhs, rhs)) => {
            let lhs = format!("{lhs}{bracketed}");
            define(client, &lhs, rhs, is_warned, None).await?
        }
        None => define_unnamed(client, &eval.expression, &arguments, &bracketed, is_warned).await?,
    };
    let mut factor = None;
    if let Some((lhs, _)) = sides
        && names_units
    {
        let declared = Declared::of(&field).await?;
        arguments = declared.arguments(arguments)?;
        match unit.filter(|_| is_declared) {
            // Of an angle, a share or a ratio the server says no unit, but it can convert it.
            Some(unit) if declared.is_plain() && unit.dimension().is_dimensionless() => {
                let name = free_name(client, "result", &field.name).await?;
                let names = declared.names().join(",");
                let own = lhs.split(['(', '[']).next().unwrap_or(lhs).trim();
                let lhs = format!("{name}({names})[{}]", unit.declared());
                field = client.define(&lhs, &format!("{own}({names})")).await?;
            }
            Some(unit) => factor = Some((declared.result(unit)?, unit)),
            None => {}
        }
    }
    let (args, kwargs) = split(arguments);
    let mut call = field.function.with(args.as_slice());
    for (name, value) in &kwargs {
        call = call.keyword(name, value);
    }
    if let Some(deadline) = eval.answer.deadline {
        call = call.within(deadline);
    }
    in_unit(call.answer().await?, factor)
}

/// Defines an expression without a name; its parameters are the arguments that are given, with their units. `unit` is
/// that of the result, in brackets.
async fn define_unnamed(
    client: &Client,
    rhs: &str,
    arguments: &[Argument],
    unit: &str,
    is_warned: &Cell<bool>,
) -> Result<Field, ClientError> {
    // What it is called in errors.
    let name = free_name(client, "expression", "").await?;
    let parameters = arguments.iter().map(|argument| {
        let unit = argument.unit.as_ref().map(|unit| format!("[{}]", unit.declared())).unwrap_or_default();
        format!("{}{unit}", argument.name.as_deref().unwrap_or_default())
    });
    let parameters = parameters.collect::<Vec<_>>().join(",");
    let lhs = format!("{name}({parameters}){unit}");
    // Without a unit that is asked for, the result is in its own.
    let unwritten = format!("{name}(");
    let unwritten = Some(&*unwritten).filter(|_| unit.is_empty());
    define(client, &lhs, rhs, is_warned, unwritten).await.map_err(|error| match error {
        ClientError::Remote { message, hint: Some(hint), overloaded }
            if hint.starts_with(&format!("did you mean `{name}(")) =>
        {
            let hint = Some("give each of its arguments as `name=value`".to_owned());
            ClientError::Remote { message, hint, overloaded }
        }
        error => error,
    })
}

/// Makes a name that no function has, neither a served one nor `other`.
async fn free_name(client: &Client, name: &str, other: &str) -> Result<String, ClientError> {
    let mut name = name.to_owned();
    let served = client.extension().describe().await?.functions;
    while name == other || served.iter().any(|function| function.name == name) {
        name.push('_');
    }
    Ok(name)
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

fn session(remote: &RemoteFlags, answer: &Answer) -> Session {
    let options = Options { deadline: answer.deadline, repeats: answer.retry, ..Options::default() };
    Session::new([endpoint(remote)], options)
}

pub(crate) fn endpoint(remote: &RemoteFlags) -> Endpoint {
    Endpoint::new(&remote.host, remote.port, &remote.certfile)
}

pub(crate) fn run<T>(request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    block_on(request).map_err(Error::system("cannot start the client"))?
}

pub(crate) fn print(text: &str) -> Result<ExitCode, Error> {
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
