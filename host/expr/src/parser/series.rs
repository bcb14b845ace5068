//! Sums and products over an index, in Python's form: `Sum(k*x, (k, 1, 3))`.

use std::sync::Arc;

use super::{Kind, Parsed, Parser};
use crate::Span;
use crate::ast::Series;
use crate::language::{PRODUCT, SUM};

impl Parser<'_> {
    /// Returns whether a name that is called is the head of one.
    pub(super) fn is_series(name: &str) -> bool {
        [SUM, PRODUCT].contains(&name)
    }

    /// Parses what stands between the parentheses, and writes it out.
    pub(super) fn series(&mut self, head: &str, head_span: &Span) -> Parsed<Box<Series>> {
        let body = self.whole()?;
        let open = self.span();
        if !self.take(&Kind::Comma) || *self.peek() != Kind::Open {
            return Err(self.malformed(head, head_span.start..open.end));
        }
        let open = self.advance();
        if *self.peek() != Kind::Name {
            return Err(self.malformed(head, self.span()));
        }
        let index: Arc<str> = self.text().into();
        self.advance();
        let (from, to) = (self.bound(head)?, self.bound(head)?);
        self.close(&open)?;
        self.take(&Kind::Comma);
        let series = Series::new(head == PRODUCT, body, index, from..=to, &mut self.n_expanded);
        let too_large = |error: crate::ast::TooLarge| error.diagnostic(self.source, head_span.clone(), head);
        Ok(Box::new(series.map_err(|error| Box::new(too_large(error)))?))
    }

    /// Parses a comma and an integer.
    fn bound(&mut self, head: &str) -> Parsed<i64> {
        if !self.take(&Kind::Comma) {
            return Err(self.malformed(head, self.span()));
        }
        let bound = self.whole()?;
        bound.as_bound().ok_or_else(|| {
            let error = self.error(bound.span.clone(), format!("expected an integer as a bound of `{head}`"));
            Box::new(error.with_hint("the number of terms is fixed in a definition, such as from 1 to 3"))
        })
    }

    fn malformed(&self, head: &str, span: Span) -> Box<crate::Diagnostic> {
        let error = self.error(span, format!("`{head}` has no index with its bounds in parentheses"));
        Box::new(error.with_hint(format!("write `{head}(k*x, (k, 1, 3))`")))
    }
}
