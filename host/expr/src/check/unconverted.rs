//! Units of parameters that a reader expects to convert, and that do not, as published: a parameter stands for its plain
//! number, so that `f(x[m])[km]: x` returns what it is given.
//!
//! Whether a coefficient converts cannot be known. A warning is given only where no number stands in the expression that
//! could: `x/1000` and `180*lat/pi` are what they should be.

use std::sync::Arc;

use kamodo_units::{Factor, Unit};
use num_traits::ToPrimitive;

use super::build::{Builder, Built, Parameters, SeriesForm};
use super::{Names, Scope};
use crate::ast::{Operator, Tree, TreeKind};
use crate::definition::Definition;
use crate::simplify::Number;
use crate::{Constant, Diagnostic, language};

/// Parts of an expression up to which its units are worked out once more.
const MAX_PARTS: usize = 300;

/// Integers up to this are taken for exponents, halves, thirds and dozens, not for conversions; in [`whole`] one that is
/// the missing factor is.
const SMALL: i32 = 12;

/// Functions that take an angle in radians.
const OF_ANGLES: [&str; 6] = ["sin", "cos", "tan", "sec", "csc", "cot"];

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
    let is_own = |name: &Arc<str>| scope.callee(&definition.called(name, scope)).is_some();
    let is_plain = !definition.calls().iter().any(is_own)
        && !definition.bare_names().iter().any(|name| scope.is_defined_above(name));
    if is_plain {
        definition.tree().visit(&mut |tree| warnings.extend(mixed(definition, tree, unit_of)));
        if warnings.is_empty() {
            warnings.extend(whole(definition, built, unit_of));
        }
    }
    definition.tree().visit(&mut |tree| {
        if let TreeKind::Call { name, args, .. } = &tree.kind
            && let ([angle], true) = (&args[..], OF_ANGLES.contains(&&**name) && scope.callee(name).is_none())
            && is_without_conversion(angle)
            && !calls(angle)
            && let Some(unit) = unit_of(angle)
        {
            warnings.extend(degrees(definition, name, angle, &unit));
        }
    });
    warnings
}

/// The whole right-hand side in another unit than that on the left.
fn whole(
    definition: &Definition,
    built: &Built,
    unit_of: impl Fn(&Tree) -> Option<Unit>,
) -> Option<Diagnostic> {
    let (left, tree) = (definition.left(), definition.tree());
    let target = left.unit.as_ref()?;
    if !is_without_conversion(tree) {
        return None;
    }
    let unit = unit_of(tree)?;
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

/// A sum of parameters in different units.
fn mixed(
    definition: &Definition,
    tree: &Tree,
    unit_of: impl Fn(&Tree) -> Option<Unit>,
) -> Option<Diagnostic> {
    let TreeKind::Sum(terms) = &tree.kind else { return None };
    if !is_without_conversion(tree) || calls(tree) {
        return None;
    }
    let units =
        terms.iter().map(|(_, term)| unit_of(term).filter(|unit| !unit.dimension().is_dimensionless()));
    let units: Vec<_> = units.collect();
    let mut known = terms.iter().zip(&units).filter_map(|((_, term), unit)| Some((term, unit.as_ref()?)));
    let (first, unit) = known.next()?;
    let is_name = |term: &Tree| matches!(term.kind, TreeKind::Name(_));
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

/// Whether it calls anything.
fn calls(tree: &Tree) -> bool {
    let mut calls = false;
    tree.visit(&mut |tree| calls |= matches!(tree.kind, TreeKind::Call { .. } | TreeKind::Sign { .. }));
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
