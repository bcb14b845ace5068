//! `Min` and `Max`.

use super::sign;
use super::{Number, Simplified, infinity, numeric, order};
use crate::{Builtin, Constant, Expr, Float, Node};

/// Flattens `Min` and `Max`, drops repetitions, and keeps one of the numbers.
pub(crate) fn extreme(builtin: Builtin, args: Vec<Expr>) -> Simplified {
    let mut flat: Vec<Expr> = Vec::new();
    let mut number: Option<Expr> = None;
    let mut left = args;
    left.reverse();
    while let Some(arg) = left.pop() {
        if let Node::Builtin(inner, args) = &*arg
            && *inner == builtin
        {
            left.extend(args.iter().rev().cloned());
            continue;
        }
        if infinity::is_infinite(&arg) {
            let is_beyond = arg.is_constant(Constant::Infinity) == (builtin == Builtin::Max);
            if is_beyond || number.is_none() {
                number = Some(arg);
            }
        } else if let Some(value) = comparable(&arg) {
            let better = match number.as_ref().and_then(comparable) {
                None => number
                    .as_ref()
                    .is_none_or(|bound| bound.is_constant(Constant::Infinity) != (builtin == Builtin::Max)),
                Some(best) if builtin == Builtin::Max => value.compare(&best).is_gt(),
                Some(best) => value.compare(&best).is_lt(),
            };
            if better {
                number = Some(arg);
            }
        } else if !flat.contains(&arg) {
            flat.push(arg);
        }
    }
    absorb(builtin, &mut flat, number.as_ref());
    if let Some(bound) = &number
        && infinity::is_infinite(bound)
    {
        // Nothing is beyond one infinity, and everything is beyond the other.
        if bound.is_constant(Constant::Infinity) == (builtin == Builtin::Max) {
            return Ok(bound.clone());
        }
        number = number.filter(|_| flat.is_empty());
    }
    flat.extend(number);
    if flat.len() == 1 {
        return Ok(flat.swap_remove(0));
    }
    flat.sort_by(order::compare);
    Ok(Expr::builtin(builtin, flat))
}

/// Returns the value of a real number, by which `Min` and `Max` compare it.
fn comparable(expr: &Expr) -> Option<Number> {
    expr.number().or_else(|| {
        let value = (expr.is_number_like() && sign::is_real(expr)).then(|| numeric(expr)).flatten()?;
        Float::from_f64(value.re).map(Number::Decimal)
    })
}

/// Drops what another argument bounds: in `Max(x, Min(x, y))` the second is never above the first.
fn absorb(builtin: Builtin, args: &mut Vec<Expr>, number: Option<&Expr>) {
    let all = args.clone();
    let bound = number.and_then(comparable);
    args.retain(|arg| {
        let Node::Builtin(inner @ (Builtin::Min | Builtin::Max), parts) = &**arg else { return true };
        if *inner == builtin {
            return true;
        }
        !parts.iter().any(|part| {
            let is_bounded = match (comparable(part), &bound) {
                (Some(part), Some(bound)) if builtin == Builtin::Max => part.compare(bound).is_le(),
                (Some(part), Some(bound)) => part.compare(bound).is_ge(),
                _ => false,
            };
            is_bounded || all.contains(part)
        })
    });
}
