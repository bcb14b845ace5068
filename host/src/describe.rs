//! What a file defines and what is wrong with it, as JSON.

use kamodo_expr::{Diagnostic, Severity};
use kamodo_registry::Function;
use kamodo_value::{Scalar, Value};
use serde_json::{Map, Number, Value as Json, json};

/// Describes functions and diagnostics as one JSON object.
#[must_use]
pub fn json<'a>(functions: impl IntoIterator<Item = &'a Function>, diagnostics: &[Diagnostic]) -> Json {
    json!({
        "functions": functions.into_iter().map(function).collect::<Vec<_>>(),
        "diagnostics": diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
    })
}

fn function(function: &Function) -> Json {
    let parameters = &function.signature.parameters;
    let defaults = defaults(parameters.iter().map(|one| (one.name.as_str(), one.default.as_ref())));
    let arg_units: Map<_, _> =
        function.arg_units().into_iter().map(|(name, unit)| (name.to_owned(), unit.into())).collect();
    json!({
        "name": function.name(),
        "symbol": function.signature.symbol(),
        "lhs": function.shown.lhs,
        "rhs": function.shown.rhs,
        "units": function.units(),
        "unit": function.signature.unit.as_ref().map(|unit| unit.declared()).unwrap_or_default(),
        "arg_units": arg_units,
        "args": parameters.iter().map(|parameter| &parameter.name).collect::<Vec<_>>(),
        "defaults": defaults,
        "equation": function.meta.equation,
        "latex": function.shown.latex,
        "citation": function.meta.citation,
        "doc": function.meta.doc,
        "origin": function.origin.to_string(),
        "waits_for": function.missing(),
    })
}

/// The defaults of parameters.
pub(crate) fn defaults<'a>(
    parameters: impl Iterator<Item = (&'a str, Option<&'a Value>)>,
) -> Map<String, Json> {
    parameters.filter_map(|(name, default)| Some((name.to_owned(), value(default?)))).collect()
}

fn diagnostic(diagnostic: &Diagnostic) -> Json {
    let place = diagnostic.position();
    json!({
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": diagnostic.file.as_deref(),
        "function": diagnostic.function,
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
    })
}

/// A value as JSON. What JSON has no number for, such as an infinity, is written as text.
#[must_use]
pub fn value(value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(integer) => integer.to_string().parse::<Number>().map_or(Json::Null, Json::from), // of any size
        Value::Float(float) => number(*float),
        Value::Complex(complex) => complex.to_string().into(),
        Value::Rational(ratio) => ratio.to_string().into(),
        Value::Text(text) => text.as_str().into(),
        Value::Data(bytes) => bytes.iter().map(|byte| Json::from(*byte)).collect(),
        Value::List(items) => items.iter().map(self::value).collect(),
        Value::Scalar(scalar) => self::scalar(*scalar),
        Value::Array(array) => {
            nested(array.shape(), &mut (0..array.len()).filter_map(|at| array.buffer().get(at).map(scalar)))
        }
        Value::TextArray(array) => nested(array.shape(), &mut array.elements().map(Json::from)),
    }
}

fn nested(shape: &[usize], elements: &mut impl Iterator<Item = Json>) -> Json {
    match shape.split_first() {
        None => elements.next().unwrap_or_default(),
        Some((&length, inner)) => (0..length).map(|_| nested(inner, elements)).collect(),
    }
}

fn scalar(scalar: Scalar) -> Json {
    match scalar {
        Scalar::Bool(truth) => truth.into(),
        Scalar::Complex64(complex) => complex.to_string().into(),
        Scalar::Complex128(complex) => complex.to_string().into(),
        Scalar::Uint64(integer) => integer.into(),
        real => match real.as_integer().map(i64::try_from) {
            Some(Ok(integer)) => integer.into(),
            _ => real.as_f64().map_or(Json::Null, number),
        },
    }
}

fn number(float: f64) -> Json {
    if float.is_finite() {
        float.into()
    } else if float.is_nan() {
        "nan".into()
    } else {
        (if float > 0.0 { "inf" } else { "-inf" }).into()
    }
}
