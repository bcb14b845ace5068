//! What is meant by an argument that cannot be read.

use kamodo_units::Unit;
use kamodo_value::{is_name, is_name_part, is_name_start};

use crate::shell::{number_length, quoted};

/// Returns what to do about an argument of `function` without or with its name, if that is clear. `next` is the argument
/// behind it.
pub(super) fn hint(function: &str, name: Option<&str>, value: &str, next: Option<&str>) -> Option<String> {
    let value = value.trim();
    if value.starts_with('@') {
        return None; // it is a file already
    }
    let write = |meant: &str| {
        let named = name.map(|name| format!("{name}={meant}"));
        format!("write `{}`", quoted(named.as_deref().unwrap_or(meant)))
    };
    if let Some((decimal, list)) = comma(value) {
        let point = write(&decimal);
        return Some(format!("{point}, or {} for a list", write(&list).trim_start_matches("write ")));
    }
    let meant = match value {
        "True" => Some("true".to_owned()),
        "False" => Some("false".to_owned()),
        _ => quantity(value).or_else(|| list(value)).or_else(|| file(value)),
    };
    if let Some(meant) = meant {
        return Some(write(&meant));
    }
    match (name, next) {
        (Some(name), Some(next)) if value.is_empty() => {
            Some(format!("write `{}`, without a blank", quoted(&format!("{name}={next}"))))
        }
        (None, Some(next)) if is_name(value) && next.parse::<f64>().is_ok() => {
            Some(format!("write `{value}={next}`"))
        }
        (None, _) if value.split_once(':').is_some_and(|(name, _)| is_name(name)) => {
            Some(format!("write `{}`", quoted(&value.replacen(':', "=", 1))))
        }
        _ if is_expression(value) => Some(format!(
            "`call` takes numbers; compute them with `eval`, as in `kamodo-rpc eval {}`",
            quoted(&format!("{function}({value})"))
        )),
        _ => None,
    }
}

/// `5nT`, `5 km/s`, `5[nT`, `5/cm^3`
fn quantity(text: &str) -> Option<String> {
    let (number, rest) = text.split_at(number_length(text));
    let unit = rest.trim().trim_start_matches('[').trim_end_matches(']').trim();
    let unit = match unit.strip_prefix('/') {
        Some(divisor) if divisor.starts_with(is_name_start) => format!("1/{divisor}"),
        None if unit.starts_with(is_name_start) => unit.to_owned(),
        _ => return None,
    };
    (!number.is_empty() && Unit::parse(&unit).is_ok()).then(|| format!("{number}[{unit}]"))
}

/// `1,5`, which is a number in some countries
fn comma(text: &str) -> Option<(String, String)> {
    let (whole, part) = text.split_once(',')?;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_digits(whole.trim_start_matches('-')) && is_digits(part))
        .then(|| (format!("{whole}.{part}"), format!("[{whole}, {part}]")))
}

/// `1,2,3`, `(1, 2)`, `[1 2 3]`, `[1, 2`
fn list(text: &str) -> Option<String> {
    let inner = text.trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
    let parts = inner.split([',', ' ', ';']).filter(|part| !part.is_empty());
    let numbers: Vec<_> = parts.collect();
    let is_list = numbers.len() > 1 && numbers.iter().all(|number| number.parse::<f64>().is_ok());
    is_list.then(|| format!("[{}]", numbers.join(", ")))
}

/// `x.npy`
fn file(text: &str) -> Option<String> {
    let is_file = [".npy", ".json", ".csv", ".txt"].iter().any(|ending| text.ends_with(ending));
    is_file.then(|| format!("@{text}"))
}

/// `2*pi`, `1/2`, `1+2j`: an expression without names of its own
fn is_expression(text: &str) -> bool {
    let is_part = |letter: char| is_name_part(letter) || " .+-*/^()".contains(letter);
    let has_operator = text.trim_start_matches('-').contains(['+', '-', '*', '/', '^', '(']);
    let is_known = |word: &str| {
        word.is_empty()
            || word.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            || kamodo_expr::reserved(word).is_some_and(|what| what.ends_with("of the language"))
    };
    let are_known = text.split(|letter| !(is_name_part(letter) || letter == '.')).all(is_known);
    text.chars().all(is_part) && are_known && (has_operator || is_name(text)) && !text.is_empty()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[track_caller]
    fn of(value: &str) -> String {
        hint("f", None, value, None).unwrap_or_default()
    }

    #[test]
    fn what_is_meant() {
        assert_snapshot!(of("5nT"), @"write `'5[nT]'`");
        assert_snapshot!(of("-5 km/s"), @"write `'-5[km/s]'`");
        assert_snapshot!(of("5[nT"), @"write `'5[nT]'`");
        assert_snapshot!(of("5/cm^3"), @"write `'5[1/cm^3]'`");
        assert_snapshot!(of("1e3eV"), @"write `'1e3[eV]'`");
        assert_snapshot!(of("(1, 2)"), @"write `'[1, 2]'`");
        assert_snapshot!(of("[1 2 3]"), @"write `'[1, 2, 3]'`");
        assert_snapshot!(of("1,5"), @"write `1.5`, or `'[1, 5]'` for a list");
        assert_snapshot!(of("True"), @"write `true`");
        assert_snapshot!(of("x.npy"), @"write `@x.npy`");
        assert_snapshot!(of("n:5"), @"write `n=5`");
        assert_snapshot!(of("2*pi"), @"`call` takes numbers; compute them with `eval`, as in `kamodo-rpc eval 'f(2*pi)'`");
        assert_snapshot!(of("1+2j"), @"`call` takes numbers; compute them with `eval`, as in `kamodo-rpc eval 'f(1+2j)'`");
        assert_snapshot!(hint("f", Some("B"), "5nT", None).unwrap_or_default(), @"write `'B=5[nT]'`");
        assert_snapshot!(hint("f", Some("n"), "", Some("5")).unwrap_or_default(), @"write `n=5`, without a blank");
        assert_snapshot!(hint("f", None, "n", Some("5")).unwrap_or_default(), @"write `n=5`");
        for other in ["five", "", "[1, null", "a b", "x=y", "None", "@x.npy"] {
            assert_eq!(of(other), "", "{other}");
        }
    }
}
