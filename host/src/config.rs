//! What a configuration file says: its tagged documents, with everything that is wrong told at once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use kamodo_expr::{Definition, Diagnostic, Severity, Source, Span};
use kamodo_registry::{ContributedFunction, Contribution, Origin};
use kamodo_units::suggest;

use crate::yaml::{self, Kind, Node, Stream};

/// A configuration file, read.
#[derive(Debug)]
pub struct Config {
    /// The functions that it defines.
    pub contribution: Contribution,
    /// Where its plugins are dropped.
    pub plugin_directories: Vec<PathBuf>,
}

/// The tags of documents that this server knows.
const TAGS: [&str; 2] = ["!Kamodo", "!Plugins"];

/// YAML 1.1's words that are no text unless they are quoted.
const BOOLEANS: [&str; 6] = ["yes", "no", "on", "off", "true", "false"];

// === impl Config ===

impl Config {
    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// Every error of the file; warnings come with a configuration.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let name = file.display().to_string();
        let text = std::str::from_utf8(bytes).map_err(|error| vec![not_text(&name, bytes, error)])?;
        let stream = yaml::read(&name, text).map_err(|error| vec![*error])?;

        let mut reading = Reading {
            file,
            whole: &stream.whole,
            definitions: Vec::new(),
            names: HashMap::new(),
            plugin_directories: Vec::new(),
            diagnostics: Vec::new(),
        };
        reading.stream(&stream);
        let Reading { definitions, plugin_directories, diagnostics, .. } = reading;
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(diagnostics);
        }
        let contribution = Contribution {
            origin: Origin::Yaml { file: file.to_owned() },
            functions: definitions.into_iter().map(ContributedFunction::Symbolic).collect(),
        };
        Ok((Self { contribution, plugin_directories }, diagnostics))
    }
}

fn not_text(file: &str, bytes: &[u8], error: std::str::Utf8Error) -> Diagnostic {
    let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let whole = Source::whole(file, &good);
    let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
    whole
        .error(good.len()..good.len(), format!("expected UTF-8 text, found the byte 0x{byte:02x}"))
        .with_hint("save the file in UTF-8")
}

/// A file while it is read.
struct Reading<'a> {
    file: &'a Path,
    whole: &'a Source,
    definitions: Vec<Definition>,
    /// Each function's name with the line of its key.
    names: HashMap<String, usize>,
    plugin_directories: Vec<PathBuf>,
    diagnostics: Vec<Diagnostic>,
}

// === impl Reading ===

impl Reading<'_> {
    fn refuse(&mut self, span: Span, message: String, hint: impl Into<String>) {
        let line = self.whole.text[span.start..].lines().next().map_or(0, str::len);
        let span = span.start..span.end.min(span.start + line).max(span.start);
        self.diagnostics.push(self.whole.error(span, message).with_hint(hint));
    }

    fn stream(&mut self, stream: &Stream) {
        if stream.documents.is_empty() {
            self.refuse(
                0..0,
                "the file is empty: expected a document".to_owned(),
                "begin with a line `!Kamodo`, then one function a line, such as `f: x**2 - x - 1`",
            );
        }
        for document in &stream.documents {
            match document.tag.as_deref() {
                Some("!Kamodo") => self.functions(document),
                Some("!Plugins") => self.plugins(document),
                Some(tag) => {
                    let known = TAGS.map(|tag| format!("`{tag}`")).join(" or ");
                    let hint = match suggest(tag, TAGS.into_iter()) {
                        Some(similar) => format!("did you mean `{similar}`?"),
                        None => format!("the tag of a document is {known}"),
                    };
                    self.refuse(
                        document.span.start..document.span.start + tag.len(),
                        format!("a document has the tag {known}, found `{tag}`"),
                        hint,
                    );
                }
                None => self.refuse(
                    document.span.clone(),
                    "a document begins with its tag, found none".to_owned(),
                    "write `!Kamodo` on a line above the functions",
                ),
            }
        }
    }

    /// The entries of a document that is a map; nothing counts as an empty one.
    fn entries(&mut self, document: &Node, holds: &str) -> Vec<(Node, Node)> {
        match &document.kind {
            Kind::Map(entries) => self.merged(entries),
            Kind::Scalar { source, is_plain: true } if is_null(&source.text) => Vec::new(),
            other => {
                let found = match other {
                    Kind::List(_) => "a list",
                    _ => "a scalar",
                };
                let tag = document.tag.as_deref().unwrap_or_default();
                self.refuse(
                    document.span.clone(),
                    format!("`{tag}` holds a map of {holds}, found {found}"),
                    "write one `key: value` a line",
                );
                Vec::new()
            }
        }
    }

    /// Applies `<<` merges: their entries come first, and what is written out wins over them.
    fn merged(&mut self, entries: &[(Node, Node)]) -> Vec<(Node, Node)> {
        let (merges, written): (Vec<_>, Vec<_>) =
            entries.iter().cloned().partition(|(key, _)| text(key) == Some("<<") && is_plain(key));
        let mut all: Vec<(Node, Node)> = Vec::new();
        for (_, value) in merges {
            let maps = match value.kind {
                Kind::List(items) => items,
                _ => vec![value],
            };
            for map in maps {
                let Kind::Map(inner) = &map.kind else {
                    let message = "`<<` merges a map or a list of maps".to_owned();
                    self.refuse(
                        map.span.clone(),
                        message,
                        "write `<<: *anchor`, where `&anchor` names a map",
                    );
                    continue;
                };
                for (key, value) in self.merged(inner) {
                    if !all.iter().chain(&written).any(|(other, _)| text(other) == text(&key)) {
                        all.push((key, value));
                    }
                }
            }
        }
        all.extend(written);
        all
    }

    fn functions(&mut self, document: &Node) {
        for (key, value) in self.entries(document, "functions") {
            let (Some(lhs), Some(rhs)) = (self.left(&key), self.right(&key, &value)) else { continue };
            match Definition::parse(lhs, rhs) {
                Ok(definition) => self.define(&key, definition),
                Err(diagnostics) => self.diagnostics.extend(diagnostics),
            }
        }
    }

    fn define(&mut self, key: &Node, definition: Definition) {
        let line = self.whole.position(key.span.start).line;
        let name = definition.name().to_owned();
        if let Some(first) = self.names.insert(name.clone(), line) {
            let mut diagnostic = definition
                .lhs()
                .error(0..definition.lhs().text.len(), format!("defined on line {first} already"))
                .with_hint(format!("keep one of the lines {first} and {line}, or rename one"));
            diagnostic.function = Some(name);
            self.diagnostics.push(diagnostic);
            return;
        }
        self.definitions.push(definition);
    }

    /// A key as the left-hand side of a definition.
    fn left<'n>(&mut self, key: &'n Node) -> Option<&'n Source> {
        let Kind::Scalar { source, is_plain } = &key.kind else {
            let message = "the left-hand side of a function is text, found a collection".to_owned();
            self.refuse(key.span.clone(), message, "quote it: `'f(x[cm])[kg]': x**2`");
            return None;
        };
        if *is_plain && is_word(&source.text) {
            let message = format!("the name of a function is text, found YAML's `{}`", source.text);
            self.refuse(key.span.clone(), message, format!("quote it: `'{}'`", source.text));
            return None;
        }
        Some(source)
    }

    /// A value as the right-hand side: text, or a number, which is its own text.
    fn right<'n>(&mut self, key: &Node, value: &'n Node) -> Option<&'n Source> {
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
        self.refuse(
            span,
            format!("`{name}`: the right-hand side is an expression, found {found}"),
            "write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else",
        );
        None
    }

    fn plugins(&mut self, document: &Node) {
        for (key, value) in self.entries(document, "settings") {
            match (text(&key), text(&value)) {
                (Some("directory"), Some(directory)) => {
                    // As a user reads it: from where the file stands, not from where the server runs.
                    let base = self.file.parent().unwrap_or(Path::new(""));
                    self.plugin_directories.push(base.join(directory));
                }
                (Some("directory"), None) => self.refuse(
                    value.span.clone(),
                    "`directory` is the path of a directory, found a collection".to_owned(),
                    "write `directory: plugins.d`",
                ),
                (name, _) => self.refuse(
                    key.span.clone(),
                    format!("`!Plugins` has no setting `{}`", name.unwrap_or_default()),
                    "its setting is `directory`",
                ),
            }
        }
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar { source, .. } => Some(&source.text),
        Kind::Map(_) | Kind::List(_) => None,
    }
}

fn is_plain(node: &Node) -> bool {
    matches!(node.kind, Kind::Scalar { is_plain: true, .. })
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether YAML 1.1 reads a plain scalar as something that is neither text nor a number.
fn is_word(text: &str) -> bool {
    is_null(text)
        || BOOLEANS.iter().any(|word| {
            text == *word || text == word.to_uppercase() || {
                let mut letters = word.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                text == first.into_iter().chain(letters).collect::<String>()
            }
        })
}
