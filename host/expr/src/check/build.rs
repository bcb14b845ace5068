//! Builds the expression of a tree, with every conversion of units written in.

mod call;
mod conversion;
mod function;

use std::collections::HashSet;
use std::sync::Arc;

use kamodo_units::{Unit, suggest};
use num_rational::BigRational;

use super::unit::Carried;
use super::{Names, Scope, did_you_mean};
use crate::ast::{Operator, Series, Tree, TreeKind};
use crate::definition::Definition;
use crate::simplify::{self, Number, Simplified, Unfit};
use crate::work::{self, Stopped};
use crate::{Builtin, Constant, Diagnostic, Expr, Node, Span, language, print};
pub(super) use call::parameter_text;
use function::Written;

/// Whether the parameters of the definition carry their units: in an argument of a call whose parameter
/// has one, and in a body that only fits the left-hand side so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameters {
    Plain,
    Carry,
}

/// What a sum or product over an index becomes: its terms, to be computed, or one call, to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SeriesForm {
    Expanded,
    AsWritten,
}

/// A part of the expression.
#[derive(Debug, Clone)]
struct Quantity {
    expr: Expr,
    carried: Carried,
    span: Span,
}

/// The whole of a right-hand side.
pub(super) struct Built {
    pub(super) expr: Expr,
    pub(super) unit: Option<Unit>,
    /// What the parameters are in it.
    pub(super) parameters: Parameters,
}

/// Bits up to which an exact number is not counted as a large one.
const SMALL_BITS: u64 = 128;
/// Bits that the large exact numbers of one expression may have in all, those on the way included.
const MAX_LARGE_BITS: u64 = 8 * simplify::MAX_BITS;

const HINT_OF_ZERO: &str = "what it is divided by comes out as zero, whatever the parameters are";

/// Parts that an expression may have when it is simplified: `sin(atan(x))` is `x/sqrt(x**2 + 1)`, and one of these in
/// another doubles each time.
const MAX_PARTS: usize = 100_000;

/// What is built is none where it is wrong; the reason is among the diagnostics then.
pub(super) struct Builder<'a> {
    definition: &'a Definition,
    scope: &'a dyn Scope,
    names: &'a Names,
    /// What the parameters are in the body, outside of arguments.
    parameters: Parameters,
    series: SeriesForm,
    /// The indices of the series round the present part, where those are kept as they are written.
    indices: Vec<Arc<str>>,
    missing: Vec<String>,
    diagnostics: Vec<Diagnostic>,
    /// Bits of the large exact numbers that were worked out so far.
    large_bits: u64,
    /// How many names the misspelt ones were compared with.
    n_compared: usize,
    /// Whether it was reported that the work ended early.
    is_stopped: bool,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        definition: &'a Definition,
        scope: &'a dyn Scope,
        names: &'a Names,
        parameters: Parameters,
        series: SeriesForm,
    ) -> Self {
        Self {
            definition,
            scope,
            names,
            parameters,
            series,
            indices: Vec::new(),
            missing: Vec::new(),
            diagnostics: Vec::new(),
            large_bits: 0,
            n_compared: 0,
            is_stopped: false,
        }
    }

    /// Returns the names of functions that are missing, and what is wrong.
    pub(super) fn finish(self) -> (Vec<String>, Vec<Diagnostic>) {
        (self.missing, self.diagnostics)
    }

    /// Builds the whole right-hand side in the unit of the left-hand side, where that has one.
    pub(super) fn whole(&mut self, tree: &Tree, target: Option<&Unit>) -> Option<Built> {
        let quantity = self.quantity(tree, target, self.parameters)?;
        if let Some(target) = target {
            let expr = self.converted_to_target(quantity, target)?;
            return Some(Built { expr, unit: Some(target.clone()), parameters: self.parameters });
        }
        let unit = match quantity.carried {
            Carried::In(unit) if self.definition.left().parameters.is_none() => Some(unit.into()),
            Carried::In(unit) if unit.is_one() => None,
            Carried::In(unit) => {
                self.warn_of_dropped_unit(&unit, quantity.span);
                None
            }
            Carried::Plain | Carried::Unknown => None,
        };
        Some(Built { expr: quantity.expr, unit, parameters: self.parameters })
    }

    /// Returns the unit that a part has if the parameters carry theirs; none if it is a plain number, or does not fit.
    pub(super) fn unit_of(&mut self, tree: &Tree) -> Option<Unit> {
        match self.quantity(tree, None, Parameters::Carry)?.carried {
            Carried::In(unit) => Some(unit.into()),
            Carried::Plain | Carried::Unknown => None,
        }
    }

    /// Builds a part; `target` is the unit that the terms of a sum convert to.
    fn quantity(&mut self, tree: &Tree, target: Option<&Unit>, parameters: Parameters) -> Option<Quantity> {
        let plain = |expr| Some(Quantity { expr, carried: Carried::Plain, span: tree.span.clone() });
        if self.large_bits > MAX_LARGE_BITS {
            return None; // reported where it was passed
        }
        work::step(1);
        if let Some(stopped) = work::stopped() {
            self.stop(stopped, &tree.span);
            return None;
        }
        match &tree.kind {
            TreeKind::Integer(integer) => {
                plain(self.simplified(Ok(Expr::integer(integer.clone())), &tree.span)?)
            }
            TreeKind::Decimal(float) => plain(Expr::decimal(float.clone())),
            TreeKind::Imaginary(number) => {
                let unit = Expr::constant(Constant::ImaginaryUnit);
                plain(self.simplified(simplify::mul(vec![number.clone().into_expr(), unit]), &tree.span)?)
            }
            TreeKind::Name(name) => self.name(name, &tree.span, parameters),
            TreeKind::Symbol(name) => self.own_name(name, &tree.span, parameters),
            TreeKind::Series(series) => self.series(series, target, parameters),
            TreeKind::Negative(inner) => {
                let inner = self.number(inner, target, parameters)?;
                let expr = self.simplified(simplify::neg(&inner.expr), &tree.span)?;
                Some(Quantity { expr, carried: inner.carried, span: tree.span.clone() })
            }
            TreeKind::Sum(terms) => self.sum(terms, &tree.span, target, parameters),
            TreeKind::Product(first, rest) => self.product(first, rest, parameters),
            TreeKind::Power(base, exponent) => {
                let base = self.number(base, None, parameters);
                let exponent = self.number(exponent, None, parameters);
                self.power(base?, exponent?, &tree.span)
            }
            TreeKind::Call { name, name_span, args } => {
                let name = &self.definition.called(name, self.scope);
                let call = Written { name, args, span: &tree.span, target, parameters };
                self.any_call(name, name_span, call)
            }
            TreeKind::Sign { own, name_span, function, own_args, args } => {
                let own = &self.definition.called(own, self.scope);
                match function.filter(|_| self.scope.callee(own).is_none()) {
                    Some(function) => {
                        let name: &Arc<str> = &function.name().into();
                        let call = Written { name, args, span: &tree.span, target, parameters };
                        self.any_call(name, name_span, call)
                    }
                    None => self.call(own, name_span, &args[own_args.clone()], &tree.span, parameters),
                }
            }
        }
    }

    fn series(&mut self, series: &Series, target: Option<&Unit>, parameters: Parameters) -> Option<Quantity> {
        let expanded = self.quantity(&series.expanded, target, parameters)?;
        if self.series == SeriesForm::Expanded {
            return Some(expanded);
        }
        self.indices.push(Arc::clone(&series.index));
        let body = self.quantity(&series.body, target, parameters);
        self.indices.pop();
        let body = match &expanded.carried {
            // The terms were brought to one unit.
            Carried::In(unit) if !series.is_product => self.converted_to_target(body?, unit)?,
            _ => body?.expr,
        };
        let expr = print::series_of(series.is_product, body, &series.index, series.from, series.to);
        Some(Quantity { expr, ..expanded })
    }

    fn name(&mut self, name: &Arc<str>, span: &Span, parameters: Parameters) -> Option<Quantity> {
        let left = self.definition.left();
        if self.indices.contains(name) {
            return Some(index(name, span));
        }
        if let Some(constant) = language::constant(name) {
            return Some(Quantity {
                expr: Expr::constant(constant),
                carried: Carried::Plain,
                span: span.clone(),
            });
        }
        let is_of_the_user = left.has_parameter(name) || self.scope.is_defined_above(name);
        let reserved = language::function(name).filter(|_| language::is_reserved(name) && !is_of_the_user);
        if let Some(function) = reserved {
            let error = self
                .definition
                .error(span.clone(), format!("`{name}` is a function, found without arguments"));
            let args = ["x", "y"][..function.least.min(2)].join(", ");
            self.diagnostics.push(error.with_hint(format!("write `{name}({args})`")));
            return None;
        }
        self.own_name(name, span, parameters)
    }

    /// A name that is a parameter or a function of the user's.
    fn own_name(&mut self, name: &Arc<str>, span: &Span, parameters: Parameters) -> Option<Quantity> {
        let left = self.definition.left();
        if self.indices.contains(name) {
            return Some(index(name, span));
        }
        if left.has_parameter(name) {
            return Some(self.parameter(name, span, parameters));
        }
        if self.scope.is_defined_above(name) {
            return self.bare_function(name, span);
        }
        if left.parameters.is_some() {
            self.report_undeclared(name, span, None);
            return None;
        }
        Some(self.parameter(name, span, parameters))
    }

    fn parameter(&self, name: &Arc<str>, span: &Span, parameters: Parameters) -> Quantity {
        let carried = match parameters {
            Parameters::Carry => Carried::of(self.names.unit(name)),
            Parameters::Plain => Carried::Plain,
        };
        Quantity { expr: Expr::symbol(name), carried, span: span.clone() }
    }

    /// A name that the list on the left does not have; `function` is the one that brings it in.
    fn report_undeclared(&mut self, name: &str, span: &Span, function: Option<&str>) {
        let own = self.definition.name();
        let message = match function {
            Some(function) => format!("`{name}`, a parameter of `{function}`, is not a parameter of `{own}`"),
            None => format!("`{name}` is not a parameter of `{own}`"),
        };
        let hint = did_you_mean(name, self.unused_parameters()).unwrap_or_else(|| {
            if function.is_none() && self.scope.is_provided_elsewhere(name) {
                return super::hint_of_call(self.scope, name);
            }
            let meant = self.parameters_meant(name, function);
            if let Some((ours, what)) = constant_meant(name) {
                let left = self.left_with(&meant);
                return format!("write `{ours}` for {what}, or `{left}` if a parameter is meant");
            }
            // The `E` of LaTeX: no list may have it.
            match what_it_is(name) {
                Some(what) => format!(
                    "no list of parameters may have `{name}`, which is {what} there: write `{name}_{{0}}`, and `{own}({})`, or no list",
                    meant.join(",").replace(name, &format!("{name}_0"))
                ),
                None => format!("did you mean `{}`?", self.left_with(&meant)),
            }
        });
        self.diagnostics.push(self.definition.error(span.clone(), message).with_hint(hint));
    }

    /// Returns the left-hand side with other parameters; those that are declared keep their units and defaults, and
    /// those with a default come last.
    fn left_with(&self, parameters: &[&str]) -> String {
        let left = self.definition.left();
        let declared =
            |name: &str| left.parameters.iter().flatten().find(|parameter| &*parameter.name == name);
        let mut parameters = parameters.to_vec();
        parameters.sort_by_key(|name| declared(name).is_some_and(|parameter| parameter.default.is_some()));
        let written = |name: &&str| declared(name).map_or_else(|| (*name).to_owned(), ToString::to_string);
        left.with_list(&parameters.iter().map(written).collect::<Vec<_>>().join(","))
    }

    /// Returns the declared parameters that no name stands for, which one may have been misspelt.
    fn unused_parameters(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let definition = self.definition;
        let is_used = move |declared: &&str| {
            let mut found = false;
            definition.tree().visit(&mut |tree| {
                found |= matches!(&tree.kind, TreeKind::Name(name) | TreeKind::Symbol(name) if **name == **declared);
            });
            found
        };
        let declared = definition.left().parameters.iter().flatten().map(|parameter| &*parameter.name);
        declared.filter(move |declared| declared.len() > 1 && !is_used(declared))
    }

    /// Returns the list that would have declared every name: those declared that are used, and the others.
    fn parameters_meant<'n>(&'n self, name: &'n str, function: Option<&str>) -> Vec<&'n str> {
        let undeclared: Vec<&str> = self
            .definition
            .bare_names()
            .iter()
            .map(|name| &**name)
            .filter(|name| !self.scope.is_defined_above(name))
            .collect();
        let meant: Vec<&str> =
            undeclared.iter().filter_map(|name| suggest(name, self.unused_parameters())).collect();
        let mut is_used: HashSet<&str> = meant.into_iter().collect();
        self.definition.tree().visit(&mut |tree| {
            if let TreeKind::Name(name) | TreeKind::Symbol(name) = &tree.kind {
                is_used.insert(name);
            }
        });
        let declared = self.definition.left().parameters.iter().flatten().map(|parameter| &*parameter.name);
        // A function brings its own parameters in, so that none of those declared can be told to be unused.
        let mut list: Vec<&str> =
            declared.filter(|declared| function.is_some() || is_used.contains(declared)).collect();
        list.extend(undeclared.iter().filter(|undeclared| {
            suggest(undeclared, self.unused_parameters()).is_none()
                && (what_it_is(undeclared).is_none() || **undeclared == name)
        }));
        if !list.contains(&name) {
            list.push(name);
        }
        list
    }

    fn product(
        &mut self,
        first: &Tree,
        rest: &[(Operator, Tree)],
        parameters: Parameters,
    ) -> Option<Quantity> {
        let trees = std::iter::once(first).chain(rest.iter().map(|(_, operand)| operand));
        let factors: Vec<_> = trees.map(|tree| (tree, self.number(tree, None, parameters))).collect();
        if parameters == Parameters::Plain {
            self.warn_of_plain_factor(&factors);
        }
        let mut factors = factors.into_iter().map(|(_, factor)| factor);
        let mut product = Run::new(factors.next()??);
        for ((operator, _), operand) in rest.iter().zip(factors) {
            self.multiply(&mut product, *operator, operand?)?;
        }
        self.collapse(product)
    }

    /// Goes on with a product by one operator and its operand.
    fn multiply(&mut self, product: &mut Run, operator: Operator, operand: Quantity) -> Option<()> {
        let span = product.span.start..operand.span.end;
        match operator {
            // Factors are collected and multiplied together, unless a sum among them asks for the order in
            // which a number is distributed over it.
            Operator::Times if !matches!(&*operand.expr, Node::Add(_)) && !product.holds_sum() => {
                product.carried = product.carried.times(&operand.carried, false);
                product.factors.push(operand.expr);
                product.span = span;
                return Some(());
            }
            _ => {}
        }
        let left = self.collapse(product.clone())?;
        let inverted = operator != Operator::Times;
        let carried = left.carried.times(&operand.carried, inverted);
        let (expr, carried) = match operator {
            Operator::Times => (simplify::mul(vec![left.expr, operand.expr.clone()]), carried),
            Operator::Over => (simplify::quotient(&left.expr, &operand.expr), carried),
            Operator::FloorOver => {
                let expr = self.divided(simplify::quotient(&left.expr, &operand.expr), &operand, &span)?;
                let quotient = self.pure(Quantity { expr, carried, span: span.clone() })?;
                (simplify::function(Builtin::Floor, vec![quotient.expr]), quotient.carried)
            }
            Operator::Modulo => {
                let (sides, unit) = self.all_alike(vec![left, operand.clone()])?;
                let sides = sides.into_iter().map(|side| side.expr).collect();
                (simplify::function(Builtin::Mod, sides), unit)
            }
        };
        let expr = self.divided(expr, &operand, &span)?;
        *product = Run::new(Quantity { expr, carried, span });
        Some(())
    }

    fn collapse(&mut self, product: Run) -> Option<Quantity> {
        let Run { mut factors, carried, span } = product;
        let expr = if factors.len() == 1 {
            factors.swap_remove(0)
        } else {
            self.simplified(simplify::mul(factors), &span)?
        };
        Some(Quantity { expr, carried, span })
    }

    fn power(&mut self, base: Quantity, exponent: Quantity, span: &Span) -> Option<Quantity> {
        let exponent = self.plain(exponent, "an exponent")?;
        let carried = match base.carried.clone() {
            Carried::In(unit) => match exact_exponent(&exponent.expr) {
                Some(ratio) => Carried::In(unit.power(&ratio)),
                None if unit.dimension().is_dimensionless() => {
                    let base = self.plain(base, "the base of a power")?;
                    return self.power(base, exponent, span);
                }
                None => {
                    self.report_unknown_power(&unit, &base, &exponent);
                    return None;
                }
            },
            other => other,
        };
        let expr = self.simplified(simplify::pow(&base.expr, &exponent.expr), span)?;
        Some(Quantity { expr, carried, span: span.clone() })
    }

    /// Reports why there is no simplified form.
    fn simplified(&mut self, simplified: Simplified, span: &Span) -> Option<Expr> {
        if let Some(stopped) = work::stopped() {
            self.stop(stopped, span);
            return None;
        }
        match simplified {
            Ok(expr) => self.counted(expr, span),
            Err(Unfit::Stopped) => None, // told above
            Err(Unfit::TooLarge) => {
                let bits = simplify::MAX_BITS;
                let error = self.definition.error(span.clone(), format!("a number of more than {bits} bits"));
                self.diagnostics
                    .push(error.with_hint("a decimal point makes it a floating-point number, such as `9.0`"));
                None
            }
            Err(Unfit::Pole | Unfit::NotReal | Unfit::Index) => {
                let error = self.definition.error(span.clone(), "division by zero");
                self.diagnostics.push(error.with_hint(HINT_OF_ZERO));
                None
            }
        }
    }

    /// Reports, once, that the work on the definition ended before the whole was built.
    fn stop(&mut self, stopped: Stopped, span: &Span) {
        if !std::mem::replace(&mut self.is_stopped, true) {
            self.diagnostics.push(super::stop(self.definition, stopped, span.clone()));
        }
    }

    /// Counts parts, and the bits of large exact numbers: of these not each alone, but all together are bounded.
    fn counted(&mut self, expr: Expr, span: &Span) -> Option<Expr> {
        if expr.is_larger_than(MAX_PARTS) {
            if let Some(stopped) = work::stopped() {
                self.stop(stopped, span);
                return None;
            }
            let message = format!("an expression of more than {MAX_PARTS} parts when it is simplified");
            let error = self.definition.error(span.clone(), message);
            self.diagnostics.push(error.with_hint("split it into functions that call one another"));
            return None;
        }
        let was_within = self.large_bits <= MAX_LARGE_BITS;
        self.large_bits += large_bits(&expr);
        if self.large_bits <= MAX_LARGE_BITS {
            return Some(expr);
        }
        if was_within {
            let message = format!("exact numbers of more than {MAX_LARGE_BITS} bits in all");
            let error = self.definition.error(span.clone(), message);
            self.diagnostics
                .push(error.with_hint("a decimal point makes them floating-point numbers, such as `9.0`"));
        }
        None
    }

    fn divided(&mut self, simplified: Simplified, divisor: &Quantity, span: &Span) -> Option<Expr> {
        let at = if simplified == Err(Unfit::Pole) { &divisor.span } else { span };
        self.simplified(simplified, at)
    }
}

/// Factors that wait to be multiplied together.
#[derive(Debug, Clone)]
struct Run {
    factors: Vec<Expr>,
    carried: Carried,
    span: Span,
}

impl Run {
    fn new(first: Quantity) -> Self {
        Self { factors: vec![first.expr], carried: first.carried, span: first.span }
    }

    fn holds_sum(&self) -> bool {
        self.factors.iter().any(|factor| matches!(&*factor.as_coefficient_and_rest().1, Node::Add(_)))
    }
}

/// Returns the bits of the large exact numbers that an expression itself is made of, not those of terms
/// and arguments, which are counted already.
fn large_bits(expr: &Expr) -> u64 {
    let bits = match &**expr {
        Node::Integer(integer) => integer.bits(),
        Node::Rational(ratio) => ratio.numer().bits().max(ratio.denom().bits()),
        Node::Pow(base, _) => large_bits(base),
        Node::Mul(factors) => factors.iter().map(large_bits).sum(),
        _ => 0,
    };
    if bits > SMALL_BITS { bits } else { 0 }
}

/// Returns the constant that an undeclared name is elsewhere.
fn constant_meant(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "e" => Some(("E", "Euler's number")),
        "i" | "j" => Some(("I", "the imaginary unit")),
        _ => language::constant_elsewhere(name),
    }
}

/// Returns what a name is that no parameter on the left-hand side may have.
fn what_it_is(name: &str) -> Option<&'static str> {
    match language::constant(name) {
        Some(_) => Some("a constant"),
        None => language::is_reserved(name).then_some("a function"),
    }
}

/// Returns an exponent as the ratio that it is written as: `0.5` is one half.
fn exact_exponent(exponent: &Expr) -> Option<BigRational> {
    match exponent.number()? {
        Number::Exact(ratio) => Some(ratio),
        Number::Decimal(float) => {
            let digits = float.digits(true);
            let (mantissa, power) = digits.split_once('e').unwrap_or((&digits, "0"));
            let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            let scale = num_bigint::BigInt::from(10).pow(u32::try_from(fraction.len()).ok()?);
            let ratio = BigRational::new(format!("{whole}{fraction}").parse().ok()?, scale);
            let power: i32 = power.parse().ok()?;
            Some(ratio * BigRational::from_integer(10.into()).pow(power))
        }
    }
}

/// The index of a series, inside it.
fn index(name: &Arc<str>, span: &Span) -> Quantity {
    Quantity { expr: Expr::symbol(name), carried: Carried::Plain, span: span.clone() }
}
