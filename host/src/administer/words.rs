//! What a server says of itself, in words.

use kamodo_client::extension::{
    Cause, Condition, Description, Diagnostic, Function, Origin, Pins, Publication, Stands, State,
};
use kamodo_expr::shortened;

use crate::moment;

/// Says whether a function can be called, and whether it is what is on disk.
pub(crate) fn state(function: &Function, origin: Option<&Origin>) -> String {
    let stands = origin.map_or(&Stands::Served, |origin| &origin.stands);
    match (&function.state, stands) {
        (State::Waiting(names), _) => {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("waits for {}", names.join(", "))
        }
        (State::Unfit, _) => "does not fit what it calls".to_owned(),
        (State::Served, Stands::Served) => "served".to_owned(),
        (State::Served, Stands::Away(_)) => "away".to_owned(),
        (State::Served, Stands::Partly(_)) => "served".to_owned(),
        (State::Unserved, Stands::Partly(_)) => "left out".to_owned(),
        (State::Served, Stands::Refused(_)) => "served, a newer file is refused".to_owned(),
        (State::Served, Stands::Pinned) => "served, pinned".to_owned(),
        (State::Served, Stands::RolledBack) => "served, rolled back".to_owned(),
        (State::Unserved, Stands::Pinned) => "held by a pin".to_owned(),
        (State::Unserved, Stands::RolledBack) => "held by a rollback".to_owned(),
        (State::Unserved, _) => "refused".to_owned(),
    }
}

/// Lists what is known of something, a line each, without what is not known.
pub(crate) fn facts<const N: usize>(facts: [(&str, String); N]) -> String {
    let facts = facts.into_iter().filter(|(_, said)| !said.is_empty());
    let facts = facts.map(|(fact, said)| format!("{:12}{}", format!("{fact}:"), said.replace('\n', INDENT)));
    facts.collect::<Vec<_>>().join("\n")
}

/// What stands before the further lines of a fact.
const INDENT: &str = "\n            ";

/// Says where a function comes from.
pub(super) fn origin(origin: &Origin, line: Option<usize>) -> String {
    let place = match line {
        Some(line) => format!("{}:{line}", origin.file),
        None => origin.file.clone(),
    };
    if origin.name.is_empty() {
        return place;
    }
    let digest: String = origin.digest.chars().take(8).collect();
    format!("{} {} ({place}, {digest})", origin.name, origin.version)
}

/// Lists functions: of more than fifty the first fifty, and how many more there are.
fn some(names: &[String]) -> String {
    const MAX: usize = 50;
    let shown = names.iter().take(MAX).map(|name| shortened(name)).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX) {
        0 => shown,
        n_more => format!("{shown} and {n_more} more"),
    }
}

/// Says why an origin is not served as it is on disk, in a line, and with the reasons below it.
pub(super) fn unserved(origin: &Origin) -> Option<String> {
    let brings = match &origin.unserved[..] {
        [] => String::new(),
        names => format!(" (it has {})", some(names)),
    };
    let file = &origin.file;
    Some(match &origin.stands {
        Stands::Served => return None,
        Stands::Pinned => format!("{file}: changed, and waits for `kamodo-rpc unpin`{brings}"),
        Stands::RolledBack => format!("{file}: waits for `kamodo-rpc reload`, or its next change{brings}"),
        Stands::Away(cause) => format!("{file}: not reachable: {cause}"),
        Stands::Refused(diagnostics) => format!("{file}: refused{brings}") + &below(diagnostics),
        Stands::Partly(diagnostics) => {
            format!("{file}: served but for {}", some(&origin.unserved)) + &below(diagnostics)
        }
    })
}

/// Lists the first of the functions that are not served as they are on disk, with the reasons; nothing if all are.
pub(super) fn held(description: &Description) -> Option<String> {
    const MAX: usize = 3;
    let states = description.functions.iter().filter_map(|function| {
        let state = state(function, description.origin_of(function));
        let is_as_on_disk = matches!(&*state, "served" | "away");
        (!is_as_on_disk).then(|| format!("{} ({state})", shortened(&function.name)))
    });
    let states: Vec<_> = states.collect();
    let shown = states.iter().take(MAX).cloned().collect::<Vec<_>>().join(", ");
    match states.len().saturating_sub(MAX) {
        _ if states.is_empty() => None,
        0 => Some(shown),
        n_more => Some(format!("{shown} and {n_more} more: see `kamodo-rpc status`")),
    }
}

/// Shows diagnostics below the line that they are about.
fn below(diagnostics: &[Diagnostic]) -> String {
    let lines = diagnostics.iter().flat_map(|diagnostic| diagnostic.rendered.lines());
    lines.map(|line| format!("\n  {line}")).collect()
}

/// Says what is wrong with the process as a whole.
pub(super) fn condition(condition: &Condition) -> String {
    let times = match condition.count {
        0 | 1 => String::new(),
        count => format!(" ({count} times)"),
    };
    let hint = condition.hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
    format!("since {}: {}{times}{hint}", moment::rfc3339(condition.since), condition.message)
}

/// Says what may not change; nothing where everything may.
pub(super) fn pins(pins: &Pins) -> Option<String> {
    if pins.is_empty() {
        return None;
    }
    Some(format!("pinned: {}", if pins.everything { "everything".to_owned() } else { pins.files.join(", ") }))
}

pub(super) fn cause(cause: Cause) -> String {
    match cause {
        Cause::Files => "files".to_owned(),
        Cause::Reload => "reload".to_owned(),
        Cause::Rollback(to) => format!("rollback to {to}"),
        Cause::Unpin => "unpin".to_owned(),
        Cause::Upstreams => "upstreams".to_owned(),
    }
}

/// Says what a publication changed, such as `came f(x); went g(x)`.
pub(super) fn changes(publication: &Publication) -> String {
    let changed: Vec<_> = publication
        .changed
        .iter()
        .map(|one| match one.before == one.after {
            true => one.after.clone(),
            false => format!("{} (was {})", one.after, one.before),
        })
        .collect();
    let parts = [("came", &publication.came), ("went", &publication.went), ("changed", &changed)];
    let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
    let parts: Vec<_> = parts.map(|(what, names)| format!("{what} {}", names.join(", "))).collect();
    if parts.is_empty() { "nothing changed".to_owned() } else { parts.join("; ") }
}

/// Says when and why a generation came.
pub(super) fn generation(publication: &Publication) -> String {
    format!(
        "generation {} of {} ({}, {})",
        publication.generation,
        moment::rfc3339(publication.at),
        moment::ago(publication.at),
        cause(publication.cause)
    )
}

/// Counts, such as `1 function` or `2 functions`.
pub(super) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
