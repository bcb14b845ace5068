//! The keys under which functions are listed.
//!
//! The published Python client registers every function under its key, and loses its connection to all of
//! them over one key that it refuses: the bare name of anything in sympy, such as `gamma` or `test`. With
//! arguments behind it, `gamma(a)`, most of those names are accepted; the others get an underscore. Calls
//! go through capabilities, so that nothing depends on the key.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Names that the published client refuses, with the numbers of arguments that make it accept each.
const RESERVED: &str = include_str!("reserved.tsv");

static COUNTS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = RESERVED.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// Returns the key of a function; `is_served` says whether a function of that name is served.
pub(crate) fn key(name: &str, n_parameters: usize, is_served: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let Some(counts) = COUNTS.get(name) else { return Cow::Borrowed(name) };
    // A function without parameters is told of one, see `NO_ARGUMENT`.
    let n_parameters = n_parameters.max(1);
    let parameters = ["a", "b", "c", "d"].get(..n_parameters);
    if let Some(parameters) = parameters.filter(|_| counts.contains(&n_parameters.to_string())) {
        return Cow::Owned(format!("{name}({})", parameters.join(",")));
    }
    let mut key = format!("{name}_");
    while is_served(&key) {
        key.push('_');
    }
    Cow::Owned(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, n_parameters: usize, expect: &str) {
        assert_eq!(key(name, n_parameters, |name| name == "test_"), expect);
    }

    #[test]
    fn names_of_ones_own_are_their_keys() {
        check("rho", 1, "rho");
        check("f", 0, "f");
        check("gamma_L", 1, "gamma_L");
    }

    #[test]
    fn names_in_sympy_have_arguments_or_an_underscore() {
        check("sin", 1, "sin(a)");
        check("sin", 2, "sin_");
        check("gamma", 1, "gamma(a)");
        check("gamma", 0, "gamma(a)");
        check("S", 1, "S_");
        check("test", 1, "test__");
        check("line", 12, "line_");
    }
}
