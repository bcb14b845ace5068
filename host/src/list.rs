//! `kamodo-rpc list`: what a running server serves, as a table or one function after another.

use std::process::ExitCode;
use std::time::Duration;

use kamodo_client::extension::{Description, Function, State};
use kamodo_client::{Client, Error as ClientError};
use kamodo_value::Value;
use serde_json::{Map, Value as Json, json};
use tokio::time::timeout;

use crate::cli::{List, TableFormat};
use crate::remote::{endpoint, print, run};
use crate::table::{self, Column, Room};
use crate::{Error, administer, answer, describe};

/// One function of a list.
#[derive(Clone)]
struct Listed {
    name: String,
    parameters: Vec<(String, Option<Value>)>,
    /// The unit of the result as Kamodo shows it, and as it is declared.
    units: String,
    unit: String,
    arg_units: Vec<(String, String)>,
    equation: String,
    citation: String,
    /// What only our server says.
    own: Option<Own>,
}

#[derive(Clone)]
struct Own {
    state: String,
    origin: String,
    doc: String,
    /// Everything about it, for people; empty if it was not asked for by name.
    everything: String,
}

/// How long a server may take to say what it serves. The published one is asked function by function.
const LIMIT: Duration = Duration::from_secs(60);

const COLUMNS: [Column; 7] = [
    Column::new("symbol", 0, 3),
    Column::new("units", 2, 1),
    Column::new("arg_units", 3, 3),
    Column::new("equation", 5, 3),
    Column::new("citation", 6, 3),
    Column::new("state", 1, 3),
    Column::new("origin", 4, 3),
];

/// How many of the columns the published server fills.
const PUBLISHED: usize = 5;

/// Prints what a running server serves.
///
/// # Errors
/// [`Error`] if the server cannot be reached or does not answer, or has no such function.
pub fn list(list: &List) -> Result<ExitCode, Error> {
    let listed = run(async {
        let listed = async {
            let client = Client::connect(&endpoint(&list.remote)).await?;
            match client.extension().describe().await {
                Err(ClientError::NoExtension) => published(&client).await,
                description => Ok(own(&description?, &list.names)),
            }
        };
        let late = |_| ClientError::Late { what: "the server".to_owned(), after: LIMIT };
        Ok(timeout(LIMIT, listed).await.map_err(late).flatten()?)
    })?;
    let is_own = listed.iter().any(|function| function.own.is_some());
    let chosen = chosen(listed, &list.names)?;
    let columns = if is_own { &COLUMNS[..] } else { &COLUMNS[..PUBLISHED] };
    let rows = || chosen.iter().map(|function| function.cells(columns.len()));
    print(&match list.printed.format() {
        TableFormat::Json => Json::Array(chosen.iter().map(Listed::json).collect()).to_string(),
        TableFormat::Csv => answer::csv::table(columns, rows()),
        TableFormat::Text if list.names.is_empty() => {
            table::of(columns, rows(), Room::of_output(list.wide, "kamodo-rpc list --wide"))
        }
        TableFormat::Text => chosen.iter().map(Listed::everything).collect::<Vec<_>>().join("\n\n"),
    })
}

/// Takes the functions of these names in their order, or all of them if there is none.
fn chosen(listed: Vec<Listed>, names: &[String]) -> Result<Vec<Listed>, Error> {
    if names.is_empty() {
        return Ok(listed);
    }
    let chosen = names.iter().map(|name| {
        let found = listed.iter().find(|function| function.name == *name).cloned();
        let served = || listed.iter().map(|function| function.name.clone()).collect();
        found.ok_or_else(|| {
            let unknown = ClientError::Unknown { name: name.clone(), served: served() };
            match name.split_once('(') {
                Some((function, _)) if listed.iter().any(|one| one.name == function) => {
                    Error::Meant { error: Box::new(unknown), hint: format!("did you mean `{function}`?") }
                }
                _ => unknown.into(),
            }
        })
    });
    chosen.collect()
}

/// What our server says in one answer.
fn own(description: &Description, names: &[String]) -> Vec<Listed> {
    let served = description.functions.iter().filter(|function| function.state != State::Unserved);
    served.map(|function| Listed::own(description, function, names.contains(&function.name))).collect()
}

/// What the published server says, function by function.
async fn published(client: &Client) -> Result<Vec<Listed>, ClientError> {
    let mut listed = Vec::new();
    for field in client.fields().await? {
        let parameters = field.function.parameters().await?;
        listed.push(Listed {
            name: field.name,
            parameters: parameters.into_iter().map(|one| (one.name, one.default)).collect(),
            unit: field.units.clone(),
            units: field.units,
            arg_units: field.arg_units,
            equation: field.equation,
            citation: field.citation,
            own: None,
        });
    }
    Ok(listed)
}

// === impl Listed ===

impl Listed {
    fn own(description: &Description, function: &Function, is_named: bool) -> Self {
        let has_units = function.arguments.iter().any(|argument| !argument.units.is_empty());
        let with_units = function.arguments.iter().filter(|_| has_units);
        let origin = description.origin_of(function);
        Self {
            name: function.name.clone(),
            parameters: function
                .arguments
                .iter()
                .map(|one| (one.name.clone(), one.default.clone()))
                .collect(),
            units: function.units.clone(),
            unit: function.unit.clone(),
            arg_units: with_units.map(|one| (one.name.clone(), one.units.clone())).collect(),
            equation: function.equation.clone(),
            citation: function.citation.clone(),
            own: Some(Own {
                state: administer::state(function, origin),
                origin: origin.map(|origin| origin.file.clone()).unwrap_or_default(),
                doc: function.doc.clone(),
                everything: if is_named {
                    administer::everything(description, function)
                } else {
                    String::new()
                },
            }),
        }
    }

    fn call_form(&self) -> String {
        let parameters = self.parameters.iter();
        table::call_form(&self.name, parameters.map(|(name, default)| (name.as_str(), default.as_ref())))
    }

    /// The cells of the first columns.
    fn cells(&self, n_columns: usize) -> Vec<String> {
        let units = self.arg_units.iter().filter(|(_, unit)| !unit.is_empty());
        let units: Vec<_> = units.map(|(name, unit)| format!("{name}: {unit}")).collect();
        let own = |said: fn(&Own) -> &String| self.own.as_ref().map(said).cloned().unwrap_or_default();
        let mut cells = vec![
            self.call_form(),
            self.unit.clone(),
            units.join(", "),
            self.equation.clone(),
            self.citation.clone(),
            own(|own| &own.state),
            own(|own| &own.origin),
        ];
        cells.truncate(n_columns);
        cells
    }

    fn json(&self) -> Json {
        let names: Vec<_> = self.parameters.iter().map(|(name, _)| name.as_str()).collect();
        let parameters = self.parameters.iter();
        let defaults =
            describe::defaults(parameters.map(|(name, default)| (name.as_str(), default.as_ref())));
        let arg_units: Map<_, _> =
            self.arg_units.iter().map(|(name, unit)| (name.clone(), unit.clone().into())).collect();
        let mut shown = json!({
            "symbol": format!("{}({})", self.name, names.join(", ")),
            "units": self.units,
            "arg_units": arg_units,
            "equation": self.equation,
            "citation": self.citation,
        });
        if let Some(own) = &self.own {
            shown["state"] = own.state.clone().into();
            shown["origin"] = own.origin.clone().into();
            shown["unit"] = self.unit.clone().into();
            shown["doc"] = own.doc.clone().into();
        }
        shown["name"] = self.name.clone().into();
        shown["defaults"] = defaults.into();
        shown
    }

    fn everything(&self) -> String {
        if let Some(own) = &self.own {
            return own.everything.clone();
        }
        let units: Vec<_> = self.arg_units.iter().map(|(name, unit)| format!("{name}: {unit}")).collect();
        administer::facts([
            ("function", self.call_form()),
            ("units", self.units.clone()),
            ("arguments", units.join(", ")),
            ("equation", self.equation.clone()),
            ("citation", self.citation.clone()),
        ])
    }
}
