//! Units of parameters that a reader expects to convert, and that do not, as published: a parameter stands for its plain
//! number, so that `f(x[m])[km]: x` returns what it is given.
//!
//! Whether a coefficient converts cannot be known. A warning is given only where no number stands in the expression that
//! could: `x/1000` and `180*lat/pi` are what they should be.

use std::sync::Arc;

use kamodo_units::{Factor, Unit};
use num_traits::ToPrimitive;

use super::build::parameter_text;
use super::build::{Builder, Built, Parameters, SeriesForm};
use super::{Names, Scope};
use crate::ast::{Operator, Tree, TreeKind};
use crate::builtin::{Builtin, Returns};
use crate::definition::Definition;
use crate::simplify::Number;
use crate::{Constant, Diagnostic, language};

/// Parts of an expression up to which its units are worked out once more.
const MAX_PARTS: usize = 300;

/// Integers up to this are taken for exponents, halves, thirds and dozens, not for conversions; in [`whole`] one that is
/// the missing factor is.
const SMALL: i32 = 12;

/// Returns a warning of each unit that the expression looks as if it converted.
pub(super) fn warnings(
    definition: &Definition,
    scope: &dyn Scope,
    names: &Names,
    built: &Built,
) -> Vec<Diagnostic> {
    if names.units.is_empty() || built.parameters == Parameters::Carry {
        return Vec::new();
    }
    let mut n_parts = 0;
    definition.tree().visit(&mut |_| n_parts += 1);
    if n_parts > MAX_PARTS {
        return Vec::new();
    }
    let unit_of = |tree: &Tree| {
        Builder::new(definition, scope, names, Parameters::Carry, SeriesForm::Expanded).unit_of(tree)
    };
    let mut warnings = Vec::new();
    // What a function returns converts.
    if !calls_others(definition, scope, definition.tree()) {
        definition.tree().visit(&mut |tree| warnings.extend(mixed(definition, tree, unit_of)));
        if warnings.is_empty() {
            warnings.extend(whole(definition, names, built, unit_of));
        }
    }
    definition.tree().visit(&mut |tree| {
        if let TreeKind::Call { args, .. } | TreeKind::Sign { args, .. } = &tree.kind
            && let ([angle], Some(function)) = (&args[..], builtin(scope, tree))
            && function.row().takes_angle
            && is_without_conversion(angle)
            && !calls_others(definition, scope, angle)
            && let Some(unit) = unit_of(angle)
        {
            warnings.extend(degrees(definition, function.name(), angle, &unit));
        }
    });
    warnings
}

/// Returns a warning of each pure number that a function of the language returns, an angle in radians say, where one in
/// another unit is wanted: it is taken as in that unit.
pub(super) fn pure_results(definition: &Definition, scope: &dyn Scope) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if let Some(target) = &definition.left().unit {
        let mut parts = Vec::new();
        pure_parts(scope, definition.tree(), &mut parts);
        warnings.extend(parts.into_iter().filter_map(|(part, function)| {
            pure_result(definition, part, function, target, "the unit on the left", true)
        }));
    }
    definition.tree().visit(&mut |tree| {
        let TreeKind::Call { name, args, .. } = &tree.kind else { return };
        let Some(callee) = scope.callee(name) else { return };
        for (arg, parameter) in args.iter().zip(&callee.parameters) {
            let Some(target) = &parameter.unit else { continue };
            let mut parts = Vec::new();
            pure_parts(scope, arg, &mut parts);
            let of = parameter_text(callee, parameter);
            warnings.extend(
                parts.into_iter().filter_map(|(part, function)| {
                    pure_result(definition, part, function, target, &of, false)
                }),
            );
        }
    });
    warnings
}

/// Finds the parts that make a whole up, as terms or cases, and are pure numbers because of a function in them.
fn pure_parts<'t>(scope: &dyn Scope, tree: &'t Tree, parts: &mut Vec<(&'t Tree, Builtin)>) {
    match &tree.kind {
        TreeKind::Negative(inner) => pure_parts(scope, inner, parts),
        TreeKind::Sum(terms) => {
            let n_before = parts.len();
            terms.iter().for_each(|(_, term)| pure_parts(scope, term, parts));
            // Beside `pi` it is the sum that is in radians, and beside 1 a pure number; 90 is in degrees.
            let is_pure = |term: &Tree| is_of_pi(term) || is_number(term) && is_without_conversion(term);
            if let Some((_, function)) = parts.get(n_before)
                && terms.iter().any(|(_, term)| is_pure(term))
            {
                let function = *function;
                parts.truncate(n_before);
                parts.push((tree, function));
            }
        }
        TreeKind::Product(first, rest) => {
            let is_small = |factor: &Tree| is_number(factor) && is_without_conversion(factor);
            let trees = std::iter::once(&**first).chain(rest.iter().map(|(_, factor)| factor));
            let others: Vec<_> = trees.filter(|factor| !is_small(factor)).collect();
            let is_above = |factor: &Tree| {
                !rest
                    .iter()
                    .any(|(operator, other)| *operator != Operator::Times && std::ptr::eq(other, factor))
            };
            if let [factor] = others[..]
                && is_above(factor)
                && is_without_conversion_itself(tree)
                && let Some(function) = pure_function(scope, factor)
            {
                parts.push((tree, function));
            }
        }
        TreeKind::Call { args, .. } | TreeKind::Sign { args, .. } => match builtin(scope, tree) {
            Some(Builtin::Abs | Builtin::Min | Builtin::Max) => {
                args.iter().for_each(|arg| pure_parts(scope, arg, parts));
            }
            Some(Builtin::Mod) => args.iter().take(1).for_each(|arg| pure_parts(scope, arg, parts)),
            Some(Builtin::Piecewise) => {
                args.iter().step_by(2).for_each(|value| pure_parts(scope, value, parts));
            }
            _ => parts.extend(pure_function(scope, tree).map(|function| (tree, function))),
        },
        _ => {}
    }
}

/// Returns the function of the language that a part calls, if it returns a pure number.
fn pure_function(scope: &dyn Scope, tree: &Tree) -> Option<Builtin> {
    builtin(scope, tree).filter(|function| function.row().returns != Returns::Anything)
}

fn pure_result(
    definition: &Definition,
    part: &Tree,
    function: Builtin,
    target: &Unit,
    of: &str,
    is_result: bool,
) -> Option<Diagnostic> {
    let factor = Unit::one().factor_to(target).ok().filter(|factor| !factor.is_one())?;
    let is_angle = function.row().returns == Returns::Angle;
    let returned = if is_angle { "radians" } else { "a pure number" };
    let wanted = target.declared();
    let message = format!(
        "`{}` returns {returned}, and is not converted to `{wanted}`, {of}: functions of the language return plain numbers",
        function.name()
    );
    let warning = definition.error(part.span.clone(), message).into_warning();
    let convert = match definition.is_latex() {
        true => format!("multiply it by `{}`", times("1", &factor).trim_start_matches("1*")),
        false => format!("write `{}`", times(&enclosed(definition, part), &factor)),
    };
    let is_whole = is_result && part.span == definition.tree().span;
    Some(warning.with_hint(match Unit::parse(if is_angle { "rad" } else { "1" }) {
        Ok(unit) if is_whole => {
            let or = if definition.is_latex() { "or write" } else { "or" };
            format!("{convert}, {or} `{}` on the left", definition.left().with_unit(&unit))
        }
        _ => convert,
    }))
}

/// Returns the function of the language that a part is a call of.
fn builtin(scope: &dyn Scope, tree: &Tree) -> Option<Builtin> {
    match &tree.kind {
        TreeKind::Call { name, args, .. } => {
            language::builtin(name, args.len()).filter(|_| scope.callee(name).is_none())
        }
        TreeKind::Sign { own, function, .. } => function.filter(|_| scope.callee(own).is_none()),
        _ => None,
    }
}

fn is_number(tree: &Tree) -> bool {
    match &tree.kind {
        TreeKind::Negative(inner) => is_number(inner),
        kind => matches!(kind, TreeKind::Integer(_) | TreeKind::Decimal(_)),
    }
}

/// Whether a term is a multiple of `pi`.
fn is_of_pi(tree: &Tree) -> bool {
    match &tree.kind {
        TreeKind::Name(name) => language::constant(name) == Some(Constant::Pi),
        TreeKind::Negative(inner) => is_of_pi(inner),
        TreeKind::Product(first, rest) => {
            let mut factors = std::iter::once(&**first).chain(rest.iter().map(|(_, factor)| factor));
            factors.any(is_of_pi)
        }
        _ => false,
    }
}

/// Whether no operator of a product makes another number of it, as a remainder does.
fn is_without_conversion_itself(tree: &Tree) -> bool {
    let TreeKind::Product(_, rest) = &tree.kind else { return true };
    rest.iter().all(|(operator, _)| matches!(operator, Operator::Times | Operator::Over))
}

/// The whole right-hand side in another unit than that on the left.
fn whole(
    definition: &Definition,
    names: &Names,
    built: &Built,
    unit_of: impl Fn(&Tree) -> Option<Unit>,
) -> Option<Diagnostic> {
    let (left, tree) = (definition.left(), definition.tree());
    let target = left.unit.as_ref()?;
    if !is_without_conversion(tree) {
        return None;
    }
    let unit = unit_of(tree)?;
    if unit.dimension() != target.dimension() {
        return unlike(definition, names, &unit, target);
    }
    let factor = unit.factor_to(target).ok().filter(|factor| !factor.is_one())?;
    if let (Factor::Exact(ratio), Number::Exact(coefficient)) =
        (&factor, built.expr.as_coefficient_and_rest().0)
        && *ratio == coefficient
    {
        return None; // `x/10` of millimetres is in centimetres
    }
    let (found, expected) = (unit.declared(), target.declared());
    let message = format!(
        "the right-hand side is a number in `{found}`, and is not converted to `{expected}`: parameters are plain numbers"
    );
    let warning = definition.error(tree.span.clone(), message).into_warning();
    let left = left.with_unit(&unit);
    let convert = match definition.is_latex() {
        true => format!("multiply by `{}`", times("1", &factor).trim_start_matches("1*")),
        false => format!("write `{}` on the right", times(&enclosed(definition, tree), &factor)),
    };
    Some(warning.with_hint(format!("write `{left}` on the left, or to convert it {convert}")))
}

/// The whole right-hand side in a unit of another dimension than that on the left, if it is made of names alone. A number
/// or a parameter without a unit may stand for a quantity that carries the rest, and `x**2` is a formula of numbers.
fn unlike(definition: &Definition, names: &Names, unit: &Unit, target: &Unit) -> Option<Diagnostic> {
    if unit.dimension().is_dimensionless() || target.is_one() || !is_of_quantities(names, definition.tree()) {
        return None;
    }
    let (found, expected) = (unit.declared(), target.declared());
    let message = format!(
        "the right-hand side is a number in `{found}`, and no factor converts that to `{expected}`: parameters are plain numbers"
    );
    let warning = definition.error(definition.tree().span.clone(), message).into_warning();
    let left = definition.left().with_unit(unit);
    Some(warning.with_hint(format!(
        "write `{left}` on the left, or multiply by a constant that carries the rest of the unit"
    )))
}

/// Whether nothing but parameters that have a unit makes a part up, and no power of one.
fn is_of_quantities(names: &Names, tree: &Tree) -> bool {
    match &tree.kind {
        TreeKind::Name(name) | TreeKind::Symbol(name) => names.unit(name).is_some(),
        TreeKind::Negative(inner) => is_of_quantities(names, inner),
        TreeKind::Product(first, rest) => {
            is_of_quantities(names, first) && rest.iter().all(|(_, factor)| is_of_quantities(names, factor))
        }
        TreeKind::Sum(terms) => terms.iter().all(|(_, term)| is_of_quantities(names, term)),
        TreeKind::Call { args, .. } | TreeKind::Sign { args, .. } => {
            args.iter().all(|arg| is_of_quantities(names, arg))
        }
        _ => false,
    }
}

/// A sum of parameters in different units.
fn mixed(
    definition: &Definition,
    tree: &Tree,
    unit_of: impl Fn(&Tree) -> Option<Unit>,
) -> Option<Diagnostic> {
    let TreeKind::Sum(terms) = &tree.kind else { return None };
    if !is_without_conversion(tree) {
        return None;
    }
    let units =
        terms.iter().map(|(_, term)| unit_of(term).filter(|unit| !unit.dimension().is_dimensionless()));
    let units: Vec<_> = units.collect();
    let mut known = terms.iter().zip(&units).filter_map(|((_, term), unit)| Some((term, unit.as_ref()?)));
    let (first, unit) = known.next()?;
    let is_name = |term: &Tree| match &term.kind {
        TreeKind::Call { args, .. } => matches!(&args[..], [arg] if matches!(arg.kind, TreeKind::Name(_))),
        kind => matches!(kind, TreeKind::Name(_)),
    };
    let (other, different) = known.find(|(other, different)| match different.factor_to(unit) {
        Ok(factor) => !factor.is_one(),
        // `x**2 - x - 1` is a formula of numbers.
        Err(_) => is_name(first) && is_name(other),
    })?;
    let message = format!(
        "`{}` in `{}` and `{}` in `{}` are added as plain numbers: parameters do not convert",
        definition.text(&first.span),
        unit.declared(),
        definition.text(&other.span),
        different.declared(),
    );
    let warning = definition.error(other.span.clone(), message).into_warning();
    let is_whole = tree.span == definition.tree().span;
    let target = definition.left().unit.as_ref().filter(|target| is_whole && target.factor_to(unit).is_ok());
    let target = target.unwrap_or(unit);
    let converted = || {
        let mut sum = String::new();
        for ((is_negative, term), unit) in terms.iter().zip(&units) {
            sum += match (is_negative, sum.is_empty()) {
                (true, true) => "-",
                (true, false) => " - ",
                (false, true) => "",
                (false, false) => " + ",
            };
            let factor = unit.as_ref().map(|unit| unit.factor_to(target)).transpose().ok()?;
            sum += &match factor.filter(|factor| !factor.is_one()) {
                Some(factor) => times(&enclosed(definition, term), &factor),
                None => enclosed(definition, term),
            };
        }
        Some(sum)
    };
    Some(warning.with_hint(match converted() {
        Some(_) if definition.is_latex() => format!("convert both to `{}`", target.declared()),
        Some(sum) => format!("write `{sum}`"),
        None => "no factor converts one to the other: change a unit on the left".to_owned(),
    }))
}

/// The sine of a number of degrees.
fn degrees(definition: &Definition, name: &str, angle: &Tree, unit: &Unit) -> Option<Diagnostic> {
    let factor = unit.factor_to(&Unit::one()).ok().filter(|factor| !factor.is_one())?;
    let message = format!(
        "`{name}` takes radians, found a number in `{}`: parameters are plain numbers",
        unit.declared()
    );
    let warning = definition.error(angle.span.clone(), message).into_warning();
    Some(match definition.is_latex() {
        true => warning.with_hint("declare it in `rad`, or convert it first"),
        false => {
            let converted = times(&enclosed(definition, angle), &factor);
            warning.with_hint(format!("write `{name}({converted})`, or declare it in `rad`"))
        }
    })
}

/// Whether no number stands in it that could convert a unit.
fn is_without_conversion(tree: &Tree) -> bool {
    let mut is_without = true;
    tree.visit(&mut |tree| {
        is_without &= match &tree.kind {
            TreeKind::Integer(integer) => integer.to_i32().is_some_and(|integer| integer.abs() <= SMALL),
            TreeKind::Decimal(float) => {
                let quarters = 4.0 * float.value();
                quarters.fract() == 0.0 && quarters.abs() <= 4.0 * f64::from(SMALL)
            }
            TreeKind::Name(name) => language::constant(name).is_none_or(|constant| constant != Constant::Pi),
            TreeKind::Product(_, rest) => {
                !rest.iter().any(|(operator, _)| matches!(operator, Operator::FloorOver | Operator::Modulo))
            }
            _ => true,
        };
    });
    is_without
}

/// Whether it calls anything but functions of the language.
fn calls_others(definition: &Definition, scope: &dyn Scope, tree: &Tree) -> bool {
    let is_there = |name: &Arc<str>| scope.callee(&definition.called(name, scope)).is_some();
    let mut calls = false;
    tree.visit(&mut |tree| {
        calls |= match &tree.kind {
            TreeKind::Call { name, .. } => is_there(name) || language::function(name).is_none(),
            TreeKind::Name(name) | TreeKind::Symbol(name) => {
                !definition.left().has_parameter(name) && scope.is_defined_above(name)
            }
            TreeKind::Sign { own, .. } => !own.is_empty() && is_there(own),
            _ => false,
        };
    });
    calls
}

/// The text of a part as a factor.
fn enclosed(definition: &Definition, tree: &Tree) -> String {
    let text = definition.text(&tree.span);
    match &tree.kind {
        TreeKind::Sum(_) | TreeKind::Negative(_) if !text.starts_with('(') => format!("({text})"),
        _ => text.to_owned(),
    }
}

/// The text of a product with a conversion factor.
fn times(text: &str, factor: &Factor) -> String {
    let by = |ratio: &num_rational::BigRational, above: &str, below: &str| {
        let (numer, denom) = (ratio.numer().to_string(), ratio.denom().to_string());
        let mut product = text.to_owned();
        for part in [numer.as_str(), above].into_iter().filter(|part| !part.is_empty() && *part != "1") {
            product += &format!("*{part}");
        }
        for part in [denom.as_str(), below].into_iter().filter(|part| !part.is_empty() && *part != "1") {
            product += &format!("/{part}");
        }
        product
    };
    match factor {
        Factor::Exact(ratio) => by(ratio, "", ""),
        Factor::Pi { ratio, power: 1 } => by(ratio, "pi", ""),
        Factor::Pi { ratio, power: -1 } => by(ratio, "", "pi"),
        Factor::Pi { ratio, power } => by(ratio, &format!("pi**({power})"), ""),
        other => format!("{text}*{:e}", other.to_f64()),
    }
}
