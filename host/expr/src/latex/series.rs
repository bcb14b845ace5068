//! Sums and products over an index: `\sum_{i=1}^{3} i x`.

use std::sync::Arc;

use super::token::Kind;
use super::{Closer, Parsed, Parser};
use crate::Span;
use crate::ast::{Series, Tree, TreeKind};

impl Parser<'_> {
    /// Reads a sum or product whose bounds are integers, and writes it out.
    pub(super) fn series(&mut self, command: &str) -> Parsed<Tree> {
        let name_span = self.advance();
        let (index, from) = self.lower_bound(command, &name_span)?;
        if self.peek() != Kind::Power {
            let error = self.error(name_span, format!("`\\{command}` has no upper bound"));
            return Err(Box::new(error.with_hint(format!("write `\\{command}_{{i=1}}^{{3}} i x`"))));
        }
        self.advance();
        let upper = self.nested(Self::script)?;
        let to = self.bound_of(&upper, command)?;
        self.bound.push(Arc::clone(&index));
        let body = self.nested(Self::product);
        self.bound.pop();
        let body = body?;
        let span = name_span.start..self.end_before();
        let is_product = command == "prod";
        let series = Series::new(is_product, body, index, from..=to, &mut self.n_expanded)
            .map_err(|error| Box::new(error.diagnostic(self.source, name_span, &format!("\\{command}"))))?;
        Ok(Tree { kind: TreeKind::Series(Box::new(series)), span })
    }

    /// Reads `_{i=1}`.
    fn lower_bound(&mut self, command: &str, name_span: &Span) -> Parsed<(Arc<str>, i64)> {
        let malformed = |parser: &Self, span: Span| {
            let error = parser.error(span, format!("`\\{command}` has no index with a lower bound"));
            Box::new(error.with_hint(format!("write `\\{command}_{{i=1}}^{{3}} i x`")))
        };
        if self.peek() != Kind::Index || self.kind_after(1) != Kind::Open {
            return Err(malformed(self, name_span.clone()));
        }
        self.advance();
        let open = self.advance();
        if !self.begins_name() {
            return Err(malformed(self, self.span()));
        }
        let mut name = self.base()?;
        self.scripts(&mut name)?;
        if self.peek() != Kind::Equal {
            return Err(malformed(self, self.span()));
        }
        self.advance();
        let lower = self.enclosed(Closer::Brace)?;
        self.close_brace(&open)?;
        Ok((name.text().into(), self.bound_of(&lower, command)?))
    }

    /// Returns the integer that a bound is.
    fn bound_of(&self, tree: &Tree, command: &str) -> Parsed<i64> {
        tree.as_bound().ok_or_else(|| {
            let error =
                self.error(tree.span.clone(), format!("expected an integer as a bound of `\\{command}`"));
            Box::new(error.with_hint("the number of terms is fixed in a definition, such as from 1 to 3"))
        })
    }
}
