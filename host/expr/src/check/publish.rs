//! The left-hand side as text and as LaTeX.

use kamodo_value::Signature;

use crate::definition::{Definition, LeftParameter};
use crate::print::{function_name, latex_of_call, symbol, unit_latex};

/// Writes the left-hand side as Kamodo's tables show it: as written, without units.
pub(super) fn lhs(definition: &Definition) -> String {
    match &definition.left().parameters {
        None => definition.name().to_owned(),
        Some(parameters) => {
            let written = |parameter: &LeftParameter| match &parameter.default {
                Some(default) => format!("{}={}", parameter.name, default.text),
                None => parameter.name.to_string(),
            };
            let list: Vec<_> = parameters.iter().map(written).collect();
            format!("{}({})", definition.name(), list.join(", "))
        }
    }
}

/// Writes the whole definition, `$f(x[cm])[kg] = x^{2}$`.
///
/// `equation` is its right-hand side, such as [`Checked::equation`](crate::Checked::equation) or the one
/// that a compiled function gives of itself.
#[must_use]
pub fn latex(signature: &Signature, equation: &str) -> String {
    let list = signature.parameters.iter().map(|parameter| match &parameter.unit {
        Some(unit) => format!("{}[{}]", symbol(&parameter.name), unit_latex(unit)),
        None => symbol(&parameter.name),
    });
    let (name, list) = (function_name(&signature.name), list.collect::<Vec<_>>().join(","));
    let call = if has_units(signature) {
        format!("{name}({list})")
    } else {
        format!(r"{name}{{\left({list} \right)}}")
    };
    whole(&call, signature, equation)
}

/// Writes the whole of a definition. Where its list of parameters is written out, a name that sympy has a
/// function of is set as that one, as published: `gamma(t)` by a capital letter.
pub(super) fn latex_of(definition: &Definition, signature: &Signature, equation: &str) -> String {
    if definition.left().parameters.is_none() || has_units(signature) {
        return latex(signature, equation);
    }
    let names: Vec<_> = signature.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    whole(&latex_of_call(&signature.name, &names), signature, equation)
}

fn has_units(signature: &Signature) -> bool {
    signature.parameters.iter().any(|parameter| parameter.unit.is_some())
}

fn whole(call: &str, signature: &Signature, equation: &str) -> String {
    // An angle or a ratio is a pure number to Kamodo, which shows no unit then.
    let unit = match &signature.unit {
        Some(unit) if !unit.label().is_empty() => format!("[{}]", unit_latex(unit)),
        _ => String::new(),
    };
    format!("${call}{unit} = {equation}$")
}
