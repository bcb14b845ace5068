//! A right-hand side as it was written, for showing: LaTeX is published without simplifying it.
//!
//! `x^2 - x - 1` shows as `\left(x^{2} - x\right) - 1` then, two terms at a time. What is computed is the
//! simplified expression all the same.

use std::sync::Arc;

use crate::ast::{Operator, Series, Tree, TreeKind};
use crate::check::Scope;
use crate::definition::Definition;
use crate::print::series_of;
use crate::simplify::{self, Simplified, Unfit};
use crate::{Builtin, Constant, Expr, Node, language};

/// Parts of an expression beyond which it is shown simplified: two terms at a time, a long sum is deep.
const MAX_PARTS: usize = 400;

/// Returns the expression as it is written; none where a part of it has no form, which is told elsewhere.
pub(crate) fn written(definition: &Definition, scope: &dyn Scope) -> Option<Expr> {
    let (tree, mut n_parts) = (definition.tree(), 0);
    tree.visit(&mut |_| n_parts += 1);
    if n_parts > MAX_PARTS {
        return None;
    }
    Writer { definition, scope }.expr(tree).ok()
}

struct Writer<'a> {
    definition: &'a Definition,
    scope: &'a dyn Scope,
}

impl Writer<'_> {
    fn expr(&self, tree: &Tree) -> Simplified {
        let expr = match &tree.kind {
            TreeKind::Integer(integer) => Expr::integer(integer.clone()),
            TreeKind::Decimal(float) => Expr::decimal(float.clone()),
            TreeKind::Name(name) => match language::constant(name) {
                Some(constant) => Expr::constant(constant),
                None => Expr::symbol(name),
            },
            TreeKind::Symbol(name) => Expr::symbol(name),
            TreeKind::Sum(terms) => self.sum(terms)?,
            TreeKind::Product(first, rest) => self.product(first, rest)?,
            TreeKind::Negative(inner) => simplify::neg(&self.expr(inner)?)?,
            TreeKind::Power(base, exponent) => power(self.expr(base)?, self.expr(exponent)?),
            TreeKind::Call { name, args, .. } => {
                self.call(&self.definition.called(name, self.scope), args)?
            }
            TreeKind::Sign { own, function, own_args, args, .. } => {
                let own = self.definition.called(own, self.scope);
                match function.filter(|_| self.scope.callee(&own).is_none()) {
                    Some(function) => self.call(&Arc::from(function.name()), args)?,
                    None => Expr::call(&own, self.exprs(&args[own_args.clone()])?),
                }
            }
            TreeKind::Series(series) => self.series(series)?,
            // What LaTeX has no form for.
            _ => return Err(Unfit::Pole),
        };
        // Numbers alone are worked out: a third is a third.
        match expr.is_number_like() && matches!(&*expr, Node::Mul(_) | Node::Pow(..)) {
            true => simplified_number(&expr),
            false => Ok(expr),
        }
    }

    fn sum(&self, terms: &[(bool, Tree)]) -> Simplified {
        let mut sum: Option<Expr> = None;
        for (is_subtracted, term) in terms {
            let term = self.expr(term)?;
            let term = if *is_subtracted { simplify::neg(&term)? } else { term };
            sum = Some(match sum {
                None => term,
                Some(sum) => {
                    let mut pair = vec![sum, term];
                    simplify::sort_terms_for_print(&mut pair);
                    Expr::from_node(Node::Add(pair))
                }
            });
        }
        sum.ok_or(Unfit::Pole)
    }

    fn product(&self, first: &Tree, rest: &[(Operator, Tree)]) -> Simplified {
        if let Some(((_, last), between)) = rest.split_last()
            && !between.is_empty()
            && self.is_side_by_side(first, rest)
        {
            // Side by side they are joined from the right.
            let mut product = self.expr(last)?;
            for factor in between.iter().rev().map(|(_, factor)| factor).chain([first]) {
                product = times(self.expr(factor)?, product);
            }
            return Ok(product);
        }
        let mut product = self.expr(first)?;
        for (operator, operand) in rest {
            let operand = self.expr(operand)?;
            product = match operator {
                Operator::Times => times(product, operand),
                Operator::Over => times(product, power(operand, Expr::integer(-1))),
                Operator::Modulo => Expr::builtin(Builtin::Mod, vec![product, operand]),
                Operator::FloorOver => return Err(Unfit::Pole),
            };
        }
        Ok(product)
    }

    /// Returns whether no sign stands between the factors.
    fn is_side_by_side(&self, first: &Tree, rest: &[(Operator, Tree)]) -> bool {
        let mut end = first.span.end;
        rest.iter().all(|(operator, operand)| {
            let between = self.definition.rhs().text.get(end..operand.span.start).unwrap_or("");
            end = operand.span.end;
            *operator == Operator::Times && !between.contains(['\\', '*'])
        })
    }

    fn exprs(&self, trees: &[Tree]) -> Result<Vec<Expr>, Unfit> {
        trees.iter().map(|tree| self.expr(tree)).collect()
    }

    fn call(&self, name: &Arc<str>, args: &[Tree]) -> Simplified {
        let args = self.exprs(args)?;
        let builtin = language::builtin(name, args.len()).filter(|_| self.scope.callee(name).is_none());
        Ok(match (builtin, &args[..]) {
            (None, _) => Expr::call(name, args),
            (Some(Builtin::Sqrt), [radicand]) => power(radicand.clone(), Expr::ratio(1, 2)),
            (Some(Builtin::Log), [arg, base]) => {
                let log = |arg: &Expr| Expr::builtin(Builtin::Log, vec![arg.clone()]);
                times(log(arg), power(log(base), Expr::integer(-1)))
            }
            (Some(builtin), _) => Expr::builtin(builtin, args),
        })
    }

    fn series(&self, series: &Series) -> Simplified {
        Ok(series_of(series.is_product, self.expr(&series.body)?, &series.index, series.from, series.to))
    }
}

fn times(left: Expr, right: Expr) -> Expr {
    let mut factors = vec![left, right];
    simplify::sort_for_print(&mut factors);
    if factors[1].number().is_some() {
        factors.swap(0, 1);
    }
    Expr::from_node(Node::Mul(factors))
}

fn power(base: Expr, exponent: Expr) -> Expr {
    match &*base {
        Node::Constant(Constant::E) => Expr::builtin(Builtin::Exp, vec![exponent]),
        _ => Expr::from_node(Node::Pow(base, exponent)),
    }
}

/// Works out an exact ratio, and leaves every other number as it is.
fn simplified_number(expr: &Expr) -> Simplified {
    let worked_out = match &**expr {
        Node::Mul(factors) => simplify::mul(factors.clone())?,
        Node::Pow(base, exponent) if exponent.is_integer(-1) => simplify::pow(base, exponent)?,
        _ => expr.clone(),
    };
    let is_product = matches!(&**expr, Node::Mul(factors) if factors.iter().all(|factor| matches!(&**factor, Node::Integer(_))));
    Ok(if matches!(&*worked_out, Node::Rational(_)) && !is_product { worked_out } else { expr.clone() })
}
