//! Reductions along the last axis: their units, how they are shown, and what is said of those that are none.

use insta::assert_snapshot;

use crate::linker::{self, Above};

const ABOVE: [&str; 2] = ["f(x[cm])[km]: x", "g(x): x"];

/// Returns what a definition shows: its call form, its right-hand side and its equation.
#[track_caller]
fn shown(line: &str) -> String {
    let checked = linker::checked(line, &Above::of(&ABOVE));
    format!("{} = {}; {}", checked.signature.declaration(), checked.rhs, checked.equation)
}

#[track_caller]
fn diagnose(line: &str) -> String {
    let (_, diagnostics) = linker::check(line, &Above::of(&ABOVE));
    diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n")
}

#[test]
fn reductions_are_shown_by_their_names() {
    assert_snapshot!(shown("h: sum(x)"), @r"h(x) = sum(x); \operatorname{sum}{\left(x \right)}");
    assert_snapshot!(shown("h: mean(x**2)**2"), @r"h(x) = mean(x**2)**2; \operatorname{mean}^{2}{\left(x^{2} \right)}");
    assert_snapshot!(shown("h: min(x) + max(x)"), @r"h(x) = max(x) + min(x); \max\left(x\right) + \min\left(x\right)");
    assert_snapshot!(shown("h: norm(x)"), @r"h(x) = norm(x); \operatorname{norm}{\left(x \right)}");
    // Of several arguments the least is taken element by element.
    assert_snapshot!(shown("h: min(x, y)"), @r"h(x, y) = Min(x, y); \min\left(x, y\right)");
    assert_snapshot!(shown("h: Max(x)"), @r"h(x) = x; x");
}

#[test]
fn reductions_keep_the_unit() {
    for name in ["sum", "mean", "min", "max", "norm"] {
        let line = format!("h: {name}(f(x))");
        assert_eq!(linker::checked(&line, &Above::of(&ABOVE)).signature.declaration(), "h(x[cm])[km]");
        let line = format!("h(x[m])[m]: {name}(f(x))");
        assert_eq!(linker::checked(&line, &Above::of(&ABOVE)).rhs, format!("1000*{name}(f(100*x))"));
    }
    assert_snapshot!(shown("h(x[cm])[km**2]: sum(f(x)**2)"), @r"h(x[cm])[km**2] = sum(f(x)**2); \operatorname{sum}{\left(f^{2}{\left(x \right)} \right)}");
    assert_snapshot!(diagnose("h(x[cm])[s]: sum(f(x))"), @"
    kamodo_rpc.yaml:1:14: error: `h`: cannot convert `km` to `s`, the unit of `h`
      1 | h(x[cm])[s]: sum(f(x))
        |              ^^^^^^^^^ Length, expected Time
    hint: multiply it by a quantity of the dimension Length^-1·Time, or change the unit on the left
    ");
    assert_snapshot!(diagnose("h(x[cm])[km]: exp(mean(f(x)))*f(x)"), @"
    kamodo_rpc.yaml:1:19: warning: `h`: the argument of `exp` is in `km`, it is taken as a plain number
      1 | h(x[cm])[km]: exp(mean(f(x)))*f(x)
        |                   ^^^^^^^^^^
    hint: divide it by a quantity of the dimension Length
    ");
}

#[test]
fn reductions_read_back_from_latex() {
    let equal = |latex: &str, text: &str| {
        let of = |rhs: &str| linker::checked(&format!("h(x, y): {rhs}"), &Above::of(&ABOVE)).rhs;
        assert_eq!(of(latex), of(text));
    };
    equal(r"$\operatorname{sum}{\left(x \right)}$", "sum(x)");
    equal(r"$\operatorname{mean}^{2}{\left(x^{2} \right)}$", "mean(x**2)**2");
    equal(r"$\min\left(x\right)$", "min(x)");
    equal(r"$\max(x) - \max(x, y)$", "max(x) - Max(x, y)");
    equal(r"$\operatorname{norm}(x)$", "norm(x)");
}

#[test]
fn functions_of_ones_own_have_those_names() {
    let above = Above::of(&["norm(x, y): sqrt(x**2 + y**2)", "mean(x): 2*x"]);
    assert_eq!(linker::checked("h(x, y): norm(x, y)", &above).rhs, "norm(x, y)");
    assert_eq!(linker::checked("h(mean): mean + 1", &Above::default()).rhs, "mean + 1");
}

#[test]
fn a_name_that_cancels_out() {
    assert_snapshot!(diagnose("h(x): sum(x/x)"), @"
    kamodo_rpc.yaml:1:11: error: `h`: `x` cancels out in the argument of `sum`, and its number of elements with it
      1 | h(x): sum(x/x)
        |           ^
    hint: leave `x` out, or pass the number of elements as a parameter of its own
    ");
    assert_snapshot!(diagnose("h(a, x): mean(a*x**0)"), @"
    kamodo_rpc.yaml:1:17: error: `h`: `x` cancels out in the argument of `mean`, and its number of elements with it
      1 | h(a, x): mean(a*x**0)
        |                 ^
    hint: leave `x` out, or pass the number of elements as a parameter of its own
    ");
    assert_snapshot!(diagnose("h(x): sum(g(x) - g(x) + x)"), @"
    kamodo_rpc.yaml:1:11: error: `h`: `g` cancels out in the argument of `sum`, and its number of elements with it
      1 | h(x): sum(g(x) - g(x) + x)
        |           ^^^^
    hint: leave `g` out, or pass the number of elements as a parameter of its own
    ");
}

#[test]
fn several_numbers_are_no_array() {
    assert_snapshot!(diagnose("h(x, y): sum(x, y)"), @"
    kamodo_rpc.yaml:1:10: warning: `h`: no function `sum` is there yet
      1 | h(x, y): sum(x, y)
        |          ^^^
    hint: `sum(x)` of the language takes one argument: of two numbers write `x + y`
    ");
    assert_snapshot!(diagnose("h(x, y): norm(x, y)"), @"
    kamodo_rpc.yaml:1:10: warning: `h`: no function `norm` is there yet
      1 | h(x, y): norm(x, y)
        |          ^^^^
    hint: `norm(x)` of the language takes one argument: of two numbers write `sqrt(x**2 + y**2)`
    ");
    assert_snapshot!(diagnose("h(x, y): mean()"), @"
    kamodo_rpc.yaml:1:10: warning: `h`: no function `mean` is there yet
      1 | h(x, y): mean()
        |          ^^^^
    hint: `mean(x)` of the language takes one argument: of two numbers write `(x + y)/2`
    ");
    assert_snapshot!(diagnose("h(x): sum(x > 0)"), @"
    kamodo_rpc.yaml:1:11: error: `h`: expected a number, found a condition
      1 | h(x): sum(x > 0)
        |           ^^^^^
    hint: `Piecewise((1, x > 0), (0, True))` makes a number of it
    ");
}

#[test]
fn habits_of_numpy() {
    assert_snapshot!(diagnose("h(x): np.sum(x)"), @"
    kamodo_rpc.yaml:1:9: error: `h`: unexpected `.`
      1 | h(x): np.sum(x)
        |         ^
    hint: leave `np.` out: the functions of the language have no module
    ");
    assert_snapshot!(diagnose("h(x): x.mean()"), @"
    kamodo_rpc.yaml:1:8: error: `h`: unexpected `.`
      1 | h(x): x.mean()
        |        ^
    hint: write `mean(x)`
    ");
    assert_snapshot!(diagnose("h(x): sum(x, axis=-1)"), @"
    kamodo_rpc.yaml:1:18: error: `h`: unexpected `=`
      1 | h(x): sum(x, axis=-1)
        |                  ^
    hint: leave `, axis=…` out: a reduction is along the last axis
    ");
    assert_snapshot!(diagnose("h(x): amax(x)"), @"
    kamodo_rpc.yaml:1:7: warning: `h`: no function `amax` is there yet
      1 | h(x): amax(x)
        |       ^^^^
    hint: write `max(x)`
    ");
}
