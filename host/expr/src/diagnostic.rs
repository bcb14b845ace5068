//! What is wrong with a text, and where.

mod bound;
mod render;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use kamodo_units::{printable, unseen_hint, unseen_message};

pub use bound::{MAX_DIAGNOSTICS, bounded, listed, shortened, shortened_to};

/// A range of bytes in the text of a [`Source`].
pub type Span = Range<usize>;

/// A place in a file, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A text, such as one side of a definition, and where each part of it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// The whole text of the file, from which the line above a caret is taken.
    pub file_text: FileText,
    /// The text itself, with YAML's quotes and escapes removed.
    pub text: Arc<str>,
    /// Pieces of `text` that stand in the file letter by letter: (offset in `text`, place in the file),
    /// ascending. What lies outside a piece (an escape, a folded line break) has the place of the piece before.
    pub pieces: Arc<[(usize, Position)]>,
}

/// The text of a file, with the places where its lines begin; a clone shares it.
///
/// With them the line of an error is found at once, also if every line has an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    text: Arc<str>,
    line_starts: Arc<[usize]>,
    /// How many characters come before each stretch of [`STRETCH`] bytes.
    n_chars_before: Arc<[usize]>,
}

/// Bytes between two places of a file whose characters are counted when it is read: a column of a line of a megabyte is
/// found without counting from the line's beginning.
const STRETCH: usize = 1 << 10;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Served all the same.
    Warning,
    /// Not served.
    Error,
}

/// A place with what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// Where it begins.
    pub start: Position,
    /// How many characters of the line are underlined, at least one.
    pub width: usize,
    /// What stands there, such as the dimension of one side; may be empty.
    pub text: String,
}

/// What a diagnostic is about, if that decides what becomes of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Anything else.
    #[default]
    Other,
    /// A function that nobody provides yet, and the hint only says that it is waited for.
    Missing,
    /// A function that nobody provides yet, and the hint says what may have been meant.
    Misspelt,
    /// The work on a definition ended early.
    Stopped,
    /// A plain number among quantities, which is taken as in their unit.
    PlainNumber,
}

/// One thing that is wrong: where, what, expected and found, and apart from that what to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file, where it stands in one.
    pub file: Option<Arc<str>>,
    /// The function whose definition it is about, where it is about one.
    pub function: Option<String>,
    /// The fact, in lower case, without a final period, names in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The places, the main one first.
    pub labels: Vec<Label>,
    /// The line of the file in which the first label stands; of a long line the part round the label.
    pub line_text: Option<String>,
    /// How many characters of that line come before [`Diagnostic::line_text`].
    pub line_skipped: usize,
    /// What it is about.
    pub subject: Subject,
}

// === impl Source ===

impl Source {
    /// Makes a source whose text is the whole of a file.
    #[must_use]
    pub fn whole(file: &str, text: &str) -> Self {
        // A line that is a whole file would be counted from its beginning for each place in it.
        const LONG: usize = 256;
        let file_text = FileText::new(text);
        let mut place = Position { line: 1, column: 1 };
        let mut pieces = vec![(0, place)];
        for (at, letter) in text.char_indices() {
            let last = pieces.last().map_or(0, |(start, _)| *start);
            if at >= last + LONG {
                pieces.push((at, place));
            }
            if letter == '\n' {
                place = Position { line: place.line + 1, column: 1 };
                pieces.push((at + 1, place));
            } else {
                place.column += 1;
            }
        }
        Self { file: file.into(), text: Arc::clone(&file_text.text), file_text, pieces: pieces.into() }
    }

    /// Returns the place in the file of the byte at `offset` of the text.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let piece = self.pieces.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        let Some(&(start, place)) = self.pieces.get(piece) else { return Position { line: 1, column: 1 } };
        let end = offset.min(self.text.len());
        let n_chars = match Arc::ptr_eq(&self.text, &self.file_text.text) {
            true => self.file_text.n_chars_to(end) - self.file_text.n_chars_to(start),
            false => self.text.get(start..end).unwrap_or("").chars().count(),
        };
        Position { line: place.line, column: place.column + n_chars }
    }

    /// Returns a part of it as a source of its own, each place of which is that in the file.
    #[must_use]
    pub(crate) fn part(&self, span: Span) -> Self {
        let mut pieces = vec![(0, self.position(span.start))];
        let first = self.pieces.partition_point(|(start, _)| *start <= span.start);
        let inside = self.pieces[first..].iter().take_while(|(start, _)| *start < span.end);
        pieces.extend(inside.map(|(start, place)| (start - span.start, *place)));
        Self {
            file: Arc::clone(&self.file),
            file_text: self.file_text.clone(),
            text: self.text[span].into(),
            pieces: pieces.into(),
        }
    }

    /// Makes the label that underlines `span`.
    #[must_use]
    pub fn label(&self, span: Span, text: impl Into<String>) -> Label {
        let width =
            self.text.get(span.clone()).map_or(1, |part| part.lines().next().unwrap_or("").chars().count());
        Label { start: self.position(span.start), width: width.max(1), text: text.into() }
    }

    /// Makes the error of a character that nobody sees, such as a blank without a width.
    #[must_use]
    pub fn unseen(&self, at: usize, found: char) -> Diagnostic {
        let error = self.error(at..at + found.len_utf8(), unseen_message(found));
        error.with_hint(unseen_hint(found))
    }

    /// Makes an error at `span`.
    #[must_use]
    pub fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        let label = self.label(span, "");
        let (line_text, line_skipped) = render::excerpt(&self.file_text, &label).unzip();
        Diagnostic {
            severity: Severity::Error,
            file: Some(Arc::clone(&self.file)),
            function: None,
            message: shown(message),
            hint: None,
            labels: vec![label],
            line_text,
            line_skipped: line_skipped.unwrap_or_default(),
            subject: Subject::Other,
        }
    }
}

// === impl FileText ===

impl FileText {
    /// Finds the lines of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let mut n_chars = 0;
        let before = |stretch: &[u8]| {
            let before = n_chars;
            n_chars += count_chars(stretch);
            before
        };
        let n_chars_before = text.as_bytes().chunks(STRETCH).map(before).collect();
        Self { text: text.into(), line_starts: std::iter::once(0).chain(ends).collect(), n_chars_before }
    }

    /// Returns how many characters begin before a byte.
    fn n_chars_to(&self, at: usize) -> usize {
        let stretch = at / STRETCH;
        let Some(before) = self.n_chars_before.get(stretch) else {
            let last = self.n_chars_before.len().saturating_sub(1) * STRETCH;
            return self.n_chars_before.last().unwrap_or(&0) + count_chars(&self.text.as_bytes()[last..]);
        };
        before + count_chars(&self.text.as_bytes()[stretch * STRETCH..at])
    }

    /// Returns what stands in a line after so many of its characters.
    fn rest_of_line(&self, line: usize, n_skipped: usize) -> Option<&str> {
        let text = self.line(line)?;
        let start = self.line_starts[line - 1];
        let wanted = self.n_chars_to(start) + n_skipped;
        let stretch = self.n_chars_before.partition_point(|before| *before <= wanted).saturating_sub(1);
        let from = (stretch * STRETCH).max(start);
        let n_left = wanted - self.n_chars_to(from);
        let is_start = |(_, byte): &(usize, &u8)| **byte & 0xc0 != 0x80;
        let bytes = self.text.as_bytes().get(from..start + text.len()).unwrap_or_default();
        let at = bytes.iter().enumerate().filter(is_start).nth(n_left).map(|(at, _)| from + at);
        Some(at.map_or("", |at| &self.text[at..start + text.len()]))
    }

    /// Returns a line without its end, counted from 1.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<&str> {
        let start = *self.line_starts.get(line.checked_sub(1)?)?;
        if start == self.text.len() {
            return None; // what follows the last line feed is no line
        }
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| next - 1);
        let line = &self.text[start..end];
        Some(line.strip_suffix('\r').unwrap_or(line))
    }
}

/// How many characters begin in these bytes of a text.
fn count_chars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

impl From<&str> for FileText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

// === impl Diagnostic ===

impl Diagnostic {
    /// Makes an error that has no place in a file.
    #[must_use]
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            file: None,
            function: None,
            message: shown(message),
            hint: None,
            labels: Vec::new(),
            line_text: None,
            line_skipped: 0,
            subject: Subject::Other,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(shown(hint));
        self
    }

    /// Says which function it is about.
    #[must_use]
    pub fn with_function(mut self, name: impl Into<String>) -> Self {
        self.function = Some(name.into());
        self
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn with_label(mut self, label: Label) -> Self {
        self.labels.push(label);
        self
    }

    /// Makes it a warning.
    #[must_use]
    pub fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Returns the main place.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.labels.first().map(|label| label.start)
    }
}

/// A text of a message, in which nothing stands that nobody sees: what is quoted in it may be anybody's.
fn shown(text: impl Into<String>) -> String {
    let text = text.into();
    match printable(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(printable) => printable,
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_on_a_long_line_is_that_of_its_character() {
        let text = format!("first\n{}\nlast", "é+→x".repeat(2_000));
        let source = Source::whole("a.yaml", &text);
        for (offset, letter) in text.char_indices() {
            let line = text[..offset].matches('\n').count() + 1;
            let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
            let column = text[start..offset].chars().count() + 1;
            assert_eq!(source.position(offset), Position { line, column });
            if letter != '\n' {
                let rest = source.file_text.rest_of_line(line, column - 1);
                assert_eq!(rest, text[offset..].lines().next());
            }
        }
        let error = source.error(text.len() / 2..text.len() / 2 + 1, "here");
        assert!(error.render().len() < 1_000);
    }
}
