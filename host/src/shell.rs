//! Commands as they are written in a shell, for hints.

use std::borrow::Cow;

use kamodo_units::Unit;
use kamodo_value::{is_name, is_name_part, is_name_start};

/// Puts single quotes round a word if the shell reads it otherwise.
pub(crate) fn quoted(word: &str) -> Cow<'_, str> {
    let is_safe = |letter: char| letter.is_alphanumeric() || "_.,=+-/:@%^…".contains(letter);
    match !word.is_empty() && word.chars().all(is_safe) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', r"'\''")).into(),
    }
}

/// Joins words to a command of this program.
pub(crate) fn command<'t>(words: impl IntoIterator<Item = &'t str>) -> String {
    let words: Vec<_> = words.into_iter().map(quoted).collect();
    format!("kamodo-rpc {}", words.join(" "))
}

/// Says how arguments without names are written for an expression, which has no order for them.
pub(crate) fn of_unnamed(expression: &str, arguments: &[String]) -> String {
    let values: Vec<_> = arguments.iter().map(String::as_str).collect();
    if is_name(expression) {
        return format!("write `{}`", command([&["call", expression], &values[..]].concat()));
    }
    if let Some((left, right)) = colon(expression) {
        let definition = format!("{left} = {right}");
        return format!("write `{}`", command([&["eval", &definition], &values[..]].concat()));
    }
    let names = names(expression);
    if names.len() == values.len() {
        let named: Vec<_> =
            names.iter().zip(&values).map(|(name, value)| format!("{name}={value}")).collect();
        let words = ["eval", expression].into_iter().chain(named.iter().map(String::as_str));
        return format!("write `{}`", command(words));
    }
    "write a definition, such as `kamodo-rpc eval 'g(x) = f(x) + 1' 5`, whose arguments have an order"
        .to_owned()
}

/// Splits `g(x): f(x)`.
fn colon(text: &str) -> Option<(&str, &str)> {
    let (left, right) = text.split_once(':')?;
    let is_left = is_name(left.trim().split(['(', '[']).next()?.trim());
    is_left.then(|| (left.trim(), right.trim()))
}

/// Returns the names in an expression that are not called, in their order.
fn names(expression: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (word, rest) in words(expression) {
        let is_called = rest.trim_start().starts_with('(');
        if word.starts_with(is_name_start) && !is_called && !names.contains(&word) && !is_constant(word) {
            names.push(word);
        }
    }
    names
}

fn is_constant(word: &str) -> bool {
    kamodo_expr::reserved(word).is_some()
}

/// Returns each run of letters and digits, with what stands behind it.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(is_name_part)?;
        let word = &rest[start..];
        let length = word.find(|next| !is_name_part(next)).unwrap_or(word.len());
        rest = &word[length..];
        Some((&word[..length], rest))
    })
}

/// Returns the command for an expression that is one call, with names of its arguments.
pub(crate) fn called(expression: &str) -> Option<String> {
    let (function, args) = expression.trim().strip_suffix(')')?.split_once('(')?;
    let args: Vec<_> =
        args.split(',').map(|arg| arg.split('=').map(str::trim).collect::<Vec<_>>().join("=")).collect();
    let is_named = |arg: &String| {
        arg.split_once('=').is_some_and(|(name, value)| is_name(name) && value.parse::<f64>().is_ok())
    };
    let is_known = |arg: &String| is_named(arg) || arg.parse::<f64>().is_ok();
    (is_name(function) && args.iter().any(is_named) && args.iter().all(is_known))
        .then(|| command(["call", function].into_iter().chain(args.iter().map(String::as_str))))
}

/// Reads a number or a list at the start of a text that has a unit, and the list also if it has none: how long it is, and
/// how it is given as an argument.
pub(crate) fn quantity(text: &str) -> Option<(usize, String)> {
    let length = match text.chars().next()? {
        '[' => bracketed(text)?,
        first if first.is_ascii_digit() || first == '.' => number_length(text),
        _ => return None,
    };
    let value = &text[..length];
    let rest = text[length..].trim_start();
    let n_blanks = text.len() - length - rest.len();
    if rest.starts_with('[') {
        let end = bracketed(rest)?;
        Unit::parse(rest[1..end - 1].trim()).ok()?;
        return Some((length + n_blanks + end, format!("{value}{}", &rest[..end])));
    }
    if value.starts_with('[') {
        return serde_json::from_str::<serde_json::Value>(value).is_ok().then(|| (length, value.to_owned()));
    }
    let end = rest.find(|next| !is_name_part(next)).unwrap_or(rest.len());
    let unit = rest[..end].starts_with(is_name_start).then_some(&rest[..end])?;
    Unit::parse(unit).ok()?;
    Some((length + n_blanks + end, format!("{value}[{unit}]")))
}

/// Returns how long the brackets are that a text begins with.
fn bracketed(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' if depth == 1 => return Some(at + 1),
            ']' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns how long the number is that a text begins with.
pub(crate) fn number_length(text: &str) -> usize {
    let is_number = |end: &usize| text.is_char_boundary(*end) && text[..*end].parse::<f64>().is_ok();
    let end =
        text.find(|next: char| !(next.is_ascii_alphanumeric() || "+-.".contains(next))).unwrap_or(text.len());
    // As many digits as a double can have, and its sign and power.
    (0..=end.min(400)).rev().find(is_number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn words_are_quoted_if_the_shell_reads_them_otherwise() {
        assert_snapshot!(command(["call", "f", "x=5[nT]", "-5", "it's", ""]), @r"kamodo-rpc call f 'x=5[nT]' -5 'it'\''s' ''");
    }

    #[test]
    fn arguments_without_names() {
        let check = |expression: &str, values: &[&str]| {
            of_unnamed(expression, &values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
        };
        assert_snapshot!(check("f", &["5"]), @"write `kamodo-rpc call f 5`");
        assert_snapshot!(check("f(x) + pi", &["[1, 2]"]), @"write `kamodo-rpc eval 'f(x) + pi' 'x=[1, 2]'`");
        assert_snapshot!(check("g(x): f(x)", &["5"]), @"write `kamodo-rpc eval 'g(x) = f(x)' 5`");
        assert_snapshot!(check("f(x)", &["5", "6"]), @"write a definition, such as `kamodo-rpc eval 'g(x) = f(x) + 1' 5`, whose arguments have an order");
    }
}
