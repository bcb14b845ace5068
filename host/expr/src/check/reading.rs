//! What is read as published and is easily meant otherwise: `x^1/2`, `e**x`, a bare `π`.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{One, Signed};

use super::Scope;
use crate::ast::{Operator, Tree, TreeKind};
use crate::definition::Definition;
use crate::{Diagnostic, Span, language};

/// Returns a warning of each part that has another meaning to many readers, with the form of either meaning.
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
            TreeKind::Product(first, rest) if !self.definition.is_latex() => {
                let before = std::iter::once(&**first).chain(rest.iter().map(|(_, operand)| operand));
                for (base, (operator, divisor)) in before.zip(rest) {
                    if *operator == Operator::Over {
                        self.root(base, divisor);
                    }
                }
            }
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
            let exponent = self.text(&exponent.span);
            let inner = exponent.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            let exponent = inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(exponent);
            let hint = format!(
                "write `exp({exponent})`; if a parameter is meant, list it on the left, as in `{}(e)`",
                self.definition.name()
            );
            self.warn(span, "`e` is a parameter here, not Euler's number".to_owned(), hint);
        }
    }

    /// `x^1/2`: a power of one is never written but for a root. `x^3/2` is as often half a cube.
    fn root(&mut self, base: &Tree, divisor: &Tree) {
        let power = match &base.kind {
            TreeKind::Negative(inner) => inner,
            _ => base,
        };
        let (TreeKind::Power(radicand, exponent), TreeKind::Integer(n)) = (&power.kind, &divisor.kind) else {
            return;
        };
        let (digits, is_negative) = match &exponent.kind {
            TreeKind::Negative(inner) => (&**inner, true),
            _ => (&**exponent, false),
        };
        // A number or a power in parentheses is meant so.
        let is_bare = |tree: &Tree| self.text(&tree.span).bytes().all(|byte| byte.is_ascii_digit());
        let is_enclosed = power.span.end != exponent.span.end || base.span.end != power.span.end;
        let is_one = matches!(&digits.kind, TreeKind::Integer(one) if one.is_one());
        if is_enclosed
            || !is_one
            || !is_bare(digits)
            || !is_bare(divisor)
            || *n <= BigInt::one()
            || n.is_negative()
        {
            return;
        }
        let span = power.span.start..divisor.span.end;
        let (radicand_text, whole) = (self.text(&radicand.span), self.text(&span));
        let operator = self.text(&(radicand.span.end..exponent.span.start)).trim();
        let (clear, other) = match is_negative {
            false => (format!("{radicand_text}/{n}"), format!("{radicand_text}{operator}(1/{n})")),
            true => (format!("1/({n}*{radicand_text})"), format!("{radicand_text}{operator}(-1/{n})")),
        };
        let message = format!("`{whole}` can be read in two ways, it is taken for `{clear}`");
        let hint = format!("write `{clear}`, or `{other}` if that is meant");
        self.warn(&span, message, hint);
    }

    fn text(&self, span: &Span) -> &'a str {
        self.definition.rhs().text.get(span.clone()).unwrap_or_default()
    }

    fn warn(&mut self, span: &Span, message: String, hint: String) {
        let warning = self.definition.error(span.clone(), message).into_warning();
        self.warnings.push(warning.with_hint(hint));
    }
}
