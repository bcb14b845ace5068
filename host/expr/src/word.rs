//! What users are told of a function or a constant of the language.

/// A function or a constant of the language, for those who want to know what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Word {
    /// The name.
    pub name: &'static str,
    /// What stands between the parentheses of a call, such as `x, y`; empty for a constant.
    pub parameters: &'static str,
    /// What it is.
    pub about: &'static str,
    /// An expression with it.
    pub example: &'static str,
}

// === impl Word ===

impl Word {
    /// Returns how many parameters have a name.
    pub(crate) fn n_parameters(&self) -> usize {
        match self.name {
            // Each pair of a value and its condition is two arguments.
            "Piecewise" => 2,
            _ => self.parameters.split(", ").filter(|parameter| *parameter != "…").count(),
        }
    }

    /// Returns whether more arguments may follow those that have a name.
    pub(crate) fn takes_many(&self) -> bool {
        self.parameters.ends_with('…')
    }
}
