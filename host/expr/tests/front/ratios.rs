//! Units of dimension one, factor one included: what is declared converts, what is not is a plain number.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::f64::consts::PI;
use std::sync::Arc;

use kamodo_compute::Progress;
use kamodo_expr::{Checked, lower};
use kamodo_value::Value;
use proptest::prelude::*;
use proptest::sample::select;

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

/// Works a definition out, in which every function that is called returns its argument, and a constant 1.
#[track_caller]
pub(crate) fn value(checked: &Checked, at: f64) -> f64 {
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
            Progress::Call { args, .. } => {
                machine.supply(args.first().cloned().unwrap_or(Value::Float(1.0)));
            }
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

/// Products and quotients whose units come to a ratio, each with the pure number that it is at 2. Worked out by hand.
const PURE: [(&str, f64); 13] = [
    ("r(x)/a(x)", 1000.0),
    ("r(2*x)/a(3*x)", 2000.0 / 3.0),
    ("r(3*x)*a(x)", 0.012),
    ("1/a(x)", 500.0),
    ("a(3*x)**2", 3.6e-5),
    ("p(x)/a(x)", 10.0),
    ("p(3*x)*a(x)", 1.2e-4),
    ("d(x)/e(3*x)", 1000.0 / 3.0),
    ("e(3*x)/d(x)", 0.003),
    ("sqrt(d(x)/e(x))", 31.622_776_601_683_793),
    ("d(x)*e(3*x)/e(x)**2", 3000.0),
    ("2*d(x)/e(x) + d(x)/e(x)", 3000.0),
    ("Abs(-d(x)/e(3*x))", 1000.0 / 3.0),
];

/// Functions of such a quotient `q` and a plain number `k`, each with its value.
type OfQuotient = (&'static str, fn(f64, f64) -> f64);
const OF_QUOTIENTS: [OfQuotient; 26] = [
    ("Min(q, k)", f64::min),
    ("Min(k, q)", f64::min),
    ("Max(q, k)", f64::max),
    ("Max(k, q)", f64::max),
    ("min(k, q)", f64::min),
    ("Min(q, k, 1000000)", f64::min),
    ("Mod(q, k)", f64::rem_euclid),
    ("Mod(k, q)", |q, k| k.rem_euclid(q)),
    ("(q) % k", f64::rem_euclid),
    ("k % (q)", |q, k| k.rem_euclid(q)),
    ("(q)//k", |q, k| (q / k).floor()),
    ("k//(q)", |q, k| (k / q).floor()),
    ("floor(q)", |q, _| q.floor()),
    ("ceiling(q)", |q, _| q.ceil()),
    ("frac(q)", |q, _| q - q.floor()),
    ("hypot(q, k)", f64::hypot),
    ("atan2(q, k)", f64::atan2),
    ("atan2(k, q)", |q, k| k.atan2(q)),
    ("sign(q)", |_, _| 1.0),
    ("Heaviside(q, k)", |_, _| 1.0),
    ("Heaviside(0*x, q)", |q, _| q),
    ("exp(-(q))", |q, _| (-q).exp()),
    ("Piecewise((q, x > 0), (k, True))", |q, _| q),
    ("Piecewise((q, x < 0), (k, True))", |_, k| k),
    ("Piecewise((k, x > 0), (q, True))", |_, k| k),
    ("Piecewise((k, q > k), (q, True))", f64::min),
];

type Relation = fn(f64, f64) -> bool;
const RELATIONS: [(&str, Relation); 7] = [
    (">", |a, b| a > b),
    (">=", |a, b| a >= b),
    ("<", |a, b| a < b),
    ("<=", |a, b| a <= b),
    ("Gt", |a, b| a > b),
    ("Eq", |a, b| a == b),
    ("Ne", |a, b| a != b),
];

const DECLARED: [&str; 5] =
    ["r(x)[kg/kg]: x", "a(x)[g/kg]: x", "p(x)[percent]: x", "d(x)[km]: x", "e(x)[m]: x"];

#[track_caller]
fn check_pure(form: &str, right: &str, expect: f64) {
    // The others are plain numbers, which are taken as in the unit on the left.
    let is_pure = ["Min", "Max", "min", "Mod", "(", "k", "floor", "ceil", "frac", "hypot"]
        .iter()
        .any(|start| form.starts_with(start));
    let units = [("", 1.0), ("[1]", 1.0), ("[percent]", 0.01), ("[kg/g]", 1000.0)];
    for (unit, of_unit) in units.into_iter().take(if is_pure { 4 } else { 2 }) {
        let line = format!("f(x){unit}: {right}");
        let found = value(&linker::checked(&line, &Above::of(&DECLARED)), 2.0);
        let expect = expect / of_unit;
        assert!((found - expect).abs() <= 1e-9 * expect.abs().max(1.0), "{line}: {found}, not {expect}");
    }
}

#[test]
fn a_quotient_of_unlike_units_beside_a_plain_number_is_a_pure_number() {
    for (quotient, pure) in PURE {
        for k in [7.25, 0.31, 450.5, 1000.0] {
            for (form, expect) in OF_QUOTIENTS {
                if (form, quotient) == ("k//(q)", "1/a(x)") {
                    continue; // a multiple of `a(x)`, in its unit
                }
                let right = form.replace('q', quotient).replace('k', &k.to_string());
                check_pure(form, &right, expect(pure, k));
            }
            for (relation, expect) in RELATIONS {
                let written = |left: &str, right: &str| match relation.starts_with(char::is_alphabetic) {
                    true => format!("Piecewise((1, {relation}({left}, {right})), (0, True))"),
                    false => format!("Piecewise((1, {left} {relation} {right}), (0, True))"),
                };
                check_pure(
                    relation,
                    &written(quotient, &k.to_string()),
                    f64::from(u8::from(expect(pure, k))),
                );
                check_pure(
                    relation,
                    &written(&k.to_string(), quotient),
                    f64::from(u8::from(expect(k, pure))),
                );
            }
        }
    }
    for (right, expect) in
        [("r(2*x)//a(3*x)", 666.0), ("floor(d(2*x)/e(3*x))", 666.0), ("Mod(r(x)/a(x), 7)", 6.0)]
    {
        check_pure("floor", right, expect);
    }
}

/// As published: `50` beside a percentage is 50 percent.
#[test]
fn a_plain_number_beside_a_declared_ratio_is_in_it() {
    let lines = &DECLARED;
    for right in ["Min(p(100*x), 50)", "Min(50, 2*p(50*x))", "Min(sqrt(p(60*x)**2 + p(80*x)**2), 50)"] {
        check(lines, &format!("f(x)[percent]: {right}"), 50.0);
        check(lines, &format!("f(x)[1]: {right}"), 0.5);
    }
    check(lines, "f(x)[percent]: Min(d(x)/e(x), p(100*x), 50)", 50.0);
    check(lines, "f(x)[percent]: Min(p(100*x), 50, d(x)/e(x))", 50.0);
    check(lines, "f(x)[percent]: floor(p(x) + p(x/4))", 2.0);
    check(lines, "f(x): Piecewise((1, p(x) > 1.5), (0, True))", 1.0);
    check(lines, "f(x)[percent]: Mod(p(4*x), 5)", 3.0);
}

/// An expression of quotients of masses; `M`, `N` and `O` stand for the functions that return them.
fn pure_expression() -> impl Strategy<Value = String> {
    // No value is at a step of `floor`, where the last digit decides.
    let plain_numbers = select(&["0.713", "11.3", "1234.5"][..]);
    let numbers = select(&["0.37", "1.71", "2.93"][..]);
    let quotient = (
        select(
            &[
                "M(#)/N(x)",
                "M(x)/O(#)",
                "O(#)*N(x)/M(x)**2",
                "sqrt(N(#)/M(x))",
                "M(#)/M(x)/(N(x)/O(x))",
                "M(#)/N(x) + O(0.53*x)/M(x)",
            ][..],
        ),
        numbers,
    );
    let quotient = quotient.prop_map(|(form, number)| form.replace('#', &format!("{number}*x")));
    quotient.prop_recursive(3, 12, 2, move |inner| {
        let forms = [
            "Min(#, k)",
            "Max(k, #)",
            "Min(#, ~)",
            "Mod(#, k)",
            "(#) % k",
            "(#)//k",
            "floor(3*(#))",
            "ceiling(#)",
            "hypot(#, ~)",
            "hypot(k, #)",
            "atan2(#, k)",
            "Piecewise((#, ~ > k), (k, True))",
            "Piecewise((~, # <= k), (#, True))",
            "(#)*(~)",
            "exp(-(#))",
        ];
        (select(forms.to_vec()), inner.clone(), inner, plain_numbers.clone())
            .prop_map(|(form, one, two, k)| form.replace('k', k).replace('#', &one).replace('~', &two))
    })
}

proptest! {
    #[test]
    fn a_pure_number_does_not_depend_on_the_units_of_its_parts(text in pure_expression()) {
        let mut values = Vec::new();
        for choice in 0..8 {
            let (mut right, mut lines) = (text.clone(), Vec::new());
            for (index, (place, name)) in [("M(", "m"), ("N(", "n"), ("O(", "o")].into_iter().enumerate() {
                let (unit, number) = if choice >> index & 1 == 0 { ("kg", "") } else { ("g", "1000*") };
                lines.push(format!("{name}(x)[{unit}]: x"));
                right = right.replace(place, &format!("{name}({number}"));
            }
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            values.push(value(&linker::checked(&format!("f(x)[1]: {right}"), &Above::of(&lines)), 2.0));
        }
        for found in &values {
            prop_assert!((found - values[0]).abs() <= 1e-9 * values[0].abs(), "{text}: {values:?}");
        }
    }
}
