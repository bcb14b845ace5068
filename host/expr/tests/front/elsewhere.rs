//! Names that numpy, Python and C have: the language has them too, or says in which form it has their value.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::collections::BTreeMap;
use std::sync::Arc;

use insta::assert_snapshot;
use kamodo_compute::Progress;
use kamodo_expr::{Checked, Outcome, lower};
use kamodo_value::{Array, Scalar, Value};
use num_complex::Complex64;

use crate::hints;
use crate::linker::{self, Above};

/// What numpy and Python answer, which golden/numpy_names.py wrote.
const ANSWERS: &str = include_str!("../golden/numpy_names.tsv");

/// Every other name of numpy and Python.
const OTHERS: &str = include_str!("../../src/elsewhere/others.txt");

/// Reads a number, a truth, or the two parts of a complex number.
fn read(text: &str) -> Value {
    let double = |text: &str| text.parse::<f64>().unwrap();
    match text {
        "True" | "False" => Value::Bool(text == "True"),
        _ if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            Value::Int(text.parse().unwrap())
        }
        _ => match text.split_once(' ') {
            Some((re, im)) => Value::Scalar(Scalar::Complex128(Complex64::new(double(re), double(im)))),
            None => Value::Scalar(Scalar::Float64(double(text))),
        },
    }
}

/// Returns a number or truth as a complex number.
#[track_caller]
fn number(value: &Value) -> Complex64 {
    match value {
        Value::Bool(truth) | Value::Scalar(Scalar::Bool(truth)) => f64::from(u8::from(*truth)).into(),
        Value::Int(integer) => integer.to_string().parse::<f64>().unwrap().into(),
        Value::Float(double) | Value::Scalar(Scalar::Float64(double)) => (*double).into(),
        Value::Scalar(Scalar::Complex128(complex)) => *complex,
        Value::Scalar(Scalar::Int64(integer)) => (*integer as f64).into(),
        other => panic!("{other:?} is no number"),
    }
}

fn evaluate(checked: &Checked, args: Vec<Value>) -> Result<Value, String> {
    let names: Vec<_> =
        checked.signature.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let program = Arc::new(lower(&names, &checked.body, &|_| None).unwrap());
    match program.start(args).resume(&|| false) {
        Ok(Progress::Done(value)) => Ok(value),
        other => Err(format!("{other:?}")),
    }
}

/// Whether a part of a number is the other one, but for the last digits.
fn is_alike(found: f64, expect: f64) -> bool {
    found == expect || (found.is_nan() && expect.is_nan()) || (found - expect).abs() <= 1e-13 * expect.abs()
}

/// Returns the definition of a call of `name`, as the language has it or as its hint says to write it.
#[track_caller]
fn definition(name: &str, n_args: usize) -> (String, Checked) {
    let args = ["a", "b", "c"][..n_args].join(",");
    let line = format!("f({args}): {name}({args})");
    let (outcome, diagnostics) = linker::check(&line, &Above::default());
    if let Outcome::Checked(checked) = outcome {
        return (line, checked);
    }
    let [found] = diagnostics.as_slice() else { panic!("{name}: {diagnostics:?}") };
    let hints::Reading::Edits(edits) = hints::read(&line, found) else { panic!("{name}: {found:?}") };
    let checked = linker::checked(&edits[0], &Above::default());
    (edits[0].clone(), checked)
}

#[test]
fn names_of_numpy_and_python_have_their_value() {
    let mut definitions: BTreeMap<(&str, usize), (String, Checked)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in ANSWERS.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<_> = line.split('\t').collect();
        let (name, args, expect) = (fields[0], &fields[1..fields.len() - 1], fields[fields.len() - 1]);
        let (form, checked) =
            definitions.entry((name, args.len())).or_insert_with(|| definition(name, args.len()));
        let found = evaluate(checked, args.iter().map(|arg| read(arg)).collect());
        let expected = number(&read(expect));
        let is_right = found.as_ref().is_ok_and(|found| {
            let found = number(found);
            is_alike(found.re, expected.re) && is_alike(found.im, expected.im)
        });
        if !is_right {
            wrong.push(format!("{name}{args:?} is {expect}, `{form}` is {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// One letter between `exp2` and `exp` is no misspelling.
#[test]
fn no_name_of_numpy_or_python_is_taken_for_a_misspelt_one() {
    for name in OTHERS.lines() {
        let (outcome, diagnostics) = linker::check(&format!("f(a): {name}(a)"), &Above::default());
        let hints: Vec<_> = diagnostics.iter().filter_map(|found| found.hint.as_deref()).collect();
        assert!(hints.iter().all(|hint| !hint.starts_with("did you")), "{name}: {hints:?}");
        assert!(!matches!(outcome, Outcome::Refused) || !hints.is_empty(), "{name}: {hints:?}");
    }
}

#[test]
fn the_form_has_the_arguments_of_the_call() {
    let hint = |line: &str| {
        let (_, diagnostics) = linker::check(line, &Above::default());
        hints::check_all(line, &Above::default(), &diagnostics);
        diagnostics[0].hint.clone().unwrap()
    };
    assert_snapshot!(hint("f: where(x > 0, x, -x)"), @"write `Piecewise((x, x > 0), (-x, True))`");
    assert_snapshot!(hint("f: 2/add(x, y)"), @"write `(x + y)`");
    assert_snapshot!(hint("f: 2*fmod(x + 1, -y)"), @"write `(sign(x + 1)*Mod(Abs(x + 1), Abs(-y)))`");
    assert_snapshot!(hint("f: power(x - 1, g(y))**2"), @"write `((x - 1)**g(y))`");
    assert_snapshot!(hint("f: where(x, 1)"), @"`where(z, x, y)` is written `Piecewise((x, z), (y, True))`");
    assert_snapshot!(hint("f: round(x, 2)"), @"`round(x)` is written `Piecewise((floor(x), Mod(x, 1) < 1/2), (ceiling(x), Mod(x, 1) > 1/2), (2*floor(x/2 + 1/4), True))`");
    assert_snapshot!(hint("f: exp2(x) + 1"), @"write `(2.0**x)`");
    assert_snapshot!(hint("f: cumsum(x)"), @"the language has no `cumsum`: `f` is served as soon as a plugin, an upstream or a definition brings one");
    assert_snapshot!(hint("f: select(x)"), @"write cases as `Piecewise((x, x > 0), (0, True))`");
    assert_snapshot!(hint(r"f: $2 \operatorname{fmod}{\left(x,y\right)}$"), @"define it, outside of LaTeX: `fmod(x,y): sign(x)*Mod(Abs(x), Abs(y))`");
}

#[test]
fn a_hinted_reduction_has_the_value_of_the_name_that_it_stands_for() {
    // What numpy answers for [1, 2, 4.5, 8] and, as the second argument, for [2, -1, 0, 0.5].
    let expected = [
        ("amax", "x", 8.0),
        ("amin", "x", 1.0),
        ("average", "x", 3.875),
        ("dot", "x,y", 4.0),
        ("ptp", "x", 7.0),
        ("std", "x", 2.701_272_848_121_788_7),
        ("var", "x", 7.296_875),
    ];
    for (name, args, expect) in expected {
        let n_args = args.split(',').count();
        let (form, checked) = definition(name, n_args);
        let arrays = [vec![1.0, 2.0, 4.5, 8.0], vec![2.0, -1.0, 0.0, 0.5]];
        let arrays = arrays.map(|array| Value::Array(Array::vector(array)));
        let found = number(&evaluate(&checked, arrays[..n_args].to_vec()).unwrap());
        assert!(is_alike(found.re, expect), "{name} is {expect}, `{form}` is {found}");
    }
}
