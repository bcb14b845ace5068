//! Units of dimension one, factor one included: what is declared converts, what is not is a plain number.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::f64::consts::PI;
use std::sync::Arc;

use kamodo_compute::Progress;
use kamodo_expr::{Checked, lower};
use kamodo_value::Value;

use crate::linker::{self, Above};

/// Units of dimension one, each with what one of it is as a plain number. Worked out by hand, from no code of ours.
const RATIOS: [(&str, f64); 27] = [
    ("1", 1.0),
    ("kg/kg", 1.0),
    ("mol/mol", 1.0),
    ("m/m", 1.0),
    ("m^2/m^2", 1.0),
    ("s*Hz", 1.0),
    ("N*m/J", 1.0),
    ("km*mm/m^2", 1.0),
    ("rad", 1.0),
    ("cm^-3*cm^3", 1.0),
    ("g/kg", 1e-3),
    ("kg/g", 1e3),
    ("mm/m", 1e-3),
    ("mum/m", 1e-6),
    ("km/m", 1e3),
    ("percent", 1e-2),
    ("permille", 1e-3),
    ("1e-6", 1e-6),
    ("1e-9", 1e-9),
    ("1000", 1e3),
    ("0.5", 0.5),
    ("m^2/cm^2", 1e4),
    ("cm^3/m^3", 1e-6),
    ("eV/keV", 1e-3),
    ("deg", PI / 180.0),
    ("arcsec", PI / 648_000.0),
    ("g*m/(kg*cm)", 0.1),
];

/// Works a definition out, in which every function that is called returns its argument.
#[track_caller]
fn value(checked: &Checked, at: f64) -> f64 {
    let names: Vec<_> =
        checked.signature.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let program = Arc::new(lower(&names, &checked.body, &|_| None).unwrap());
    let mut machine = program.start(vec![Value::Float(at); names.len()]);
    loop {
        match machine.resume(&|| false).unwrap() {
            Progress::Done(Value::Float(double)) => return double,
            Progress::Done(Value::Scalar(kamodo_value::Scalar::Float64(double))) => return double,
            Progress::Done(Value::Int(integer)) => return integer.to_string().parse().unwrap(),
            Progress::Done(other) => panic!("{other:?}"),
            Progress::Call { args, .. } => machine.supply(args[0].clone()),
        }
    }
}

#[track_caller]
fn check(lines: &[&str], line: &str, expect: f64) {
    let found = value(&linker::checked(line, &Above::of(lines)), 2.0);
    assert!((found / expect - 1.0).abs() < 1e-14, "{lines:?} {line}: {found}, not {expect}");
}

#[test]
fn every_ratio_converts_to_every_other_one() {
    for (from, of_from) in RATIOS {
        for (to, of_to) in RATIOS {
            let q = format!("q(x)[{from}]: x");
            let h = format!("h(w[{to}]): w");
            let factor = of_from / of_to;
            check(&[&q], &format!("r(x)[{to}]: q(x)"), 2.0 * factor);
            check(&[&q], &format!("r(x)[{to}]: 3*q(x) - q(x)/2"), 5.0 * factor);
            check(&[&q], &format!("r(x)[{to}]: Piecewise((q(x), x > 0), (0, True))"), 2.0 * factor);
            check(&[&q], &format!("r(x)[{to}]: Max(q(x), q(x))"), 2.0 * factor);
            check(&[&h], &format!("i(w[{from}])[{to}]: h(w)"), 2.0 * factor);
            check(&[&h, &q], "i(x): h(q(x))", 2.0 * factor);
            check(&[&h], &format!("i(w[{from}]): h"), 2.0 * factor);
            check(&[&q], "s(x)[1]: sqrt(q(x)**2)", 2.0 * of_from);
        }
    }
}

#[test]
fn the_ratio_lives_through_functions_without_a_left_hand_unit() {
    check(&["q(x)[kg/kg]: x", "s: q"], "r(x)[g/kg]: s(x)", 2000.0);
    check(&["q(x)[kg/kg]: x", "s: q*q"], "r(x)[percent]: s(x)", 200.0);
    check(&["m(x)[kg]: x", "n(x)[kg]: x", "s: m/n"], "r(x)[percent]: s(x)", 200.0);
}

#[test]
fn terms_and_sides_of_a_comparison_are_brought_to_one_unit() {
    let lines = &["q(x)[kg/kg]: x", "p(x)[percent]: x"];
    check(lines, "r(x)[1]: q(x) + p(x)", 2.02);
    check(lines, "r(x): q(x) + p(x)", 2.02);
    check(lines, "r(x): p(x) + q(x)", 202.0);
    check(lines, "r(x): Max(p(x), q(x))", 200.0);
    check(lines, "r(x): Piecewise((1, q(x) > p(x)), (0, True))", 1.0);
    check(lines, "r(x): hypot(q(x), 0*x)", 2.0);
}

/// What the published Kamodo serves goes on: a pure number is taken as in the unit that is wanted there.
#[test]
fn a_pure_number_among_quantities_is_a_plain_one() {
    let lines = &["q(x)[kg/kg]: x", "d(x)[km]: x", "h(y[km]): y"];
    check(lines, "r(x)[km]: q(x)", 2.0);
    check(lines, "r(x)[km]: d(x) + q(x)", 4.0);
    check(lines, "r(x)[km]: q(x) + d(x)", 4.0);
    check(lines, "r(x)[m]: q(x)*d(x)", 4000.0);
    check(lines, "r(x): h(q(x))", 2.0);
    check(lines, "r(x): Max(q(x), d(x))", 2.0);
    check(lines, "r(x): q(x) + d(x)", 4.0);
}

#[test]
fn what_is_not_declared_is_a_plain_number() {
    check(&["q(x): x"], "r(x)[g/kg]: q(x)", 2.0);
    check(&["q(x): x"], "r(x)[percent]: q(x) + x", 4.0);
    check(&["h(w[g/kg]): w"], "r(x): h(x)", 2.0);
}

#[test]
fn a_pure_result_needs_no_warning() {
    for line in ["b(x[nPa]): p(x)/p(x)", "b(x): q(x)", "b(x): 1 - q(x)", "b(x)[1]: 1 - q(x)"] {
        let above = Above::of(&["p(x[nPa])[nPa]: x", "q(x)[kg/kg]: x"]);
        let (_, diagnostics) = linker::check(line, &above);
        assert!(diagnostics.is_empty(), "{line}: {diagnostics:?}");
    }
}
