//! A diagnostic as text: where, what, the line with what is underlined, and apart from that a hint.

use std::fmt::Write as _;

use super::{Diagnostic, Label, Severity};

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
        let mut text = self.headline();
        if let (Some(line), Some(first)) = (&self.line_text, self.labels.first()) {
            self.show_line(&mut text, line, first);
        }
        if let Some(hint) = &self.hint {
            text += "\nhint: ";
            text += hint;
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
        let window = Window::new(line, first);
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
                    label.start.line, label.start.column, label.text
                );
            }
        }
    }
}

/// The part of a line that is shown.
struct Window {
    text: String,
    /// Characters of the line that stand before it.
    skipped: usize,
}

impl Window {
    fn new(line: &str, first: &Label) -> Self {
        let n_chars = line.chars().count();
        let mut skipped = 0;
        if n_chars > MAX_WIDTH {
            let middle = first.start.column - 1 + first.width / 2;
            skipped =
                middle.saturating_sub(MAX_WIDTH / 2).min(n_chars - MAX_WIDTH).min(first.start.column - 1);
        }
        let printable = |next: char| if next.is_control() && next != '\t' { '\u{fffd}' } else { next };
        Self { text: line.chars().skip(skipped).take(MAX_WIDTH).map(printable).collect(), skipped }
    }

    fn underline(&self, label: &Label) -> String {
        let from = (label.start.column - 1).saturating_sub(self.skipped);
        // A tab is kept, so that the carets stand where the terminal puts the text.
        let shown: String = self.text.chars().chain(std::iter::repeat(' ')).take(from).collect();
        let mut text: String = shown.chars().map(|next| if next == '\t' { '\t' } else { ' ' }).collect();
        let n_left = self.text.chars().count().saturating_sub(from).max(1);
        text += &"^".repeat(label.width.min(n_left));
        if !label.text.is_empty() {
            text.push(' ');
            text += &label.text;
        }
        text
    }
}
