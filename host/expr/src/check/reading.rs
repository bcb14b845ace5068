//! Names that are read as published and are easily meant otherwise: `e**x`, a bare `π`.

use std::sync::Arc;

use super::Scope;
use crate::ast::{Tree, TreeKind};
use crate::definition::Definition;
use crate::{Diagnostic, Span, language};

/// Returns a warning of each name that has another meaning to many readers, with the form of either meaning.
pub(super) fn warnings(definition: &Definition, scope: &dyn Scope) -> Vec<Diagnostic> {
    let mut reader = Reader { definition, scope, named: Vec::new(), warnings: Vec::new() };
    definition.tree().visit(&mut |tree| reader.tree(tree));
    reader.warnings
}

struct Reader<'a> {
    definition: &'a Definition,
    scope: &'a dyn Scope,
    /// The names that were told already.
    named: Vec<&'a Arc<str>>,
    warnings: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn tree(&mut self, tree: &'a Tree) {
        match &tree.kind {
            TreeKind::Name(name) => self.constant(name, &tree.span),
            TreeKind::Power(base, exponent) => self.exponential(base, exponent, &tree.span),
            _ => {}
        }
    }

    /// A name that becomes a parameter only because nobody says what it is.
    fn is_undeclared(&self, name: &str) -> bool {
        self.definition.left().parameters.is_none() && !self.scope.is_defined_above(name)
    }

    fn constant(&mut self, name: &'a Arc<str>, span: &Span) {
        let Some((ours, what)) = language::constant_elsewhere(name) else { return };
        if self.is_undeclared(name) && !self.named.contains(&name) {
            self.named.push(name);
            let message = format!("`{name}` is a parameter here, not {what}");
            let hint = format!(
                "write `{ours}`; if a parameter is meant, list it on the left, as in `{}({name})`",
                self.definition.name()
            );
            self.warn(span, message, hint);
        }
    }

    /// `e**x`
    fn exponential(&mut self, base: &'a Tree, exponent: &Tree, span: &Span) {
        let TreeKind::Name(name) = &base.kind else { return };
        // A square of `e` is one of a charge or of an eccentricity.
        let is_number = matches!(exponent.kind, TreeKind::Integer(_) | TreeKind::Decimal(_));
        if &**name == "e" && !is_number && self.is_undeclared(name) && !self.definition.is_latex() {
            let exponent = self.definition.text(&exponent.span);
            let inner = exponent.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            let exponent = inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(exponent);
            let hint = format!(
                "write `exp({exponent})`; if a parameter is meant, list it on the left, as in `{}(e)`",
                self.definition.name()
            );
            self.warn(span, "`e` is a parameter here, not Euler's number".to_owned(), hint);
        }
    }

    fn warn(&mut self, span: &Span, message: String, hint: String) {
        let warning = self.definition.error(span.clone(), message).into_warning();
        self.warnings.push(warning.with_hint(hint));
    }
}
