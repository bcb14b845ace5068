//! Sums: like terms under one coefficient each.

use std::collections::HashMap;

use super::{Number, Simplified, infinity, mul, order, pow, step};
use crate::{Builtin, Expr, Node};

/// Adds simplified terms.
pub(crate) fn add(terms: Vec<Expr>) -> Simplified {
    let terms = infinity::sum(terms.iter().flat_map(Expr::terms)).unwrap_or(terms);
    step(terms.len())?;
    let mut constant = Number::zero();
    let mut collected: Vec<(Expr, Number)> = Vec::new();
    let mut place: HashMap<Expr, usize> = HashMap::new();
    let mut left: Vec<Expr> = terms;
    left.reverse();
    while let Some(term) = left.pop() {
        step(0)?;
        if let Some(number) = term.number() {
            constant = constant.plus(&number)?;
            continue;
        }
        match &*term {
            Node::Add(terms) => {
                left.extend(terms.iter().rev().cloned());
                continue;
            }
            // A power of numbers that a conversion left as it was.
            Node::Pow(base, exponent) if base.number().is_some() && exponent.exact().is_some() => {
                let worked_out = pow(base, exponent)?;
                if worked_out != term {
                    left.push(worked_out);
                    continue;
                }
            }
            _ => {}
        }
        let (coefficient, rest) = term.as_coefficient_and_rest();
        match place.get(&rest) {
            Some(&index) => {
                let sum = collected[index].1.plus(&coefficient)?;
                collected[index].1 = sum;
            }
            None => {
                place.insert(rest.clone(), collected.len());
                collected.push((rest, coefficient));
            }
        }
    }
    let mut sum = Vec::with_capacity(collected.len() + 1);
    for (rest, coefficient) in collected {
        if !coefficient.is_zero() {
            sum.push(mul::with_coefficient(coefficient, &rest)?);
        }
    }
    if !constant.is_zero() {
        sum.push(constant.into_expr());
    }
    Ok(from_terms(sum))
}

/// Makes a sum of terms that are unlike already.
pub(super) fn from_terms(mut terms: Vec<Expr>) -> Expr {
    match terms.len() {
        0 => Expr::integer(0),
        1 => terms.swap_remove(0),
        _ => {
            order::sort_terms(&mut terms);
            Expr::from_node(Node::Add(terms))
        }
    }
}

/// Returns a sum in which the squares of sine and cosine of one argument, where both have one coefficient, have
/// come to that coefficient.
pub(crate) fn without_squares_of_sines(expr: &Expr) -> Simplified {
    let Node::Add(terms) = &**expr else { return Ok(expr.clone()) };
    let mut left = terms.clone();
    let square_of = |term: &Expr| -> Option<(Expr, Builtin, Expr)> {
        let factors = term.factors();
        let at = factors.iter().position(|factor| match &**factor {
            Node::Pow(base, exponent) => {
                exponent.is_integer(2) && matches!(&**base, Node::Builtin(Builtin::Sin | Builtin::Cos, _))
            }
            _ => false,
        })?;
        let Node::Pow(base, _) = &*factors[at] else { return None };
        let Node::Builtin(builtin, args) = &**base else { return None };
        let rest = factors.iter().enumerate().filter(|(index, _)| *index != at);
        let coefficient = mul(rest.map(|(_, factor)| factor.clone()).collect()).ok()?;
        Some((coefficient, *builtin, args[0].clone()))
    };
    let mut index = 0;
    while index < left.len() {
        let own = square_of(&left[index]);
        let other = own.as_ref().and_then(|(coefficient, builtin, arg)| {
            (index + 1..left.len()).find(|&other| {
                square_of(&left[other])
                    .is_some_and(|(other, kind, of)| other == *coefficient && kind != *builtin && of == *arg)
            })
        });
        match (own, other) {
            (Some((coefficient, ..)), Some(other)) => {
                left.remove(other);
                left[index] = coefficient;
            }
            _ => index += 1,
        }
    }
    add(left)
}
