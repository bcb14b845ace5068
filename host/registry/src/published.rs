//! A function as the published Python client is shown it.
//!
//! That client registers all functions of a server one by one while it connects, and loses all of them over one
//! that it cannot take. So a function is shown to it under names and with units and defaults that it can take, and
//! what is shown otherwise than it is defined is told. Our own clients see a function as it is.

use std::fmt;
use std::sync::Arc;

use kamodo_expr::{Diagnostic, Severity, shortened};
use kamodo_units::Unit;
use kamodo_value::{Value, published_keys, published_name, published_parameters};

use crate::Function;

/// What the published client is shown of a function besides its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// The names of its parameters, in their order.
    pub parameters: Vec<String>,
    /// The unit of the result, empty for none.
    pub units: String,
    /// Parameters with their units; nothing where no parameter has a unit.
    pub arg_units: Vec<(String, String)>,
    /// Parameters that the equation leaves out.
    pub hidden_args: Vec<String>,
    /// What is left out, in words.
    pub left_out: Vec<String>,
}

/// How many differences of a kind one message names.
const NAMED: usize = 8;

/// Digits of an integer beyond which Python, from 3.11 on, refuses to read it.
const MAX_DIGITS: usize = 4300;

/// Bytes of a default beyond which it is left out: the client reads no message beyond 64 MiB.
const MAX_DEFAULT_BYTES: usize = 32 << 20;

// === impl Published ===

impl Published {
    /// Returns what the published client is shown of a function.
    #[must_use]
    pub fn of(function: &Function) -> Self {
        let signature = &function.signature;
        let parameters = published_parameters(signature);
        let mut left_out = Vec::new();
        let mut shown = |unit: &Unit, of: &str| {
            unit.published().unwrap_or_else(|| {
                let unit = unit.to_string();
                left_out.push(format!("the unit `{}` of {of}, which it has no text for", shortened(&unit)));
                String::new()
            })
        };
        let units = match &signature.unit {
            Some(unit) if !unit.label().is_empty() => shown(unit, "the result"),
            _ => String::new(),
        };
        let mut arg_units = Vec::new();
        if signature.parameters.iter().any(|parameter| parameter.unit.is_some()) {
            for (parameter, name) in signature.parameters.iter().zip(&parameters) {
                let of = || format!("`{}`", shortened(&parameter.name));
                let unit = parameter.unit.as_ref().map(|unit| shown(unit, &of())).unwrap_or_default();
                arg_units.push((name.clone(), unit));
            }
        }
        for parameter in &signature.parameters {
            if parameter.default.as_ref().is_some_and(|default| !is_readable(default)) {
                let name = shortened(&parameter.name);
                left_out.push(format!("the default of `{name}`, which is too large for it"));
            }
        }
        let is_hidden = |name: &String| function.meta.hidden_args.contains(name);
        let mut hidden_args: Vec<_> = signature
            .parameters
            .iter()
            .zip(&parameters)
            .filter(|(parameter, _)| is_hidden(&parameter.name))
            .map(|(_, shown)| shown.clone())
            .collect();
        // It looks at the first argument that is not hidden, and fails if there is none.
        if hidden_args.len() == parameters.len() {
            hidden_args.clear();
        }
        Self { parameters, units, arg_units, hidden_args, left_out }
    }

    /// Returns a function as it is, for our own clients.
    #[must_use]
    pub fn unchanged(function: &Function) -> Self {
        let arg_units = function.arg_units().into_iter().map(|(name, unit)| (name.to_owned(), unit));
        let parameters = function.signature.parameters.iter().map(|parameter| parameter.name.clone());
        Self {
            parameters: parameters.collect(),
            units: function.units(),
            arg_units: arg_units.collect(),
            hidden_args: function.meta.hidden_args.clone(),
            left_out: Vec::new(),
        }
    }
}

/// Returns whether the published client can read a default; one that it cannot is not shown to it.
#[must_use]
pub fn is_readable(default: &Value) -> bool {
    fn has_few_digits(value: &Value) -> bool {
        match value {
            Value::Int(integer) => {
                // Ten bits are three digits and a bit: only what is near the limit is written out.
                let n_bits = integer.bits() as usize;
                n_bits < MAX_DIGITS * 3
                    || n_bits < MAX_DIGITS * 4 && integer.magnitude().to_string().len() <= MAX_DIGITS
            }
            Value::List(values) => values.iter().all(has_few_digits),
            _ => true,
        }
    }
    default.n_bytes() <= MAX_DEFAULT_BYTES && has_few_digits(default)
}

/// Returns the keys of functions for the published client, in their order.
pub fn keys<'a>(functions: impl IntoIterator<Item = &'a Function>) -> Vec<String> {
    let functions: Vec<_> = functions
        .into_iter()
        .map(|function| (function.name(), function.signature.parameters.len()))
        .collect();
    published_keys(&functions)
}

/// Returns each function that the published client is shown otherwise than it is defined, by name, and how.
#[must_use]
pub fn shown_otherwise(functions: &[Arc<Function>]) -> Vec<(String, String)> {
    let keys = keys(functions.iter().map(|function| &**function));
    let shown = functions.iter().zip(keys).filter_map(|(function, key)| {
        let differences = differences(function, &key)?;
        Some((shortened(function.name()).into_owned(), differences.to_string()))
    });
    shown.collect()
}

/// What the published client is shown otherwise than it is defined.
struct Differences {
    renamed: Vec<String>,
    left_out: Vec<String>,
}

fn differences(function: &Function, key: &str) -> Option<Differences> {
    let published = Published::of(function);
    let mut renamed = Vec::new();
    let name = published_name(key);
    if name != function.name() {
        renamed.push(format!("`{}` as `{}`", shortened(function.name()), shortened(name)));
    }
    let names = function.signature.parameters.iter().zip(&published.parameters);
    for (parameter, shown) in names.filter(|(parameter, shown)| parameter.name != **shown) {
        renamed.push(format!("its argument `{}` as `{}`", shortened(&parameter.name), shortened(shown)));
    }
    let differences = Differences { renamed, left_out: published.left_out };
    (!differences.renamed.is_empty() || !differences.left_out.is_empty()).then_some(differences)
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |parts: &[String]| match parts.len().checked_sub(NAMED) {
            None | Some(0) => parts.join(", "),
            Some(more) => format!("{} and {more} more", parts[..NAMED].join(", ")),
        };
        let mut parts = Vec::new();
        if !self.renamed.is_empty() {
            parts.push(format!("it sees {}", listed(&self.renamed)));
        }
        if !self.left_out.is_empty() {
            parts.push(format!("it does not see {}", listed(&self.left_out)));
        }
        f.write_str(&parts.join(", and "))
    }
}

/// Returns a warning of what the published client is shown otherwise than it is defined, without its place; none
/// if that is nothing.
pub(crate) fn warning(function: &Function, key: &str) -> Option<Diagnostic> {
    let differences = differences(function, key)?;
    let hint = match differences.renamed.is_empty() {
        false => "sympy or Python there refuses the name: call it so there, or take another name here",
        true => "take a unit nearer to those of the SI, or a smaller default",
    };
    let message = format!("the published Python client connects, and {differences}");
    Some(Diagnostic::new(Severity::Warning, message).with_function(function.name()).with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_that_python_does_not_read_are_no_defaults() {
        let digits = |n| Value::Int("9".repeat(n).parse().unwrap());
        assert!(is_readable(&digits(4300)) && !is_readable(&digits(4301)));
        assert!(is_readable(&digits(10)) && !is_readable(&digits(100_000)));
        assert!(!is_readable(&Value::List(vec![Value::None, digits(4301)])));
        assert!(is_readable(&Value::Float(f64::NAN)) && is_readable(&Value::Text("\0".into())));
    }
}
