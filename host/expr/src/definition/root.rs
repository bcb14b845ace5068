//! Roots without parentheses: `x^1/2` is half of `x`, as published, and its author mostly meant the root.

use num_bigint::BigInt;
use num_traits::One;

use crate::ast::{Operator, Tree, TreeKind};
use crate::{Diagnostic, Source, Span};

/// Returns a warning of each place where a power is divided that may have been meant as a root, with a form of either
/// meaning.
pub(super) fn warnings(source: &Source, tree: &Tree) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    tree.visit(&mut |tree| {
        let TreeKind::Product(first, rest) = &tree.kind else { return };
        let before = std::iter::once(&**first).chain(rest.iter().map(|(_, operand)| operand));
        for (base, (operator, divisor)) in before.zip(rest) {
            if *operator == Operator::Over {
                warnings.extend(warning(source, base, divisor));
            }
        }
    });
    warnings
}

/// A power of one is never written but for a root. `x^3/2` is as often half a cube.
fn warning(source: &Source, base: &Tree, divisor: &Tree) -> Option<Diagnostic> {
    let text = |span: Span| source.text.get(span).unwrap_or_default();
    let power = match &base.kind {
        TreeKind::Negative(inner) => inner,
        _ => base,
    };
    let (TreeKind::Power(radicand, exponent), TreeKind::Integer(n)) = (&power.kind, &divisor.kind) else {
        return None;
    };
    // What stands in parentheses is meant so, but for an exponent alone: `x^(1)/2`.
    let is_bare = |tree: &Tree| text(tree.span.clone()).bytes().all(|byte| byte.is_ascii_digit());
    let is_enclosed = power.span.end != exponent.span.end || base.span.end != power.span.end;
    if is_enclosed || !is_bare(divisor) || *n <= BigInt::one() {
        return None;
    }
    let written = text(exponent.span.clone());
    if let TreeKind::Power(inner, last) = &exponent.kind {
        // `x^2**1/2`: the last exponent is a one.
        let before = text(power.span.start..inner.span.end);
        let is_meant = written.starts_with('(') || text(last.span.clone()) != "1";
        let whole = power.span.start..divisor.span.end;
        let other = format!("({before})^(1/{n})");
        return (!is_meant).then(|| told(source, whole, &format!("({before})/{n}"), &other));
    }
    let digits: String = written.chars().filter(|letter| !matches!(letter, ' ' | '(' | ')')).collect();
    let is_negative = match digits.as_str() {
        "1" => false,
        "-1" => true,
        _ => return None,
    };
    let operator = text(radicand.span.end..exponent.span.start).trim();
    let span = power.span.start..divisor.span.end;
    let base = text(radicand.span.clone());
    let (clear, other) = match is_negative {
        false => (format!("{base}/{n}"), format!("{base}{operator}(1/{n})")),
        true => (format!("1/({n}*{base})"), format!("{base}{operator}(-1/{n})")),
    };
    Some(told(source, span, &clear, &other))
}

fn told(source: &Source, span: Span, clear: &str, other: &str) -> Diagnostic {
    let whole = source.text.get(span.clone()).unwrap_or_default();
    let message = format!("`{whole}` can be read in two ways, it is taken for `{clear}`");
    let warning = source.error(span, message).into_warning();
    warning.with_hint(format!("write `{clear}`, or `{other}` if that is meant"))
}
