//! What is known of a function besides its body.

use kamodo_units::Unit;

use crate::Value;

/// The call form of a function, with its units.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// The name by which the function is called.
    pub name: String,
    /// The parameters in the order of a positional call.
    pub parameters: Vec<Parameter>,
    /// The unit of the result; none where the definition names none.
    pub unit: Option<Unit>,
}

/// One parameter of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The name by which it is passed as a keyword.
    pub name: String,
    /// The unit that an argument is taken in.
    pub unit: Option<Unit>,
    /// The value where a call leaves it out.
    pub default: Option<Value>,
}

/// What a function says of itself to its users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// The right-hand side in LaTeX, without `$`.
    pub equation: String,
    /// Whom to cite.
    pub citation: String,
    /// A description in words.
    pub doc: String,
    /// Arguments that the equation leaves out.
    pub hidden_args: Vec<String>,
}

// === impl Signature ===

impl Signature {
    /// Returns the call form, such as `f(x, y)`, as Kamodo's tables show it.
    #[must_use]
    pub fn symbol(&self) -> String {
        let names: Vec<_> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        format!("{}({})", self.name, names.join(", "))
    }

    /// Returns the call form with units, such as `f(x[cm], y=5)[kg]`: all that a caller relies on.
    #[must_use]
    pub fn declaration(&self) -> String {
        let bracketed = |unit: &Option<Unit>| {
            unit.as_ref().map(|unit| format!("[{}]", unit.declared())).unwrap_or_default()
        };
        let parameters = self.parameters.iter().map(|parameter| {
            let default = parameter.default.as_ref().map(|default| format!("={}", default.as_default()));
            format!("{}{}{}", parameter.name, bracketed(&parameter.unit), default.unwrap_or_default())
        });
        let parameters: Vec<_> = parameters.collect();
        format!("{}({}){}", self.name, parameters.join(", "), bracketed(&self.unit))
    }
}
