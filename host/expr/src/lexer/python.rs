//! What is written for Python's arrays and modules, and how the language has it: `np.sum(x)`, `x.sum()`, `axis=-1`.
//!
//! A hint never changes the value: numpy reduces all elements, or along any axis, the language along the last axis
//! alone, so that a hint says for which arrays both are the same.

use super::{Kind, Token};
use crate::{Builtin, form_of, language};
use kamodo_value::{is_name_part, is_name_start};

/// How far is looked for a bracket: a file of such signs alone must not cost time with its square.
const REACH: usize = 1000;

const MODULES: [&str; 9] = ["np", "numpy", "math", "cmath", "sp", "scipy", "sympy", "special", "linalg"];

const PLACES: &str = "the arguments of a call stand in their order, without names; a comparison is `==`";

/// What a sign that the language does not have is in Python.
pub(super) enum Sign {
    /// A mistake of its own.
    Told(String),
    /// A part of one that was told at an earlier sign.
    Part,
}

/// Returns what a `.` or `=` at a place is in Python, after the tokens before it.
pub(super) fn sign(text: &str, at: usize, tokens: &[Token]) -> Option<Sign> {
    match text[at..].chars().next()? {
        '.' => dot(text, at, tokens),
        '=' => equals(text, at, tokens),
        _ => None,
    }
}

/// `np.sum(x)`, `np.linalg.norm(x)`, `x.sum()`, `(x + y).mean()`, `x.real`
fn dot(text: &str, at: usize, tokens: &[Token]) -> Option<Sign> {
    let last = tokens.last().filter(|token| token.span.end == at)?;
    let operand = match last.kind {
        Kind::Name => tokens.len() - 1,
        Kind::Close => opening(tokens)?,
        _ => return None,
    };
    if is_behind_dot(text, tokens, operand) {
        return Some(Sign::Part);
    }
    let start = tokens[operand].span.start;
    let (before, rest) = (&text[start..at], &text[at..]);
    let path = path(rest);
    let (modules, name) = path.rsplit_once('.')?;
    let args = arguments(&rest[path.len()..]);
    let is_reduction = language::builtin(name, 1).is_some_and(Builtin::is_reduction);
    if MODULES.contains(&before) {
        let module = format!("{before}{modules}.");
        // With two arguments the language's own takes the greater one of both.
        let is_extreme = is_reduction && language::function(name).is_some_and(|own| own.fits(2));
        return Some(Sign::Told(match args.map(without_axis) {
            Some(Some((array, axis))) if is_extreme && axis.is_some() => on_one_axis(name, array, axis),
            _ if is_reduction => format!(
                "leave `{module}` out: the functions of the language have no module, and `{name}` is along the last axis"
            ),
            _ => format!("leave `{module}` out: the functions of the language have no module"),
        }));
    }
    if !modules.is_empty() {
        return None; // an attribute of an attribute
    }
    let is_group = tokens[operand].kind == Kind::Open;
    let array = if is_group { before[1..before.len() - 1].trim() } else { before };
    let Some(args) = args else {
        let part = match name {
            "real" => "re",
            "imag" => "im",
            _ => return None,
        };
        return Some(Sign::Told(format!("write `{part}({array})`")));
    };
    if !is_reduction {
        let is_known = language::function(name).is_some() || form_of(name).is_some();
        let separator = if args.trim().is_empty() { "" } else { ", " };
        return is_known.then(|| Sign::Told(format!("write `{name}({array}{separator}{})`", args.trim())));
    }
    match args.trim() {
        "" => Some(Sign::Told(on_one_axis(name, array, None))),
        axis => Some(Sign::Told(on_one_axis(name, array, Some(axis_of(axis)?)))),
    }
}

/// Says how a reduction along an axis is written; without one numpy reduces all elements.
fn on_one_axis(name: &str, array: &str, axis: Option<&str>) -> String {
    match axis {
        Some("-1") => format!("write `{name}({array})`: a reduction is along the last axis"),
        None | Some("None") => {
            format!("write `{name}({array})` if that has one axis: a reduction is along the last one")
        }
        Some(axis) => {
            format!(
                "write `{name}({array})` if the array's last axis is {axis}: a reduction is along no other"
            )
        }
    }
}

/// Splits the arguments of a reduction into the array and the axis, if there is one. None for other arguments.
fn without_axis(args: &str) -> Option<(&str, Option<&str>)> {
    match split(args)[..] {
        [array] => Some((array, None)),
        [array, axis] => Some((array, Some(axis_of(axis)?))),
        _ => None,
    }
}

/// Returns the axis that `0`, `-1` or `axis=0` means.
fn axis_of(arg: &str) -> Option<&str> {
    let axis = match arg.split_once('=') {
        Some((name, axis)) if name.trim() == "axis" => axis.trim(),
        Some(_) => return None,
        None => arg.trim(),
    };
    (axis == "None" || axis.parse::<i64>().is_ok()).then_some(axis)
}

/// `axis=0`, `keepdims=True`, `base=2` among the arguments of a call
fn equals(text: &str, at: usize, tokens: &[Token]) -> Option<Sign> {
    if text[at..].starts_with("=<") || text[at..].starts_with("=>") {
        return None;
    }
    let last = tokens.len().checked_sub(1)?;
    let name = tokens.get(last).filter(|token| token.kind == Kind::Name)?;
    let before = tokens.get(last.checked_sub(1)?)?;
    let is_argument = matches!(before.kind, Kind::Comma | Kind::Open);
    let open = unclosed(tokens).filter(|_| is_argument)?;
    let callee = open.checked_sub(1).filter(|callee| {
        tokens[*callee].kind == Kind::Name && tokens[*callee].span.end == tokens[open].span.start
    })?;
    if is_method_of_array(text, tokens, callee) {
        return Some(Sign::Part);
    }
    let rest = &text[at + 1..];
    let end = argument_end(rest)?;
    let value = rest[..end].trim();
    let start = if before.kind == Kind::Comma { before.span.start } else { name.span.start };
    let code = text[start..at + 1 + end].trim_end();
    Some(Sign::Told(match (&text[name.span.clone()], value) {
        ("axis", "-1") => format!("leave `{code}` out: a reduction is along the last axis"),
        ("axis", "None") => {
            format!("leave `{code}` out if the array has one axis: a reduction is along the last one")
        }
        ("axis", axis) => {
            format!("leave `{code}` out if the array's last axis is {axis}: a reduction is along no other")
        }
        ("keepdims", "False") => format!("leave `{code}` out: a reduction takes its axis away"),
        ("keepdims", _) => "a reduction takes its axis away: none keeps it".to_owned(),
        _ => PLACES.to_owned(),
    }))
}

/// Returns whether a name is a method whose dot was told with all of its arguments.
fn is_method_of_array(text: &str, tokens: &[Token], name: usize) -> bool {
    let is_reduction =
        language::builtin(&text[tokens[name].span.clone()], 1).is_some_and(Builtin::is_reduction);
    let operand = name.checked_sub(2).map(|operand| &text[tokens[operand].span.clone()]);
    is_reduction
        && is_behind_dot(text, tokens, name)
        && operand.is_some_and(|operand| !MODULES.contains(&operand))
}

fn is_behind_dot(text: &str, tokens: &[Token], index: usize) -> bool {
    let before = index.checked_sub(1).map(|before| &tokens[before]);
    before.is_some_and(|before| {
        before.kind == Kind::Unknown
            && text[before.span.clone()] == *"."
            && before.span.end == tokens[index].span.start
    })
}

/// Returns the token with which the operand begins whose parenthesis is the last token.
fn opening(tokens: &[Token]) -> Option<usize> {
    let open = unclosed(&tokens[..tokens.len() - 1])?;
    let name = open
        .checked_sub(1)
        .filter(|name| tokens[*name].kind == Kind::Name && tokens[*name].span.end == tokens[open].span.start);
    Some(name.unwrap_or(open))
}

/// Returns the last parenthesis that is not closed.
fn unclosed(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().rev().take(REACH) {
        match token.kind {
            Kind::Open if depth == 0 => return Some(index),
            Kind::Open => depth -= 1,
            Kind::Close => depth += 1,
            _ => {}
        }
    }
    None
}

/// Returns the names behind dots at the start of a text: `.linalg.norm`.
fn path(text: &str) -> &str {
    let mut length = 0;
    while let Some(rest) = text[length..].strip_prefix('.').filter(|rest| rest.starts_with(is_name_start)) {
        length += 1 + rest.find(|next| !is_name_part(next)).unwrap_or(rest.len());
    }
    &text[..length]
}

/// Returns what stands between the parentheses with which a text begins.
fn arguments(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?;
    let mut depth = 0_usize;
    for (at, letter) in inner.char_indices().take(REACH) {
        match letter {
            '(' | '[' => depth += 1,
            ')' if depth == 0 => return Some(&inner[..at]),
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Returns where an argument ends with which a text begins.
fn argument_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices().take(REACH) {
        match letter {
            ',' | ')' if depth == 0 => return Some(at),
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Splits arguments at their commas.
fn split(mut args: &str) -> Vec<&str> {
    let mut split = Vec::new();
    while let Some(end) = argument_end(args).filter(|end| args[*end..].starts_with(',')) {
        split.push(args[..end].trim());
        args = &args[end + 1..];
    }
    split.push(args.trim());
    split
}
