//! Sums: like terms under one coefficient each.

use std::collections::HashMap;

use super::{Number, Simplified, mul, order, pow};
use crate::{Expr, Node};

/// Adds simplified terms.
pub(crate) fn add(terms: Vec<Expr>) -> Simplified {
    let mut constant = Number::zero();
    let mut collected: Vec<(Expr, Number)> = Vec::new();
    let mut place: HashMap<Expr, usize> = HashMap::new();
    let mut left: Vec<Expr> = terms;
    left.reverse();
    while let Some(term) = left.pop() {
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
