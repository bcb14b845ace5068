//! Hints that name a form of the language for a function of numpy, C or Fortran: the form has the same value.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::sync::Arc;

use kamodo_expr::{Checked, Program, Progress};
use kamodo_value::{Scalar, Value};

use crate::linker::{self, Above};

/// A name, how many arguments it takes, and what it means, by the functions of C's library and of Rust.
type Meaning = (&'static str, usize, fn(f64, f64) -> f64);

const MEANINGS: [Meaning; 18] = [
    ("arccos", 1, |x, _| x.acos()),
    ("arccosh", 1, |x, _| x.acosh()),
    ("arcsin", 1, |x, _| x.asin()),
    ("arcsinh", 1, |x, _| x.asinh()),
    ("arctan", 1, |x, _| x.atan()),
    ("arctan2", 2, |x, y| x.atan2(y)),
    ("arctanh", 1, |x, _| x.atanh()),
    ("ceil", 1, |x, _| x.ceil()),
    ("conj", 1, |x, _| x),
    ("fabs", 1, |x, _| x.abs()),
    ("fmod", 2, |x, y| x % y),
    ("imag", 1, |_, _| 0.0),
    ("maximum", 2, f64::max),
    ("minimum", 2, f64::min),
    ("pow", 2, f64::powf),
    ("power", 2, f64::powf),
    ("real", 1, |x, _| x),
    ("sgn", 1, |x, _| if x == 0.0 { 0.0 } else { x.signum() }),
];

const POINTS: [f64; 13] = [-1e6, -171.5, -7.0, -2.5, -1.0, -0.5, 0.0, 0.25, 1.0, 2.5, 3.0, 171.5, 1e6];

/// `lgamma`, as Python's `math.lgamma` gives it.
const LGAMMA: [(f64, f64); 6] = [
    (-0.5, 1.265_512_123_484_645_4),
    (-2.5, -0.056_243_716_497_674_05),
    (0.5, 0.572_364_942_924_700_1),
    (1.0, 0.0),
    (10.5, 13.940_625_219_403_763),
    (1e6, 12_815_504.569_147_61),
];

/// Returns the code of the hint on a call of `name`.
#[track_caller]
fn hinted(name: &str, args: &str) -> String {
    let (_, diagnostics) = linker::check(&format!("f({args}): {name}({args})"), &Above::default());
    let hint = diagnostics.iter().find_map(|found| found.hint.as_deref()).expect("a hint");
    let code = hint.strip_prefix("write `").and_then(|rest| rest.strip_suffix('`'));
    code.unwrap_or_else(|| panic!("{name}: no code in {hint:?}")).to_owned()
}

#[track_caller]
fn value(checked: &Checked, args: Vec<Value>) -> f64 {
    let names: Vec<_> =
        checked.signature.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let program = Arc::new(Program::lower(&names, &checked.body, &|_| None).unwrap());
    match program.start(args).resume(&|| false).unwrap() {
        Progress::Done(Value::Float(double) | Value::Scalar(Scalar::Float64(double))) => double,
        Progress::Done(Value::Int(integer)) => integer.to_string().parse().unwrap(),
        other => panic!("{:?}: {other:?}", checked.rhs),
    }
}

#[track_caller]
fn check(name: &str, form: &str, found: f64, expect: f64) {
    let is_alike =
        found == expect || (found.is_nan() && expect.is_nan()) || (found / expect - 1.0).abs() < 1e-13;
    assert!(is_alike, "{name}: `{form}` is {found}, not {expect}");
}

fn double(value: f64) -> Value {
    Value::Scalar(Scalar::Float64(value))
}

#[test]
fn a_hinted_form_has_the_value_of_the_name_that_it_stands_for() {
    for (name, n_args, meaning) in MEANINGS {
        // The second argument of an angle comes first in the name of its parameters.
        let params = ["x", "x,y"][n_args - 1];
        let args = if name == "arctan2" { "y,x" } else { params };
        let form = hinted(name, args);
        let checked = linker::checked(&format!("f({args}): {form}"), &Above::default());
        for x in POINTS {
            for y in POINTS {
                let values = [double(x), double(y)][..n_args].to_vec();
                check(name, &format!("{form} at {x}, {y}"), value(&checked, values), meaning(x, y));
            }
        }
    }
}

#[test]
fn the_logarithm_of_the_gamma_function_is_real_below_zero() {
    let form = hinted("lgamma", "x");
    let checked = linker::checked(&format!("f(x): {form}"), &Above::default());
    for (x, expect) in LGAMMA {
        check("lgamma", &form, value(&checked, vec![double(x)]), expect);
    }
}

#[test]
fn a_choice_keeps_its_order() {
    let form = hinted("where", "z,x,y");
    let checked = linker::checked(&format!("f(z,x,y): {form}"), &Above::default());
    for (truth, expect) in [(true, 5.0), (false, 6.0)] {
        let args = vec![Value::Bool(truth), double(5.0), double(6.0)];
        check("where", &form, value(&checked, args), expect);
    }
}
