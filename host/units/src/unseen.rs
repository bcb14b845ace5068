//! Characters that nobody sees: blanks that are not the ordinary one, characters without a width, marks that turn the
//! direction of a text or combine with the letter before them, control characters.
//!
//! In a name, a unit or an expression each is a mistake that its author cannot find by looking, so that it is named by
//! its code point, and never printed as it is.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The names of those that have one of their own here.
static NAMES: LazyLock<HashMap<char, &str>> = LazyLock::new(|| {
    let lines = include_str!("unseen.tsv").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let (code, name) = line.split_once('\t')?;
            Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, name))
        })
        .collect()
});

/// Returns the code point and the name of a character that nobody sees; none of one that is seen, or is an ordinary
/// blank, a tab or the end of a line.
///
/// # Examples
/// ```
/// use kamodo_units::unseen;
///
/// assert_eq!(unseen('\u{200b}').as_deref(), Some("U+200B ZERO WIDTH SPACE"));
/// assert_eq!(unseen('\u{8}').as_deref(), Some("U+0008 BACKSPACE"));
/// assert_eq!(unseen('x'), None);
/// assert_eq!(unseen(' '), None);
/// ```
#[must_use]
pub fn unseen(character: char) -> Option<String> {
    if character.is_ascii() && !character.is_ascii_control() {
        return None;
    }
    let code = u32::from(character);
    let name: Cow<'_, str> = match NAMES.get(&character) {
        Some(name) => Cow::Borrowed(name),
        None => match code {
            0xfe00..=0xfe0f => format!("VARIATION SELECTOR-{}", code - 0xfe00 + 1).into(),
            0xe0100..=0xe01ef => format!("VARIATION SELECTOR-{}", code - 0xe0100 + 17).into(),
            0xe0000..=0xe0fff => "a tag character".into(),
            0xfff0..=0xfff8 | 0x2065 => "an unassigned character".into(),
            0x13430..=0x13455 => "a format control of hieroglyphs".into(),
            _ => return None,
        },
    };
    Some(format!("U+{code:04X} {name}"))
}

/// Says that a character that nobody sees stands where it means nothing.
///
/// # Examples
/// ```
/// use kamodo_units::unseen_message;
///
/// assert_eq!(unseen_message('\u{a0}'), "unexpected U+00A0 NO-BREAK SPACE, a character that nobody sees");
/// ```
#[must_use]
pub fn unseen_message(character: char) -> String {
    let name = unseen(character).unwrap_or_else(|| format!("U+{:04X}", u32::from(character)));
    let what = match is_mark(character) {
        true => "a mark on the letter before it",
        false => "a character that nobody sees",
    };
    format!("unexpected {name}, {what}")
}

/// Returns what to do about a character that nobody sees.
#[must_use]
pub fn unseen_hint(character: char) -> &'static str {
    if character.is_whitespace() {
        "delete it, or write an ordinary blank"
    } else if is_mark(character) {
        "delete it, or write the letter with its mark as one character"
    } else {
        "delete it"
    }
}

/// Returns a text for a message: each character that nobody sees as its code point between `<` and `>`.
///
/// # Examples
/// ```
/// assert_eq!(kamodo_units::printable("x\u{200b}+1"), "x<U+200B>+1");
/// ```
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    // Marks stay where they combine with a letter.
    let is_hidden = |character: char| unseen(character).is_some() && !is_mark(character);
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) || !text.contains(is_hidden) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match is_hidden(character) {
            true => shown += &format!("<U+{:04X}>", u32::from(character)),
            false => shown.push(character),
        }
    }
    shown.into()
}

/// Finds the first character that nobody sees, and the byte at which it stands.
#[must_use]
pub fn find_unseen(text: &str) -> Option<(usize, char)> {
    text.char_indices().find(|(_, character)| unseen(*character).is_some())
}

/// Whether a character is a mark on the letter before it.
fn is_mark(character: char) -> bool {
    let is_combining = matches!(u32::from(character), 0x300..=0x36f | 0x1ab0..=0x1ac0 | 0x1dc0..=0x1dff | 0x20d0..=0x20f0 | 0xfe20..=0xfe2f);
    is_combining && character != '\u{34f}' // a joiner without a form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_named() {
        for (character, expect) in [
            ('\0', "U+0000 NULL"),
            ('\x0c', "U+000C FORM FEED"),
            ('\x7f', "U+007F DELETE"),
            ('\u{85}', "U+0085 NEXT LINE"),
            ('\u{a0}', "U+00A0 NO-BREAK SPACE"),
            ('\u{ad}', "U+00AD SOFT HYPHEN"),
            ('\u{34f}', "U+034F COMBINING GRAPHEME JOINER"),
            ('\u{61c}', "U+061C ARABIC LETTER MARK"),
            ('\u{3164}', "U+3164 HANGUL FILLER"),
            ('\u{200f}', "U+200F RIGHT-TO-LEFT MARK"),
            ('\u{202e}', "U+202E RIGHT-TO-LEFT OVERRIDE"),
            ('\u{2060}', "U+2060 WORD JOINER"),
            ('\u{2067}', "U+2067 RIGHT-TO-LEFT ISOLATE"),
            ('\u{feff}', "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
            ('\u{fe0f}', "U+FE0F VARIATION SELECTOR-16"),
            ('\u{e0100}', "U+E0100 VARIATION SELECTOR-17"),
            ('\u{e0041}', "U+E0041 a tag character"),
            ('\u{301}', "U+0301 COMBINING ACUTE ACCENT"),
        ] {
            assert_eq!(unseen(character).as_deref(), Some(expect));
        }
    }

    /// What Rust takes for a control character or a blank has a name here, but for what a text is laid out with.
    #[test]
    fn no_control_character_and_no_blank_is_forgotten() {
        for character in '\0'..=char::MAX {
            let is_layout = matches!(character, ' ' | '\t' | '\n' | '\r');
            if (character.is_control() || character.is_whitespace()) && !is_layout {
                assert!(unseen(character).is_some(), "U+{:04X}", u32::from(character));
            }
            assert!(!is_layout || unseen(character).is_none());
            assert!(!character.is_ascii_graphic() || unseen(character).is_none());
        }
    }

    #[test]
    fn a_printed_text_has_nothing_that_nobody_sees() {
        assert_eq!(printable("a\u{202e}b\u{1b}[2J"), "a<U+202E>b<U+001B>[2J");
        assert_eq!(printable("x\u{301} é\tπ\n"), "x\u{301} é\tπ\n");
    }
}
