//! `!Kamodo`: functions in Kamodo's own syntax.

use std::collections::{HashMap, HashSet};

use kamodo_expr::{Definition, Source};

use super::reading::{Entries, Reading, is_null, is_word, keep_one, text};
use crate::yaml::{Kind, Node};

const FUNCTIONS: Entries = Entries { what: "functions", said: "defined", or_else: ", or rename one" };

/// The functions of one file.
#[derive(Default)]
pub(super) struct Functions {
    definitions: Vec<Definition>,
    /// The functions that are defined, but wrongly.
    broken: HashSet<String>,
    /// Each key and each function's name with the line where it stands.
    names: HashMap<String, usize>,
}

// === impl Functions ===

impl Functions {
    /// Reads a document, besides those that were read before.
    pub(super) fn read(&mut self, reading: &mut Reading<'_>, document: &Node) {
        for (key, value) in reading.entries(document, &FUNCTIONS) {
            let (lhs, rhs) = (left(reading, &key), right(reading, &key, &value));
            let (Some(lhs), Some(rhs)) = (lhs, rhs) else {
                self.broken.extend(text(&key).map(name_of));
                continue;
            };
            let line = reading.line(&key.span);
            // The key counts even where what stands behind it is wrong; two keys may also share a name.
            let key_name: String = lhs.text.split_whitespace().collect();
            let first = self.names.insert(key_name.clone(), line);
            match Definition::parse(lhs, rhs) {
                Ok(definition) => {
                    let name = definition.name();
                    let first = first.or_else(|| {
                        let named = self.names.insert(name.to_owned(), line);
                        named.filter(|_| name != key_name)
                    });
                    match first {
                        Some(first) => refuse_second(reading, &definition, first, line),
                        None => self.definitions.push(definition),
                    }
                }
                Err(diagnostics) => {
                    reading.diagnostics.extend(diagnostics);
                    self.broken.insert(name_of(&lhs.text));
                }
            }
        }
    }

    /// Returns the definitions that refer to no broken one: of the others nothing that is said would be true.
    pub(super) fn good(mut self) -> Vec<Definition> {
        let mut remaining = usize::MAX;
        while self.definitions.len() < remaining && !self.broken.is_empty() {
            remaining = self.definitions.len();
            let broken = &mut self.broken;
            self.definitions.retain(|definition| {
                let mut names = definition.calls().iter().chain(definition.bare_names());
                let is_good = !names.any(|name| broken.contains(&**name));
                if !is_good {
                    broken.insert(definition.name().to_owned());
                }
                is_good
            });
        }
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

/// A key as the left-hand side of a definition.
fn left<'n>(reading: &mut Reading<'_>, key: &'n Node) -> Option<&'n Source> {
    let Kind::Scalar { source, is_plain } = &key.kind else {
        let message = "the left-hand side of a function is text, found a collection".to_owned();
        reading.refuse(key.span.clone(), message, "quote it: `'f(x[cm])[kg]': x**2`");
        return None;
    };
    if *is_plain && is_word(&source.text) {
        let message = format!("the name of a function is text, found YAML's `{}`", source.text);
        reading.refuse(key.span.clone(), message, format!("quote it: `'{}'`", source.text));
        return None;
    }
    Some(source)
}

/// A value as the right-hand side: text, or a number, which is its own text.
fn right<'n>(reading: &mut Reading<'_>, key: &Node, value: &'n Node) -> Option<&'n Source> {
    let name = text(key).unwrap_or("a function").to_owned();
    let found = match &value.kind {
        Kind::Scalar { source, is_plain } if *is_plain && is_null(&source.text) => "nothing".to_owned(),
        Kind::Scalar { source, is_plain } if *is_plain && is_word(&source.text) => {
            format!("YAML's `{}`", source.text)
        }
        Kind::Scalar { source, .. } => return Some(source),
        Kind::Map(_) => "a map".to_owned(),
        Kind::List(_) => "a list".to_owned(),
    };
    let span = if found == "nothing" { key.span.clone() } else { value.span.clone() };
    reading.refuse(
        span,
        format!("`{name}`: the right-hand side is an expression, found {found}"),
        "write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else",
    );
    None
}

/// The name at the beginning of a left-hand side.
fn name_of(lhs: &str) -> String {
    lhs.split(['(', '[']).next().unwrap_or_default().split_whitespace().collect()
}
