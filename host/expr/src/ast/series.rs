//! Sums and products over an index: what they are, written out.

use std::ops::RangeInclusive;
use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Operator, Tree, TreeKind};
use crate::ast::MAX_NODES;
use crate::{Diagnostic, Source, Span};

/// Terms that one may have.
const MAX_TERMS: i64 = 1_000;

/// A sum or product over an index.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) is_product: bool,
    pub(crate) body: Tree,
    pub(crate) index: Arc<str>,
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// All of it, written out.
    pub(crate) expanded: Tree,
}

/// There are too many terms, or they are too long.
pub(crate) struct TooLarge {
    n_terms: i64,
}

// === impl Series ===

impl Series {
    /// Writes a sum or product out; `n_expanded` counts the parts of all those of an expression.
    pub(crate) fn new(
        is_product: bool,
        body: Tree,
        index: Arc<str>,
        range: RangeInclusive<i64>,
        n_expanded: &mut i64,
    ) -> Result<Self, TooLarge> {
        let (from, to) = (*range.start(), *range.end());
        let n_terms = (to - from + 1).max(0);
        let mut n_parts = 0_i64;
        body.visit(&mut |_| n_parts += 1);
        let most = i64::try_from(MAX_NODES).unwrap_or(i64::MAX);
        *n_expanded = n_expanded.saturating_add(n_terms.saturating_mul(n_parts));
        if n_terms > MAX_TERMS || *n_expanded > most {
            return Err(TooLarge { n_terms });
        }
        let mut terms = range.map(|value| substituted(&body, &index, value));
        let kind = match (terms.next(), is_product) {
            (None, false) => TreeKind::Integer(BigInt::from(0)),
            (None, true) => TreeKind::Integer(BigInt::from(1)),
            (Some(first), false) => {
                TreeKind::Sum(std::iter::once(first).chain(terms).map(|term| (false, term)).collect())
            }
            (Some(first), true) => {
                TreeKind::Product(Box::new(first), terms.map(|term| (Operator::Times, term)).collect())
            }
        };
        let expanded = Tree { kind, span: body.span.clone() };
        Ok(Self { is_product, body, index, from, to, expanded })
    }
}

// === impl TooLarge ===

impl TooLarge {
    pub(crate) fn diagnostic(&self, source: &Source, head_span: Span, head: &str) -> Diagnostic {
        let message = format!("`{head}` of {} terms is too large", self.n_terms);
        let hint = format!("the limits are {MAX_TERMS} terms and {MAX_NODES} parts of them in all");
        source.error(head_span, message).with_hint(hint)
    }
}

// === impl Tree ===

impl Tree {
    /// Returns the integer that a bound of a sum is.
    pub(crate) fn as_bound(&self) -> Option<i64> {
        let integer = match &self.kind {
            TreeKind::Integer(integer) => integer.to_i64(),
            TreeKind::Negative(inner) => match &inner.kind {
                TreeKind::Integer(integer) => integer.to_i64().map(|integer| -integer),
                _ => None,
            },
            _ => None,
        };
        integer.filter(|integer| integer.abs() < i64::from(i32::MAX))
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
        TreeKind::Sign { own, name_span, function, own_args, args } => TreeKind::Sign {
            own: Arc::clone(own),
            name_span: name_span.clone(),
            function: *function,
            own_args: own_args.clone(),
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
