//! Comparisons, logic, cases, and the step function.

use super::sign::{self, Sign};
use super::{
    Simplified, Unfit, could_extract_minus_sign, function, infinity, mul, neg, numeric, order, pow, sub,
};
use crate::builtin::Special;
use crate::{Builtin, Constant, Expr, Node};

fn truth(holds: bool) -> Expr {
    Expr::constant(if holds { Constant::True } else { Constant::False })
}

/// Decides a comparison of numbers, and one that holds or fails for every parameter.
pub(crate) fn relation(builtin: Builtin, left: &Expr, right: &Expr) -> Special {
    let is_equality = matches!(builtin, Builtin::Eq | Builtin::Ne);
    if is_equality {
        if left == right {
            return Ok(Some(truth(builtin == Builtin::Eq)));
        }
        let unlike = differ(left, right)?;
        return Ok(unlike.map(|unlike| truth(unlike == (builtin == Builtin::Ne))));
    }
    if [left, right].into_iter().any(is_complex) || is_nan(left, right) {
        return Err(Unfit::NotReal);
    }
    let order = compare(left, right)?;
    let holds = |less: bool, equal: bool, greater: bool| match order {
        Some(Sign::Negative) => less,
        Some(Sign::Zero) => equal,
        Some(Sign::Positive) => greater,
        None => false,
    };
    if order.is_some() {
        return Ok(Some(truth(match builtin {
            Builtin::Lt => holds(true, false, false),
            Builtin::Le => holds(true, true, false),
            Builtin::Gt => holds(false, false, true),
            _ => holds(false, true, true),
        })));
    }
    if left == right || infinity::is_infinite(left) || infinity::is_infinite(right) {
        return Ok(None);
    }
    // A magnitude is never below zero.
    Ok(match builtin {
        Builtin::Ge if sign::is_nonnegative(&sub(left, right)?) => Some(truth(true)),
        Builtin::Lt if sign::is_nonnegative(&sub(left, right)?) => Some(truth(false)),
        Builtin::Le if sign::is_nonnegative(&sub(right, left)?) => Some(truth(true)),
        Builtin::Gt if sign::is_nonnegative(&sub(right, left)?) => Some(truth(false)),
        _ => None,
    })
}

fn is_nan(left: &Expr, right: &Expr) -> bool {
    [left, right]
        .into_iter()
        .any(|side| side.is_constant(Constant::Nan) || side.is_constant(Constant::ComplexInfinity))
}

/// Returns whether it is a number, and not a real one.
fn is_complex(expr: &Expr) -> bool {
    expr.is_number_like()
        && numeric(expr).is_some_and(|value| value.im.abs() > 1e-12 * value.norm())
        && !sign::is_real(expr)
}

/// Returns the sign of the difference of real numbers.
fn compare(left: &Expr, right: &Expr) -> Result<Option<Sign>, Unfit> {
    let rank = |expr: &Expr| match &**expr {
        Node::Constant(Constant::Infinity) => Some(1),
        Node::Constant(Constant::NegativeInfinity) => Some(-1),
        _ => (expr.is_number_like() && sign::is_real(expr)).then_some(0),
    };
    let (Some(first), Some(second)) = (rank(left), rank(right)) else { return Ok(None) };
    if (first, second) == (0, 0) {
        if let (Some(left), Some(right)) = (left.number(), right.number()) {
            return Ok(Some(match left.compare(&right) {
                std::cmp::Ordering::Less => Sign::Negative,
                std::cmp::Ordering::Equal => Sign::Zero,
                std::cmp::Ordering::Greater => Sign::Positive,
            }));
        }
        return Ok(sign::sign(&sub(left, right)?));
    }
    Ok(match first.cmp(&second) {
        std::cmp::Ordering::Less => Some(Sign::Negative),
        std::cmp::Ordering::Equal => Some(Sign::Zero),
        std::cmp::Ordering::Greater => Some(Sign::Positive),
    })
}

/// Returns whether numbers are unlike; nothing of what holds a parameter.
fn differ(left: &Expr, right: &Expr) -> Result<Option<bool>, Unfit> {
    if !left.is_number_like() || !right.is_number_like() {
        return Ok(None);
    }
    if let Some(order) = compare(left, right)? {
        return Ok(Some(order != Sign::Zero));
    }
    let difference = sub(left, right)?;
    if difference.is_integer(0) {
        return Ok(Some(false));
    }
    Ok(numeric(&difference).filter(|value| value.norm() > 1e-10).map(|_| true))
}

pub(crate) fn not(arg: &Expr) -> Special {
    let (builtin, args) = match &**arg {
        Node::Constant(Constant::True) => return Ok(Some(truth(false))),
        Node::Constant(Constant::False) => return Ok(Some(truth(true))),
        Node::Builtin(Builtin::Not, args) => return Ok(Some(args[0].clone())),
        Node::Builtin(builtin, args) => (*builtin, args),
        _ => return Ok(None),
    };
    match opposite(builtin) {
        Some(opposite) => function(opposite, args.clone()).map(Some),
        None => Ok(None),
    }
}

fn opposite(builtin: Builtin) -> Option<Builtin> {
    Some(match builtin {
        Builtin::Eq => Builtin::Ne,
        Builtin::Ne => Builtin::Eq,
        Builtin::Lt => Builtin::Ge,
        Builtin::Le => Builtin::Gt,
        Builtin::Gt => Builtin::Le,
        Builtin::Ge => Builtin::Lt,
        _ => return None,
    })
}

/// Flattens, drops repetitions, and decides where one condition is the opposite of another.
pub(crate) fn joined(builtin: Builtin, args: Vec<Expr>) -> Simplified {
    let is_and = builtin == Builtin::And;
    let (neutral, decisive) = (truth(is_and), truth(!is_and));
    let mut flat: Vec<Expr> = Vec::new();
    let mut left = args;
    left.reverse();
    while let Some(arg) = left.pop() {
        match &*arg {
            Node::Builtin(inner, args) if *inner == builtin => left.extend(args.iter().rev().cloned()),
            _ if arg == decisive => return Ok(decisive),
            _ if arg == neutral || flat.contains(&arg) => {}
            _ => flat.push(arg),
        }
    }
    for arg in &flat {
        let negated = canonical(&function(Builtin::Not, vec![arg.clone()])?)?;
        for other in &flat {
            if canonical(other)? == negated {
                return Ok(decisive);
            }
        }
    }
    match flat.len() {
        0 => Ok(neutral),
        1 => Ok(flat.swap_remove(0)),
        _ => {
            flat.sort_by(order::compare_by_length);
            Ok(Expr::builtin(builtin, flat))
        }
    }
}

/// Turns comparisons so that a number stands on the right, and a minus on neither side.
fn canonical(expr: &Expr) -> Simplified {
    let Node::Builtin(builtin, args) = &**expr else { return Ok(expr.clone()) };
    if matches!(builtin, Builtin::And | Builtin::Or) {
        let args = args.iter().map(canonical).collect::<Result<_, _>>()?;
        return joined(*builtin, args);
    }
    if !builtin.is_relation() {
        return Ok(expr.clone());
    }
    let (mut builtin, mut left, mut right) = (*builtin, args[0].clone(), args[1].clone());
    let is_turned = if right.is_number_like() {
        false
    } else {
        left.is_number_like() || order::compare_by_length(&left, &right).is_gt()
    };
    if is_turned {
        (builtin, left, right) = (reversed(builtin), right, left);
    }
    if could_extract_minus_sign(&left) {
        (builtin, left, right) = (reversed(builtin), neg(&left)?, neg(&right)?);
    } else if !right.is_number_like() && could_extract_minus_sign(&right) {
        let negated = neg(&right)?;
        if order::compare_by_length(&left, &negated).is_lt() {
            (builtin, left, right) = (builtin, negated, neg(&left)?);
        }
    }
    function(builtin, vec![left, right])
}

fn reversed(builtin: Builtin) -> Builtin {
    match builtin {
        Builtin::Lt => Builtin::Gt,
        Builtin::Le => Builtin::Ge,
        Builtin::Gt => Builtin::Lt,
        Builtin::Ge => Builtin::Le,
        other => other,
    }
}

/// Drops cases that never come to be, joins those of one value, and ends at the first that always holds.
pub(crate) fn piecewise(args: &[Expr]) -> Simplified {
    let mut cases: Vec<(Expr, Expr)> = Vec::new();
    let mut seen: Vec<Expr> = Vec::new();
    for case in args.chunks(2) {
        let [value, condition] = case else { continue };
        let mut condition = canonical(condition)?;
        if condition.is_constant(Constant::False) {
            continue;
        }
        // What the cases before have not taken holds here already.
        let is_left = |condition: &Expr| -> Result<bool, Unfit> {
            let negated = canonical(&function(Builtin::Not, vec![condition.clone()])?)?;
            Ok(!seen.contains(&negated))
        };
        match &*condition {
            Node::Builtin(Builtin::And, parts) => {
                let mut left = Vec::new();
                for part in parts {
                    if is_left(part)? {
                        left.push(part.clone());
                    }
                }
                condition = joined(Builtin::And, left)?;
            }
            Node::Builtin(builtin, _) if builtin.is_relation() && !is_left(&condition)? => {
                condition = truth(true);
            }
            _ => {}
        }
        if seen.contains(&condition) {
            continue;
        }
        seen.push(condition.clone());
        let is_last = condition.is_constant(Constant::True);
        match cases.last_mut() {
            Some((last, own)) if last == value => {
                *own = joined(Builtin::Or, vec![condition, own.clone()])?;
            }
            _ => cases.push((value.clone(), condition)),
        }
        if is_last || cases.last().is_some_and(|(_, condition)| condition.is_constant(Constant::True)) {
            break;
        }
    }
    match &cases[..] {
        [] => Ok(Expr::constant(Constant::Nan)),
        [(value, condition), ..] if condition.is_constant(Constant::True) => Ok(value.clone()),
        _ => {
            let args = cases.into_iter().flat_map(|(value, condition)| [value, condition]).collect();
            Ok(Expr::builtin(Builtin::Piecewise, args))
        }
    }
}

/// The step is known on both sides of zero, and at zero where its value there is given.
pub(crate) fn heaviside(args: &[Expr]) -> Special {
    match (sign::sign(&args[0]), args.get(1)) {
        (Some(Sign::Negative), _) => Ok(Some(Expr::integer(0))),
        (Some(Sign::Positive), _) => Ok(Some(Expr::one())),
        (Some(Sign::Zero), Some(at_zero)) => Ok(Some(at_zero.clone())),
        _ if is_complex(&args[0]) => Err(Unfit::NotReal),
        _ => Ok(None),
    }
}

/// Returns the real root of an odd index where the radicand is real, and the principal one elsewhere.
pub(crate) fn real_root(radicand: &Expr, index: &Expr) -> Simplified {
    let exponent = pow(index, &Expr::integer(-1))?;
    let root = pow(radicand, &exponent)?;
    let call = |builtin: Builtin, args: Vec<Expr>| function(builtin, args);
    let is_trivial = call(
        Builtin::Or,
        vec![
            call(Builtin::Eq, vec![index.clone(), Expr::one()])?,
            call(Builtin::Eq, vec![index.clone(), Expr::integer(-1)])?,
        ],
    )?;
    let is_real = call(Builtin::Eq, vec![call(Builtin::Im, vec![radicand.clone()])?, Expr::integer(0)])?;
    let remainder = call(Builtin::Mod, vec![index.clone(), Expr::integer(2)])?;
    let is_odd = call(Builtin::Eq, vec![remainder, Expr::one()])?;
    let of_magnitude = mul(vec![
        call(Builtin::Sign, vec![radicand.clone()])?,
        pow(&call(Builtin::Abs, vec![radicand.clone()])?, &exponent)?,
    ])?;
    let has_real = call(Builtin::And, vec![is_real, is_odd])?;
    piecewise(&[root.clone(), is_trivial, of_magnitude, has_real, root, truth(true)])
}

/// A power goes into its cases.
pub(super) fn power_of_cases(args: &[Expr], exponent: &Expr) -> Simplified {
    let mut cases = Vec::with_capacity(args.len());
    for case in args.chunks(2) {
        cases.push(pow(&case[0], exponent)?);
        cases.extend(case.get(1).cloned());
    }
    piecewise(&cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_opposites_is_decided() {
        let x = Expr::symbol(&"x".into());
        let below = function(Builtin::Lt, vec![x.clone(), Expr::one()]).unwrap();
        let above = function(Builtin::Ge, vec![x, Expr::one()]).unwrap();
        assert_eq!(joined(Builtin::And, vec![below.clone(), above.clone()]), Ok(truth(false)));
        assert_eq!(joined(Builtin::Or, vec![below, above]), Ok(truth(true)));
    }
}
