//! What a configuration file says: its tagged documents, with everything that is wrong told at once.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use kamodo_expr::{Definition, Diagnostic, Source, Span};
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
    /// Reads the text of a configuration file: what is good in it, with everything that is wrong.
    ///
    /// # Errors
    /// Where the text as a whole cannot be read.
    pub fn parse(file: &Path, bytes: &[u8]) -> Result<(Self, Vec<Diagnostic>), Box<Diagnostic>> {
        let name = file.display().to_string();
        let text = std::str::from_utf8(bytes).map_err(|error| Box::new(not_text(&name, bytes, error)))?;
        let stream = yaml::read(&name, text)?;

        let mut reading = Reading {
            file,
            whole: &stream.whole,
            definitions: Vec::new(),
            broken: HashSet::new(),
            names: HashMap::new(),
            plugin_directories: Vec::new(),
            diagnostics: Vec::new(),
        };
        reading.stream(&stream);
        reading.leave_out_what_needs_the_broken();
        let Reading { definitions, plugin_directories, diagnostics, .. } = reading;
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
    /// The functions that are defined, but wrongly.
    broken: HashSet<String>,
    /// Each key and each function's name with the line where it stands.
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
            let (lhs, rhs) = (self.left(&key), self.right(&key, &value));
            let (Some(lhs), Some(rhs)) = (lhs, rhs) else {
                self.broken.extend(text(&key).map(name_of));
                continue;
            };
            let line = self.whole.position(key.span.start).line;
            // The key counts even where what stands behind it is wrong; two keys may also share a name.
            let key_name: String = lhs.text.split_whitespace().collect();
            let first = self.names.insert(key_name, line);
            match Definition::parse(lhs, rhs) {
                Ok(definition) => {
                    match first.or_else(|| self.names.insert(definition.name().to_owned(), line)) {
                        Some(first) if first != line => self.refuse_second(&definition, first, line),
                        _ => self.definitions.push(definition),
                    }
                }
                Err(diagnostics) => {
                    self.diagnostics.extend(diagnostics);
                    self.broken.insert(name_of(&lhs.text));
                }
            }
        }
    }

    /// Takes away the definitions that refer to a broken one: nothing that is said of them would be true.
    fn leave_out_what_needs_the_broken(&mut self) {
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
    }

    fn refuse_second(&mut self, definition: &Definition, first: usize, line: usize) {
        let lhs = definition.lhs();
        let diagnostic = lhs
            .error(0..lhs.text.len(), format!("defined on line {first} already"))
            .with_function(definition.name())
            .with_hint(format!("keep one of the lines {first} and {line}, or rename one"));
        self.diagnostics.push(diagnostic);
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

/// The name at the beginning of a left-hand side.
fn name_of(lhs: &str) -> String {
    lhs.split(['(', '[']).next().unwrap_or_default().split_whitespace().collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that a text defines, in order.
    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let (config, diagnostics) = Config::parse(Path::new("a.yaml"), text.as_bytes()).unwrap();
        assert_eq!(diagnostics, []);
        let names: Vec<_> = config.contribution.functions.iter().map(ContributedFunction::name).collect();
        assert_eq!(names, expect);
    }

    /// Everything that is wrong with a text, as a user reads it.
    #[track_caller]
    fn mistakes(text: &[u8]) -> String {
        let errors = match Config::parse(Path::new("a.yaml"), text) {
            Ok((_, diagnostics)) => diagnostics,
            Err(error) => vec![*error],
        };
        errors.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn maps_of_functions() {
        check("!Kamodo\nf: x**2 - x -1\n", &["f"]);
        check("# top\n!Kamodo\n'f(x[cm])[kg]': x**2 # square\ng(x[m])[g]: f\n", &["f", "g"]);
        check("!Kamodo {f: x**2, g: f+1}\n", &["f", "g"]);
        check("!Kamodo\nf: 5\ng: 2.5\nh: '5'\n", &["f", "g", "h"]);
        check("!Kamodo\nf: |\n  x**2\n  - 1\n", &["f"]);
        check("!Kamodo\n", &[]);
        check("!Kamodo\ny: x\n", &["y"]);
    }

    #[test]
    fn anchors_and_merges() {
        check("!Kamodo\nf: &e x**2\ng: *e\n", &["f", "g"]);
        check("!Kamodo\n<<: {f: x}\ng: f+1\n", &["f", "g"]);
        check("!Kamodo\n<<: [{f: x, g: y}, {h: x}]\ng: 2*x\n", &["f", "h", "g"]);
    }

    #[test]
    fn several_documents() {
        let text = "!Kamodo\nf: x\n--- !Plugins\ndirectory: plugins.d\n--- !Kamodo\ng: f(x)\n";
        let (config, _) = Config::parse(Path::new("etc/a.yaml"), text.as_bytes()).unwrap();
        assert_eq!(config.contribution.functions.len(), 2);
        assert_eq!(config.plugin_directories, [Path::new("etc/plugins.d")]);
    }

    #[test]
    fn all_mistakes_at_once() {
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: x +\ng: 2 x\n'h(x': x\nf: y\n"), @r"
        a.yaml:2:7: error: `f`: expected an operand, found the end
          2 | f: x +
            |       ^
        hint: write a number, a name or `(` after `+`, or leave `+` out
        a.yaml:3:6: error: `g`: expected an operator or the end, found `x`
          3 | g: 2 x
            |      ^
        hint: there is no implicit multiplication: write `*`
        a.yaml:4:3: error: this parenthesis is never closed
          4 | 'h(x': x
            |   ^
        hint: add `)` behind the last parameter
        a.yaml:5:1: error: `f`: defined on line 2 already
          5 | f: y
            | ^
        hint: keep one of the lines 2 and 5, or rename one
        ");
    }

    #[test]
    fn what_needs_a_broken_function_is_left_out() {
        let text = b"!Kamodo\nf: x +\ng(x): f\nh(x): g(x)\nk: x\n";
        let (config, diagnostics) = Config::parse(Path::new("a.yaml"), text).unwrap();
        let names: Vec<_> = config.contribution.functions.iter().map(ContributedFunction::name).collect();
        assert_eq!((names, diagnostics.len()), (vec!["k"], 1));
    }

    #[test]
    fn one_name_twice() {
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: x\ng: x\nf: y\n"), @r"
        a.yaml:4:1: error: `f`: defined on line 2 already
          4 | f: y
            | ^
        hint: keep one of the lines 2 and 4, or rename one
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf(x): x\nf(y): y\n"), @r"
        a.yaml:3:1: error: `f`: defined on line 2 already
          3 | f(y): y
            | ^^^^
        hint: keep one of the lines 2 and 3, or rename one
        ");
        check("!Kamodo {f: x, g: y}\n", &["f", "g"]);
    }

    #[test]
    fn documents_that_are_none() {
        insta::assert_snapshot!(mistakes(b""), @r"
        a.yaml:1:1: error: the file is empty: expected a document
        hint: begin with a line `!Kamodo`, then one function a line, such as `f: x**2 - x - 1`
        ");
        insta::assert_snapshot!(mistakes(b"f: x**2\n"), @r"
        a.yaml:1:1: error: a document begins with its tag, found none
          1 | f: x**2
            | ^
        hint: write `!Kamodo` on a line above the functions
        ");
        insta::assert_snapshot!(mistakes(b"!Kamdo\nf: x\n"), @r"
        a.yaml:1:1: error: a document has the tag `!Kamodo` or `!Plugins`, found `!Kamdo`
          1 | !Kamdo
            | ^^^^^^
        hint: did you mean `!Kamodo`?
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo [f, x]\n"), @r"
        a.yaml:1:1: error: `!Kamodo` holds a map of functions, found a list
          1 | !Kamodo [f, x]
            | ^^^^^^^^^
        hint: write one `key: value` a line
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo x\n"), @r"
        a.yaml:1:1: error: `!Kamodo` holds a map of functions, found a scalar
          1 | !Kamodo x
            | ^^^^^^^^^
        hint: write one `key: value` a line
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: [x\n"), @r"
        a.yaml:2:4: error: this is no YAML: unclosed bracket '['
          2 | f: [x
            |    ^
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: x\xff\n"), @r"
        a.yaml:2:5: error: expected UTF-8 text, found the byte 0xff
          2 | f: x
            |     ^
        hint: save the file in UTF-8
        ");
    }

    #[test]
    fn keys_and_values_that_are_no_text() {
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf:\n"), @r"
        a.yaml:2:1: error: `f`: the right-hand side is an expression, found nothing
          2 | f:
            | ^
        hint: write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: yes\n"), @r"
        a.yaml:2:4: error: `f`: the right-hand side is an expression, found YAML's `yes`
          2 | f: yes
            |    ^^^
        hint: write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\non: x\n"), @r"
        a.yaml:2:1: error: the name of a function is text, found YAML's `on`
          2 | on: x
            | ^^
        hint: quote it: `'on'`
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: {x: 1}\n"), @r"
        a.yaml:2:4: error: `f`: the right-hand side is an expression, found a map
          2 | f: {x: 1}
            |    ^
        hint: write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: [x]\n"), @r"
        a.yaml:2:4: error: `f`: the right-hand side is an expression, found a list
          2 | f: [x]
            |    ^
        hint: write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\n[f]: x\n"), @r"
        a.yaml:2:1: error: the left-hand side of a function is text, found a collection
          2 | [f]: x
            | ^
        hint: quote it: `'f(x[cm])[kg]': x**2`
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\n<<: x\n"), @r"
        a.yaml:2:5: error: `<<` merges a map or a list of maps
          2 | <<: x
            |     ^
        hint: write `<<: *anchor`, where `&anchor` names a map
        ");
    }

    #[test]
    fn settings_that_are_none() {
        insta::assert_snapshot!(mistakes(b"!Plugins\ndir: plugins.d\n"), @r"
        a.yaml:2:1: error: `!Plugins` has no setting `dir`
          2 | dir: plugins.d
            | ^^^
        hint: its setting is `directory`
        ");
        insta::assert_snapshot!(mistakes(b"!Plugins\ndirectory: [a, b]\n"), @r"
        a.yaml:2:12: error: `directory` is the path of a directory, found a collection
          2 | directory: [a, b]
            |            ^
        hint: write `directory: plugins.d`
        ");
    }

    #[test]
    fn limits() {
        let large = format!("!Kamodo\nf: x # {}\n", " ".repeat(yaml::MAX_BYTES));
        insta::assert_snapshot!(mistakes(large.as_bytes()).lines().next().unwrap(), @"a.yaml:1:1: error: a configuration is at most 1048576 bytes, found 1048592");
    }

    #[test]
    fn every_beginning_of_a_file_is_read_or_refused() {
        let text = "!Kamodo\n# c\nf: \"x\\t**2\"\n'g(x[cm])[kg]': &a |\n  f(x)\n<<: {h: *a}\n--- !Plugins\ndirectory: d\n";
        for end in 0..text.len() {
            let _ = Config::parse(Path::new("a.yaml"), &text.as_bytes()[..end]);
        }
    }
}
