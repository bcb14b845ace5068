//! What a configuration says: the tagged documents of its files, with everything that is wrong told at once.
//!
//! [`files`] finds the files, [`Config::parse_all`] reads them. One module reads each kind of document:
//! `functions`, `plugins`, `server`, `upstream`; `reading` is what they share.

mod files;
mod functions;
mod plugins;
mod reading;
mod server;
mod upstream;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use kamodo_expr::{Diagnostic, Severity, bounded};
use kamodo_registry::{ContributedFunction, Contribution, Origin, panic_message};
use kamodo_relay::Upstream;
use kamodo_units::suggest;

use crate::settings::Settings;
use crate::yaml::{self, Node};
use functions::Functions;
use reading::Reading;

pub use files::Unread;
pub(crate) use files::files;
pub(crate) use reading::one_of;

/// A configuration, read.
#[derive(Debug, Default)]
pub struct Config {
    /// The functions that each file defines, in the order of the files. Where something is wrong with a
    /// file, what is good of it, which is not to be served.
    pub contributions: Vec<Result<Contribution, Faulty>>,
    /// Where its plugins are dropped.
    pub plugin_directories: Vec<PathBuf>,
    /// Whose functions are served besides.
    pub upstreams: Vec<Upstream>,
    /// What it says of the server's settings; of no use where something is wrong with a file.
    pub settings: Settings,
}

/// A file that is not served, since something is wrong with it.
#[derive(Debug)]
pub struct Faulty {
    /// What is good of it.
    pub partial: Contribution,
    /// What is wrong with it, its warnings included.
    pub diagnostics: Vec<Diagnostic>,
}

/// The tags of documents that this server knows.
const TAGS: [&str; 4] = ["!Kamodo", "!KamodoClient", "!Plugins", "!Server"];

// === impl Config ===

impl Config {
    /// Reads the files of a configuration, each with its bytes or with why it has none: what is good in
    /// them, and everything that is wrong.
    #[must_use]
    pub fn parse_all(files: &[(PathBuf, Result<Vec<u8>, Unread>)]) -> (Self, Vec<Diagnostic>) {
        let mut config = Self::default();
        let mut diagnostics = Vec::new();
        for (path, bytes) in files {
            // What is wrong with one file is no reason to lose the others, nor the thread that reads them.
            let reading = AssertUnwindSafe(|| config.read(path, bytes.as_deref()));
            let (functions, told) = catch_unwind(reading)
                .unwrap_or_else(|panic| (Vec::new(), vec![fault(path, panic_message(&*panic))]));
            let origin = Origin::Yaml { file: path.clone() };
            let functions = functions.into_iter().map(ContributedFunction::Symbolic).collect();
            let contribution = Contribution { origin, functions };
            let is_good = told.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
            config.contributions.push(if is_good {
                Ok(contribution)
            } else {
                Err(Faulty { partial: contribution, diagnostics: told.clone() })
            });
            diagnostics.extend(told);
        }
        (config, diagnostics)
    }

    fn read(
        &mut self,
        path: &Path,
        bytes: Result<&[u8], &Unread>,
    ) -> (Vec<kamodo_expr::Definition>, Vec<Diagnostic>) {
        let name = path.display().to_string();
        let stream = match bytes {
            Ok(bytes) => yaml::read(&name, bytes),
            Err(reason) => Err(Box::new(unreadable(&name, reason))),
        };
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) => return (Vec::new(), vec![*error]),
        };
        let mut reading = Reading::new(path, &stream.whole);
        let mut functions = Functions::default();
        if stream.documents.is_empty() {
            reading.refuse(
                0..0,
                "the file is empty: expected a document".to_owned(),
                "begin with a line `!Kamodo`, then one function a line, such as `f: x**2 - x - 1`",
            );
        }
        for document in &stream.documents {
            match document.tag.as_deref() {
                Some("!Kamodo") => functions.read(&mut reading, document),
                Some("!KamodoClient") => {
                    upstream::read_document(&mut reading, document, &mut self.upstreams);
                }
                Some("!Plugins") => plugins::read(&mut reading, document, &mut self.plugin_directories),
                Some("!Server") => server::read(&mut reading, document, &mut self.settings),
                tag => refuse_tag(&mut reading, document, tag),
            }
        }
        let mut diagnostics = reading.diagnostics;
        diagnostics.sort_by_key(Diagnostic::position);
        (functions.good(), bounded(diagnostics))
    }
}

/// What is said of a file at which the server itself fails.
fn fault(path: &Path, message: &str) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::new(Severity::Error, format!("a fault of the server while it read this file: {message}"));
    diagnostic.file = Some(path.display().to_string().into());
    diagnostic.with_hint("please report it with this file; everything else is served as before")
}

fn unreadable(name: &str, reason: &Unread) -> Diagnostic {
    let message = format!("the configuration cannot be read: {}", reason.message);
    let hint = reason
        .hint
        .as_deref()
        .unwrap_or("put it there, or name another one: `kamodo-rpc serve FILE`, `kamodo-rpc check FILE`");
    let mut diagnostic = Diagnostic::new(Severity::Error, message).with_hint(hint);
    diagnostic.file = Some(name.into());
    diagnostic
}

fn refuse_tag(reading: &mut Reading<'_>, document: &Node, tag: Option<&str>) {
    let Some(tag) = tag else {
        return reading.refuse(
            document.span.clone(),
            "a document begins with its tag, found none".to_owned(),
            "write `!Kamodo` on a line above the functions",
        );
    };
    let known = reading::one_of(&TAGS);
    let hint = match suggest(tag, TAGS.into_iter()) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("the tag of a document is {known}"),
    };
    reading.refuse(
        document.span.start..document.span.start + tag.len(),
        format!("a document has the tag {known}, found `{tag}`"),
        hint,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(file: &str, text: impl AsRef<[u8]>) -> (Config, Vec<Diagnostic>) {
        Config::parse_all(&[(file.into(), Ok(text.as_ref().to_owned()))])
    }

    /// The names of the first file's functions, in order, those of a wrong file included.
    fn names(config: &Config) -> Vec<&str> {
        let contribution = match &config.contributions[0] {
            Ok(contribution) | Err(Faulty { partial: contribution, .. }) => contribution,
        };
        contribution.functions.iter().map(ContributedFunction::name).collect()
    }

    /// The names that a text defines, in order.
    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let (config, diagnostics) = parse("a.yaml", text);
        assert_eq!(diagnostics, []);
        assert_eq!(names(&config), expect);
    }

    /// Everything that is wrong with a text, as a user reads it.
    #[track_caller]
    fn mistakes(text: &[u8]) -> String {
        let (_, diagnostics) = parse("a.yaml", text);
        diagnostics.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n")
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
        check("!Kamodo\n<<: [{f: x, g: y}, {h: x}]\ng: 2*x\n", &["h", "f", "g"]);
    }

    #[test]
    fn several_documents() {
        let text = "!Kamodo\nf: x\n--- !Plugins\ndirectory: plugins.d\n--- !Kamodo\ng: f(x)\n";
        let (config, _) = parse("etc/a.yaml", text);
        assert_eq!(names(&config), ["f", "g"]);
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
        let (config, diagnostics) = parse("a.yaml", text);
        assert_eq!((names(&config), diagnostics.len()), (vec!["k"], 1));
    }

    #[test]
    fn one_name_twice() {
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: x\ng: x\nf: y\n"), @r"
        a.yaml:4:1: error: `f`: defined on line 2 already
          4 | f: y
            | ^
        hint: keep one of the lines 2 and 4, or rename one
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf(x): x\n--- !Kamodo\n'f( x )': 2*x\n"), @"
        a.yaml:4:2: error: `f`: defined on line 2 already
          4 | 'f( x )': 2*x
            |  ^^^^^^
        hint: keep one of the lines 2 and 4, or rename one
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo {f: x, f: y}\n"), @r"
        a.yaml:1:16: error: `f`: defined on line 1 already
          1 | !Kamodo {f: x, f: y}
            |                ^
        hint: keep one of the two, or rename one
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\n<<: {f: x, g: x, f: y}\nf: z\ng: z\n"), @r"
        a.yaml:2:18: error: `f`: defined on line 2 already
          2 | <<: {f: x, g: x, f: y}
            |                  ^
        hint: keep one of the two, or rename one
        ");
        check("!Kamodo {f: x, g: y}\n", &["f", "g"]);
    }

    #[test]
    fn one_name_with_two_left_hand_sides() {
        let text = b"!Kamodo\nf(x): x\ng: 2*f\n'f(x[cm])[kg]': 3*x\n";
        let (config, diagnostics) = parse("a.yaml", text);
        assert_eq!(names(&config), ["f", "g"]);
        assert_eq!(diagnostics.len(), 1);
        insta::assert_snapshot!(mistakes(text), @"
        a.yaml:4:2: warning: `f`: replaces `f(x)`, defined on line 2
          4 | 'f(x[cm])[kg]': 3*x
            |  ^^^^^^^^^^^^
        hint: keep one of the lines 2 and 4, or rename one
        ");
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
        a.yaml:1:1: error: a document has the tag `!Kamodo`, `!KamodoClient`, `!Plugins` or `!Server`, found `!Kamdo`
          1 | !Kamdo
            | ^^^^^^
        hint: did you mean `!Kamodo`?
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo [f, x]\n"), @r"
        a.yaml:1:1: error: `!Kamodo` holds a map of functions, found a list
          1 | !Kamodo [f, x]
            | ^^^^^^^^^
        hint: write one `key: value` a line, without `-` or brackets
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo x\n"), @r"
        a.yaml:1:1: error: `!Kamodo` holds a map of functions, found text
          1 | !Kamodo x
            | ^^^^^^^^^
        hint: write one `key: value` a line
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: [x\n"), @r"
        a.yaml:2:4: error: this is no YAML: unclosed bracket '['
          2 | f: [x
            |    ^
        hint: close the bracket, or quote the text
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
        a.yaml:2:1: error: the left-hand side of a function is text, found YAML's `on`
          2 | on: x
            | ^^
        hint: quote it: `'on'`
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: {x: 1}\n"), @"
        a.yaml:2:5: error: `f`: the parts of a function are `expression`, `doc` or `citation`, found `x`
          2 | f: {x: 1}
            |     ^
        hint: write `{expression: x**2 - x - 1, doc: in words, citation: whom to cite}`
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: [x]\n"), @r"
        a.yaml:2:4: error: `f`: the right-hand side is an expression, found a list
          2 | f: [x]
            |    ^
        hint: write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\n[f]: x\n"), @r"
        a.yaml:2:1: error: the left-hand side of a function is text, found a list
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

    /// The names of a text's functions, each with its expression, its description and whom to cite.
    #[track_caller]
    fn described(text: &str) -> Vec<[String; 4]> {
        let (config, diagnostics) = parse("a.yaml", text);
        assert_eq!(diagnostics, []);
        let contribution = config.contributions[0].as_ref().unwrap();
        let parts = |function: &ContributedFunction| {
            let ContributedFunction::Symbolic(definition) = function else { panic!("no definition") };
            let (name, rhs) = (definition.name(), &definition.rhs().text);
            [name, rhs, definition.doc(), definition.citation()].map(str::to_owned)
        };
        contribution.functions.iter().map(parts).collect()
    }

    #[test]
    fn descriptions_and_citations() {
        let flow = "!Kamodo\nf: {expression: x**2, doc: 'a, b', citation: 2001}\ng: {expression: 5}\nh: x\n";
        let parts = [["f", "x**2", "a, b", "2001"], ["g", "5", "", ""], ["h", "x", "", ""]];
        assert_eq!(described(flow), parts);
        let block = "!Kamodo\nf(x[cm])[kg]:\n  doc: |\n    first\n    second\n  expression: $x^2$\n";
        assert_eq!(described(block), [["f", "$x^2$", "first\nsecond", ""]]);
        let merged = "!Kamodo\nf: &f {expression: x, citation: Kepler}\ng: {<<: *f, expression: 2*x}\n";
        assert_eq!(described(merged), [["f", "x", "", "Kepler"], ["g", "2*x", "", "Kepler"]]);
    }

    #[test]
    fn mistakes_in_a_description() {
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf:\n  expression: x +\n  doc: in words\n"), @"
        a.yaml:3:18: error: `f`: expected an operand, found the end
          3 |   expression: x +
            |                  ^
        hint: write a number, a name or `(` after `+`, or leave `+` out
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf(x[cm]):\n  expresion: x\n  doc: [a]\n  citation:\n"), @"
        a.yaml:3:3: error: `f`: the parts of a function are `expression`, `doc` or `citation`, found `expresion`
          3 |   expresion: x
            |   ^^^^^^^^^
        hint: did you mean `expression`?
        a.yaml:4:8: error: `f`: `doc` is text, found a list
          4 |   doc: [a]
            |        ^
        hint: quote it: `doc: 'in words'`
        a.yaml:5:3: error: `f`: `citation` is text, found nothing
          5 |   citation:
            |   ^^^^^^^^
        hint: write a text after `citation:`, or leave the line out
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: {doc: in words}\n"), @"
        a.yaml:2:4: error: `f`: a map as the right-hand side has an `expression`, found none
          2 | f: {doc: in words}
            |    ^
        hint: write `{expression: x**2 - x - 1, doc: in words}`
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: {expression: Max(x, y), doc: a}\n"), @"
        a.yaml:2:24: error: `f`: the parts of a function are `expression`, `doc` or `citation`, found `y)`
          2 | f: {expression: Max(x, y), doc: a}
            |                        ^^
        hint: quote what holds a comma or a colon: `{expression: 'Max(x, y)', doc: 'a text, in quotes'}`
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: {expression: x, doc: a, doc: b}\n"), @"
        a.yaml:2:28: error: `doc`: written on line 2 already
          2 | f: {expression: x, doc: a, doc: b}
            |                            ^^^
        hint: keep one of the two
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: {expression: {expression: x}}\n"), @"
        a.yaml:2:17: error: `f`: the right-hand side is an expression, found a map
          2 | f: {expression: {expression: x}}
            |                 ^
        hint: write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: !mine {expression: x}\n"), @"
        a.yaml:2:4: error: `f`: the right-hand side is an expression, found a map
          2 | f: !mine {expression: x}
            |    ^^^^^^^
        hint: leave the tag out
        ");
    }

    #[test]
    fn what_is_something_else_for_yaml() {
        let text =
            b"!Kamodo\nf: 017\ng: 1:30\nh: -.inf\nk: 2001-12-14\nl: !mine x\n5: x\n? [m, n]\n: x\n: x\n";
        insta::assert_snapshot!(mistakes(text), @r"
        a.yaml:2:4: error: `f`: the right-hand side is an expression, found YAML's octal number `017`
          2 | f: 017
            |    ^^^
        hint: write the number in base ten
        a.yaml:3:4: error: `g`: the right-hand side is an expression, found YAML's number in base 60 `1:30`
          3 | g: 1:30
            |    ^^^^
        hint: write the number in base ten
        a.yaml:4:4: error: `h`: the right-hand side is an expression, found YAML's `-.inf`
          4 | h: -.inf
            |    ^^^^^
        hint: write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else
        a.yaml:5:4: error: `k`: the right-hand side is an expression, found YAML's date `2001-12-14`
          5 | k: 2001-12-14
            |    ^^^^^^^^^^
        hint: write an expression such as `x**2 - x - 1`, in quotes where YAML would read something else
        a.yaml:6:4: error: `l`: the right-hand side is an expression, found another kind of value: `!mine`
          6 | l: !mine x
            |    ^^^^^^^
        hint: leave the tag out
        a.yaml:7:1: error: the left-hand side of a function is text, found the number `5`
          7 | 5: x
            | ^
        hint: begin it with a letter
        a.yaml:8:3: error: the left-hand side of a function is text, found a list
          8 | ? [m, n]
            |   ^
        hint: quote it: `'f(x[cm])[kg]': x**2`
        a.yaml:10:1: error: the left-hand side of a function is text, found nothing
          10 | : x
             | ^
        hint: quote it: `'f(x[cm])[kg]': x**2`
        ");
        insta::assert_snapshot!(mistakes(b"!Server {port: 0x10, host: !mine a, handshake: 1:30}\n"), @r"
        a.yaml:1:16: error: `port`: expected a number from 0 to 65535, found `0x10`
          1 | !Server {port: 0x10, host: !mine a, handshake: 1:30}
            |                ^^^^
        hint: the default is `port: 60000`
        a.yaml:1:28: error: `host`: expected a name or an address, found another kind of value: `!mine`
          1 | !Server {port: 0x10, host: !mine a, handshake: 1:30}
            |                            ^^^^^^^
        hint: the default is `host: localhost`
        a.yaml:1:48: error: `handshake`: expected a time from 10 ms to 1 h, found YAML's number in base 60 `1:30`
          1 | !Server {port: 0x10, host: !mine a, handshake: 1:30}
            |                                                ^^^^
        hint: the default is `handshake: 5 s`
        ");
    }

    #[test]
    fn texts_that_are_no_yaml() {
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: x\0\ng: y\n"), @r"
        a.yaml:2:5: error: unexpected U+0000 NULL, a character that nobody sees
          2 | f: x�
            |     ^
        hint: delete it
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: 'x\x07'\n"), @r"
        a.yaml:2:6: error: unexpected U+0007 ALERT, a character that nobody sees
          2 | f: 'x�'
            |      ^
        hint: delete it
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\n\tf: x\n"), @r"
        a.yaml:2:1: error: a line is indented with blanks, found a tab
          2 | 	f: x
            | ^
        hint: write blanks instead of the tab
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: x\n\tg: y\n"), @r"
        a.yaml:2:4: error: this is no YAML: while scanning a plain scalar, found a tab
          2 | f: x
            |    ^
        hint: write blanks instead of the tab
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: *e\n"), @r"
        a.yaml:2:4: error: this is no YAML: while parsing node, found unknown anchor
          2 | f: *e
            |    ^
        hint: name a value with `&name` before `*name` stands for it, or quote the text
        ");
        insta::assert_snapshot!(mistakes(b"%YAML 2.0\n--- !Kamodo\nf: x\n"), @r"
        a.yaml:1:1: error: this is no YAML: unsupported YAML major version
          1 | %YAML 2.0
            | ^
        hint: leave the line out: files are read as YAML 1.1
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: a: b\n"), @r"
        a.yaml:2:5: error: this is no YAML: mapping values are not allowed in this context
          2 | f: a: b
            |     ^
        hint: quote the text where it holds `: `, and begin each entry on a line of its own
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: %x\n"), @r"
        a.yaml:2:4: error: this is no YAML: unexpected character: `%'
          2 | f: %x
            |    ^
        hint: quote the text, as in `'f(x)': 'x**2'`
        ");
        insta::assert_snapshot!(mistakes(b"!Kamodo\nf: \"\\d\"\n"), @r#"
        a.yaml:2:4: error: this is no YAML: while parsing a quoted scalar, found unknown escape character
          2 | f: "\d"
            |    ^
        hint: write `\\` for a backslash, or use single quotes
        "#);
        insta::assert_snapshot!(mistakes(b"\xff\xfe!\0K\0"), @r"
        a.yaml:1:1: error: expected UTF-8 text, found UTF-16
        hint: save the file in UTF-8
        ");
        insta::assert_snapshot!(mistakes(b"\xef\xbb\xbf!Kamodo\r\nf: x +\r\n"), @r"
        a.yaml:2:7: error: `f`: expected an operand, found the end
          2 | f: x +
            |       ^
        hint: write a number, a name or `(` after `+`, or leave `+` out
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
        insta::assert_snapshot!(mistakes(b"!Plugins\ndirectory: [a, {}]\n"), @r"
        a.yaml:2:16: error: `directory` is the path of a directory or a list of them, found a map
          2 | directory: [a, {}]
            |                ^
        hint: write `directory: plugins.d`
        ");
        insta::assert_snapshot!(mistakes(b"!Plugins\ndirectory:\n"), @r"
        a.yaml:2:10: error: `directory` is the path of a directory or a list of them, found nothing
          2 | directory:
            |          ^
        hint: write `directory: plugins.d`
        ");
        let (config, _) = parse("etc/a.yaml", "!Plugins {directory: [a, /b]}\n--- !Plugins {directory: a}\n");
        assert_eq!(config.plugin_directories, [Path::new("etc/a"), Path::new("/b")]);
    }

    #[test]
    fn upstreams() {
        let text = "!KamodoClient\nhost: model.example\nport: '60001'\ncertfile: m.cert\n\
                    prefix: null\n--- !KamodoClient {prefix: sat, timeout: 30 s}\n";
        let (config, diagnostics) = parse("etc/a.yaml", text);
        assert_eq!(diagnostics, []);
        let upstream =
            |host: &str, port, file: &str, prefix: Option<&str>, timeout_s: Option<u64>| Upstream {
                host: host.to_owned(),
                port,
                certificate: Some(file.into()),
                prefix: prefix.map(str::to_owned),
                timeout: timeout_s.map(std::time::Duration::from_secs),
            };
        let model = upstream("model.example", 60001, "etc/m.cert", None, None);
        let satellite = upstream("localhost", 60000, "etc/selfsigned.cert", Some("sat"), Some(30));
        assert_eq!(config.upstreams, [model, satellite]);
    }

    #[test]
    fn wrong_upstreams() {
        let text = b"!KamodoClient\nhsot: a\nhost: a b\nport: 70000\ncertfile:\nprefix: 2x\ntimeout: 5\n\
                     --- !KamodoClient\nhost: a\n--- !KamodoClient {host: a}\n";
        insta::assert_snapshot!(mistakes(text), @"
        a.yaml:2:1: error: `!KamodoClient` has no setting `hsot`
          2 | hsot: a
            | ^^^^
        hint: did you mean `host`?
        a.yaml:3:7: error: `host`: expected a name or an address, found `a b`
          3 | host: a b
            |       ^^^
        hint: write `host: localhost`
        a.yaml:4:7: error: `port`: expected a number from 1 to 65535, found `70000`
          4 | port: 70000
            |       ^^^^^
        hint: write `port: 60000`
        a.yaml:6:9: error: `prefix`: expected a name or nothing, found `2x`
          6 | prefix: 2x
            |         ^^
        hint: write `prefix: sat`: its `f` is then called `sat_f` here
        a.yaml:7:10: error: `timeout`: expected a time longer than 0 s or nothing, found `5`
          7 | timeout: 5
            |          ^
        hint: write `timeout: 30 s`, or leave it out for calls that take long
        a.yaml:10:5: error: upstream a:60000 is named twice
          10 | --- !KamodoClient {host: a}
             |     ^^^^^^^^^^^^^
        hint: take one of the two out, or give them different prefixes
        ");
    }

    #[test]
    fn settings_of_the_server() {
        let text = "!Server {port: 0, write_stall: 2s, certfile: own.cert, message: '16 MiB'}\n";
        let (config, diagnostics) = parse("etc/a.yaml", text);
        assert_eq!(diagnostics, []);
        let effective = config.settings.over(&Settings::default());
        assert_eq!((effective.port, effective.write_stall.as_secs()), (0, 2));
        assert_eq!((effective.certfile, effective.message.0), ("etc/own.cert".into(), 16 << 20));
    }

    #[test]
    fn wrong_settings_of_the_server() {
        let text =
            b"!Server\nprot: 1\nport: yes\nhandshake: 5\nworkers: 0\ncalls: [1]\ndrain:\nhost: a\nhost: b\n";
        insta::assert_snapshot!(mistakes(text), @r"
        a.yaml:2:1: error: `!Server` has no setting `prot`
          2 | prot: 1
            | ^^^^
        hint: did you mean `port`?
        a.yaml:3:7: error: `port`: expected a number from 0 to 65535, found YAML's `yes`
          3 | port: yes
            |       ^^^
        hint: the default is `port: 60000`
        a.yaml:4:12: error: `handshake`: expected a time from 10 ms to 1 h, found `5`
          4 | handshake: 5
            |            ^
        hint: the default is `handshake: 5 s`
        a.yaml:5:10: error: `workers`: expected `auto` or a number above 0, found `0`
          5 | workers: 0
            |          ^
        hint: the default is `workers: auto`
        a.yaml:6:8: error: `calls`: expected a number from 1 to 65536, found a list
          6 | calls: [1]
            |        ^
        hint: the default is `calls: 256`
        a.yaml:7:1: error: `drain`: expected a time from 0 s to 1 d, found nothing
          7 | drain:
            | ^^^^^
        hint: the default is `drain: 30 s`
        a.yaml:9:1: error: `host`: set on line 8 already
          9 | host: b
            | ^^^^
        hint: keep one of the lines 8 and 9
        ");
        insta::assert_snapshot!(mistakes(b"!Server {volume: 11}\n--- !Server\n8: x\n"), @"
        a.yaml:1:10: error: `!Server` has no setting `volume`
          1 | !Server {volume: 11}
            |          ^^^^^^
        hint: its settings are host, port, certfile, keyfile, workers, admin_socket, watch, connections, calls, values, values_bytes, handshake, write_stall, keep_alive, long_call, first_message, message, queued_replies, drain, trial, generations_warn, generations_refuse
        a.yaml:3:1: error: `!Server` has no setting `8`
          3 | 8: x
            | ^
        hint: its settings are host, port, certfile, keyfile, workers, admin_socket, watch, connections, calls, values, values_bytes, handshake, write_stall, keep_alive, long_call, first_message, message, queued_replies, drain, trial, generations_warn, generations_refuse
        ");
        insta::assert_snapshot!(mistakes(b"!Server {port: 1}\n--- !Server\nport: 2\n"), @r"
        a.yaml:3:1: error: `port`: set on line 1 already
          3 | port: 2
            | ^^^^
        hint: keep one of the lines 1 and 3
        ");
    }

    #[test]
    fn several_files() {
        let file = |name: &str, text: &str| (name.into(), Ok(text.as_bytes().to_owned()));
        let (config, diagnostics) = Config::parse_all(&[
            file("c/a.yaml", "!Kamodo {f: x, g: f+1}\n--- !Server {port: 1}\n"),
            file("c/b.yaml", "!Kamodo\nf: y +\nh: x\n--- !Server {port: 2, calls: 3}\n"),
            ("c/c.yaml".into(), Err(Unread { message: "permission denied".to_owned(), hint: None })),
        ]);
        let told: Vec<_> = diagnostics.iter().map(Diagnostic::render).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        c/b.yaml:2:7: error: `f`: expected an operand, found the end
          2 | f: y +
            |       ^
        hint: write a number, a name or `(` after `+`, or leave `+` out
        c/b.yaml:4:14: error: `port`: set in `c/a.yaml`, line 2 already
          4 | --- !Server {port: 2, calls: 3}
            |              ^^^^
        hint: keep one of the two
        c/c.yaml: error: the configuration cannot be read: permission denied
        hint: put it there, or name another one: `kamodo-rpc serve FILE`, `kamodo-rpc check FILE`
        ");
        let names: Vec<_> = config
            .contributions
            .iter()
            .map(|one| match one {
                Ok(good) => (true, good.functions.len()),
                Err(faulty) => (!faulty.diagnostics.is_empty(), faulty.partial.functions.len()),
            })
            .collect();
        assert_eq!(names, [(true, 2), (true, 1), (true, 0)]);
        assert!(config.contributions[0].is_ok() && config.contributions[1].is_err());
    }

    /// Bytes that are no text are shown alike.
    #[test]
    fn files_whose_names_are_shown_alike_keep_their_own_mistakes() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let file = |name: &'static [u8], text: &str| (OsStr::from_bytes(name).into(), Ok(text.into()));
        let (config, diagnostics) = Config::parse_all(&[
            file(b"\xfe.yaml", "!Kamodo\nf(x): x +"),
            file(b"\xff.yaml", "!Kamodo\ng(x): (x\nh(x): 2 x"),
        ]);
        assert_eq!(diagnostics.len(), 3);
        assert!(diagnostics.iter().all(|one| one.file == diagnostics[0].file));
        let own: Vec<_> = config
            .contributions
            .iter()
            .map(|one| one.as_ref().map_or_else(|faulty| faulty.diagnostics.len(), |_| 0))
            .collect();
        assert_eq!(own, [1, 2]);
    }

    #[test]
    fn limits() {
        insta::assert_snapshot!(mistakes("---\n".repeat(100_000).as_bytes()), @r"
        a.yaml:1001:4: error: expected at most 1000 documents in a file, found more
          1001 | ---
               |    ^
        hint: write all functions into one document, and leave out `---` lines without one
        ");
        insta::assert_snapshot!(mistakes("--- !Kamodo {f: x}\n".repeat(1001).as_bytes()), @r"
        a.yaml:1001:13: error: expected at most 1000 documents in a file, found more
          1001 | --- !Kamodo {f: x}
               |             ^
        hint: write all functions into one document, and leave out `---` lines without one
        ");
    }

    #[test]
    fn every_beginning_of_a_file_is_read_or_refused() {
        let text = "!Kamodo\n# c\nf: \"x\\t**2\"\n'g(x[cm])[kg]': &a |\n  f(x)\n<<: {h: *a}\n--- !Plugins\ndirectory: d\n";
        for end in 0..text.len() {
            let _ = parse("a.yaml", &text.as_bytes()[..end]);
        }
    }
}
