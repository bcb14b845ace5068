//! A diagnostic as text: where, what, the line with what is underlined, and apart from that a hint.

use std::fmt::Write as _;

use kamodo_units::{printable, unseen};

use super::{Diagnostic, FileText, Label, Severity};

/// Characters of a line that are shown; of a longer one only those round the first label.
const MAX_WIDTH: usize = 100;

impl Diagnostic {
    /// Writes it as plain text of one or more lines, without a line break at the end.
    ///
    /// ```text
    /// kamodo_rpc.yaml:3:9: error: `rho`: cannot add `g/cm**3` and `m`
    ///   3 | rho(x): a(x) + b(x)
    ///     |         ^^^^ Mass·Length^-3
    ///     |                ^^^^ Length
    /// hint: both sides must have one dimension
    /// ```
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = printable(&self.headline()).into_owned();
        if let (Some(line), Some(first)) = (&self.line_text, self.labels.first()) {
            self.show_line(&mut text, line, first);
        }
        if let Some(hint) = &self.hint {
            text += "\nhint: ";
            text += &printable(hint);
        }
        text
    }

    fn headline(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        match (&self.file, self.position()) {
            (Some(file), Some(place)) => {
                let _ = write!(text, "{file}:{}:{}: ", place.line, place.column);
            }
            (Some(file), None) => {
                let _ = write!(text, "{file}: ");
            }
            _ => {}
        }
        text += match self.severity {
            Severity::Warning => "warning: ",
            Severity::Error => "error: ",
        };
        if let Some(function) = &self.function {
            let _ = write!(text, "`{function}`: ");
        }
        text + &self.message
    }

    fn show_line(&self, text: &mut String, line: &str, first: &Label) {
        let window = Window::new(line, self.line_skipped, first);
        let number = first.start.line.to_string();
        let margin = " ".repeat(number.len());
        let _ = write!(text, "\n  {number} | {}", window.text);
        for label in &self.labels {
            if label.start.line == first.start.line {
                let _ = write!(text, "\n  {margin} | {}", window.underline(label));
            } else {
                let _ = write!(
                    text,
                    "\n  {margin} = {}:{}: {}",
                    label.start.line,
                    label.start.column,
                    printable(&label.text)
                );
            }
        }
    }
}

/// Cuts the line of a label round it, if that is long: what is kept, and how many characters come before that.
pub(super) fn excerpt(text: &FileText, label: &Label) -> Option<(String, usize)> {
    // More than is shown, so that further labels beside the first one are found.
    const MAX_KEPT: usize = 4 * MAX_WIDTH;
    let line = text.line(label.start.line)?;
    if line.len() <= MAX_KEPT {
        return Some((line.to_owned(), 0));
    }
    let skipped = (label.start.column - 1).saturating_sub(MAX_KEPT / 2);
    let rest = text.rest_of_line(label.start.line, skipped)?;
    Some((rest.chars().take(MAX_KEPT).collect(), skipped))
}

/// The part of a line that is shown.
struct Window {
    text: String,
    /// Characters of the line that stand before it.
    skipped: usize,
    /// How many characters of `text` are an ellipsis instead of what stands before.
    n_ellipsis: usize,
}

impl Window {
    /// Makes the window of a line of which so many characters were cut off already.
    fn new(line: &str, cut_off: usize, first: &Label) -> Self {
        let n_chars = line.chars().count();
        let column = (first.start.column - 1).saturating_sub(cut_off);
        let mut skipped = 0;
        if n_chars > MAX_WIDTH {
            let middle = column + first.width / 2;
            skipped = middle.saturating_sub(MAX_WIDTH / 2).min(n_chars - MAX_WIDTH).min(column);
        }
        // One letter for each, so that the carets stand below what they mean.
        let seen = |next: char| if unseen(next).is_some() || next == '\r' { '\u{fffd}' } else { next };
        let shown: String = line.chars().skip(skipped).take(MAX_WIDTH).map(seen).collect();
        let is_cut_before = skipped + cut_off > 0;
        let is_cut_after = skipped + MAX_WIDTH < n_chars || cut_off > 0 && n_chars >= 4 * MAX_WIDTH;
        let (before, after) = (if is_cut_before { "…" } else { "" }, if is_cut_after { "…" } else { "" });
        let text = format!("{before}{shown}{after}");
        Self { text, skipped: skipped + cut_off, n_ellipsis: usize::from(is_cut_before) }
    }

    fn underline(&self, label: &Label) -> String {
        let from = (label.start.column - 1).saturating_sub(self.skipped) + self.n_ellipsis;
        // A tab is kept, so that the carets stand where the terminal puts the text.
        let n_shown = self.text.chars().count();
        let shown: String = self.text.chars().chain(std::iter::repeat(' ')).take(from.min(n_shown)).collect();
        let mut text: String = shown.chars().map(|next| if next == '\t' { '\t' } else { ' ' }).collect();
        let n_left = n_shown.saturating_sub(from).max(1);
        text += &"^".repeat(label.width.min(n_left));
        if !label.text.is_empty() {
            text.push(' ');
            text += &printable(&label.text);
        }
        text
    }
}
