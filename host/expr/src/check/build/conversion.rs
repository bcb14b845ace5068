//! Sums and conversions: quantities of one dimension are brought to one unit, unlike ones are refused.

use kamodo_units::{Factor, Unit};
use kamodo_value::{Parameter, Signature};

use super::super::unit::{Carried, Measure, converted};
use super::call::parameter_text;
use super::{Builder, Parameters, Quantity};
use crate::ast::{Tree, TreeKind};
use crate::{Expr, Span, Subject, language, simplify};

impl Builder<'_> {
    /// Builds a sum. What carries a unit converts to `target`, or else to the first that carries one.
    pub(super) fn sum(
        &mut self,
        terms: &[(bool, Tree)],
        span: &Span,
        target: Option<&Unit>,
        parameters: Parameters,
    ) -> Option<Quantity> {
        let built: Vec<_> = terms.iter().map(|(_, term)| self.number(term, target, parameters)).collect();
        let built = all_against(built.into_iter().collect::<Option<_>>()?, target);
        let leader = built.iter().find(|term| matches!(term.carried, Carried::In(_))).cloned();
        let carried = match (&leader, target) {
            (Some(_), Some(target)) => Carried::In(target.clone().into()),
            (Some(leader), None) => leader.carried.clone(),
            (None, _) if built.iter().any(|term| term.carried == Carried::Unknown) => Carried::Unknown,
            (None, _) => Carried::Plain,
        };
        let mut sum = Vec::with_capacity(built.len());
        for ((subtracted, tree), term) in terms.iter().zip(built) {
            let term = self.term(tree, term, leader.as_ref(), target);
            sum.push(match term {
                Some(term) if *subtracted => self.simplified(simplify::neg(&term), span),
                term => term,
            });
        }
        let sum = sum.into_iter().collect::<Option<Vec<_>>>()?;
        let expr = self.simplified(simplify::add(sum), span)?;
        Some(Quantity { expr, carried, span: span.clone() })
    }

    fn term(
        &mut self,
        tree: &Tree,
        term: Quantity,
        leader: Option<&Quantity>,
        target: Option<&Unit>,
    ) -> Option<Expr> {
        let Some(leader) = leader else { return Some(term.expr) };
        match (&term.carried, target, &leader.carried) {
            (Carried::In(_), Some(target), _) => self.converted_to_target(term, target),
            (Carried::In(_), None, Carried::In(unit)) => {
                let unit = unit.clone();
                self.converted_like(term, leader, &unit, "add")
            }
            (Carried::Plain, ..) if !term.expr.is_integer(0) => {
                let unit = match (target, &leader.carried) {
                    (Some(target), _) => target.clone().into(),
                    (None, Carried::In(unit)) => unit.clone(),
                    _ => return Some(term.expr),
                };
                if unit.is_one() {
                    return Some(term.expr); // there is no other unit that it can have been meant in
                }
                let leader = match &leader.carried {
                    Carried::In(leader) => leader.clone(),
                    _ => unit.clone(),
                };
                self.warn_of_plain_term(tree, &term.span, &unit, &leader);
                Some(term.expr)
            }
            _ => Some(term.expr),
        }
    }

    /// Warns of a plain number among quantities, unless it is a parameter that is declared in their unit; `leader` is
    /// the unit of the first of them, before they convert to `unit`.
    fn warn_of_plain_term(&mut self, tree: &Tree, span: &Span, unit: &Unit, leader: &Unit) {
        let taken = unit.declared();
        let (message, hint) = match self.declared_parameter(tree) {
            Some((_, own)) if own.factor_to(unit).is_ok_and(|factor| factor.is_one()) => return,
            Some((name, own)) => (
                format!(
                    "`{name}` is a plain number here, though it is declared in `{}`: it is taken as in `{taken}`",
                    own.declared()
                ),
                as_quantity(name, own),
            ),
            None => {
                let message = format!("a plain number is added to a quantity, it is taken as in `{taken}`");
                let name = self.free_name();
                let hint = match (self.number_text(tree), unit.dimension().is_dimensionless()) {
                    // Whoever writes 1 beside a ratio mostly means the number.
                    (Some(text), true) => format!(
                        "if a pure number is meant, define it as one, `{name}[1]: {text}`, and write `{name}`"
                    ),
                    (None, true) => {
                        "if a pure number is meant, return it from a function of the unit `[1]`".to_owned()
                    }
                    (text, false) => {
                        let text = text.unwrap_or("1");
                        format!(
                            "if another unit is meant, define it with that, as in `{name}[{}]: {text}`, and write `{name}`",
                            leader.declared()
                        )
                    }
                };
                (message, hint)
            }
        };
        let warning = self.definition.error(span.clone(), message).into_warning().with_hint(hint);
        self.diagnostics.push(warning.about(Subject::PlainNumber));
    }

    /// Warns of each parameter whose unit does not count in the unit of a product, if the left-hand side has no unit for
    /// the result.
    pub(super) fn warn_of_plain_factor(&mut self, factors: &[(&Tree, Option<Quantity>)]) {
        if self.definition.left().unit.is_some() {
            return;
        }
        let quantity =
            |factor: &&(&Tree, Option<Quantity>)| factor.1.as_ref().is_some_and(Quantity::has_dimension);
        let Some((_, Some(quantity))) = factors.iter().find(quantity) else { return };
        let Carried::In(unit) = &quantity.carried else { return };
        for (tree, factor) in factors {
            let (Some(factor), Some((name, own))) = (factor, self.declared_parameter(tree)) else { continue };
            if factor.carried != Carried::Plain || own.dimension().is_dimensionless() {
                continue;
            }
            let message = format!(
                "`{name}` is a plain number here: beside a quantity in `{}` its unit `{}` does not count",
                unit.declared(),
                own.declared()
            );
            let warning = self.definition.error(tree.span.clone(), message).into_warning();
            let warning = warning.with_hint(as_quantity(name, own));
            self.diagnostics.push(warning);
        }
    }

    /// Returns the text of a part that is a number whatever the parameters are, outside of LaTeX.
    fn number_text(&self, tree: &Tree) -> Option<&str> {
        let mut is_number = !self.definition.is_latex();
        tree.visit(&mut |tree| {
            is_number &= match &tree.kind {
                TreeKind::Name(name) => language::constant(name).is_some(),
                TreeKind::Symbol(_) | TreeKind::Sign { .. } => false,
                TreeKind::Call { name, .. } => self.own_function(name).is_some(),
                _ => true,
            };
        });
        is_number.then(|| self.definition.text(&tree.span))
    }

    /// Returns a name for a constant that nothing has.
    fn free_name(&self) -> String {
        let is_free = |name: &String| {
            self.scope.callee(name).is_none()
                && self.definition.name() != name
                && !self.definition.left().has_parameter(name)
                && !self.definition.bare_names().iter().any(|bare| **bare == **name)
        };
        (0..).map(|number| format!("c_{number}")).find(is_free).unwrap_or_default()
    }

    /// Returns the parameter that a part is, or the negative of, and its unit.
    fn declared_parameter<'t>(&self, tree: &'t Tree) -> Option<(&'t str, &Unit)> {
        match &tree.kind {
            TreeKind::Name(name) | TreeKind::Symbol(name) => Some((name, self.names.unit(name)?)),
            TreeKind::Negative(inner) => self.declared_parameter(inner),
            _ => None,
        }
    }

    /// Brings a quantity to the unit of another that it is compared with.
    pub(super) fn alike(&mut self, leader: &Quantity, other: Quantity) -> Option<Quantity> {
        let other = match &leader.carried {
            Carried::In(unit) if unit.is_one() && other.has_dimension() => {
                return Some(other);
            }
            Carried::In(unit) => other.against(unit),
            _ => other,
        };
        match (&leader.carried, &other.carried) {
            (Carried::In(unit), Carried::In(_)) => {
                let unit = unit.clone();
                let expr = self.converted_like(other.clone(), leader, &unit, "compare")?;
                Some(Quantity { expr, carried: Carried::In(unit), span: other.span })
            }
            _ => Some(other),
        }
    }

    /// Makes pure numbers of ratios that stand beside plain numbers: the quotient of a length in km and one in m is
    /// compared with 7 as the number that it is. A ratio that is declared, such as `percent`, is left: as published,
    /// plain numbers are in it as well. Zero is the same in all of them.
    pub(super) fn pure_beside_plain(&mut self, quantities: Vec<Quantity>) -> Option<Vec<Quantity>> {
        let is_plain =
            |quantity: &Quantity| quantity.carried == Carried::Plain && !quantity.expr.is_integer(0);
        if !quantities.iter().any(is_plain) {
            return Some(quantities);
        }
        quantities.into_iter().map(|quantity| self.pure(quantity)).collect()
    }

    /// Makes a pure number of a ratio that nobody declared.
    pub(super) fn pure(&mut self, quantity: Quantity) -> Option<Quantity> {
        let Carried::In(unit) = &quantity.carried else { return Some(quantity) };
        match unit.factor_to(&Unit::one()) {
            Ok(factor) if unit.is_ratio() => {
                let expr = self.times(&quantity, &factor)?;
                Some(Quantity { expr, carried: Carried::In(Unit::one().into()), ..quantity })
            }
            _ => Some(quantity),
        }
    }

    /// Makes a plain number of what must be one; of a length, say, there is none.
    pub(super) fn plain(&mut self, quantity: Quantity, what: &str) -> Option<Quantity> {
        let Carried::In(unit) = quantity.carried.clone() else { return Some(quantity) };
        match unit.factor_to(&Unit::one()) {
            Ok(factor) => {
                let expr = self.times(&quantity, &factor)?;
                Some(Quantity { expr, carried: Carried::Plain, ..quantity })
            }
            Err(_) => {
                // Accepted as published: whoever writes `exp(h)` for a length in km means its number.
                let message = format!("{what} is in `{}`, it is taken as a plain number", unit.declared());
                let hint = format!("divide it by a quantity of the dimension {}", unit.dimension());
                let warning = self.definition.error(quantity.span.clone(), message).into_warning();
                self.diagnostics.push(warning.with_hint(hint));
                Some(Quantity { carried: Carried::Plain, ..quantity })
            }
        }
    }

    /// Converts to the unit of the left-hand side.
    pub(super) fn converted_to_target(&mut self, quantity: Quantity, target: &Unit) -> Option<Expr> {
        let quantity = quantity.against(target);
        let Carried::In(unit) = &quantity.carried else { return Some(quantity.expr) };
        match unit.factor_to(target) {
            Ok(factor) => self.times(&quantity, &factor),
            Err(error) => {
                let own = self.definition.name();
                let (found, expected) = (unit.declared(), target.declared());
                let message = format!("cannot convert `{found}` to `{expected}`, the unit of `{own}`");
                self.report_unlike(&quantity.span, message, unit, target, error.to_string());
                None
            }
        }
    }

    pub(super) fn converted_like(
        &mut self,
        quantity: Quantity,
        leader: &Quantity,
        target: &Unit,
        verb: &str,
    ) -> Option<Expr> {
        let Carried::In(unit) = &quantity.carried else { return Some(quantity.expr) };
        match unit.factor_to(target) {
            Ok(factor) => self.times(&quantity, &factor),
            Err(_) => {
                let source = self.definition.rhs();
                let message = format!("cannot {verb} `{}` and `{}`", target.declared(), unit.declared());
                let mut error = self.definition.error(leader.span.clone(), message);
                error.labels[0].text = target.dimension().to_string();
                let error = error.with_label(source.label(quantity.span, unit.dimension().to_string()));
                self.diagnostics.push(error.with_hint("both sides must have one dimension"));
                None
            }
        }
    }

    /// Converts an argument to the unit of the parameter that it is passed for.
    pub(super) fn converted_argument(
        &mut self,
        arg: Quantity,
        unit: &Unit,
        target: &Unit,
        callee: &Signature,
        parameter: &Parameter,
    ) -> Option<Expr> {
        match unit.factor_to(target) {
            Ok(factor) => self.times(&arg, &factor),
            Err(error) => {
                let message =
                    format!("cannot pass `{}` for {}", unit.declared(), parameter_text(callee, parameter));
                self.report_unlike(&arg.span, message, unit, target, error.to_string());
                None
            }
        }
    }

    /// Reports two units that do not convert; `reason` is why where the dimensions are the same.
    fn report_unlike(&mut self, span: &Span, message: String, unit: &Unit, target: &Unit, reason: String) {
        let (found, expected) = (unit.dimension(), target.dimension());
        let mut error = self.definition.error(span.clone(), message);
        let hint = if found == expected {
            error.labels[0].text = reason;
            "divide by one of the unit first, to go on with a plain number".to_owned()
        } else {
            error.labels[0].text = format!("{found}, expected {expected}");
            let factor = target.quotient(unit).dimension();
            format!("multiply it by a quantity of the dimension {factor}, or change the unit on the left")
        };
        self.diagnostics.push(error.with_hint(hint));
    }

    /// Reports a power whose unit is not known before it is called.
    pub(super) fn report_unknown_power(&mut self, unit: &Unit, base: &Quantity, exponent: &Quantity) {
        let source = self.definition.rhs();
        let message = format!("a power of `{}` needs a number as its exponent", unit.declared());
        let mut error = self.definition.error(exponent.span.clone(), message);
        error.labels[0].text = "not a number".to_owned();
        let error = error.with_label(source.label(base.span.clone(), unit.dimension().to_string()));
        self.diagnostics.push(error.with_hint("divide the base by a quantity of its dimension"));
    }

    /// Warns that a list of parameters without a unit behind it leaves the unit of the body out.
    pub(super) fn warn_of_dropped_unit(&mut self, unit: &Measure, span: Span) {
        let left = |unit: &Unit| self.definition.left().with_unit(unit);
        let hint = match unit.is_ratio() {
            true => {
                format!("write `{}` for a pure number, or `{}` to keep it", left(&Unit::one()), left(unit))
            }
            false => format!("write `{}` to keep it", left(unit)),
        };
        let unit = unit.declared();
        let message = format!("the result is in `{unit}`, but the left-hand side has no unit");
        self.diagnostics.push(self.definition.error(span, message).into_warning().with_hint(hint));
    }

    fn times(&mut self, quantity: &Quantity, factor: &Factor) -> Option<Expr> {
        if factor.is_one() {
            return Some(quantity.expr.clone());
        }
        self.simplified(converted(&quantity.expr, factor), &quantity.span)
    }
}

/// Says how the unit of a parameter counts.
fn as_quantity(name: &str, unit: &Unit) -> String {
    let unit = unit.declared();
    format!(
        "if its unit is to count, define `{name}_0({name}[{unit}])[{unit}]: {name}`, and write `{name}_0({name})`"
    )
}

/// Makes plain numbers of pure ones among quantities that have a dimension, or are brought to one.
pub(super) fn all_against(quantities: Vec<Quantity>, target: Option<&Unit>) -> Vec<Quantity> {
    let has_dimension = match target {
        Some(target) => !target.dimension().is_dimensionless(),
        None => quantities.iter().any(Quantity::has_dimension),
    };
    let plain = |quantity: Quantity| match has_dimension && quantity.carried.is_one() {
        true => Quantity { carried: Carried::Plain, ..quantity },
        false => quantity,
    };
    quantities.into_iter().map(plain).collect()
}

// === impl Quantity ===

impl Quantity {
    /// Returns whether it is in a ratio that nobody declared.
    pub(super) fn is_ratio(&self) -> bool {
        matches!(&self.carried, Carried::In(unit) if unit.is_ratio())
    }

    pub(super) fn has_dimension(&self) -> bool {
        matches!(&self.carried, Carried::In(unit) if !unit.dimension().is_dimensionless())
    }

    /// Makes a plain number of a pure one that is wanted in a unit of a dimension: as published, it is taken as in
    /// that unit. What is wanted in another ratio converts.
    pub(super) fn against(self, target: &Unit) -> Self {
        match self.carried.is_one() && !target.dimension().is_dimensionless() {
            true => Self { carried: Carried::Plain, ..self },
            false => self,
        }
    }
}
