//! Calls of the language's own functions: how many arguments, of which kind, in which units.

use std::collections::HashSet;
use std::sync::Arc;

use kamodo_units::Unit;

use super::super::unit::Carried;
use super::conversion::all_against;
use super::{Builder, HINT_OF_ZERO, Parameters, Quantity};
use crate::ast::{Operator, Tree, TreeKind};
use crate::builtin::{Builtin, Units};
use crate::language::{self, Function, Meaning};
use crate::simplify::{self, Unfit};
use crate::{Expr, Node, Span};

/// One call, as it is written.
#[derive(Clone, Copy)]
pub(super) struct Written<'t> {
    pub(super) name: &'t str,
    pub(super) args: &'t [Tree],
    pub(super) span: &'t Span,
    /// The unit that the values of `Piecewise` convert to.
    pub(super) target: Option<&'t Unit>,
    pub(super) parameters: Parameters,
}

impl Builder<'_> {
    /// Returns the function of the language that a name means here: one of the user's own goes first, so that a
    /// definition gets what a call by that name gets.
    pub(super) fn own_function(&self, name: &str) -> Option<Function> {
        language::function(name).filter(|_| self.scope.callee(name).is_none())
    }

    pub(super) fn function(&mut self, function: Function, call: Written<'_>) -> Option<Quantity> {
        let Written { name, args, span, parameters, .. } = call;
        if !function.fits(args.len()) {
            // What else is wrong with the arguments is told as well.
            args.iter().for_each(|arg| drop(self.quantity(arg, None, parameters)));
            self.report_arity(name, function.least, function.most, args.len(), span);
            return None;
        }
        match function.meaning {
            Meaning::Builtin(builtin) => self.builtin(builtin, call),
            Meaning::Extreme(of_elements, of_args) => {
                self.builtin(if args.len() == 1 { of_elements } else { of_args }, call)
            }
            Meaning::CubeRoot => self.root(call, Expr::integer(3)),
            Meaning::Root => {
                let index = self.number(&args[1], None, parameters)?;
                let index = self.plain(index, "the index of a root")?;
                self.root(call, index.expr)
            }
            Meaning::RealRoot => {
                let numbers = self.plain_numbers(call)?;
                let index = numbers.get(1).cloned().unwrap_or_else(Expr::one);
                self.plain_value(simplify::real_root(&numbers[0], &index), call)
            }
            Meaning::Polygamma(order) => {
                let mut numbers = self.plain_numbers(call)?;
                numbers.insert(0, Expr::integer(order));
                self.plain_value(simplify::function(Builtin::Polygamma, numbers), call)
            }
            Meaning::ExpintOne => {
                let mut numbers = self.plain_numbers(call)?;
                numbers.insert(0, Expr::one());
                self.plain_value(simplify::function(Builtin::Expint, numbers), call)
            }
            Meaning::Sum => {
                let terms: Vec<_> = args.iter().map(|arg| (false, arg.clone())).collect();
                self.sum(&terms, span, call.target, parameters)
            }
            Meaning::Product | Meaning::Ratio => {
                let operator =
                    if function.meaning == Meaning::Ratio { Operator::Over } else { Operator::Times };
                let rest: Vec<_> = args[1..].iter().map(|arg| (operator, arg.clone())).collect();
                self.product(&args[0], &rest, parameters)
            }
            Meaning::Power => {
                let base = self.number(&args[0], None, parameters);
                let exponent = self.number(&args[1], None, parameters);
                self.power(base?, exponent?, span)
            }
            Meaning::Simplify => {
                let quantity = self.quantity(&args[0], call.target, parameters)?;
                let expr = self.simplified(simplify::without_squares_of_sines(&quantity.expr), span)?;
                Some(Quantity { expr, ..quantity })
            }
        }
    }

    fn builtin(&mut self, builtin: Builtin, call: Written<'_>) -> Option<Quantity> {
        let Written { name, args, span, parameters, .. } = call;
        match builtin {
            Builtin::Piecewise => return self.piecewise(call),
            Builtin::And | Builtin::Or | Builtin::Not => {
                let conditions: Vec<_> = args.iter().map(|arg| self.condition(arg, parameters)).collect();
                let conditions = conditions.into_iter().collect::<Option<Vec<_>>>()?;
                return self.plain_value(simplify::function(builtin, conditions), call);
            }
            _ => {}
        }
        let built: Vec<_> = args.iter().map(|arg| self.number(arg, None, parameters)).collect();
        let mut args = built.into_iter().collect::<Option<Vec<_>>>()?;
        let first = args[0].clone();
        match builtin {
            Builtin::Sqrt => {
                let half = Quantity { expr: Expr::ratio(1, 2), carried: Carried::Plain, span: span.clone() };
                return self.power(first, half, span);
            }
            Builtin::Log if args.len() == 2 => {
                let numbers = self.each_plain(args, name)?;
                return self.plain_value(simplify::logarithm(&numbers[0], &numbers[1]), call);
            }
            _ => {}
        }
        let carried = match builtin.row().units {
            Units::Plain => {
                let numbers = self.each_plain(args, name)?;
                return self.plain_value(simplify::function(builtin, numbers), call);
            }
            Units::Kept => first.carried,
            Units::Reduced => {
                self.refuse_vanished(&first.expr, call)?;
                first.carried
            }
            Units::Rounded => {
                let pure = self.pure(first)?;
                let carried = pure.carried.clone();
                args = vec![pure];
                carried
            }
            Units::Alike => {
                let leader;
                (args, leader) = self.all_alike(args)?;
                leader
            }
            Units::Compared => {
                (args, _) = self.all_alike(args)?;
                Carried::Plain
            }
            Units::Dropped => {
                // What stands behind the first argument is a number of its own, whatever the first is in.
                if let Some(second) = args.pop_if(|_| call.args.len() > 1) {
                    args.push(self.plain(second, &format!("the second argument of `{name}`"))?);
                }
                Carried::Plain
            }
        };
        let args = args.into_iter().map(|arg| arg.expr).collect();
        let quantity = self.plain_value(simplify::function(builtin, args), call)?;
        Some(Quantity { carried, ..quantity })
    }

    /// Refuses the argument of a reduction in which a name cancels out: `sum(x/x)` would be 1, whatever the length of
    /// `x` is.
    fn refuse_vanished(&mut self, arg: &Expr, call: Written<'_>) -> Option<()> {
        let mut left = HashSet::new();
        arg.visit(&mut |part| {
            if let Node::Symbol(name) | Node::Call(name, _) = &**part {
                left.insert(Arc::clone(name));
            }
        });
        let mut vanished = None;
        call.args[0].visit(&mut |tree| {
            let name = match &tree.kind {
                TreeKind::Name(name) if language::constant(name).is_none() => Arc::clone(name),
                TreeKind::Symbol(name) => Arc::clone(name),
                TreeKind::Call { name, .. } if self.own_function(name).is_none() => {
                    self.definition.called(name, self.scope)
                }
                _ => return,
            };
            if vanished.is_none() && !left.contains(&name) {
                vanished = Some((name, tree.span.clone()));
            }
        });
        let Some((name, span)) = vanished else { return Some(()) };
        let reduction = call.name;
        let message = format!(
            "`{name}` cancels out in the argument of `{reduction}`, and its number of elements with it"
        );
        let error = self.definition.error(span, message);
        self.diagnostics.push(error.with_hint(format!(
            "leave `{name}` out, or pass the number of elements as a parameter of its own"
        )));
        None
    }

    /// Brings quantities to the unit of the first that has one; beside plain numbers one that is declared goes first.
    pub(super) fn all_alike(&mut self, args: Vec<Quantity>) -> Option<(Vec<Quantity>, Carried)> {
        let args = all_against(args, None);
        let is_ratio: Vec<bool> = args.iter().map(Quantity::is_ratio).collect();
        let args = self.pure_beside_plain(args)?;
        let with_unit =
            || args.iter().zip(&is_ratio).filter(|(arg, _)| matches!(arg.carried, Carried::In(_)));
        let is_pure_now = args.iter().any(|arg| arg.carried == Carried::Plain);
        let declared = with_unit().find(|(_, is_ratio)| !**is_ratio).filter(|_| is_pure_now);
        let leader = declared.or_else(|| with_unit().next()).map_or(&args[0], |(arg, _)| arg).clone();
        let alike = args.into_iter().map(|arg| self.alike(&leader, arg)).collect::<Option<_>>()?;
        Some((alike, leader.carried))
    }

    /// Builds arguments that are plain numbers.
    fn plain_numbers(&mut self, call: Written<'_>) -> Option<Vec<Expr>> {
        let built: Vec<_> = call.args.iter().map(|arg| self.number(arg, None, call.parameters)).collect();
        self.each_plain(built.into_iter().collect::<Option<_>>()?, call.name)
    }

    fn each_plain(&mut self, args: Vec<Quantity>, name: &str) -> Option<Vec<Expr>> {
        let what = format!("the argument of `{name}`");
        args.into_iter().map(|arg| self.plain(arg, &what).map(|arg| arg.expr)).collect()
    }

    fn root(&mut self, call: Written<'_>, index: Expr) -> Option<Quantity> {
        let radicand = self.number(&call.args[0], None, call.parameters)?;
        let exponent = self.simplified(simplify::pow(&index, &Expr::integer(-1)), call.span)?;
        let exponent = Quantity { expr: exponent, carried: Carried::Plain, span: call.span.clone() };
        self.power(radicand, exponent, call.span)
    }

    /// Reports why a call has no simplified form.
    fn plain_value(&mut self, value: simplify::Simplified, call: Written<'_>) -> Option<Quantity> {
        let report = match &value {
            Err(Unfit::Pole) if call.name == Builtin::Mod.name() => {
                Some(("division by zero".to_owned(), HINT_OF_ZERO))
            }
            Err(Unfit::Pole) => Some((
                format!("`{}` has no value here", call.name),
                "it has a pole there, take another argument",
            )),
            Err(Unfit::NotReal) => Some((
                "a complex number has no order".to_owned(),
                "compare parts of it: take `re(z)`, `im(z)` or `Abs(z)`",
            )),
            Err(Unfit::Index) => Some((
                format!("`{}` has no such order", call.name),
                "its indices are integers from 0, the second not beyond the first",
            )),
            _ => None,
        };
        if let Some((message, hint)) = report {
            self.diagnostics.push(self.definition.error(call.span.clone(), message).with_hint(hint));
            return None;
        }
        let expr = self.simplified(value, call.span)?;
        Some(Quantity { expr, carried: Carried::Plain, span: call.span.clone() })
    }

    // --- conditions and cases

    /// Builds what must be a number.
    pub(super) fn number(
        &mut self,
        tree: &Tree,
        target: Option<&Unit>,
        parameters: Parameters,
    ) -> Option<Quantity> {
        let quantity = self.quantity(tree, target, parameters)?;
        if !quantity.expr.is_truth() {
            return Some(quantity);
        }
        let error = self.definition.error(tree.span.clone(), "expected a number, found a condition");
        let text = self.definition.text(&tree.span);
        let hint = if self.definition.is_latex() {
            format!(
                r"`\begin{{cases}} 1 & {text} \\ 0 & \text{{otherwise}} \end{{cases}}` makes a number of it"
            )
        } else {
            format!("`Piecewise((1, {text}), (0, True))` makes a number of it")
        };
        self.diagnostics.push(error.with_hint(hint));
        None
    }

    /// Builds what must be true or false.
    fn condition(&mut self, tree: &Tree, parameters: Parameters) -> Option<Expr> {
        let quantity = self.quantity(tree, None, parameters)?;
        let may_be = quantity.expr.is_truth()
            || matches!(
                &*quantity.expr,
                Node::Symbol(_) | Node::Call(..) | Node::Builtin(Builtin::Piecewise, _)
            );
        if may_be {
            return Some(quantity.expr);
        }
        let error = self.definition.error(tree.span.clone(), "expected a condition, found a number");
        let hint = if self.definition.is_latex() {
            r"write a comparison, such as `x > 0 \wedge x < 2`".to_owned()
        } else if quantity.expr.number().is_some() {
            "put each comparison in parentheses: `(x > 0) & (x < 2)`".to_owned()
        } else {
            format!("compare it, such as `{} > 0`", self.definition.text(&tree.span))
        };
        let error = error.with_hint(hint);
        // In a chain of comparisons it stands twice.
        if !self.diagnostics.contains(&error) {
            self.diagnostics.push(error);
        }
        None
    }

    /// Builds cases, the values of which have one unit: that of the left-hand side, or of the first that has one.
    fn piecewise(&mut self, call: Written<'_>) -> Option<Quantity> {
        let (mut values, mut conditions) = (Vec::new(), Vec::new());
        for case in call.args.chunks(2) {
            values.push(self.number(&case[0], call.target, call.parameters));
            conditions.push(case.get(1).and_then(|condition| self.condition(condition, call.parameters)));
        }
        let mut values = all_against(values.into_iter().collect::<Option<_>>()?, call.target);
        if call.target.is_none() {
            values = self.pure_beside_plain(values)?;
        }
        let conditions = conditions.into_iter().collect::<Option<Vec<_>>>()?;
        let leader = values.iter().find(|value| matches!(value.carried, Carried::In(_))).cloned();
        let carried = match (&leader, call.target) {
            (Some(_), Some(target)) => Carried::In(target.clone().into()),
            (Some(leader), None) => leader.carried.clone(),
            (None, _) if values.iter().any(|value| value.carried == Carried::Unknown) => Carried::Unknown,
            (None, _) => Carried::Plain,
        };
        let mut args = Vec::with_capacity(call.args.len());
        for (value, condition) in values.into_iter().zip(conditions) {
            args.push(match (&value.carried, call.target, &leader, &carried) {
                (Carried::In(_), Some(target), ..) => self.converted_to_target(value, target)?,
                (Carried::In(_), None, Some(leader), Carried::In(unit)) => {
                    self.converted_like(value, leader, unit, "choose between")?
                }
                _ => value.expr,
            });
            args.push(condition);
        }
        let quantity = self.plain_value(simplify::function(Builtin::Piecewise, args), call)?;
        Some(Quantity { carried, ..quantity })
    }

    pub(super) fn report_arity(&mut self, name: &str, least: usize, most: usize, found: usize, span: &Span) {
        let expected = match (least, most) {
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, usize::MAX) => format!("{least} or more arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let message = format!("`{name}` takes {expected}, found {found}");
        let names = ["x", "y", "z"];
        let args = names[..least.min(names.len())].join(", ");
        let mut hint = format!("call it as `{name}({args})`");
        if name == Builtin::Sqrt.name() && found == 2 {
            hint += ", or as `root(x, n)`";
        }
        self.diagnostics.push(self.definition.error(span.clone(), message).with_hint(hint));
    }

    /// Builds a call: of one's own functions, or of the language's.
    pub(super) fn any_call(
        &mut self,
        name: &Arc<str>,
        name_span: &Span,
        call: Written<'_>,
    ) -> Option<Quantity> {
        match self.own_function(name) {
            // Of one of those, as published, a call with other arguments waits for whoever provides it.
            Some(function) if !function.fits(call.args.len()) && language::is_of_numpy(name) => {
                self.call(name, name_span, call.args, call.span, call.parameters)
            }
            Some(function) => self.function(function, call),
            None => self.call(name, name_span, call.args, call.span, call.parameters),
        }
    }
}
