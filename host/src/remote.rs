//! `kamodo-rpc list` and `call`: a running server's functions from the shell.

use std::io::Write as _;
use std::process::ExitCode;

use kamodo_client::extension::{Description, State};
use kamodo_client::{Client, Endpoint, block_on};
use kamodo_value::Value;

use crate::cli::Call;
use crate::settings::RemoteFlags;
use crate::{Error, administer, argument, describe, table};

/// Prints a table of what a running server serves.
///
/// # Errors
/// [`Error`] where the server cannot be reached or does not answer.
pub fn list(remote: &RemoteFlags) -> Result<ExitCode, Error> {
    let text = run(async {
        let client = Client::connect(&endpoint(remote)).await?;
        match client.extension().describe().await {
            Err(kamodo_client::Error::NoExtension) => published_list(&client).await,
            description => Ok(own_list(&description?)),
        }
    })?;
    print(&text)
}

/// What our server says in one answer.
fn own_list(description: &Description) -> String {
    let served = description.functions.iter().filter(|function| function.state != State::Unserved);
    let rows = served.map(|function| {
        let names: Vec<_> = function.arguments.iter().map(|argument| argument.name.as_str()).collect();
        let has_units = function.arguments.iter().any(|argument| !argument.units.is_empty());
        let units = function.arguments.iter().filter(|_| has_units);
        let units: Vec<_> = units.map(|argument| format!("{}: {}", argument.name, argument.units)).collect();
        let origin = description.origin_of(function);
        [
            format!("{}({})", function.name, names.join(", ")),
            function.units.clone(),
            units.join(", "),
            function.equation.clone(),
            function.citation.clone(),
            administer::state(function, origin),
            origin.map(|origin| origin.file.clone()).unwrap_or_default(),
        ]
    });
    table::rows(rows, ["symbol", "units", "arg_units", "equation", "citation", "state", "origin"])
}

/// What the published server says, function by function.
async fn published_list(client: &Client) -> Result<String, kamodo_client::Error> {
    let mut rows = Vec::new();
    for field in client.fields().await? {
        let parameters = field.function.parameters().await?;
        let names: Vec<_> = parameters.into_iter().map(|parameter| parameter.name).collect();
        let units: Vec<_> = field.arg_units.iter().map(|(name, unit)| format!("{name}: {unit}")).collect();
        let symbol = format!("{}({})", field.name, names.join(", "));
        rows.push([symbol, field.units, units.join(", "), field.equation, field.citation]);
    }
    Ok(table::rows(rows, ["symbol", "units", "arg_units", "equation", "citation"]))
}

/// Calls one function and prints its result.
///
/// # Errors
/// [`Error`] where an argument cannot be read, the server cannot be reached, or it says no.
pub fn call(call: &Call) -> Result<ExitCode, Error> {
    let (mut args, mut kwargs) = (Vec::new(), Vec::new());
    for text in &call.args {
        let (name, value) = argument::keyword(text);
        let value =
            argument::read(value).map_err(|reason| Error::Argument { argument: text.clone(), reason })?;
        match name {
            Some(name) => kwargs.push((name.to_owned(), value)),
            None => args.push(value),
        }
    }
    let result = run(async {
        let client = Client::connect(&endpoint(&call.remote)).await?;
        client.call(&call.name, &args, &kwargs).await
    })?;
    print(&shown(&result))
}

fn endpoint(remote: &RemoteFlags) -> Endpoint {
    Endpoint::new(&remote.host, remote.port, &remote.certfile)
}

fn run<T>(request: impl Future<Output = Result<T, kamodo_client::Error>>) -> Result<T, Error> {
    Ok(block_on(request).map_err(Error::system("cannot start the client"))??)
}

/// A result as people write it: text without quotes, integers of any size, the rest as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Int(integer) => integer.to_string(),
        other => match describe::value(other) {
            serde_json::Value::String(text) => text,
            json => json.to_string(),
        },
    }
}

fn print(text: &str) -> Result<ExitCode, Error> {
    writeln!(std::io::stdout(), "{text}").map_err(Error::system("cannot write to standard output"))?;
    Ok(ExitCode::SUCCESS)
}
