//! The left-hand side as text and as LaTeX.

use kamodo_units::Unit;
use kamodo_value::Signature;

use crate::definition::Definition;
use crate::print::{self, Fractions, function_name};
use crate::{Expr, Source, parser, simplify};

/// Writes the left-hand side as Kamodo's tables show it: as written, without units.
pub(super) fn lhs(definition: &Definition) -> String {
    match &definition.left().parameters {
        None => definition.name().to_owned(),
        Some(parameters) => {
            let names: Vec<_> = parameters.iter().map(|parameter| &*parameter.name).collect();
            format!("{}({})", definition.name(), names.join(", "))
        }
    }
}

/// Writes the whole definition, `$f(x[cm])[kg] = x^{2}$`.
///
/// `equation` is its right-hand side, such as [`Checked::equation`](crate::Checked::equation) or the one
/// that a compiled function gives of itself.
#[must_use]
pub fn latex(signature: &Signature, equation: &str) -> String {
    let name = function_name(&signature.name);
    let symbol = |name: &str| print::latex(&Expr::symbol(&name.into()), Fractions::Bars);
    let has_units = signature.parameters.iter().any(|parameter| parameter.unit.is_some());
    let list: Vec<_> = signature
        .parameters
        .iter()
        .map(|parameter| match &parameter.unit {
            Some(unit) => format!("{}[{}]", symbol(&parameter.name), unit_latex(unit)),
            None => symbol(&parameter.name),
        })
        .collect();
    let list = list.join(",");
    let call = if has_units { format!("{name}({list})") } else { format!(r"{name}{{\left({list} \right)}}") };
    // An angle or a ratio is a pure number to Kamodo, which shows no unit then.
    let unit = match &signature.unit {
        Some(unit) if !unit.label().is_empty() => format!("[{}]", unit_latex(unit)),
        _ => String::new(),
    };
    format!("${call}{unit} = {equation}$")
}

/// Writes a unit: its text is an expression of names.
fn unit_latex(unit: &Unit) -> String {
    match unit_expr(unit) {
        Some(expr) => print::latex(&expr, Fractions::Folded),
        None => unit.to_string(),
    }
}

/// Returns the expression of names that the text of a unit is.
pub(crate) fn unit_expr(unit: &Unit) -> Option<Expr> {
    let tree = parser::parse(&Source::whole("", &unit.to_string())).ok()?;
    simplify::of_names(&tree)
}
