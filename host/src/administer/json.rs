//! What a server says of itself, as JSON.

use kamodo_client::Receipt;
use kamodo_client::extension::{
    Cause, Condition, Description, Diagnostic, Event, Function, Origin, Pins, Publication, Standing, Stands,
    State,
};
use serde_json::{Value as Json, json};

use super::words;
use crate::{describe, moment};

pub(super) fn description(description: &Description) -> Json {
    let function = |one| function(one, description.origin_of(one));
    json!({
        "version": description.version,
        "uptime_s": description.uptime.as_secs_f64(),
        "generation": publication(&description.generation),
        "functions": description.functions.iter().map(function).collect::<Vec<_>>(),
        "origins": description.origins.iter().map(origin).collect::<Vec<_>>(),
        "pins": pins(&description.pins),
        "conditions": description.conditions.iter().map(condition).collect::<Vec<_>>(),
    })
}

fn condition(condition: &Condition) -> Json {
    json!({
        "message": condition.message,
        "hint": condition.hint,
        "count": condition.count,
        "since": moment::rfc3339(condition.since),
    })
}

/// A function; of its origin as much as says which one it is.
pub(super) fn function(function: &Function, origin: Option<&Origin>) -> Json {
    let waits_for = match &function.state {
        State::Waiting(names) => names.as_slice(),
        State::Served | State::Unserved | State::Unfit => &[],
    };
    let arguments = function.arguments.iter().map(|argument| {
        let mut shown = json!({ "name": argument.name, "units": argument.units });
        if let Some(default) = &argument.default {
            shown["default"] = describe::value(default);
        }
        shown
    });
    json!({
        "name": function.name,
        "state": match &function.state {
            State::Served => "served",
            State::Waiting(_) => "waiting",
            State::Unserved => "unserved",
            State::Unfit => "unfit",
        },
        "state_in_words": words::state(function, origin),
        "waits_for": waits_for,
        "declaration": function.declaration,
        "lhs": function.lhs,
        "rhs": function.rhs,
        "units": function.units,
        "unit": function.unit,
        "arguments": arguments.collect::<Vec<_>>(),
        "equation": function.equation,
        "citation": function.citation,
        "doc": function.doc,
        "hidden_args": function.hidden_args,
        "through": function.route.iter().map(|hop| hop.address.as_str()).collect::<Vec<_>>(),
        "origin": origin.map(|origin| json!({
            "kind": origin.kind,
            "file": origin.file,
            "line": function.line,
            "name": origin.name,
            "version": origin.version,
            "digest": origin.digest,
        })),
        "since": function.since.map(|(generation, at)| json!({
            "generation": generation,
            "at": moment::rfc3339(at),
        })),
    })
}

pub(super) fn publication(publication: &Publication) -> Json {
    let changed = publication.changed.iter().map(|one| json!({ "before": one.before, "after": one.after }));
    let mut shown = json!({
        "generation": publication.generation,
        "at": moment::rfc3339(publication.at),
        "cause": match publication.cause {
            Cause::Files => "files",
            Cause::Reload => "reload",
            Cause::Rollback(_) => "rollback",
            Cause::Unpin => "unpin",
            Cause::Upstreams => "upstreams",
        },
        "came": publication.came,
        "went": publication.went,
        "changed": changed.collect::<Vec<_>>(),
        "n_functions": publication.n_functions,
    });
    if let Cause::Rollback(to) = publication.cause {
        shown["to"] = to.into();
    }
    shown
}

/// A publication among others, of which not every one can be gone back to.
pub(super) fn remembered(one: &Publication) -> Json {
    let mut shown = publication(one);
    shown["is_kept"] = one.is_kept.into();
    shown
}

/// An event in one line.
pub(super) fn event(event: &Event) -> Json {
    match event {
        Event::Published(one) => tagged("published", publication(one)),
        Event::Missed(range) => json!({ "event": "missed", "first": range.start(), "last": range.end() }),
        Event::Standing(one) => tagged("standing", standing(one)),
    }
}

pub(super) fn receipt(receipt: &Receipt) -> Json {
    json!({
        "generation": receipt.generation,
        "is_new": receipt.is_new,
        "diagnostics": receipt.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
        "pins": pins(&receipt.pins),
    })
}

fn tagged(event: &str, mut shown: Json) -> Json {
    shown["event"] = event.into();
    shown
}

fn standing(standing: &Standing) -> Json {
    json!({
        "unserved": standing.unserved.iter().map(origin).collect::<Vec<_>>(),
        "pins": pins(&standing.pins),
    })
}

fn origin(origin: &Origin) -> Json {
    let (stands, diagnostics) = match &origin.stands {
        Stands::Served => ("served", &[][..]),
        Stands::Refused(diagnostics) => ("refused", &diagnostics[..]),
        Stands::Partly(diagnostics) => ("partly served", &diagnostics[..]),
        Stands::Pinned => ("pinned", &[][..]),
        Stands::RolledBack => ("rolled back", &[][..]),
        Stands::Away(_) => ("away", &[][..]),
    };
    json!({
        "kind": origin.kind,
        "file": origin.file,
        "name": origin.name,
        "version": origin.version,
        "digest": origin.digest,
        "state": stands,
        "cause": if let Stands::Away(cause) = &origin.stands { Some(cause) } else { None },
        "diagnostics": diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
        "unserved": origin.unserved,
    })
}

fn pins(pins: &Pins) -> Json {
    json!({ "everything": pins.everything, "files": pins.files })
}

fn diagnostic(diagnostic: &Diagnostic) -> Json {
    json!({
        "severity": if diagnostic.is_error { "error" } else { "warning" },
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": diagnostic.file,
        "function": diagnostic.function,
        "line": diagnostic.position.map(|(line, _)| line),
        "column": diagnostic.position.map(|(_, column)| column),
    })
}
