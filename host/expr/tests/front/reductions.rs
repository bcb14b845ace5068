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
    hint: leave `np.` out: the functions of the language have no module, and `sum` is along the last axis
    ");
    assert_snapshot!(diagnose("h(x): x.mean()"), @"
    kamodo_rpc.yaml:1:8: error: `h`: unexpected `.`
      1 | h(x): x.mean()
        |        ^
    hint: write `mean(x)` if that has one axis: a reduction is along the last one
    ");
    assert_snapshot!(diagnose("h(x): sum(x, axis=-1)"), @"
    kamodo_rpc.yaml:1:18: error: `h`: unexpected `=`
      1 | h(x): sum(x, axis=-1)
        |                  ^
    hint: leave `, axis=-1` out: a reduction is along the last axis
    ");
    assert_snapshot!(diagnose("h(x): amax(x)"), @"
    kamodo_rpc.yaml:1:7: warning: `h`: no function `amax` is there yet
      1 | h(x): amax(x)
        |       ^^^^
    hint: write `max(x)`
    ");
}

/// Returns each line's right-hand side with the hints that it gets; following them is tried by [`linker::check`].
#[track_caller]
fn hints(right_hand_sides: &[&str]) -> String {
    let told = right_hand_sides.iter().map(|rhs| {
        let (_, diagnostics) = linker::check(&format!("h(x, y): {rhs}"), &Above::of(&ABOVE));
        let hints: Vec<_> = diagnostics.iter().filter_map(|found| found.hint.clone()).collect();
        format!("{rhs} -> {}", hints.join(" | "))
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_axis_that_is_left_out_does_not_change_the_value() {
    assert_snapshot!(hints(&[
        "mean(x, axis=0)", "mean(x, axis = -1)", "mean(x, axis=None)", "mean(x, 0)", "mean(x, -1)", "max(x, axis=1)",
        "x.mean(axis=0)", "x.sum(0)", "x.sum(-1)", "x.max(axis=-1)", "(x + y).mean()", "f(x).min(axis=1) + x.sum()",
        "np.mean(x, axis=0)", "np.max(x, 0)", "np.max(x, axis=-1)", "np.sum(x, keepdims=True)", "sum(x, keepdims=False)",
        "np.linalg.norm(x)", "np.linalg.norm(x, axis=1)", "norm(x, 1)", "norm(x, 2)", "norm(x, 3)",
    ]), @"
    mean(x, axis=0) -> leave `, axis=0` out if the array's last axis is 0: a reduction is along no other
    mean(x, axis = -1) -> leave `, axis = -1` out: a reduction is along the last axis
    mean(x, axis=None) -> leave `, axis=None` out if the array has one axis: a reduction is along the last one
    mean(x, 0) -> write `mean(x)` if the array's last axis is 0: a reduction is along no other
    mean(x, -1) -> write `mean(x)`: a reduction is along the last axis
    max(x, axis=1) -> leave `, axis=1` out if the array's last axis is 1: a reduction is along no other
    x.mean(axis=0) -> write `mean(x)` if the array's last axis is 0: a reduction is along no other
    x.sum(0) -> write `sum(x)` if the array's last axis is 0: a reduction is along no other
    x.sum(-1) -> write `sum(x)`: a reduction is along the last axis
    x.max(axis=-1) -> write `max(x)`: a reduction is along the last axis
    (x + y).mean() -> write `mean(x + y)` if that has one axis: a reduction is along the last one
    f(x).min(axis=1) + x.sum() -> write `min(f(x))` if the array's last axis is 1: a reduction is along no other | write `sum(x)` if that has one axis: a reduction is along the last one
    np.mean(x, axis=0) -> leave `np.` out: the functions of the language have no module, and `mean` is along the last axis | leave `, axis=0` out if the array's last axis is 0: a reduction is along no other
    np.max(x, 0) -> write `max(x)` if the array's last axis is 0: a reduction is along no other
    np.max(x, axis=-1) -> write `max(x)`: a reduction is along the last axis | leave `, axis=-1` out: a reduction is along the last axis
    np.sum(x, keepdims=True) -> leave `np.` out: the functions of the language have no module, and `sum` is along the last axis | a reduction takes its axis away: none keeps it
    sum(x, keepdims=False) -> leave `, keepdims=False` out: a reduction takes its axis away
    np.linalg.norm(x) -> leave `np.linalg.` out: the functions of the language have no module, and `norm` is along the last axis
    np.linalg.norm(x, axis=1) -> leave `np.linalg.` out: the functions of the language have no module, and `norm` is along the last axis | leave `, axis=1` out if the array's last axis is 1: a reduction is along no other
    norm(x, 1) -> write `sum(Abs(x))` if that has one axis
    norm(x, 2) -> write `norm(x)` if that has one axis
    norm(x, 3) -> `norm(x)` of the language takes one argument, and is the root of the sum of the squares
    ");
}

#[test]
fn other_habits_of_python() {
    assert_snapshot!(hints(&[
        "scipy.special.erf(x)", "math.sqrt(x)", "x.real + (x + y).imag", "x.clip(0, 1)", "x.round()", "x.T", "x.T.sum()",
        "x.unknown(y)", "log(x, base=2)", "g(x=y)", "log10(x, 2)", "log2(x, 2)", "hypot(x, y, 1)", "sqrt(x, 3)", "ln(x, y)",
    ]), @"
    scipy.special.erf(x) -> leave `scipy.special.` out: the functions of the language have no module
    math.sqrt(x) -> leave `math.` out: the functions of the language have no module
    x.real + (x + y).imag -> write `re(x)` | write `im(x + y)`
    x.clip(0, 1) -> write `clip(x, 0, 1)`
    x.round() -> write `round(x)`
    x.T -> a decimal point stands beside a digit, such as `0.5`, and a name has none
    x.T.sum() -> a decimal point stands beside a digit, such as `0.5`, and a name has none
    x.unknown(y) -> a decimal point stands beside a digit, such as `0.5`, and a name has none
    log(x, base=2) -> the arguments of a call stand in their order, without names; a comparison is `==`
    g(x=y) -> the arguments of a call stand in their order, without names; a comparison is `==`
    log10(x, 2) -> `log10(x)` of the language takes one argument: to the base b write `log(x, b)`
    log2(x, 2) -> `log2(x)` of the language takes one argument: to the base b write `log(x, b)`
    hypot(x, y, 1) -> `hypot(x, y)` of the language takes two arguments: of three write `sqrt(x**2 + y**2 + z**2)`
    sqrt(x, 3) -> call it as `sqrt(x)`, or as `root(x, n)`
    ln(x, y) ->
    ");
}
