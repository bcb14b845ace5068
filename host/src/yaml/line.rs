//! A line of functions that is not written as YAML wants it: what was meant, and how it is written.

/// Returns how a line is written that has no `: ` between its sides: `f:x` and `g(x) = x`.
pub(crate) fn with_colon(line: &str) -> Option<String> {
    let line = line.trim();
    let (at, sign) = outside_brackets(line)?;
    let (left, right) = (line[..at].trim_end(), line[at + 1..].trim_start());
    if left.is_empty() || right.is_empty() || !left.starts_with(|first: char| first.is_alphabetic()) {
        return None;
    }
    let is_compared = right.starts_with('=') || left.ends_with(['<', '>', '!']);
    let is_name = left.split(['(', '[']).next().is_some_and(|name| !name.contains(char::is_whitespace));
    let is_plain = !right.contains(": ") && !right.contains(" #") && !right.starts_with(SPECIAL);
    (is_name && is_plain && !(sign == '=' && is_compared)).then(|| format!("{left}: {right}"))
}

/// What begins no plain text in YAML.
const SPECIAL: [char; 15] = ['*', '&', '!', '%', '@', '[', '{', '|', '>', '\'', '"', '`', ',', '#', '?'];

/// Finds the colon or the equals sign that stands outside of brackets.
fn outside_brackets(line: &str) -> Option<(usize, char)> {
    let mut depth = 0_usize;
    line.char_indices().find(|(_, letter)| {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(letter, ':' | '=')
    })
}

/// Returns what to do about a mistake on a line of a file that YAML cannot read, if the line and those above say it.
pub(crate) fn hint(text: &str, offset: usize) -> Option<String> {
    let start = text[..offset].rfind('\n').map_or(0, |line| line + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let is_empty = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let mut above = text[..start].lines().rev().filter(|line| !is_empty(line));
    let before = above.next()?;
    let is_tag = |line: &str| line.starts_with(['!', '-', '%']);
    if line.trim_start().starts_with("- ") {
        return Some("leave `- ` out: functions are no list".to_owned());
    }
    if !is_tag(before) && with_colon(before).is_some() && !is_entry(before) {
        return with_colon(before).map(|meant| format!("write the line above as `{meant}`"));
    }
    if !is_entry(line) {
        return match with_colon(line) {
            Some(meant) => Some(format!("write `{meant}`")),
            None if before.trim_end().ends_with(':') => {
                Some("indent the line with blanks: it belongs to the one above".to_owned())
            }
            None => None,
        };
    }
    let first = above.take_while(|line| !is_tag(line)).last().unwrap_or(before);
    let (own, all) = (super::indentation(line), super::indentation(first));
    if is_tag(before) || own == all {
        return None;
    }
    Some(match all {
        0 => format!("leave out the blanks before it: `{}`", line.trim()),
        _ => {
            format!("begin all functions in one column: the first has {all} blanks before it, this one {own}")
        }
    })
}

/// Returns whether a line is a key and a value.
fn is_entry(line: &str) -> bool {
    outside_brackets(line).is_some_and(|(at, sign)| sign == ':' && line[at + 1..].starts_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_colon_or_blank() {
        let check =
            |line: &str, meant: Option<&str>| assert_eq!(with_colon(line).as_deref(), meant, "{line}");
        check("f:x", Some("f: x"));
        check("f(x[m], y)[km]:x + y", Some("f(x[m], y)[km]: x + y"));
        check("  g(x) = x**2", Some("g(x): x**2"));
        check("g(x=5)=x**2", Some("g(x=5): x**2"));
        check("f(x) :x", Some("f(x): x"));
        for line in ["g == 2", "x <= 2", "just a text", "f x = 2", "= x", "f:", "f:*x", "2 = x"] {
            check(line, None);
        }
    }

    #[track_caller]
    fn hint_of(text: &str, line: usize) -> String {
        let offset = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        hint(text, offset).unwrap_or_default()
    }

    #[test]
    fn lines_that_do_not_begin_where_the_first_one_does() {
        insta::assert_snapshot!(hint_of("!Kamodo\nf: x\n  g: 2*x\n", 3), @"leave out the blanks before it: `g: 2*x`");
        insta::assert_snapshot!(hint_of("!Kamodo\n  f: x\n# more\n g: 2*x\n", 4), @"begin all functions in one column: the first has 2 blanks before it, this one 1");
        insta::assert_snapshot!(hint_of("!Kamodo\n  f: x\ng: 2*x\n", 3), @"begin all functions in one column: the first has 2 blanks before it, this one 0");
        insta::assert_snapshot!(hint_of("!Kamodo\nf(x):\nx**2\n", 3), @"indent the line with blanks: it belongs to the one above");
        insta::assert_snapshot!(hint_of("!Kamodo\nf: x\n- g: x\n", 3), @"leave `- ` out: functions are no list");
    }

    #[test]
    fn lines_without_a_colon() {
        insta::assert_snapshot!(hint_of("!Kamodo\nf: x\ng(x) = x**2\n", 3), @"write `g(x): x**2`");
        insta::assert_snapshot!(hint_of("!Kamodo\ng:x\nf: x\n", 3), @"write the line above as `g: x`");
        insta::assert_snapshot!(hint_of("!Kamodo\nf: x: y\n", 2), @"");
    }
}
