//! What YAML 1.1 takes a scalar for, as the published server's reader does.

/// What a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Text, which every quoted scalar is.
    Text,
    /// A number that an expression writes in the same way.
    Number,
    /// Nothing at all.
    Null,
    /// A truth value, such as `yes`.
    Boolean,
    /// A number with a leading zero.
    Octal,
    /// A number such as `1:30`, which is 90.
    Base60,
    /// An infinity or no number.
    NotFinite,
    /// A date or a moment.
    Date,
    /// What its tag says, which nothing here can be.
    Tagged,
}

/// The words for true and false; each also with a capital letter, and in capitals.
const BOOLEANS: [&str; 6] = ["yes", "no", "on", "off", "true", "false"];

// === impl Meaning ===

impl Meaning {
    /// Says what a scalar is by its tag, or by its text where it has none and no quotes.
    pub(super) fn of(text: &str, is_plain: bool, tag: Option<&str>) -> Self {
        let tag = match tag {
            None if is_plain => return Self::of_plain(text),
            None => return Self::Text,
            Some(tag) => tag.strip_prefix("!!").unwrap_or(tag),
        };
        match (tag, Self::of_plain(text)) {
            ("!" | "str", _) => Self::Text,
            ("int", Self::Number) if !text.contains('.') => Self::Number,
            ("float", Self::Number) if text.contains('.') => Self::Number,
            ("int" | "float", odd @ (Self::Octal | Self::Base60 | Self::NotFinite)) => odd,
            ("null", _) => Self::Null,
            ("bool", _) => Self::Boolean,
            ("timestamp", _) => Self::Date,
            _ => Self::Tagged,
        }
    }

    fn of_plain(text: &str) -> Self {
        if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
            return Self::Null;
        }
        if is_word(text, &BOOLEANS) {
            return Self::Boolean;
        }
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if is_word(digits.strip_prefix('.').unwrap_or_default(), &["inf"])
            || matches!(text, ".nan" | ".NaN" | ".NAN")
        {
            return Self::NotFinite;
        }
        if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            return Self::Text;
        }
        if is_octal(digits) {
            Self::Octal
        } else if is_base_60(digits) {
            Self::Base60
        } else if is_date(text) {
            Self::Date
        } else if is_number(digits) {
            Self::Number
        } else {
            Self::Text
        }
    }

    /// Returns what it is in words, before its text; none for what may be an expression.
    pub(crate) fn in_words(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Number => None,
            Self::Null => Some("nothing"),
            Self::Boolean => Some("YAML's"),
            Self::Octal => Some("YAML's octal number"),
            Self::Base60 => Some("YAML's number in base 60"),
            Self::NotFinite => Some("YAML's"),
            Self::Date => Some("YAML's date"),
            Self::Tagged => Some("another kind of value:"),
        }
    }
}

fn is_word(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let (first, rest) = word.split_at(1);
        text == *word
            || text == word.to_uppercase()
            || text.strip_prefix(&*first.to_uppercase()).is_some_and(|other| other == rest)
    })
}

/// Whether all of a text, which is not empty, is digits of a base or `_`.
fn all(text: &str, is_digit: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter == '_' || is_digit(letter))
}

/// Whether a zero leads digits that mean another number than they do in base ten.
fn is_octal(digits: &str) -> bool {
    let rest = digits.strip_prefix('0').unwrap_or_default();
    all(rest, |digit| ('0'..='7').contains(&digit)) && rest.contains(|digit| ('1'..='7').contains(&digit))
}

/// Whether it is `1:30`, or `1:30.5`.
fn is_base_60(digits: &str) -> bool {
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let is_first =
        all(first, |digit| digit.is_ascii_digit()) && (fraction.is_some() || !first.starts_with('0'));
    let mut n_parts = 0;
    let are_parts = parts.all(|part| {
        n_parts += 1;
        let is_short = part.len() == 1 || part.len() == 2 && part.starts_with(|digit| digit < '6');
        is_short && part.bytes().all(|digit| digit.is_ascii_digit())
    });
    let is_fraction =
        fraction.is_none_or(|part| part.is_empty() || all(part, |digit| digit.is_ascii_digit()));
    n_parts > 0 && is_first && are_parts && is_fraction
}

/// Whether it begins as `2001-12-14`, and has nothing behind that but a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let is = |part: Option<&str>, lengths: &[usize]| {
        part.is_some_and(|part| {
            lengths.contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit())
        })
    };
    let (year, month, rest) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    let day = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (day, time) = rest.split_at(day);
    let time = time.trim_start_matches(['T', 't', ' ', '\t']);
    let is_time = time.is_empty() && day.len() == 2 && is(month, &[2])
        || time.contains(':') && time.chars().all(|letter| "0123456789:.+- \tZ".contains(letter));
    is(year, &[4]) && is(month, &[1, 2]) && is(Some(day), &[1, 2]) && is_time
}

/// Whether it is an integer or a float that an expression writes in the same way.
fn is_number(digits: &str) -> bool {
    let is_decimal = |text: &str| all(text, |digit| digit.is_ascii_digit());
    for (prefix, base) in [("0x", 16), ("0b", 2)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            return all(rest, |digit| digit.is_digit(base));
        }
    }
    let Some((whole, part)) = digits.split_once('.') else { return is_decimal(digits) };
    let (part, exponent) = match part.split_once(['e', 'E']) {
        Some((part, exponent)) => (part, exponent.strip_prefix(['+', '-']).unwrap_or("")),
        None => (part, "0"),
    };
    let is_mantissa = if whole.is_empty() { is_decimal(part) } else { is_decimal(whole) };
    is_mantissa && (part.is_empty() || is_decimal(part)) && is_decimal(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expect: Meaning, texts: &[&str]) {
        for text in texts {
            assert_eq!(Meaning::of(text, true, None), expect, "{text}");
            assert_eq!(Meaning::of(text, false, None), Meaning::Text, "{text}");
        }
    }

    #[test]
    fn plain_scalars() {
        check(Meaning::Null, &["", "~", "null", "Null", "NULL"]);
        check(Meaning::Boolean, &["yes", "Yes", "YES", "on", "Off", "TRUE"]);
        check(Meaning::Octal, &["017", "-07", "0_1", "00017"]);
        check(Meaning::Base60, &["1:30", "-1:30:20", "1:30.5", "0:30.", "190:20:30.15"]);
        check(Meaning::NotFinite, &[".inf", "-.Inf", "+.INF", ".nan", ".NaN"]);
        check(Meaning::Date, &["2001-12-14", "2001-1-1 1:02:03", "2001-12-14t21:59:43.10-05:00"]);
        check(Meaning::Number, &["0", "00", "-5", "+5", "1_000", "0x1F", "0b1", "1.5", ".5", "5.", "1.5e-3"]);
        check(
            Meaning::Text,
            &[
                "x", "yEs", "y", "08x", "1:60", "0:30", "2001-1-1", "1-2", ".", "-", "0x", ".iNf", "1e5",
                "1.5e5",
            ],
        );
        check(Meaning::Text, &["2*x", "-x", "1+2", "5 + x", "2001-12-14 + x", "inf", "0o17"]);
    }

    #[test]
    fn tagged_scalars() {
        let tagged = |text, tag| Meaning::of(text, true, Some(tag));
        assert_eq!(tagged("yes", "!!str"), Meaning::Text);
        assert_eq!(tagged("5", "!"), Meaning::Text);
        assert_eq!(tagged("5", "!!int"), Meaning::Number);
        assert_eq!(tagged("5.5", "!!int"), Meaning::Tagged);
        assert_eq!(tagged("5", "!!float"), Meaning::Tagged);
        assert_eq!(tagged("017", "!!int"), Meaning::Octal);
        assert_eq!(tagged("x", "!mine"), Meaning::Tagged);
        assert_eq!(tagged("x", "!!bool"), Meaning::Boolean);
    }
}
