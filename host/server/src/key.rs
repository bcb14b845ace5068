//! The keys under which functions are listed.
//!
//! The published Python client registers every function under its key, and loses its connection to all of
//! them over one key that it refuses: the bare name of anything in sympy, such as `gamma` or `test`. With
//! arguments behind it, `gamma(a)`, most of those names are accepted; the others get an underscore. Calls
//! go through capabilities, so that nothing depends on the key.
//!
//! The same client also refuses parameters of some names, such as `LT` and `S`. Those are shown with an
//! underscore behind, and both names are taken in calls.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use kamodo_value::Signature;

/// Names that the published client refuses, with the numbers of arguments that make it accept each.
const RESERVED: &str = include_str!("reserved.tsv");

static COUNTS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = RESERVED.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// Names of parameters that the published client refuses.
const RESERVED_PARAMETERS: &str = include_str!("reserved_parameters.txt");

static PARAMETERS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| RESERVED_PARAMETERS.lines().filter(|line| !line.starts_with('#')).collect());

/// Returns the name under which a parameter of a function is shown.
pub(crate) fn shown_parameter<'n>(signature: &Signature, name: &'n str) -> Cow<'n, str> {
    if !PARAMETERS.contains(name) {
        return Cow::Borrowed(name);
    }
    let mut shown = format!("{name}_");
    while signature.parameters.iter().any(|parameter| parameter.name == shown) {
        shown.push('_');
    }
    Cow::Owned(shown)
}

/// Returns the parameter that a keyword of a call means, which may be the name that is shown of it.
pub(crate) fn own_parameter(signature: &Signature, keyword: String) -> String {
    let mut parameters = signature.parameters.iter().map(|parameter| &parameter.name);
    if !keyword.ends_with('_') || parameters.clone().any(|name| *name == keyword) {
        return keyword;
    }
    parameters.find(|name| *shown_parameter(signature, name) == *keyword).cloned().unwrap_or(keyword)
}

/// Returns the keywords of a call by what they mean.
pub(crate) fn own_keywords<T>(signature: &Signature, keywords: Vec<(String, T)>) -> Vec<(String, T)> {
    keywords.into_iter().map(|(name, value)| (own_parameter(signature, name), value)).collect()
}

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
    fn parameters_that_are_refused_have_an_underscore() {
        let parameter = |name: &str| kamodo_value::Parameter { name: name.into(), unit: None, default: None };
        let signature = Signature {
            name: "f".into(),
            parameters: ["x", "LT", "S", "S_"].map(parameter).into(),
            unit: None,
        };
        let shown: Vec<_> =
            signature.parameters.iter().map(|one| shown_parameter(&signature, &one.name)).collect();
        assert_eq!(shown, ["x", "LT_", "S__", "S_"]);
        for (keyword, own) in
            [("LT_", "LT"), ("LT", "LT"), ("S__", "S"), ("S_", "S_"), ("x_", "x_"), ("S", "S")]
        {
            assert_eq!(own_parameter(&signature, keyword.to_owned()), own);
        }
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
