//! Python's integers as decimal text.

use num_bigint::BigInt;

use super::{Error, MAX_INTEGER_DIGITS};

/// Reads what Python's `int(text)` reads: blanks around, a sign, single underscores between digits.
pub(super) fn parse(text: &str) -> Result<BigInt, Error> {
    if text.len() > 2 * MAX_INTEGER_DIGITS {
        return Err(Error::IntegerSize { found: text.len() });
    }
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    let bare = digits.split('_').all(|run| !run.is_empty() && run.bytes().all(|byte| byte.is_ascii_digit()));
    if !bare {
        return Err(Error::Integer { text: text.chars().take(40).collect() });
    }
    // `trimmed` still has its sign and its underscores; `BigInt` skips the latter.
    if let Ok(small) = trimmed.parse::<i64>() {
        return Ok(BigInt::from(small));
    }
    BigInt::parse_bytes(trimmed.as_bytes(), 10)
        .ok_or_else(|| Error::Integer { text: text.chars().take(40).collect() })
}

/// Writes decimal text.
pub(super) fn render(integer: &BigInt) -> Result<String, Error> {
    // log10(2) is a little over 0.3: checked before printing, whose time grows with the square.
    let estimate = usize::try_from(integer.bits() * 30103 / 100_000).unwrap_or(usize::MAX);
    if estimate > MAX_INTEGER_DIGITS {
        return Err(Error::IntegerSize { found: estimate });
    }
    Ok(integer.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_python() {
        for (text, expect) in [
            ("5", 5),
            ("+5", 5),
            (" 5 ", 5),
            ("-5", -5),
            ("1_000", 1000),
            ("007", 7),
            ("\t-1_2\n", -12),
            ("-0", 0),
        ] {
            assert_eq!(parse(text).unwrap(), BigInt::from(expect), "{text:?}");
        }
        for text in ["", " ", "0x10", "5.0", "_1", "1_", "1__0", "+ 5", "--5", "five", "1e3"] {
            assert!(matches!(parse(text), Err(Error::Integer { .. })), "{text:?}");
        }
    }

    #[test]
    fn any_size_up_to_the_bound() {
        let digits = "9".repeat(MAX_INTEGER_DIGITS);
        let integer = parse(&digits).unwrap();
        assert_eq!(render(&integer).unwrap(), digits);
        assert!(matches!(render(&(integer.pow(2))), Err(Error::IntegerSize { .. })));
        assert!(matches!(parse(&"9".repeat(50_000)), Err(Error::IntegerSize { found: 50_000 })));
    }
}
