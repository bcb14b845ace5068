//! Defaults of parameters: which forms there are, what they come to, and what is said of those that are none.

use insta::assert_snapshot;
use kamodo_expr::{Diagnostic, Outcome};
use kamodo_value::Value;

use crate::linker::{self, Above};

/// Returns what is shown of a definition: its call form, its left-hand side and its LaTeX.
#[track_caller]
fn shown(line: &str) -> String {
    let checked = linker::checked(line, &Above::default());
    format!("{}\n{}\n{}", checked.signature.declaration(), checked.lhs, checked.latex)
}

/// Returns the defaults of a definition.
#[track_caller]
fn defaults(line: &str) -> Vec<Option<Value>> {
    let checked = linker::checked(line, &Above::default());
    checked.signature.parameters.into_iter().map(|parameter| parameter.default).collect()
}

#[track_caller]
fn refuse(line: &str) -> String {
    let (outcome, diagnostics) = linker::check(line, &Above::of(&["g(x): x"]));
    assert!(matches!(outcome, Outcome::Refused), "{line} is accepted");
    diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n")
}

fn int(integer: i64) -> Option<Value> {
    Some(Value::Int(integer.into()))
}

fn float(float: f64) -> Option<Value> {
    Some(Value::Float(float))
}

#[test]
fn a_default_is_what_python_makes_of_it() {
    assert_eq!(defaults("f(x=5): x"), [int(5)]);
    assert_eq!(defaults("f(x = -5 , y= 0.5): x + y"), [int(-5), float(0.5)]);
    assert_eq!(defaults("f(x, y=1e-3): x + y"), [None, float(1e-3)]);
    assert_eq!(defaults("f(x=2*pi, y=1/4): x + y"), [float(std::f64::consts::TAU), float(0.25)]);
    assert_eq!(defaults("f(x=sqrt(2), y=2**(1+2)): x + y"), [float(std::f64::consts::SQRT_2), int(8)]);
    assert_eq!(defaults("f(x=Max(1, 3)): x"), [int(3)]);
    assert_eq!(defaults("f(x=True): x"), [Some(Value::Bool(true))]);
    assert_eq!(defaults("f(x=oo): x"), [float(f64::INFINITY)]);
}

#[test]
fn a_default_is_in_the_unit_of_its_parameter() {
    assert_eq!(defaults("f(x[km]=5): x"), [int(5)]);
    assert_eq!(defaults("f(x=5[km]): x"), [int(5)]);
    assert_eq!(defaults("f(x[m]=5[km]): x"), [int(5000)]);
    assert_eq!(defaults("f(x[km]=5[m]): x"), [float(0.005)]);
    assert_eq!(defaults("f(x[km]=5[km]): x"), [int(5)]);
    assert_eq!(defaults("f(x[rad]=180[deg]): x"), [float(std::f64::consts::PI)]);
}

#[test]
fn a_default_is_shown_in_the_unit_of_its_parameter() {
    assert_snapshot!(shown("f(x=5): x"), @r"
    f(x=5)
    f(x=5)
    $f{\left(x \right)} = x$
    ");
    assert_snapshot!(shown("f(x=5[km])[m]: x"), @r"
    f(x[km]=5)[m]
    f(x=5)
    $f(x[km])[m] = x$
    ");
    assert_snapshot!(shown("f(y, x[m]=5[km])[m]: x"), @r"
    f(y, x[m]=5000)[m]
    f(y, x=5000)
    $f(y,x[m])[m] = x$
    ");
    assert_snapshot!(shown("f(x=2*pi): x"), @r"
    f(x=6.283185307179586)
    f(x=2*pi)
    $f{\left(x \right)} = x$
    ");
}

#[test]
fn a_call_without_an_argument_takes_its_default() {
    let above = Above::of(&["f(x[km]=5, k=2)[m]: k*x"]);
    assert_eq!(linker::checked("g(y): f() + f(y)", &above).rhs, "f(5, 2) + f(y, 2)");
    assert_eq!(linker::checked("g(y[m])[m]: f(y)", &above).rhs, "f(y/1000, 2)");
    // A bare name takes the parameters, and not their defaults.
    assert_eq!(linker::checked("h: f + 1", &above).signature.declaration(), "h(k, x[km])[m]");
}

#[test]
fn a_default_behind_which_one_is_missing() {
    assert_snapshot!(refuse("f(x=5, y): x + y"), @r"
    kamodo_rpc.yaml:1:8: error: `y` has no default, and stands behind `x`, which has one
      1 | f(x=5, y): x + y
        |        ^
    hint: write `f(y, x=5)`, or give `y` a default
    ");
    assert_snapshot!(refuse("f(a, x[km]=5, y, z=1): x + y + z + a"), @r"
    kamodo_rpc.yaml:1:15: error: `y` has no default, and stands behind `x`, which has one
      1 | f(a, x[km]=5, y, z=1): x + y + z + a
        |               ^
    hint: write `f(a, y, x[km]=5, z=1)`, or give `y` a default
    ");
}

#[test]
fn a_default_that_is_no_number() {
    assert_snapshot!(refuse("f(x=): x"), @r"
    kamodo_rpc.yaml:1:4: error: expected the default of `x` behind `=`, found `)`
      1 | f(x=): x
        |    ^
    hint: write a number, such as `x=5`, or leave `=` out
    ");
    assert_snapshot!(refuse("f(x=[1,2]): x"), @r"
    kamodo_rpc.yaml:1:4: error: expected the default of `x` behind `=`, found `[`
      1 | f(x=[1,2]): x
        |    ^
    hint: write a number, such as `x=5`, or leave `=` out
    ");
    assert_snapshot!(refuse("f(x=y): x"), @r"
    kamodo_rpc.yaml:1:5: error: the default of `x` is a number, found `y`
      1 | f(x=y): x
        |     ^
    hint: write a number, such as `x=5`, or numbers alone, such as `x=2*pi`
    ");
    assert_snapshot!(refuse("f(x=g(3)): x"), @r"
    kamodo_rpc.yaml:1:5: error: the default of `x` is a number, found `g(3)`
      1 | f(x=g(3)): x
        |     ^^^^
    hint: write a number, such as `x=5`, or numbers alone, such as `x=2*pi`
    ");
    assert_snapshot!(refuse("f(x=2*I): x"), @r"
    kamodo_rpc.yaml:1:5: error: the default of `x` is a real number, found `2*I`
      1 | f(x=2*I): x
        |     ^^^
    hint: write a number, such as `x=5`, or numbers alone, such as `x=2*pi`
    ");
    assert_snapshot!(refuse("f(x=nan): x"), @r"
    kamodo_rpc.yaml:1:5: error: the default of `x` is a real number, found `nan`
      1 | f(x=nan): x
        |     ^^^
    hint: write a number, such as `x=5`, or numbers alone, such as `x=2*pi`
    ");
    assert_snapshot!(refuse("f(y, x=2 +* 3): x"), @r"
    kamodo_rpc.yaml:1:11: error: expected an operand, found `*`
      1 | f(y, x=2 +* 3): x
        |           ^
    hint: write a number, a name or `(` after `+`, or leave `+` out
    ");
    assert_snapshot!(refuse("f(x=1/0): x"), @r"
    kamodo_rpc.yaml:1:7: error: division by zero
      1 | f(x=1/0): x
        |       ^
    hint: what it is divided by comes out as zero, whatever the parameters are
    ");
    assert_snapshot!(refuse("f(x=5: x"), @r"
    kamodo_rpc.yaml:1:2: error: this parenthesis is never closed
      1 | f(x=5: x
        |  ^
    hint: add `)` behind the last parameter
    ");
}

/// Each of them alone takes a second: what the first ones leave of the work is soon used up.
#[test]
fn many_defaults_share_the_work_of_one_definition() {
    let nested = format!("{}2{}", "asinh(tanh(".repeat(28), "))".repeat(28));
    let list: Vec<_> = (0..1000).map(|index| format!("x{index}={nested}")).collect();
    let line = format!("f({}): 1", list.join(","));
    let (outcome, diagnostics) = linker::check(&line, &Above::default());
    assert!(matches!(outcome, Outcome::Refused));
    let is_out_of_steps = |found: &&Diagnostic| found.message.contains("takes more than 10000000 steps");
    let n_out_of_steps = diagnostics.iter().filter(is_out_of_steps).count();
    assert!(n_out_of_steps > 900 && diagnostics.len() == 1000, "{n_out_of_steps} of {}", diagnostics.len());
}

#[test]
fn a_default_in_another_dimension() {
    assert_snapshot!(refuse("f(x[m]=5[s]): x"), @r"
    kamodo_rpc.yaml:1:9: error: cannot convert `s` to `m`, the unit of `x`
      1 | f(x[m]=5[s]): x
        |         ^^^ Time, expected Length
    hint: give the default in a unit that converts to `m`
    ");
    assert_snapshot!(refuse("f(x[m]=5[kmm]): x"), @"
    kamodo_rpc.yaml:1:10: error: unknown unit `kmm`
      1 | f(x[m]=5[kmm]): x
        |          ^^^
    hint: did you mean `km`?
    ");
}

#[test]
fn a_left_hand_side_that_a_hint_shows_keeps_units_and_defaults() {
    assert_snapshot!(refuse("f(x[cm], k=2)[kg]: k*x*z"), @r"
    kamodo_rpc.yaml:1:24: error: `f`: `z` is not a parameter of `f`
      1 | f(x[cm], k=2)[kg]: k*x*z
        |                        ^
    hint: did you mean `f(x[cm],z,k=2)[kg]`?
    ");
    assert_snapshot!(refuse("f(x[cm], k=2)[kg]: k*π*x"), @r"
    kamodo_rpc.yaml:1:22: error: `f`: `π` is not a parameter of `f`
      1 | f(x[cm], k=2)[kg]: k*π*x
        |                      ^
    hint: write `pi` for the constant, or `f(x[cm],π,k=2)[kg]` if a parameter is meant
    ");
}
