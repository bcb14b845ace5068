//! `kamodo-rpc status`: what is running, since when, and what is not and why.

use std::process::ExitCode;

use kamodo_client::Error as ClientError;
use kamodo_client::extension::{Description, Function, Publication};
use serde_json::json;

use super::{json, print, reach, run, words};
use crate::cli::Status;
use crate::table::{self, Column, Room};
use crate::{Error, moment};

const FUNCTIONS: [Column; 4] = [
    Column::new("function", 0, 3),
    Column::new("state", 1, 3),
    Column::new("since", 3, 1),
    Column::new("origin", 2, 3),
];

const GENERATIONS: [Column; 6] = [
    Column::new("generation", 0, 1),
    Column::new("at", 1, 1),
    Column::new("cause", 2, 1),
    Column::new("functions", 3, 1),
    Column::new("rollback", 4, 1),
    Column::new("changes", 0, usize::MAX),
];

/// Prints what a running server serves, or everything about one function, or its generations.
///
/// # Errors
/// [`Error`] where no server answers, or it has no such function.
pub fn status(status: &Status) -> Result<ExitCode, Error> {
    let as_json = status.server.printed.is_json();
    let room = Room::of_output(status.wide, "--wide");
    let text = run(async {
        let reached = reach(&status.server).await?;
        let extension = reached.extension();
        if status.generations {
            let generations = extension.generations().await?;
            let listed = || generations.iter().map(json::remembered).collect::<Vec<_>>();
            return Ok(if as_json { format!("{:#}", json!(listed())) } else { listing(&generations, room) });
        }
        let description = reached.describe().await?;
        match &status.name {
            None if as_json => Ok(format!("{:#}", json::description(&description))),
            None => Ok(overview(&description, room)),
            Some(name) => {
                let function = find(&description, name)?;
                let origin = description.origin_of(function);
                Ok(if as_json {
                    format!("{:#}", json::function(function, origin))
                } else {
                    everything(&description, function)
                })
            }
        }
    })?;
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn find<'a>(description: &'a Description, name: &str) -> Result<&'a Function, Error> {
    description.functions.iter().find(|function| function.name == name).ok_or_else(|| {
        let served = description.functions.iter().map(|function| function.name.clone()).collect();
        ClientError::Unknown { name: name.to_owned(), served }.into()
    })
}

fn overview(description: &Description, room: Room) -> String {
    let rows = description.functions.iter().map(|function| {
        let origin = description.origin_of(function);
        let shown = if function.declaration.is_empty() { &function.name } else { &function.declaration };
        vec![
            shown.clone(),
            words::state(function, origin),
            function.since.map(|(generation, _)| generation.to_string()).unwrap_or_default(),
            origin.map(|origin| words::origin(origin, function.line)).unwrap_or_default(),
        ]
    });
    let mut parts = vec![table::of(&FUNCTIONS, rows, room)];
    parts.extend(description.origins.iter().filter_map(words::unserved));
    if !description.conditions.is_empty() {
        let conditions: Vec<_> = description.conditions.iter().map(words::condition).collect();
        parts.push(conditions.join("\n"));
    }
    let mut last = vec![];
    last.extend(words::pins(&description.pins));
    last.push(format!(
        "{}: {}; kamodo-rpc {}, up {}",
        words::generation(&description.generation),
        words::counted(description.generation.n_functions, "function"),
        description.version,
        moment::span(description.uptime)
    ));
    parts.push(last.join("\n"));
    parts.join("\n\n")
}

/// Says everything about one function.
pub(crate) fn everything(description: &Description, function: &Function) -> String {
    let origin = description.origin_of(function);
    let since = |(generation, at)| {
        format!("generation {generation} of {} ({})", moment::rfc3339(at), moment::ago(at))
    };
    let definition = match function.rhs.is_empty() {
        true => String::new(),
        false => format!("{} = {}", function.lhs, function.rhs),
    };
    let defaults: Vec<_> = function
        .arguments
        .iter()
        .filter_map(|one| Some(format!("{}={}", one.name, one.default.as_ref()?.brief())))
        .collect();
    let through: Vec<_> = function.route.iter().map(|hop| hop.address.as_str()).collect();
    let facts = [
        ("function", function.declaration.clone()),
        ("state", words::state(function, origin)),
        ("definition", definition),
        ("defaults", defaults.join(", ")),
        ("equation", function.equation.clone()),
        ("origin", origin.map(|origin| words::origin(origin, function.line)).unwrap_or_default()),
        ("through", through.join(" → ")),
        ("since", function.since.map(since).unwrap_or_default()),
        ("citation", function.citation.clone()),
        ("doc", function.doc.clone()),
    ];
    let mut parts = vec![words::facts(facts)];
    parts.extend(origin.and_then(words::unserved));
    parts.join("\n\n")
}

/// The generations, the newest first.
fn listing(generations: &[Publication], room: Room) -> String {
    let rows = generations.iter().rev().map(|one| {
        vec![
            one.generation.to_string(),
            moment::rfc3339(one.at),
            words::cause(one.cause),
            one.n_functions.to_string(),
            if one.is_kept { "kept" } else { "" }.to_owned(),
            words::changes(one),
        ]
    });
    table::of(&GENERATIONS, rows, room)
}
