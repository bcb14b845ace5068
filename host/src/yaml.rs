//! YAML text to a tree whose scalars know their text and their place.
//!
//! The parser's events are read, not its typed values: what a scalar means depends on where it stands
//! (`f: 5` is the expression `5`), and every error in a definition points at its letter in the file.
//! This is the only file that names the YAML library.

mod escape;
mod line;
mod scalar;

use std::collections::HashMap;
use std::sync::Arc;

use kamodo_expr::{Diagnostic, Position, Source, Span};
use kamodo_units::unseen;
use serde_yaml::granit_parser::{self as parser, Event, Parser, ScalarStyle, StructureStyle};

pub(crate) use escape::Misread;
pub(crate) use line::with_colon;
pub(crate) use scalar::Meaning;

/// How many aliases a file may use, so that a few lines cannot stand for gigabytes.
const MAX_ALIASES: usize = 100;

/// How many nodes all aliases together may stand for: ten aliases of ten aliases of ten are a thousand.
const MAX_ALIASED: usize = 10_000;

/// How deep collections may nest.
const MAX_DEPTH: usize = 64;

/// How many documents a file may hold: each costs more than the three letters that begin it.
const MAX_DOCUMENTS: usize = 1000;

/// One node of a document.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// The tag, such as `!Kamodo`.
    pub(crate) tag: Option<Arc<str>>,
    /// Where the node, or its tag, begins.
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// The text, and what YAML takes it for.
    Scalar {
        source: Source,
        meaning: Meaning,
        /// Whether it has no quotes: only then is `<<` a merge.
        is_plain: bool,
        /// The first escape in it that nobody writes into a definition on purpose.
        misread: Option<Misread>,
    },
    /// Shared, since each anchor keeps what it names: lists in lists, each with an anchor, would be copied at each
    /// level.
    Map(Arc<[(Node, Node)]>),
    List(Arc<[Node]>),
}

/// The documents of one file.
#[derive(Debug)]
pub(crate) struct Stream {
    /// The whole file, for errors.
    pub(crate) whole: Source,
    pub(crate) documents: Vec<Node>,
}

/// Reads all documents of a file.
///
/// # Errors
/// The first place where the text is no YAML, or goes beyond a limit.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Stream, Box<Diagnostic>> {
    let text = decode(file, bytes)?;
    let whole = Source::whole(file, text);
    let mut reader = Reader {
        whole: &whole,
        events: Parser::new_from_str(text),
        anchors: HashMap::new(),
        n_aliases: 0,
        n_aliased: 0,
        n_nodes: 0,
    };
    let mut documents = Vec::new();
    while let Some((event, span)) = reader.next()? {
        if matches!(
            event,
            Event::DocumentStart(..) | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd
        ) {
            continue;
        }
        reader.anchors.clear();
        if documents.len() == MAX_DOCUMENTS {
            let message = format!("expected at most {MAX_DOCUMENTS} documents in a file, found more");
            let hint = "write all functions into one document, and leave out `---` lines without one";
            return Err(reader.refuse(offset(span.start), message, hint));
        }
        documents.push(reader.node(event, &span, 0)?);
    }
    Ok(Stream { whole, documents })
}

/// The text of a file, which must be UTF-8.
fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Box<Diagnostic>> {
    let refuse = |text: &str, message: String, hint: &str| {
        Box::new(Source::whole(file, text).error(text.len()..text.len(), message).with_hint(hint))
    };
    if let [0xfe, 0xff, ..] | [0xff, 0xfe, ..] = bytes {
        let message = "expected UTF-8 text, found UTF-16".to_owned();
        return Err(refuse("", message, "save the file in UTF-8"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        refuse(&good, format!("expected UTF-8 text, found the byte 0x{byte:02x}"), "save the file in UTF-8")
    })
}

struct Reader<'a> {
    whole: &'a Source,
    events: Parser<'a, parser::StrInput<'a>>,
    /// Each anchored node with its number of nodes.
    anchors: HashMap<usize, (Node, usize)>,
    n_aliases: usize,
    n_aliased: usize,
    n_nodes: usize,
}

// === impl Reader ===

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, parser::Span)>, Box<Diagnostic>> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, span))),
            Some(Err(error)) => {
                let offset = error.marker().byte_offset().unwrap_or(self.whole.text.len());
                if let Some(unseen) = self.unseen(offset) {
                    return Err(unseen);
                }
                let message = format!("this is no YAML: {}", error.info());
                let text = &*self.whole.text;
                let start = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
                let of_line =
                    is_of_structure(&error.info()).then(|| line::hint(text, start.unwrap_or(0))).flatten();
                let hint = of_line.unwrap_or_else(|| hint(&error.info()).to_owned());
                Err(self.refuse(offset, message, hint))
            }
        }
    }

    /// Names a character that nobody sees on the line of a mistake, or on the one before behind a colon or in the
    /// indentation: a blank that is not the ordinary one separates nothing in YAML. Elsewhere on the line before it is
    /// part of a text or a comment, and another mistake would go unsaid.
    fn unseen(&self, offset: usize) -> Option<Box<Diagnostic>> {
        let text = &*self.whole.text;
        let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let line_start = |before: usize| text[..before].rfind('\n').map_or(0, |line| line + 1);
        let own_line = line_start(offset);
        let start = line_start(own_line.saturating_sub(1));
        let end = text[offset..].find('\n').map_or(text.len(), |line| offset + line);
        let mut letters = text[start..end].char_indices().map(|(at, letter)| (start + at, letter));
        // At the beginning of a file it says how the file is encoded.
        let is_mark = |at: usize, letter: char| at == 0 && letter == '\u{feff}';
        let separates = |at: usize| {
            let before = text[start..at].trim_end_matches(|letter| letter == ' ' || unseen(letter).is_some());
            at >= own_line || before.is_empty() || before.ends_with(':')
        };
        let (at, found) = letters
            .find(|(at, letter)| !is_mark(*at, *letter) && unseen(*letter).is_some() && separates(*at))?;
        Some(Box::new(self.whole.unseen(at, found)))
    }

    fn refuse(&self, offset: usize, message: String, hint: impl Into<String>) -> Box<Diagnostic> {
        let offset = offset.min(self.whole.text.len());
        Box::new(self.whole.error(offset..offset, message).with_hint(hint))
    }

    /// Refuses a tab before a key: how deep it indents is in the eye of the beholder.
    fn refuse_tab(&self, key: usize) -> Result<(), Box<Diagnostic>> {
        let before = &self.whole.text[..key.min(self.whole.text.len())];
        let start = before.rfind('\n').map_or(0, |line| line + 1);
        let indentation = &before[start..start + indentation(&before[start..])];
        match indentation.find('\t') {
            Some(at) => {
                let message = "a line is indented with blanks, found a tab".to_owned();
                Err(self.refuse(start + at, message, "write blanks instead of the tab"))
            }
            None => Ok(()),
        }
    }

    /// Reads the node that begins with `event`.
    fn node(
        &mut self,
        event: Event<'a>,
        place: &parser::Span,
        depth: usize,
    ) -> Result<Node, Box<Diagnostic>> {
        let (start, end) = (offset(place.start), offset(place.end));
        if depth > MAX_DEPTH {
            let message = format!("collections nest at most {MAX_DEPTH} deep");
            return Err(self.refuse(start, message, "a document holds one map of texts"));
        }
        let tag_start = place.tag_start().map(offset);
        let before = self.n_nodes;
        self.n_nodes += 1;
        let (tag, anchor, kind) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let source = self.scalar(&text, style, start, end);
                let is_plain = style == ScalarStyle::Plain;
                let name = tag.as_deref().map(tag_name);
                let meaning = Meaning::of(&text, is_plain, name.as_deref());
                let raw = &self.whole.text[start..end.clamp(start, self.whole.text.len())];
                let is_double = style == ScalarStyle::DoubleQuoted;
                let misread = is_double.then(|| Misread::find(raw, start, &text)).flatten();
                (tag, anchor, Kind::Scalar { source, meaning, is_plain, misread })
            }
            Event::MappingStart(style, anchor, tag) => {
                let mut entries = Vec::new();
                while let Some((event, place)) = self.until(|event| matches!(event, Event::MappingEnd))? {
                    if style == StructureStyle::Block {
                        self.refuse_tab(offset(place.start))?;
                    }
                    let key = self.node(event, &place, depth + 1)?;
                    let Some((event, place)) = self.next()? else { break };
                    entries.push((key, self.node(event, &place, depth + 1)?));
                }
                (tag, anchor, Kind::Map(entries.into()))
            }
            Event::SequenceStart(_, anchor, tag) => {
                let mut items = Vec::new();
                while let Some((event, place)) = self.until(|event| matches!(event, Event::SequenceEnd))? {
                    items.push(self.node(event, &place, depth + 1)?);
                }
                (tag, anchor, Kind::List(items.into()))
            }
            Event::Alias(anchor) => {
                self.n_aliases += 1;
                if self.n_aliases > MAX_ALIASES {
                    let message = format!("a file uses at most {MAX_ALIASES} aliases");
                    return Err(self.refuse(start, message, "call a function instead of repeating its text"));
                }
                let Some((node, size)) = self.anchors.get(&anchor) else {
                    let message = "an alias cannot stand inside its own anchor".to_owned();
                    return Err(self.refuse(start, message, "write the value out"));
                };
                self.n_aliased += size;
                self.n_nodes += size;
                if self.n_aliased > MAX_ALIASED {
                    let message = format!("the aliases of a file stand for at most {MAX_ALIASED} nodes");
                    return Err(self.refuse(start, message, "call a function instead of repeating its text"));
                }
                return Ok(node.clone());
            }
            _ => {
                let message = "this is no YAML: a value is missing".to_owned();
                return Err(self.refuse(start, message, "write one `key: value` a line"));
            }
        };
        let tag = tag.as_deref().map(|tag| tag_name(tag).into());
        let node = Node { tag, span: tag_start.unwrap_or(start)..end.max(start), kind };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.n_nodes - before));
        }
        Ok(node)
    }

    /// Returns the next event, or nothing at the one that ends the collection.
    #[allow(clippy::type_complexity)] // the parser's own pair
    fn until(
        &mut self,
        is_end: impl Fn(&Event<'_>) -> bool,
    ) -> Result<Option<(Event<'a>, parser::Span)>, Box<Diagnostic>> {
        Ok(self.next()?.filter(|(event, _)| !is_end(event)))
    }

    fn scalar(&self, text: &str, style: ScalarStyle, start: usize, end: usize) -> Source {
        let raw_end = end.clamp(start, self.whole.text.len());
        let pieces = align(self.whole, text, start..raw_end, style);
        Source {
            file: Arc::clone(&self.whole.file),
            file_text: self.whole.file_text.clone(),
            text: text.into(),
            pieces,
        }
    }
}

/// Returns whether the parser found another key, value or end than it expects, and no sign that it cannot read.
fn is_of_structure(mistake: &str) -> bool {
    const PARTS: [&str; 4] = ["mapping values", "simple key", "<document start>", "expected key"];
    PARTS.iter().any(|part| mistake.contains(part))
}

/// What to do about a mistake that the parser has found.
fn hint(mistake: &str) -> &'static str {
    const HINTS: [(&str, &str); 9] = [
        ("found a tab", "write blanks instead of the tab"),
        ("character: `\\u{", "remove the character"),
        ("unknown anchor", "name a value with `&name` before `*name` stands for it, or quote the text"),
        ("escape", "write `\\\\` for a backslash, or use single quotes"),
        ("mapping values", "quote the text where it holds `: `, and begin each entry on a line of its own"),
        ("bracket", "close the bracket, or quote the text"),
        ("unclosed", "close the quotes"),
        ("YAML", "leave the line out: files are read as YAML 1.1"),
        ("directive", "leave the line out: files are read as YAML 1.1"),
    ];
    let found = HINTS.iter().find(|(part, _)| mistake.contains(part));
    found.map_or("quote the text, as in `'f(x)': 'x**2'`", |(_, hint)| hint)
}

/// A tag as it is usually written: YAML's own as `!!str`.
fn tag_name(tag: &parser::Tag) -> String {
    match tag.handle() {
        "tag:yaml.org,2002:" => format!("!!{}", tag.suffix()),
        handle => format!("{handle}{}", tag.suffix()),
    }
}

fn offset(marker: parser::Marker) -> usize {
    marker.byte_offset().unwrap_or(0)
}

/// Finds for each stretch of a scalar's text the place in the file where the same letters stand.
///
/// Between two stretches lies what YAML changes: an escape, a doubled quote, a folded line break.
fn align(whole: &Source, text: &str, raw_span: Span, style: ScalarStyle) -> Arc<[(usize, Position)]> {
    let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let file = &whole.text;
    let mut raw = raw_span.start + usize::from(is_quoted && file[raw_span.clone()].starts_with(['\'', '"']));
    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) && file[raw..].starts_with(['|', '>']) {
        raw += file[raw..].find('\n').map_or(0, |line| line + 1);
        raw += indentation(&file[raw..]);
    }
    let mut pieces = vec![(0, whole.position(raw))];
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let rest = &file[raw.min(file.len())..];
        if letter != '\n' && rest.starts_with(letter) && !(rest.starts_with("''") && is_quoted) {
            at += letter.len_utf8();
            raw += letter.len_utf8();
            continue;
        }
        // The text differs from the file here: step over it in both, and begin a new stretch after it.
        if let Some(next) = rest.strip_prefix("\\\n") {
            raw += 2 + indentation(next);
        } else if rest.starts_with('\\') {
            raw += escape_length(rest);
            at += letter.len_utf8();
        } else if rest.starts_with(char::is_whitespace) {
            raw += rest.len() - rest.trim_start().len();
            at += text[at..].len() - text[at..].trim_start().len().min(text[at..].len() - letter.len_utf8());
        } else if rest.starts_with("''") {
            raw += 2;
            at += 1;
        } else {
            at += letter.len_utf8();
        }
        pieces.push((at, whole.position(raw.min(file.len()))));
    }
    pieces.dedup_by_key(|(at, _)| *at);
    pieces.into()
}

fn indentation(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// The bytes that an escape of a double-quoted scalar takes, its backslash included.
fn escape_length(text: &str) -> usize {
    let length = match text.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 1 + text[1..].chars().next().map_or(0, char::len_utf8),
    };
    length.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, text: &str) -> Result<Stream, Box<Diagnostic>> {
        super::read(file, text.as_bytes())
    }

    /// Finds `part` in the first value's text and says where it stands in the file.
    #[track_caller]
    fn check(yaml: &str, part: &str, expect: (usize, usize)) {
        let stream = read("a.yaml", yaml).unwrap();
        let Kind::Map(entries) = &stream.documents[0].kind else { panic!("no map") };
        let Kind::Scalar { source, .. } = &entries[0].1.kind else { panic!("no scalar") };
        let at = source.text.find(part).expect("the part is in the text");
        let place = source.position(at);
        assert_eq!((place.line, place.column), expect, "{:?} {:?}", source.text, source.pieces);
        let line = yaml.lines().nth(place.line - 1).unwrap();
        assert_eq!(line.chars().nth(place.column - 1), part.chars().next());
    }

    #[test]
    fn plain() {
        check("!Kamodo\nf: x**2 - bad\n", "bad", (2, 11));
        check("f:   bad", "bad", (1, 6));
        check("μ: α + β", "β", (1, 8));
    }

    #[test]
    fn quoted() {
        check("f: 'x + bad'", "bad", (1, 9));
        check(r#"f: "x\t+ bad""#, "bad", (1, 10));
        check(r#"f: "x\u0020+ bad""#, "bad", (1, 14));
        check("f: 'it''s bad'", "bad", (1, 11));
    }

    #[test]
    fn folded_lines() {
        check("f: x +\n   bad\n", "bad", (2, 4));
        check("f: 'x +\n   bad'\n", "bad", (2, 4));
        check("f: \"x +\\\n   bad\"\n", "bad", (2, 4));
    }

    #[test]
    fn block_scalars() {
        check("f: |\n  x\n  + bad\n", "bad", (3, 5));
        check("f: >\n  x +\n  bad\n", "bad", (3, 3));
    }

    #[test]
    fn anchors_keep_their_place() {
        let stream = read("a.yaml", "f: &e x + 1\ng: *e\n").unwrap();
        let Kind::Map(entries) = &stream.documents[0].kind else { panic!("no map") };
        let Kind::Scalar { source, .. } = &entries[1].1.kind else { panic!("no scalar") };
        assert_eq!((&*source.text, source.position(0).line), ("x + 1", 1));
    }

    #[test]
    fn errors_have_a_place() {
        let error = read("a.yaml", "!Kamodo\nf: [x\n").unwrap_err();
        assert!(error.position().is_some_and(|place| place.line >= 2), "{error:?}");
        let error = read("a.yaml", &format!("a: &a x\nb: [{}]\n", "*a,".repeat(101))).unwrap_err();
        assert_eq!(error.message, "a file uses at most 100 aliases");
        let bomb: String =
            (1..10).map(|n| format!("b{n}: &b{n} [{}]\n", format!("*b{},", n - 1).repeat(8))).collect();
        let error = read("a.yaml", &format!("b0: &b0 [x, x]\n{bomb}")).unwrap_err();
        assert_eq!(error.message, "the aliases of a file stand for at most 10000 nodes");
        let error = read("a.yaml", &"[".repeat(1000)).unwrap_err();
        assert!(error.message.contains("deep") || error.message.contains("no YAML"), "{error:?}");
    }
}
