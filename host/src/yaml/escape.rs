//! Escapes between double quotes that take the place of LaTeX: YAML reads `"$\frac{x}{2}$"` as a form feed and `rac`.

use kamodo_expr::Span;

/// An escape that nobody writes into a definition on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misread {
    /// Where it stands in the file.
    pub(crate) span: Span,
    /// The escape, such as `\f`.
    escape: String,
    /// What YAML reads.
    character: char,
    /// The whole text in single quotes, which change nothing; none if it has several lines.
    mended: Option<String>,
}

/// LaTeX's commands that begin with the escape of a blank: a tab, a line feed, a carriage return. The other escapes
/// stand for characters that no definition has, whatever follows them.
const COMMANDS: [&str; 52] = [
    "tan",
    "tanh",
    "tau",
    "text",
    "textbf",
    "textit",
    "textrm",
    "tfrac",
    "tg",
    "th",
    "theta",
    "thinspace",
    "tilde",
    "times",
    "to",
    "top",
    "triangle",
    "trig",
    "nabla",
    "natural",
    "ncong",
    "ne",
    "nearrow",
    "neg",
    "neq",
    "nexists",
    "newline",
    "ngeq",
    "ni",
    "nleq",
    "nmid",
    "norm",
    "not",
    "notin",
    "nu",
    "null",
    "nwarrow",
    "raise",
    "rangle",
    "rbrace",
    "rbrack",
    "rceil",
    "re",
    "rfloor",
    "rho",
    "right",
    "rightarrow",
    "rm",
    "root",
    "rVert",
    "rvert",
    "rtimes",
];

// === impl Misread ===

impl Misread {
    /// Finds the first one in a scalar between double quotes, which stands as `raw` at `start` of the file and is
    /// read as `text`.
    pub(super) fn find(raw: &str, start: usize, text: &str) -> Option<Self> {
        let is_latex = text.contains('$');
        let mut rest = raw;
        while let Some(at) = rest.find('\\') {
            rest = &rest[at..];
            let length = super::escape_length(rest);
            let character = decoded(&rest[..length]);
            if is_misread(character, &rest[1..], is_latex) {
                let start = start + (raw.len() - rest.len());
                let escape = rest[..length].to_owned();
                return Some(Self { span: start..start + length, escape, character, mended: mended(raw) });
            }
            rest = &rest[length..];
        }
        None
    }

    /// Says what YAML makes of it.
    pub(crate) fn message(&self) -> String {
        let name = match self.character {
            '\0' => "a null",
            '\x07' => "a bell",
            '\x08' => "a backspace",
            '\t' => "a tab",
            '\n' => "a line feed",
            '\x0b' => "a vertical tab",
            '\x0c' => "a form feed",
            '\r' => "a carriage return",
            '\x1b' => "an escape character",
            '\u{85}' => "a next line",
            '\u{a0}' => "a no-break space",
            '\u{2028}' => "a line separator",
            '\u{2029}' => "a paragraph separator",
            _ => "a character that nobody sees",
        };
        let (escape, code) = (&self.escape, self.character as u32);
        format!("between double quotes `{escape}` is {name} (U+{code:04X}) in YAML, and no LaTeX")
    }

    /// Says what to do about it in a left-hand side, or in a right-hand side, where LaTeX stands between dollars.
    pub(crate) fn hint(&self, is_right: bool) -> String {
        match &self.mended {
            _ if self.escape.starts_with("\\x")
                || self.escape.starts_with("\\u")
                || self.escape.starts_with("\\U") =>
            {
                format!("leave `{}` out: no definition has this character", self.escape)
            }
            _ if !is_right => "a left-hand side has names without a backslash, such as `f(theta)`".to_owned(),
            Some(mended) if !mended.contains('$') => {
                format!("use single quotes, and dollars round LaTeX: `'${}$'`", mended.trim_matches('\''))
            }
            Some(mended) => format!("use single quotes: `{mended}`"),
            None => "use single quotes, between which a backslash stands for itself".to_owned(),
        }
    }
}

/// The character that an escape stands for; for one of a whole line break, or of itself, a harmless one.
fn decoded(escape: &str) -> char {
    let code = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).unwrap_or('?');
    match escape.as_bytes().get(1) {
        Some(b'0') => '\0',
        Some(b'a') => '\x07',
        Some(b'b') => '\x08',
        Some(b't') => '\t',
        Some(b'n') => '\n',
        Some(b'v') => '\x0b',
        Some(b'f') => '\x0c',
        Some(b'r') => '\r',
        Some(b'e') => '\x1b',
        Some(b'N') => '\u{85}',
        Some(b'_') => '\u{a0}',
        Some(b'L') => '\u{2028}',
        Some(b'P') => '\u{2029}',
        Some(b'x' | b'u' | b'U') => code(&escape[2..]),
        _ => '?',
    }
}

/// Whether an escape stands in the place of LaTeX; `letters` are the file's from behind the backslash on.
fn is_misread(character: char, letters: &str, is_latex: bool) -> bool {
    match character {
        '\t' | '\n' | '\r' => {
            let n_letters = letters.bytes().take_while(u8::is_ascii_alphabetic).count();
            is_latex || COMMANDS.iter().any(|command| letters[..n_letters].starts_with(command))
        }
        '\u{a0}' | '\u{2028}' | '\u{2029}' => true,
        other => other.is_control(),
    }
}

/// The text of a scalar between double quotes, as it is written between single ones.
fn mended(raw: &str) -> Option<String> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    let plain = inner.replace("\\\\", "\\").replace("\\\"", "\"").replace('\'', "''");
    (!inner.contains('\n')).then(|| format!("'{plain}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is misread of a scalar: the escape and what stands there instead.
    #[track_caller]
    fn check(raw: &str, expect: Option<(&str, &str)>) {
        // What matters of the text is whether it is LaTeX.
        let found = Misread::find(raw, 3, raw);
        let found = found.as_ref();
        assert_eq!(found.map(|one| (&*one.escape, one.mended.as_deref().unwrap_or(""))), expect, "{raw}");
        if let Some(one) = found {
            assert_eq!(&raw[one.span.start - 3..one.span.end - 3], one.escape);
        }
    }

    #[test]
    fn every_escape_that_begins_a_command_is_misread() {
        for (command, escape) in [
            ("frac{x}{2}", "\\f"),
            ("theta", "\\t"),
            ("nu", "\\n"),
            ("rho", "\\r"),
            ("beta", "\\b"),
            ("alpha", "\\a"),
            ("vec{x}", "\\v"),
            ("eta", "\\e"),
            ("Nu", "\\N"),
            ("Lambda", "\\L"),
            ("Psi", "\\P"),
            ("_", "\\_"),
            ("0", "\\0"),
        ] {
            check(&format!("\"$\\{command}$\""), Some((escape, &format!("'$\\{command}$'"))));
            check(&format!("\"\\{command} + 1\""), Some((escape, &format!("'\\{command} + 1'"))));
        }
        check(r#""$x\x08y$""#, Some(("\\x08", "'$x\\x08y$'")));
        check(r#""$x\u200by$""#, None); // U+200B is refused where expressions are read
        check(r#""$x\u00a0y$""#, Some(("\\u00a0", "'$x\\u00a0y$'")));
        check(r#""$it's \\ \frac12$""#, Some(("\\f", "'$it''s \\ \\frac12$'")));
    }

    #[test]
    fn what_is_meant_is_not_misread() {
        for raw in [
            r#""$\\frac{x}{2} + \\theta$""#,
            r#""x\t+ y""#,
            r#""x +\n y""#,
            r#""x +\ny""#,
            "\"x + \\\n  y\"",
            r#""\u03b1 + \x41""#,
            r#""a\/b""#,
            r#""say \"x\"""#,
            r#""x + 1""#,
        ] {
            check(raw, None);
        }
    }
}
