//! The default of a parameter: `x=5`, `x=5[km]`, `x[m]=5[km]`, `x=2*pi`.
//!
//! It is an expression without names, worked out where it is written. With a unit of its own it converts to that of its
//! parameter, as an argument does, and is the parameter's unit if that has none.

use kamodo_compute::Progress;
use std::sync::Arc;

use kamodo_units::Unit;
use kamodo_value::{Scalar, Signature, Value};

use super::Definition;
use crate::check::{Outcome, Scope, converted};
use crate::lower::lower;
use crate::{Diagnostic, Expr, Severity, Source, Span, print};

/// The default of a parameter, in the unit of the parameter.
#[derive(Debug)]
pub(crate) struct ParameterDefault {
    pub(crate) value: Value,
    /// The value as a left-hand side shows it.
    pub(crate) text: String,
}

const HINT: &str = "write a number, such as `x=5`, or numbers alone, such as `x=2*pi`";

// === impl ParameterDefault ===

impl ParameterDefault {
    /// Reads the default of the parameter `name` at `span`. `own` is the unit behind the default and its place, `unit`
    /// that of the parameter.
    pub(super) fn read(
        source: &Source,
        span: Span,
        name: &str,
        own: Option<(&Unit, Span)>,
        unit: Option<&Unit>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let part = source.part(span.clone());
        let mut expr = constant(&part, name)?;
        let mut text = part.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let (Some((own, own_span)), Some(unit)) = (own, unit) {
            let factor = own.factor_to(unit).map_err(|_| vec![unlike(source, own_span, name, own, unit)])?;
            if !factor.is_one() {
                let too_large =
                    |_| vec![source.error(span.clone(), "the default is too large").with_hint(HINT)];
                expr = converted(&expr, &factor).map_err(too_large)?;
                text = print::text(&expr);
            }
        }
        match value(&expr) {
            Ok(value) => Ok(Self { value, text }),
            Err(found) => {
                let message = format!("the default of `{name}` is a real number, found {found}");
                Err(vec![source.error(span, message).with_hint(HINT)])
            }
        }
    }
}

/// Says that the unit of a default is not one of its parameter's dimension.
fn unlike(source: &Source, span: Span, name: &str, own: &Unit, unit: &Unit) -> Diagnostic {
    let message =
        format!("cannot convert `{}` to `{}`, the unit of `{name}`", own.declared(), unit.declared());
    let mut error = source.error(span, message);
    let (found, expected) = (own.dimension(), unit.dimension());
    if found != expected {
        error.labels[0].text = format!("{found}, expected {expected}");
    }
    error.with_hint(format!("give the default in a unit that converts to `{}`", unit.declared()))
}

/// Returns the expression that a text without names is.
fn constant(source: &Source, name: &str) -> Result<Expr, Vec<Diagnostic>> {
    let definition = Definition::parse(&Source::whole("", "x"), source).map_err(without_function)?;
    let whole = || {
        let message = format!("the default of `{name}` is a number, found `{}`", source.text);
        vec![source.error(0..source.text.len(), message).with_hint(HINT)]
    };
    if !definition.bare_names().is_empty() {
        return Err(whole());
    }
    match definition.check(&Nothing) {
        (Outcome::Checked(checked), _) => Ok(checked.body),
        (Outcome::Refused, mut diagnostics) => {
            diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
            Err(without_function(diagnostics))
        }
        (Outcome::Waiting { .. }, _) => Err(whole()),
    }
}

/// Takes out the name of the function that a default is parsed as.
fn without_function(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.into_iter().map(|diagnostic| Diagnostic { function: None, ..diagnostic }).collect()
}

/// Returns what an expression without names comes to.
///
/// # Errors
/// What it comes to, if that is no real number.
fn value(expr: &Expr) -> Result<Value, String> {
    let program = lower(&[], expr, &|_| None).map_err(|error| error.to_string())?;
    let progress =
        Arc::new(program).start(Vec::new()).resume(&|| false).map_err(|error| error.to_string())?;
    let Progress::Done(value) = progress else { return Err("a call".to_owned()) };
    match value {
        Value::Float(number) | Value::Scalar(Scalar::Float64(number)) if number.is_nan() => {
            Err("`nan`".to_owned())
        }
        // What a caller of Python passes is no number of numpy.
        Value::Scalar(Scalar::Float64(number)) => Ok(Value::Float(number)),
        Value::Scalar(Scalar::Int64(number)) => Ok(Value::Int(number.into())),
        Value::Scalar(Scalar::Bool(truth)) => Ok(Value::Bool(truth)),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => Ok(value),
        _ => Err(format!("`{}`", print::text(expr))),
    }
}

/// What a default may call: nothing but the functions of the language.
struct Nothing;

impl Scope for Nothing {
    fn callee(&self, _: &str) -> Option<&Signature> {
        None
    }

    fn is_defined_above(&self, _: &str) -> bool {
        false
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }

    fn is_provided_elsewhere(&self, _: &str) -> bool {
        false
    }
}
