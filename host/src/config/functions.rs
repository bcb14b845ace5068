//! `!Kamodo`: functions in Kamodo's own syntax.

use std::collections::{HashMap, HashSet};

use kamodo_expr::{Definition, Source};
use kamodo_units::suggest;

use super::reading::{Entries, Reading, is_nothing, keep_one, one_of, text, written};
use crate::yaml::{Kind, Meaning, Node};

const FUNCTIONS: Entries = Entries { what: "functions", said: "defined", or_else: ", or rename one" };

/// What the entries of a function are called that is written as a map.
const PARTS: Entries = Entries { what: "parts", said: "written", or_else: "" };

/// The keys of such a map.
const KEYS: [&str; 3] = ["expression", "doc", "citation"];

/// The functions of one file.
#[derive(Default)]
pub(super) struct Functions {
    definitions: Vec<Definition>,
    /// Where each of them is, by its name.
    places: HashMap<String, usize>,
    /// The functions that are defined, but wrongly.
    broken: HashSet<String>,
    /// Each key, without blanks, with the line where it stands.
    keys: HashMap<String, usize>,
}

// === impl Functions ===

impl Functions {
    /// Reads a document, besides those that were read before.
    pub(super) fn read(&mut self, reading: &mut Reading<'_>, document: &Node) {
        for (key, value) in reading.entries(document, &FUNCTIONS) {
            let (lhs, rhs) = (left(reading, &key), described(reading, &key, &value));
            let (Some(lhs), Some(Described { expression: rhs, doc, citation })) = (lhs, rhs) else {
                self.broken.extend(text(&key).map(name_of));
                continue;
            };
            let line = reading.line(&key.span);
            // The key counts even where what stands behind it is wrong.
            let first = self.keys.insert(lhs.text.split_whitespace().collect(), line);
            match Definition::parse(lhs, &rhs).map(|parsed| parsed.with_description(&doc, &citation)) {
                Ok(definition) => match first {
                    Some(first) => refuse_second(reading, &definition, first, line),
                    None => self.define(reading, definition, line),
                },
                Err(diagnostics) => {
                    reading.diagnostics.extend(diagnostics);
                    self.broken.insert(name_of(&lhs.text));
                }
            }
        }
    }

    /// Takes a definition. One with another left-hand side, of a name that is defined above, replaces that
    /// in its place, as published: a user may first write `f`, and its units further down.
    fn define(&mut self, reading: &mut Reading<'_>, definition: Definition, line: usize) {
        let earlier = self.places.get(definition.name()).and_then(|&place| self.definitions.get_mut(place));
        let Some(earlier) = earlier else {
            self.places.insert(definition.name().to_owned(), self.definitions.len());
            return self.definitions.push(definition);
        };
        let first = earlier.lhs().position(0).line;
        let lhs = definition.lhs();
        let warning = lhs
            .error(0..lhs.text.len(), format!("replaces `{}`, defined on line {first}", earlier.lhs().text))
            .into_warning()
            .with_function(definition.name())
            .with_hint(keep_one(first, line) + FUNCTIONS.or_else);
        reading.diagnostics.push(warning);
        *earlier = definition;
    }

    /// Returns the definitions that refer to no broken one: of the others nothing that is said would be true.
    pub(super) fn good(mut self) -> Vec<Definition> {
        let mut callers: HashMap<&str, Vec<&str>> = HashMap::new();
        if !self.broken.is_empty() {
            for definition in &self.definitions {
                for name in definition.calls().iter().chain(definition.bare_names()) {
                    callers.entry(name).or_default().push(definition.name());
                }
            }
        }
        let mut left: Vec<String> = self.broken.iter().cloned().collect();
        while let Some(name) = left.pop() {
            for caller in callers.remove(&*name).unwrap_or_default() {
                if self.broken.insert(caller.to_owned()) {
                    left.push(caller.to_owned());
                }
            }
        }
        let broken = &self.broken;
        self.definitions.retain(|definition| {
            // A definition may replace a broken one of its name.
            let mut names = definition.calls().iter().chain(definition.bare_names());
            !names.any(|name| broken.contains(&**name))
        });
        self.definitions
    }
}

fn refuse_second(reading: &mut Reading<'_>, definition: &Definition, first: usize, line: usize) {
    let lhs = definition.lhs();
    let diagnostic = lhs
        .error(0..lhs.text.len(), format!("defined on line {first} already"))
        .with_function(definition.name())
        .with_hint(keep_one(first, line) + FUNCTIONS.or_else);
    reading.diagnostics.push(diagnostic);
}

/// Refuses a text in which YAML reads an escape and its author meant LaTeX: what it reads would be another function.
fn refuse_misread(reading: &mut Reading<'_>, node: &Node, is_right: bool) -> Option<()> {
    let Kind::Scalar { misread: Some(misread), .. } = &node.kind else { return Some(()) };
    reading.refuse(misread.span.clone(), misread.message(), misread.hint(is_right));
    None
}

/// A key as the left-hand side of a definition.
fn left<'n>(reading: &mut Reading<'_>, key: &'n Node) -> Option<&'n Source> {
    refuse_misread(reading, key, false)?;
    let (found, hint) = match (written(key), &key.kind) {
        (Ok(_), Kind::Scalar { source, meaning: Meaning::Number, .. }) => {
            (format!("the number `{}`", source.text), "begin it with a letter".to_owned())
        }
        (Ok(source), _) => return Some(source),
        (Err(found), Kind::Scalar { source, .. }) if !is_nothing(key) => {
            (found, format!("quote it: `'{}'`", source.text))
        }
        (Err(found), _) => (found, "quote it: `'f(x[cm])[kg]': x**2`".to_owned()),
    };
    reading.refuse(
        key.span.clone(),
        format!("the left-hand side of a function is text, found {found}"),
        hint,
    );
    None
}

/// A right-hand side, and what is said of it in words.
struct Described {
    expression: Source,
    doc: String,
    citation: String,
}

/// A value as the right-hand side: an expression, or a map of one with what is said of it.
fn described(reading: &mut Reading<'_>, key: &Node, value: &Node) -> Option<Described> {
    if value.tag.is_some() || !matches!(value.kind, Kind::Map(_)) {
        let expression = right(reading, key, value)?.clone();
        return Some(Described { expression, doc: String::new(), citation: String::new() });
    }
    let name = text(key).map(name_of).unwrap_or_default();
    let n_before = reading.diagnostics.len();
    let (mut expression, mut doc, mut citation) = (None, String::new(), String::new());
    for (part, value) in reading.entries(value, &PARTS) {
        match text(&part) {
            Some("expression") => expression = right(reading, key, &value).cloned(),
            Some("doc") => doc = words(reading, &name, &part, &value),
            Some("citation") => citation = words(reading, &name, &part, &value),
            _ => refuse_part(reading, &name, &part, &value),
        }
    }
    if expression.is_none() && reading.diagnostics.len() == n_before {
        let message = format!("`{name}`: a map as the right-hand side has an `expression`, found none");
        reading.refuse(value.span.clone(), message, "write `{expression: x**2 - x - 1, doc: in words}`");
    }
    let expression = expression.filter(|_| reading.diagnostics.len() == n_before)?;
    Some(Described { expression, doc, citation })
}

/// A description or a citation: text, or a number such as a year.
fn words(reading: &mut Reading<'_>, name: &str, part: &Node, value: &Node) -> String {
    let found = match written(value) {
        Ok(source) => return source.text.trim().to_owned(),
        Err(found) => found,
    };
    let what = text(part).unwrap_or_default();
    let (span, hint) = match is_nothing(value) {
        true => (part.span.clone(), format!("write a text after `{what}:`, or leave the line out")),
        false => (value.span.clone(), format!("quote it: `{what}: 'in words'`")),
    };
    reading.refuse(span, format!("`{name}`: `{what}` is text, found {found}"), hint);
    String::new()
}

/// Refuses what a function has none of.
fn refuse_part(reading: &mut Reading<'_>, name: &str, part: &Node, value: &Node) {
    let found = match text(part) {
        Some(found) => format!("`{found}`"),
        None => "a list or a map".to_owned(),
    };
    let hint = match text(part).and_then(|found| suggest(found, KEYS.into_iter())) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None if is_nothing(value) => {
            "quote what holds a comma or a colon: `{expression: 'Max(x, y)', doc: 'a text, in quotes'}`"
                .to_owned()
        }
        None => "write `{expression: x**2 - x - 1, doc: in words, citation: whom to cite}`".to_owned(),
    };
    let message = format!("`{name}`: the parts of a function are {}, found {found}", one_of(&KEYS));
    reading.refuse(part.span.clone(), message, hint);
}

/// A value as the right-hand side: text, or a number, which is its own text.
fn right<'n>(reading: &mut Reading<'_>, key: &Node, value: &'n Node) -> Option<&'n Source> {
    refuse_misread(reading, value, true)?;
    let found = match written(value) {
        Ok(source) => return Some(source),
        Err(found) => found,
    };
    let name = text(key).unwrap_or("a function");
    let hint = match &value.kind {
        Kind::Scalar { meaning: Meaning::Octal | Meaning::Base60, .. } => "write the number in base ten",
        _ if value.tag.is_some() => "leave the tag out",
        _ => "write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else",
    };
    let span = if is_nothing(value) { key.span.clone() } else { value.span.clone() };
    reading.refuse(span, format!("`{name}`: the right-hand side is an expression, found {found}"), hint);
    None
}

/// The name at the beginning of a left-hand side.
fn name_of(lhs: &str) -> String {
    lhs.split(['(', '[']).next().unwrap_or_default().split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value as Json, json};

    use super::*;
    use crate::yaml;

    /// What PyYAML reads, beside the script that asked it.
    const PAIRS: &str = include_str!("../../tests/golden/yaml_pairs.jsonl");

    /// What is read of a text, in the form of the table; none where it is refused as a whole.
    fn maps(text: &str) -> Option<Vec<Vec<[Json; 2]>>> {
        let stream = yaml::read("a.yaml", text.as_bytes()).ok()?;
        let mut reading = Reading::new(Path::new("a.yaml"), &stream.whole);
        let mut maps = Vec::new();
        for document in &stream.documents {
            let entries = reading.entries(document, &FUNCTIONS);
            if document.tag.as_deref() != Some("!Kamodo") || !reading.diagnostics.is_empty() {
                return None;
            }
            maps.push(entries.iter().map(|(key, value)| sides(&mut reading, key, value)).collect());
            reading.diagnostics.clear();
        }
        Some(maps).filter(|maps| !maps.is_empty())
    }

    fn sides(reading: &mut Reading<'_>, key: &Node, value: &Node) -> [Json; 2] {
        let (key, value) = (left(reading, key), right(reading, key, value));
        [key, value].map(|side| side.map_or(Json::Null, |source| (&*source.text).into()))
    }

    /// Whether a side is read as PyYAML reads it.
    fn agree(theirs: &Json, ours: &Json, is_key: bool) -> bool {
        match theirs[0].as_str() {
            Some("text") => theirs[1] == *ours,
            Some("number") if !is_key => theirs[1] == *ours,
            // What is no text for YAML, and passes here, must at least be no expression.
            _ => ours.as_str().is_none_or(is_no_expression),
        }
    }

    fn is_no_expression(text: &str) -> bool {
        let (lhs, rhs) = (Source::whole("", "f"), Source::whole("", text));
        Definition::parse(&lhs, &rhs).is_err()
    }

    fn is_as_pyyaml(row: &Json, ours: Option<&Vec<Vec<[Json; 2]>>>) -> bool {
        let (Some(theirs), Some(ours)) = (row["maps"].as_array(), ours) else {
            let is_wrong = |maps: &Vec<Vec<[Json; 2]>>| {
                maps.iter().flatten().flatten().any(|side| side.as_str().is_none_or(is_no_expression))
            };
            return row["error"].is_string() && ours.is_none_or(is_wrong);
        };
        theirs.len() == ours.len()
            && theirs.iter().zip(ours).all(|(theirs, ours)| {
                let theirs = theirs.as_array().map(Vec::as_slice).unwrap_or_default();
                theirs.len() == ours.len()
                    && theirs.iter().zip(ours).all(|(theirs, [key, value])| {
                        agree(&theirs[0], key, true) && agree(&theirs[1], value, false)
                    })
            })
    }

    #[test]
    fn maps_are_read_as_pyyaml_reads_them() {
        let mut wrong = Vec::new();
        for line in PAIRS.lines() {
            let row: Json = serde_json::from_str(line).unwrap();
            let ours = maps(row["text"].as_str().unwrap());
            // A difference that is meant must be one, else its reason is out of date.
            if is_as_pyyaml(&row, ours.as_ref()) != row["differs"].is_null() {
                wrong.push(format!("{row}\n  ours {}", json!(ours)));
            }
        }
        assert!(wrong.is_empty(), "{} texts:\n{}", wrong.len(), wrong.join("\n"));
    }
}
