//! Sums and products over an index: `\sum_{i=1}^{3} i x`.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::token::Kind;
use super::{Closer, Parsed, Parser};
use crate::Span;
use crate::ast::{Operator, Series, Tree, TreeKind};
use crate::parser::MAX_NODES;

/// Terms that a sum may have.
const MAX_TERMS: i64 = 1_000;

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
        let expanded = self.expand(command, &name_span, &body, &index, from..=to)?;
        let is_product = command == "prod";
        let series = Series { is_product, body, index, from, to, expanded };
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
        let integer = match &tree.kind {
            TreeKind::Integer(integer) => integer.to_i64(),
            TreeKind::Negative(inner) => match &inner.kind {
                TreeKind::Integer(integer) => integer.to_i64().map(|integer| -integer),
                _ => None,
            },
            _ => None,
        };
        integer.filter(|integer| integer.abs() < i64::from(i32::MAX)).ok_or_else(|| {
            let error =
                self.error(tree.span.clone(), format!("expected an integer as a bound of `\\{command}`"));
            Box::new(error.with_hint("the number of terms is fixed in a definition, such as from 1 to 3"))
        })
    }

    fn expand(
        &mut self,
        command: &str,
        name_span: &Span,
        body: &Tree,
        index: &str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Parsed<Tree> {
        let n_terms = (range.end() - range.start() + 1).max(0);
        let mut n_parts = 0_i64;
        body.visit(&mut |_| n_parts += 1);
        let most = i64::try_from(MAX_NODES).unwrap_or(i64::MAX);
        self.n_expanded = self.n_expanded.saturating_add(n_terms.saturating_mul(n_parts));
        if n_terms > MAX_TERMS || self.n_expanded > most {
            let error =
                self.error(name_span.clone(), format!("`\\{command}` of {n_terms} terms is too large"));
            let hint = format!("the limits are {MAX_TERMS} terms and {MAX_NODES} parts of them in all");
            return Err(Box::new(error.with_hint(hint)));
        }
        let span = name_span.start..body.span.end;
        let mut terms = range.map(|value| substituted(body, index, value));
        let Some(first) = terms.next() else {
            let nothing = if command == "sum" { 0 } else { 1 };
            return Ok(Tree { kind: TreeKind::Integer(BigInt::from(nothing)), span });
        };
        let kind = if command == "sum" {
            TreeKind::Sum(std::iter::once(first).chain(terms).map(|term| (false, term)).collect())
        } else {
            TreeKind::Product(Box::new(first), terms.map(|term| (Operator::Times, term)).collect())
        };
        Ok(Tree { kind, span })
    }
}

/// Puts an integer in the place of a name.
fn substituted(tree: &Tree, index: &str, value: i64) -> Tree {
    let inner = |tree: &Tree| substituted(tree, index, value);
    let boxed = |tree: &Tree| Box::new(substituted(tree, index, value));
    let kind = match &tree.kind {
        TreeKind::Name(name) if **name == *index => {
            let magnitude = TreeKind::Integer(BigInt::from(value.unsigned_abs()));
            if value < 0 {
                TreeKind::Negative(Box::new(Tree { kind: magnitude, span: tree.span.clone() }))
            } else {
                magnitude
            }
        }
        TreeKind::Sum(terms) => {
            TreeKind::Sum(terms.iter().map(|(is_negative, term)| (*is_negative, inner(term))).collect())
        }
        TreeKind::Product(first, rest) => TreeKind::Product(
            boxed(first),
            rest.iter().map(|(operator, operand)| (*operator, inner(operand))).collect(),
        ),
        TreeKind::Negative(operand) => TreeKind::Negative(boxed(operand)),
        TreeKind::Power(base, exponent) => TreeKind::Power(boxed(base), boxed(exponent)),
        TreeKind::Call { name, name_span, args } => TreeKind::Call {
            name: Arc::clone(name),
            name_span: name_span.clone(),
            args: args.iter().map(inner).collect(),
        },
        TreeKind::Sign { own, name_span, function, n_orders, args } => TreeKind::Sign {
            own: Arc::clone(own),
            name_span: name_span.clone(),
            function: *function,
            n_orders: *n_orders,
            args: args.iter().map(inner).collect(),
        },
        // One of the same index inside has an index of its own.
        TreeKind::Series(series) if *series.index == *index => tree.kind.clone(),
        TreeKind::Series(series) => TreeKind::Series(Box::new(Series {
            body: inner(&series.body),
            expanded: inner(&series.expanded),
            index: Arc::clone(&series.index),
            ..**series
        })),
        _ => tree.kind.clone(),
    };
    Tree { kind, span: tree.span.clone() }
}
