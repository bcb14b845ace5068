//! A file while it is read: what is wrong with it, and its maps with their merges applied.

use std::collections::HashMap;
use std::path::Path;

use kamodo_expr::{Diagnostic, Source, Span};
use kamodo_units::find_unseen;

use crate::yaml::{Kind, Meaning, Node, with_colon};

/// A file while it is read.
pub(super) struct Reading<'a> {
    pub(super) file: &'a Path,
    pub(super) whole: &'a Source,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What the entries of a document are called in errors.
pub(super) struct Entries {
    pub(super) what: &'static str,
    /// What they are where they stand: `defined`, `set`.
    pub(super) said: &'static str,
    /// What else may be done where two have one name.
    pub(super) or_else: &'static str,
}

const ONE_A_LINE: &str = "write one `key: value` a line";

pub(super) const SETTINGS: Entries = Entries { what: "settings", said: "set", or_else: "" };

// === impl Reading ===

impl<'a> Reading<'a> {
    pub(super) fn new(file: &'a Path, whole: &'a Source) -> Self {
        Self { file, whole, diagnostics: Vec::new() }
    }

    /// Notes an error; of what spans lines, only the first is underlined.
    pub(super) fn refuse(&mut self, span: Span, message: String, hint: impl Into<String>) {
        let span = self.first_line(span);
        self.diagnostics.push(self.whole.error(span, message).with_hint(hint));
    }

    pub(super) fn first_line(&self, span: Span) -> Span {
        // Not the rest of the file's line: it may be a megabyte, and each of its entries wrong.
        let rest = &self.whole.text[span.start..];
        let line = rest.get(..span.len()).unwrap_or(rest).lines().next().map_or(0, str::len);
        span.start..span.start + line
    }

    /// Returns the line on which something begins.
    pub(super) fn line(&self, span: &Span) -> usize {
        self.whole.position(span.start).line
    }

    /// The directory from which the file's paths are meant: where it stands, not where the server runs.
    pub(super) fn base(&self) -> &'a Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    /// The entries of a document that is a map; nothing counts as an empty one.
    pub(super) fn entries(&mut self, document: &Node, named: &Entries) -> Vec<(Node, Node)> {
        match &document.kind {
            Kind::Map(entries) => self.merged(entries, named),
            // What it is for YAML, its tag says already.
            Kind::Scalar { source, is_plain: true, .. } if matches!(&*source.text, "" | "~" | "null") => {
                Vec::new()
            }
            other => {
                let (found, hint) = match other {
                    Kind::List(_) => {
                        ("a list", "write one `key: value` a line, without `-` or brackets".to_owned())
                    }
                    // `f:` and a blank that is not the ordinary one separate nothing.
                    Kind::Scalar { source, .. } => match unseen_in(source) {
                        Some(diagnostic) => {
                            self.diagnostics.push(diagnostic);
                            return Vec::new();
                        }
                        None => ("text", self.hint_of_text(document)),
                    },
                    Kind::Map(_) => ("a map", ONE_A_LINE.to_owned()),
                };
                let tag = document.tag.as_deref().unwrap_or_default();
                self.refuse(
                    document.span.clone(),
                    format!("`{tag}` holds a map of {}, found {found}", named.what),
                    hint,
                );
                Vec::new()
            }
        }
    }

    /// Returns how the first line of a document is written that has no key.
    fn hint_of_text(&self, document: &Node) -> String {
        let text = &self.whole.text[document.span.clone()];
        let text = text.strip_prefix(document.tag.as_deref().unwrap_or_default()).unwrap_or(text);
        let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        match first.and_then(with_colon) {
            Some(meant) => format!("write `{meant}`, and each of the others on a line of its own, with `: `"),
            None => ONE_A_LINE.to_owned(),
        }
    }

    /// Applies `<<` merges: their entries come first, the first map of a list wins over the others, and what
    /// is written out wins over them all, at the place where its key stood first.
    fn merged(&mut self, entries: &[(Node, Node)], named: &Entries) -> Vec<(Node, Node)> {
        let (mut merged, mut written) = (Entered::default(), Entered::default());
        for (key, value) in entries {
            if text(key) == Some("<<") && is_plain(key) {
                for map in merges(value) {
                    self.merge(map, named).into_iter().for_each(|entry| merged.put(entry));
                }
            } else if let Some((first, _)) = written.get(key) {
                let (first, second) = (self.line(&first.span), self.line(&key.span));
                let name = text(key).unwrap_or_default();
                self.refuse(
                    key.span.clone(),
                    format!("`{name}`: {} on line {first} already", named.said),
                    keep_one(first, second) + named.or_else,
                );
            } else {
                written.put((key.clone(), value.clone()));
            }
        }
        written.entries.into_iter().for_each(|entry| merged.put(entry));
        merged.entries
    }

    fn merge(&mut self, map: &Node, named: &Entries) -> Vec<(Node, Node)> {
        if let Kind::Map(inner) = &map.kind {
            return self.merged(inner, named);
        }
        self.refuse(
            map.span.clone(),
            "`<<` merges a map or a list of maps".to_owned(),
            "write `<<: *anchor`, where `&anchor` names a map",
        );
        Vec::new()
    }
}

/// Entries in order, found by the text of their keys.
#[derive(Default)]
struct Entered {
    entries: Vec<(Node, Node)>,
    places: HashMap<String, usize>,
}

// === impl Entered ===

impl Entered {
    fn get(&self, key: &Node) -> Option<&(Node, Node)> {
        self.entries.get(*self.places.get(text(key)?)?)
    }

    /// Puts an entry in; a key that is there keeps its place and gets the new value.
    fn put(&mut self, entry: (Node, Node)) {
        // What is no text is refused where it is read, each time that it stands there.
        let place =
            text(&entry.0).map(|key| *self.places.entry(key.to_owned()).or_insert(self.entries.len()));
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }
}

/// What to do about something that stands there twice.
pub(super) fn keep_one(first: usize, second: usize) -> String {
    if first == second {
        "keep one of the two".to_owned()
    } else {
        format!("keep one of the lines {first} and {second}")
    }
}

/// The maps that a `<<` merges, the weakest first.
fn merges(value: &Node) -> Vec<&Node> {
    match &value.kind {
        Kind::List(items) => items.iter().rev().collect(),
        _ => vec![value],
    }
}

pub(super) fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar { source, .. } => Some(&source.text),
        Kind::Map(_) | Kind::List(_) => None,
    }
}

/// The error of the first character in a text that nobody sees.
fn unseen_in(source: &Source) -> Option<Diagnostic> {
    let (at, found) = find_unseen(&source.text)?;
    Some(source.unseen(at, found))
}

fn is_plain(node: &Node) -> bool {
    matches!(node.kind, Kind::Scalar { is_plain: true, .. })
}

/// A scalar that is text or a number, as its text.
///
/// # Errors
/// What stands there instead, in words.
pub(super) fn written(node: &Node) -> Result<&Source, String> {
    match &node.kind {
        Kind::Scalar { source, meaning, .. } => match (meaning, meaning.in_words()) {
            (_, None) => Ok(source),
            (Meaning::Null, Some(words)) => Err(words.to_owned()),
            (Meaning::Tagged, Some(words)) => {
                Err(format!("{words} `{}`", node.tag.as_deref().unwrap_or_default()))
            }
            (_, Some(words)) => Err(format!("{words} `{}`", source.text)),
        },
        Kind::Map(_) => Err("a map".to_owned()),
        Kind::List(_) => Err("a list".to_owned()),
    }
}

/// Whether nothing stands there: then the error is shown at what it belongs to.
pub(super) fn is_nothing(node: &Node) -> bool {
    matches!(node.kind, Kind::Scalar { meaning: Meaning::Null, .. })
}

/// Joins names to `a, b or c`.
pub(crate) fn one_of(names: &[impl AsRef<str>]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
