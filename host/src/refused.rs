//! What a server refuses, in the words of the shell: its hints are meant for programs in any language.

use kamodo_client::Error as ClientError;
use kamodo_units::Unit;
use kamodo_value::{Value, is_name, is_name_part};

use crate::Error;
use crate::argument::Argument;
use crate::shell::{called, command, quantity, quoted, words};

/// What was given to a call, kept for hints.
pub(crate) struct Given {
    /// As it is written.
    text: String,
    name: Option<String>,
    /// Whether it is neither a number nor an array.
    is_odd: bool,
}

/// The flags that are written like arguments by mistake.
const FLAGS: [&str; 8] = ["host", "port", "certfile", "unit", "deadline", "retry", "output", "format"];

// === impl Given ===

impl Given {
    pub(crate) fn of(arguments: &[Argument]) -> Vec<Self> {
        let given = arguments.iter().map(|argument| Self {
            text: argument.text.clone(),
            name: argument.name.clone(),
            is_odd: matches!(
                argument.value,
                Value::None | Value::Text(_) | Value::TextArray(_) | Value::List(_) | Value::Data(_)
            ),
        });
        given.collect()
    }
}

/// Says of a refused call what to do in the shell.
pub(crate) fn of_call(error: Error, name: &str, given: &[Given]) -> Error {
    let hint = match &error {
        Error::Client(ClientError::Unknown { .. }) => in_place_of_name(name, given),
        Error::Client(ClientError::Remote { message, hint, .. }) => {
            let hint = hint.as_deref().unwrap_or_default();
            of_values(message, given).or_else(|| of_binding(message, hint, given, &["call", name]))
        }
        _ => None,
    };
    with(error, hint)
}

/// Says of a refused expression what to do in the shell.
pub(crate) fn of_expression(error: Error, expression: &str, given: &[Given]) -> Error {
    let hint = match &error {
        Error::Client(ClientError::Remote { message, hint, .. }) => {
            let hint = hint.as_deref().unwrap_or_default();
            let is_bracket =
                hint.starts_with("units stand on the left") || hint.starts_with("write a name in place");
            if is_bracket || hint.starts_with("there is no implicit") {
                of_quantities(expression, given)
            } else if hint.starts_with("the arguments of a call stand") {
                called(expression).map(|command| format!("write `{command}`"))
            } else {
                of_values(message, given).or_else(|| of_binding(message, hint, given, &["eval", expression]))
            }
        }
        _ => None,
    };
    with(error, hint)
}

/// What to give in place of a list that is no array, of text and of nothing.
fn of_values(message: &str, given: &[Given]) -> Option<String> {
    let odd = given.iter().find(|argument| argument.is_odd)?;
    let is_meant = ["does not take", "cannot", "expected"].iter().any(|part| message.contains(part));
    let text = &odd.text;
    is_meant.then(|| {
        format!("give a number, or a list of numbers whose rows are equally long, in place of `{text}`")
    })
}

/// What to do about arguments that do not fit the parameters, which the message begins with. `start` is the command's.
fn of_binding(message: &str, hint: &str, given: &[Given], start: &[&str]) -> Option<String> {
    let is_binding = hint.starts_with("call it as") || hint.starts_with("leave out one of the two");
    let (_, rest) = message.strip_prefix('`').filter(|_| is_binding)?.split_once('(')?;
    let parameters: Vec<_> = rest.split_once(')')?.0.split(", ").filter(|name| !name.is_empty()).collect();
    let flag = FLAGS.iter().find(|flag| message.ends_with(&format!("has no argument `{flag}`")));
    if let Some(flag) = flag {
        let value = given.iter().find(|one| one.name.as_deref() == Some(flag))?.text.split_once('=')?.1;
        return Some(format!("a flag is written `--{flag} {}`", quoted(value)));
    }
    let mut unnamed = given.iter().filter(|argument| argument.name.is_none());
    let is_known =
        |argument: &&Given| argument.name.as_ref().is_none_or(|name| parameters.contains(&name.as_str()));
    let values: Vec<_> = parameters
        .iter()
        .map(|parameter| {
            let named = given.iter().find(|argument| argument.name.as_deref() == Some(parameter));
            match named.or_else(|| unnamed.next()) {
                Some(argument) if argument.name.is_some() => argument.text.clone(),
                Some(argument) => format!("{parameter}={}", argument.text),
                None => format!("{parameter}=…"),
            }
        })
        .collect();
    let whole = command(start.iter().copied().chain(values.iter().map(String::as_str)));
    let fits = given.len() <= parameters.len() && given.iter().all(|argument| is_known(&argument));
    Some(match fits && hint.starts_with("leave out") {
        true => format!("values without a name are for the first parameters: write `{whole}`"),
        false if hint.starts_with("leave out") => return None,
        false => format!("call it as `{whole}`"),
    })
}

/// What is meant by a name that is no function's: a call as it is written in an expression.
fn in_place_of_name(name: &str, given: &[Given]) -> Option<String> {
    let (function, _) = name.split_once('(')?;
    let whole = called(name).unwrap_or_else(|| command(["eval", name]));
    (is_name(function) && given.is_empty()).then(|| format!("write `{whole}`"))
}

/// How the quantities and lists in an expression are given: as arguments, and the unit of the result as a flag.
fn of_quantities(expression: &str, given: &[Given]) -> Option<String> {
    let used: Vec<_> = words(expression).map(|(word, _)| word).collect();
    let mut free = ["x", "y", "z", "u", "v", "w", "p", "q"].into_iter().filter(|name| !used.contains(name));
    let (mut text, mut arguments, mut unit) = (String::new(), Vec::new(), None);
    let mut rest = expression;
    while let Some(letter) = rest.chars().next() {
        let begins = text.chars().next_back().is_none_or(|before| !is_name_part(before) && before != '.');
        match quantity(rest).filter(|_| begins) {
            Some((length, quantity)) => {
                let name = free.next()?;
                text.push_str(name);
                arguments.push(format!("{name}={quantity}"));
                rest = &rest[length..];
            }
            None if letter == '[' => {
                // Behind a call it is the unit of the result.
                let inner = rest[1..].trim_end().strip_suffix(']')?;
                unit = Some(inner.trim()).filter(|inner| Unit::parse(inner).is_ok());
                unit?;
                rest = "";
            }
            None => {
                text.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    let given = given.iter().map(|argument| argument.text.as_str());
    let words =
        ["eval", text.trim_end()].into_iter().chain(given).chain(arguments.iter().map(String::as_str));
    let flag = unit.map(|unit| ["--unit", unit]).into_iter().flatten();
    (!arguments.is_empty() || unit.is_some()).then(|| format!("write `{}`", command(words.chain(flag))))
}

fn with(error: Error, hint: Option<String>) -> Error {
    let Some(hint) = hint else { return error };
    match error {
        Error::Client(ClientError::Remote { message, overloaded, .. }) => {
            ClientError::Remote { message, hint: Some(hint), overloaded }.into()
        }
        Error::Client(error) => Error::Meant { error: Box::new(error), hint },
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[track_caller]
    fn quantities(expression: &str) -> String {
        of_quantities(expression, &[]).unwrap_or_default()
    }

    #[test]
    fn quantities_in_expressions_become_arguments() {
        assert_snapshot!(quantities("f(5[nT])"), @"write `kamodo-rpc eval 'f(x)' 'x=5[nT]'`");
        assert_snapshot!(quantities("f(x, 2.5e3 [km/s]) + x1"), @"write `kamodo-rpc eval 'f(x, y) + x1' 'y=2.5e3[km/s]'`");
        assert_snapshot!(quantities("f(5 nT)"), @"write `kamodo-rpc eval 'f(x)' 'x=5[nT]'`");
        assert_snapshot!(quantities("f([1, 2], [3, 4][nT])"), @"write `kamodo-rpc eval 'f(x, y)' 'x=[1, 2]' 'y=[3, 4][nT]'`");
        assert_snapshot!(quantities("f(5)[nT]"), @"write `kamodo-rpc eval 'f(5)' --unit nT`");
        for other in ["f(2 x)", "f(x1)", "f(5)", "f(x)[bogus]", "f(5[bogus])"] {
            assert_eq!(quantities(other), "");
        }
    }
}
