//! Names as the published Python client can take them.
//!
//! That client registers every function of a server while it connects, and one that it cannot take costs it all
//! of them. It evaluates keys and arguments with sympy, so what sympy or Python has of its own is refused, as are
//! letters that Python's tokenizer does not know. Such a name is changed until the client can take it. Calls go
//! through capabilities, and keywords are understood under both names.
//!
//! The tables were recorded from the client, and `tests/interop/test_readable.py` holds them to it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::Signature;

/// Names that the client refuses: each with `f` as a function, `1` but not with one argument behind it, `p` as an
/// argument, `u` as an argument beside units.
static NAMES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("published/names.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// Letters beyond ASCII that any Python has in names.
static LETTERS: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| {
    let lines = include_str!("published/letters.tsv").lines().filter(|line| !line.starts_with('#'));
    let code = |text: &str| u32::from_str_radix(text, 16).expect("the table has code points");
    lines.filter_map(|line| line.split_once('\t')).map(|(first, last)| (code(first), code(last))).collect()
});

/// Returns the key under which each function is listed for the published client, in the same order.
///
/// A function comes as its name and the number of its parameters. Every key is another one, and none is the name
/// of another function. `gamma(a)` is a key that the client registers as `gamma`.
///
/// # Examples
/// ```
/// let keys = kamodo_value::published_keys(&[("f", 1), ("beta", 2), ("gamma", 1), ("factor", 1)]);
/// assert_eq!(keys, ["f", "beta_", "gamma(a)", "factor__"]);
/// ```
#[must_use]
pub fn published_keys(functions: &[(&str, usize)]) -> Vec<String> {
    let mut taken: HashSet<String> = functions.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut keys = vec![String::new(); functions.len()];
    // In the order of their characters, so that the order of definition does not change a key.
    let mut order: Vec<usize> = (0..functions.len()).collect();
    order.sort_by_key(|&index| functions[index].0);
    for index in order {
        let (name, n_parameters) = functions[index];
        keys[index] = match refusals(name) {
            // A function without parameters is told of one.
            _ if is_readable(name, 'f') => name.to_owned(),
            Some(refused) if refused.contains('1') && n_parameters <= 1 => format!("{name}(a)"),
            _ => {
                let key = renamed(name, |key| is_readable(key, 'f') && !taken.contains(key));
                taken.insert(key.clone());
                key
            }
        };
    }
    keys
}

/// Returns the name under which the published client registers a function with this key.
#[must_use]
pub fn published_name(key: &str) -> &str {
    key.split('(').next().unwrap_or(key)
}

/// Returns the names of a function's parameters as the published client is shown them, in the same order.
#[must_use]
pub fn published_parameters(signature: &Signature) -> Vec<String> {
    let names = || signature.parameters.iter().map(|parameter| parameter.name.as_str());
    let mut taken: HashSet<String> = names().map(str::to_owned).collect();
    let has_units = signature.parameters.iter().any(|parameter| parameter.unit.is_some());
    let is_shown = |name: &str| is_readable(name, 'p') && (!has_units || is_readable(name, 'u'));
    let shown = names().map(|name| {
        if is_shown(name) {
            return name.to_owned();
        }
        let shown = renamed(name, |name| is_shown(name) && !taken.contains(name));
        taken.insert(shown.clone());
        shown
    });
    shown.collect()
}

fn refusals(name: &str) -> Option<&'static str> {
    NAMES.get(name).copied()
}

fn is_readable(name: &str, place: char) -> bool {
    refusals(name).is_none_or(|refused| !refused.contains(place))
        && name.starts_with(|first: char| !first.is_ascii_digit())
        && name.chars().all(is_letter)
}

fn is_letter(letter: char) -> bool {
    if letter.is_ascii() {
        return letter == '_' || letter.is_ascii_alphanumeric();
    }
    let code = u32::from(letter);
    let after = LETTERS.partition_point(|(first, _)| *first <= code);
    after > 0 && code <= LETTERS[after - 1].1
}

/// Writes letters that Python does not have by their code points, and underscores behind that until it fits.
fn renamed(name: &str, fits: impl Fn(&str) -> bool) -> String {
    let mut renamed = String::with_capacity(name.len() + 1);
    for letter in name.chars() {
        if is_letter(letter) {
            renamed.push(letter);
        } else {
            renamed.push_str(&format!("u{:04X}", u32::from(letter)));
        }
    }
    if renamed.starts_with(|first: char| first.is_ascii_digit()) || renamed.is_empty() {
        renamed.insert(0, '_');
    }
    while !fits(&renamed) {
        renamed.push('_');
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameter;

    #[track_caller]
    fn check(functions: &[(&str, usize)], expect: &[&str]) {
        assert_eq!(published_keys(functions), expect);
    }

    #[test]
    fn names_of_ones_own_are_their_keys() {
        check(&[("rho", 1), ("f", 0), ("gamma_L", 1), ("ρ", 2)], &["rho", "f", "gamma_L", "ρ"]);
        // They are methods of the client, which finds the functions as `k["detail"]`.
        check(
            &[("detail", 1), ("to_latex", 1), ("keys", 1), ("_x", 1)],
            &["detail", "to_latex", "keys", "_x"],
        );
    }

    #[test]
    fn names_of_sympy_have_an_argument_or_underscores_behind() {
        check(&[("sin", 1), ("gamma", 0)], &["sin(a)", "gamma(a)"]);
        check(&[("sin", 2), ("beta", 2), ("S", 1), ("line", 12)], &["sin_", "beta_", "S_", "line_"]);
        check(&[("test", 1), ("test_", 1)], &["test__", "test_"]);
    }

    #[test]
    fn a_changed_name_is_changed_again_until_it_is_free() {
        check(&[("factor", 1), ("partitions_", 2)], &["factor__", "partitions__"]);
        check(&[("factor_", 2), ("factor", 1)], &["factor___", "factor__"]);
        check(&[("factor", 1), ("factor_", 1)], &["factor__", "factor_(a)"]);
        check(&[("factor__", 1), ("factor", 1)], &["factor__", "factor___"]);
    }

    #[test]
    fn words_of_python_and_modules_are_changed() {
        check(&[("lambda", 1), ("__name__", 1), ("None", 1)], &["lambda_", "__name___", "None_"]);
    }

    #[test]
    fn letters_that_python_does_not_have_are_written_by_their_code() {
        check(&[("Ⓐ", 1), ("x\u{345}", 1), ("u24B6", 1)], &["u24B6_", "xu0345", "u24B6"]);
    }

    #[track_caller]
    fn check_parameters(parameters: &[(&str, bool)], expect: &[&str]) {
        let metre = kamodo_units::Unit::parse("m").unwrap();
        let parameter = |(name, has_unit): &(&str, bool)| Parameter {
            name: (*name).into(),
            unit: has_unit.then(|| metre.clone()),
            default: None,
        };
        let parameters = parameters.iter().map(parameter).collect();
        let signature = Signature { name: "f".into(), parameters, unit: None };
        assert_eq!(published_parameters(&signature), expect);
    }

    #[test]
    fn parameters_that_are_refused_have_underscores() {
        check_parameters(
            &[("x", false), ("LT", false), ("S", false), ("S_", false)],
            &["x", "LT_", "S__", "S_"],
        );
        check_parameters(&[("lambda", false), ("self", false)], &["lambda_", "self_"]);
        check_parameters(&[("Ⓐ", false)], &["u24B6"]);
    }

    #[test]
    fn parameters_that_are_refused_beside_units_have_underscores_there() {
        check_parameters(&[("gamma", false)], &["gamma"]);
        check_parameters(&[("gamma", true)], &["gamma_"]);
        check_parameters(&[("gamma", false), ("x", true)], &["gamma_", "x"]);
    }
}
