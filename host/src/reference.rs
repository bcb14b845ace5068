//! `kamodo-rpc units` and `kamodo-rpc functions`: what the language knows, without a server.

use std::process::ExitCode;
use std::sync::Arc;

use kamodo_compute::Progress;
use kamodo_expr::{Accuracy, Definition, Facts, Source, Word};
use kamodo_registry::{Body, Snapshot};
use kamodo_units::{NamedUnit, Unit, suggest};
use kamodo_value::Value;
use serde_json::{Value as Json, json};

use crate::administer::facts;
use crate::cli::{Functions, Printed, TableFormat, Units};
use crate::remote::print;
use crate::table::{self, Column, Room};
use crate::{Error, answer, describe, shell, telemetry};

const UNITS: [Column; 5] = [
    Column::new("unit", 0, 1),
    Column::new("in SI", 0, 2),
    Column::new("dimension", 1, 3),
    Column::new("names", 2, 3),
    Column::new("prefixes", 3, 1),
];

const FUNCTIONS: [Column; 4] = [
    Column::new("function", 0, 2),
    Column::new("meaning", 0, 3),
    Column::new("example", 1, 2),
    Column::new("value", 2, 1),
];

/// Prints all units, or what one means.
///
/// # Errors
/// [`Error`] if a text is no unit, or nothing can be printed.
pub fn units(units: &Units) -> Result<ExitCode, Error> {
    let named = NamedUnit::all();
    let Some(text) = &units.text else {
        let rows = named.iter().map(|one| row(&one.unit, one.symbol, &one.names, one.has_prefixes));
        let json = named.iter().map(|one| json_of(&one.unit, one.symbol, &one.names));
        return show(units.printed, units.wide, &UNITS, rows, json);
    };
    let (unit, ambiguity) =
        Unit::read(text).map_err(|reason| match kamodo_expr::words().any(|word| word.name == *text) {
            true => Error::WordOfLanguage { name: text.clone() },
            false => Error::NotUnit { place: format!("unit `{text}`"), reason: Box::new(reason) },
        })?;
    if let Some(ambiguity) = &ambiguity {
        telemetry::say(format_args!("warning: {}\nhint: {}", ambiguity.message(), ambiguity.hint()));
    }
    let alike = named.into_iter().filter(|one| one.unit.dimension() == unit.dimension());
    let (same, others): (Vec<_>, Vec<_>) = alike.partition(|one| one.unit == unit);
    let names: Vec<_> = same.iter().flat_map(|one| one.names.clone()).collect();
    match units.printed.format() {
        TableFormat::Json => return print(&json_of(&unit, &unit.declared(), &names).to_string()),
        TableFormat::Csv => {
            let has_prefixes = same.iter().any(|one| one.has_prefixes);
            let row = row(&unit, &unit.declared(), &names, has_prefixes);
            return print(&answer::csv::table(&UNITS, [row]));
        }
        TableFormat::Text => {}
    }
    let sent = match unit.published() {
        None => "no text: it reads no number of this size".to_owned(),
        Some(sent) if sent.is_empty() => "a pure number".to_owned(),
        Some(sent) if unit.label().is_empty() => {
            format!("`{sent}` for an argument; a result is sent as a pure number")
        }
        Some(sent) => format!("`{sent}`"),
    };
    print(&facts([
        ("unit", unit.declared()),
        ("names", names.join(", ")),
        ("prefix", as_prefix(text.trim())),
        ("in SI", in_si(&unit)),
        ("dimension", unit.dimension().to_string()),
        ("published", sent),
        ("alike", others.iter().map(|one| one.symbol).collect::<Vec<_>>().join(", ")),
    ]))
}

/// A unit in the cells of a table.
fn row(unit: &Unit, symbol: &str, names: &[&str], has_prefixes: bool) -> Vec<String> {
    let prefixes = if has_prefixes { "yes" } else { "" };
    vec![symbol.to_owned(), in_si(unit), unit.dimension().to_string(), names.join(", "), prefixes.to_owned()]
}

/// What a text is before a unit, if it is also a prefix: `G`, `m`.
fn as_prefix(text: &str) -> String {
    kamodo_units::prefix(text)
        .map(|(name, exponent)| format!("before a unit `{text}` is {name}, 10^{exponent}"))
        .unwrap_or_default()
}

/// A unit as a number of base units of the SI.
fn in_si(unit: &Unit) -> String {
    let base = unit.dimension().base_unit();
    let Ok(factor) = unit.factor_to(&base) else { return format!("beyond a double, in {base}") };
    let number = Value::Float(factor.to_f64()).brief().to_string();
    let number = number.strip_suffix(".0").unwrap_or(&number);
    match (number, base.is_one()) {
        (number, true) => number.to_owned(),
        ("1", false) => base.to_string(),
        (number, false) => format!("{number} {base}"),
    }
}

fn json_of(unit: &Unit, symbol: &str, names: &[&str]) -> Json {
    let base = unit.dimension().base_unit();
    json!({
        "unit": symbol,
        "names": names,
        "factor": unit.factor_to(&base).ok().map(|factor| factor.to_f64()),
        "base": base.to_string(),
        "dimension": unit.dimension().to_string(),
        "published": unit.published(),
    })
}

/// Prints all functions and constants of the language, or what some of them are.
///
/// # Errors
/// [`Error`] if there is no such function, or nothing can be printed.
pub fn functions(functions: &Functions) -> Result<ExitCode, Error> {
    let words: Vec<Word> = kamodo_expr::words().collect();
    let found = |name: &String| match words.iter().find(|word| word.name == *name) {
        Some(word) => Ok(*word),
        None => Err(Error::NoWord { name: name.clone(), meant: meant(name, &words) }),
    };
    let chosen: Vec<Word> = match &functions.names[..] {
        [] => words.clone(),
        names => names.iter().map(found).collect::<Result<_, _>>()?,
    };
    if !functions.names.is_empty() && functions.printed.format() == TableFormat::Text {
        let each = chosen.iter().map(|word| {
            let value = shown(word);
            let (kind, value_of) = match word.parameters.is_empty() {
                true => ("constant", value),
                false => ("function", format!("{} = {value}", word.example)),
            };
            let known = word.facts();
            let of_facts = |fact: fn(Facts) -> String| known.clone().map(fact).unwrap_or_default();
            facts([
                (kind, call_form(word)),
                ("meaning", word.about.to_owned()),
                ("real", of_facts(|facts| facts.domain)),
                ("units", of_facts(|facts| facts.units)),
                ("error", of_facts(|facts| facts.accuracy.map(in_words).unwrap_or_default())),
                ("example", value_of),
            ])
        });
        return print(&each.collect::<Vec<_>>().join("\n\n"));
    }
    let rows = chosen
        .iter()
        .map(|word| vec![call_form(word), word.about.to_owned(), word.example.to_owned(), shown(word)]);
    let json = chosen.iter().map(|word| {
        let known = word.facts();
        json!({
            "name": word.name,
            "parameters": word.parameters,
            "about": word.about,
            "real": known.as_ref().map(|facts| &facts.domain),
            "units": known.as_ref().map(|facts| &facts.units),
            "error": known.as_ref().and_then(|facts| facts.accuracy).map(in_words),
            "example": word.example,
            "value": evaluated(word).as_ref().map(describe::value),
        })
    });
    show(functions.printed, functions.wide, &FUNCTIONS, rows, json)
}

fn in_words(accuracy: Accuracy) -> String {
    format!("{:e}: {}", accuracy.bound, accuracy.range)
}

/// What to do about a name that the language does not have: a call or a name of a module is looked for by its name alone,
/// and what another language has is shown as it is written here.
fn meant(text: &str, words: &[Word]) -> Option<String> {
    let name = text.split('(').next().unwrap_or(text).trim();
    let name = name.rsplit('.').next().unwrap_or(name);
    if let Some((call, form)) = kamodo_expr::form_of(name) {
        return Some(format!("`{call}` is written `{form}`"));
    }
    if name == text && Unit::parse(text).is_ok() {
        return Some(format!("it is a unit, see `kamodo-rpc units {}`", shell::quoted(text)));
    }
    let known = words.iter().map(|word| word.name);
    let similar = known.clone().find(|known| *known == name).or_else(|| suggest(name, known));
    similar.map(|similar| format!("did you mean `{similar}`?"))
}

fn call_form(word: &Word) -> String {
    match word.parameters {
        "" => word.name.to_owned(),
        parameters => format!("{}({parameters})", word.name),
    }
}

fn shown(word: &Word) -> String {
    evaluated(word).map(|value| value.brief().to_string()).unwrap_or_default()
}

/// The value of a word's example; none if it has none, as infinity without a sign.
fn evaluated(word: &Word) -> Option<Value> {
    let side = |text: &str| Source::whole("example", text);
    let definition = Definition::parse(&side("example()"), &side(word.example)).ok()?;
    let function = kamodo_registry::define(&definition, &Snapshot::default(), &[]).ok()?;
    let Body::Program { program, .. } = &function.body else { return None };
    match Arc::clone(program).start(Vec::new()).resume(&|| false) {
        Ok(Progress::Done(value)) => Some(value),
        _ => None,
    }
}

fn show(
    printed: Printed<TableFormat>,
    is_wide: bool,
    columns: &[Column],
    rows: impl Iterator<Item = Vec<String>>,
    json: impl Iterator<Item = Json>,
) -> Result<ExitCode, Error> {
    print(&match printed.format() {
        TableFormat::Json => Json::Array(json.collect()).to_string(),
        TableFormat::Csv => answer::csv::table(columns, rows),
        TableFormat::Text => table::of(columns, rows, Room::of_output(is_wide, "--wide")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_has_a_value() {
        let without: Vec<_> =
            kamodo_expr::words().filter(|word| evaluated(word).is_none()).map(|word| word.name).collect();
        assert_eq!(without, ["zoo"]);
    }

    #[test]
    fn units_in_the_si() {
        let check = |text: &str, expect: &str| assert_eq!(in_si(&Unit::parse(text).unwrap()), expect);
        check("nT", "1e-09 kg/(A*s**2)");
        check("hour", "3600 s");
        check("kg", "kg");
        check("deg", "0.017453292519943295");
        check("1", "1");
    }
}
