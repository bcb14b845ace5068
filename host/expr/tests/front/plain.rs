//! Units of parameters that do not convert, as published, where a reader expects it.

use insta::assert_snapshot;
use kamodo_expr::{Checked, Diagnostic, Outcome};

use crate::hints;
use crate::linker::{self, Above};

const ABOVE: [&str; 2] = ["g(h[km])[m/s^2]: 9.80665", "f(y[km])[m]: 1000*y"];

/// Those that a ratio is made of, and what takes and returns angles and shares.
const RATIOS: [&str; 6] = [
    "c[m/s]: 1",
    "sp(v)[km/s]: v",
    "p(x)[percent]: x",
    "r(x)[kg/kg]: x",
    "turn(w[deg])[deg]: w",
    "angle(x)[deg]: x",
];

#[track_caller]
fn check(line: &str) -> (Checked, Vec<Diagnostic>) {
    match linker::check(line, &Above::of(&ABOVE)) {
        (Outcome::Checked(checked), diagnostics) => (checked, diagnostics),
        (_, diagnostics) => panic!("{line} is refused: {diagnostics:?}"),
    }
}

#[track_caller]
fn warn(line: &str) -> String {
    check(line).1.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_sum_of_parameters_in_two_units() {
    assert_snapshot!(warn("h(x[km], y[m])[m]: x + y"), @r"
    kamodo_rpc.yaml:1:24: warning: `h`: `x` in `km` and `y` in `m` are added as plain numbers: parameters do not convert
      1 | h(x[km], y[m])[m]: x + y
        |                        ^
    hint: write `x*1000 + y`
    ");
    assert_snapshot!(warn("a(x[km], y[m])[km]: -y - 2*x"), @r"
    kamodo_rpc.yaml:1:26: warning: `a`: `-y` in `m` and `2*x` in `km` are added as plain numbers: parameters do not convert
      1 | a(x[km], y[m])[km]: -y - 2*x
        |                          ^^^
    hint: write `(-y)/1000 - 2*x`
    ");
    assert_snapshot!(warn("g(x[km], y[s]): (x + y)/2"), @r"
    kamodo_rpc.yaml:1:22: warning: `g`: `x` in `km` and `y` in `s` are added as plain numbers: parameters do not convert
      1 | g(x[km], y[s]): (x + y)/2
        |                      ^
    hint: no factor converts one to the other: change a unit on the left
    ");
    assert_snapshot!(warn("g(x[km], y[m]): $x + y$"), @r"
    kamodo_rpc.yaml:1:22: warning: `g`: `x` in `km` and `y` in `m` are added as plain numbers: parameters do not convert
      1 | g(x[km], y[m]): $x + y$
        |                      ^
    hint: convert both to `km`
    ");
    // A number may convert, and a plain number may be anything.
    assert_eq!(warn("h(x[km], y[m])[m]: 1000*x + y"), "");
    assert_eq!(warn("h(x[km], y)[km]: x + y"), "");
    assert_eq!(warn("h(x[km], y[km])[km]: x + y"), "");
}

#[test]
fn a_result_that_is_not_converted() {
    assert_snapshot!(warn("k(x[m])[km]: x"), @r"
    kamodo_rpc.yaml:1:14: warning: `k`: the right-hand side is a number in `m`, and is not converted to `km`: parameters are plain numbers
      1 | k(x[m])[km]: x
        |              ^
    hint: write `k(x[m])[m]` on the left, or to convert it write `x/1000` on the right
    ");
    assert_snapshot!(warn("lat(m[rad])[deg]: m"), @r"
    kamodo_rpc.yaml:1:19: warning: `lat`: the right-hand side is a number in `rad`, and is not converted to `deg`: parameters are plain numbers
      1 | lat(m[rad])[deg]: m
        |                   ^
    hint: write `lat(m[rad])[rad]` on the left, or to convert it write `m*180/pi` on the right
    ");
    assert_snapshot!(warn("d(x[m], y[m])[km]: x + y"), @r"
    kamodo_rpc.yaml:1:20: warning: `d`: the right-hand side is a number in `m`, and is not converted to `km`: parameters are plain numbers
      1 | d(x[m], y[m])[km]: x + y
        |                    ^^^^^
    hint: write `d(x[m],y[m])[m]` on the left, or to convert it write `(x + y)/1000` on the right
    ");
    assert_snapshot!(warn("K(m[kg], v[km/s])[J]: m*v**2/2"), @r"
    kamodo_rpc.yaml:1:23: warning: `K`: the right-hand side is a number in `kg*km**2/s**2`, and is not converted to `J`: parameters are plain numbers
      1 | K(m[kg], v[km/s])[J]: m*v**2/2
        |                       ^^^^^^^^
    hint: write `K(m[kg],v[km/s])[kg*km**2/s**2]` on the left, or to convert it write `m*v**2/2*1000000` on the right
    ");
    assert_snapshot!(warn("share(x[m], y[m])[percent]: x/y"), @r"
    kamodo_rpc.yaml:1:29: warning: `share`: the right-hand side is a number in `1`, and is not converted to `percent`: parameters are plain numbers
      1 | share(x[m], y[m])[percent]: x/y
        |                             ^^^
    hint: write `share(x[m],y[m])[1]` on the left, or to convert it write `x/y*100` on the right
    ");
    assert_snapshot!(warn("k(x[m])[km]: $\\frac{x}{2}$"), @r"
    kamodo_rpc.yaml:1:15: warning: `k`: the right-hand side is a number in `m`, and is not converted to `km`: parameters are plain numbers
      1 | k(x[m])[km]: $\frac{x}{2}$
        |               ^^^^^^^^^^^
    hint: write `k(x[m])[m]` on the left, or to convert it multiply by `1/1000`
    ");
}

#[test]
fn the_sine_of_degrees() {
    assert_snapshot!(warn("s(lat[deg]): sin(lat)"), @r"
    kamodo_rpc.yaml:1:18: warning: `s`: `sin` takes radians, found a number in `deg`: parameters are plain numbers
      1 | s(lat[deg]): sin(lat)
        |                  ^^^
    hint: write `sin(lat*pi/180)`, or declare it in `rad`
    ");
    assert_snapshot!(warn("s(lat[deg], lon[deg]): cos(lat)*cos(lon - 2*lat)"), @r"
    kamodo_rpc.yaml:1:28: warning: `s`: `cos` takes radians, found a number in `deg`: parameters are plain numbers
      1 | s(lat[deg], lon[deg]): cos(lat)*cos(lon - 2*lat)
        |                            ^^^
    hint: write `cos(lat*pi/180)`, or declare it in `rad`
    kamodo_rpc.yaml:1:37: warning: `s`: `cos` takes radians, found a number in `deg`: parameters are plain numbers
      1 | s(lat[deg], lon[deg]): cos(lat)*cos(lon - 2*lat)
        |                                     ^^^^^^^^^^^
    hint: write `cos((lon - 2*lat)*pi/180)`, or declare it in `rad`
    ");
}

#[test]
fn a_parameter_beside_a_quantity() {
    assert_snapshot!(warn("H(T[K], h[km]): 0.28669*T/g(h)"), @r"
    kamodo_rpc.yaml:1:25: warning: `H`: `T` is a plain number here: beside a quantity in `m/s**2` its unit `K` does not count
      1 | H(T[K], h[km]): 0.28669*T/g(h)
        |                         ^
    hint: if its unit is to count, define `T_0(T[K])[K]: T`, and write `T_0(T)`
    kamodo_rpc.yaml:1:17: warning: `H`: the result is in `s**2/m`, but the left-hand side has no unit
      1 | H(T[K], h[km]): 0.28669*T/g(h)
        |                 ^^^^^^^^^^^^^^
    hint: write `H(T[K],h[km])[s**2/m]` to keep it
    ");
    assert_snapshot!(warn("s(y[km])[m]: f(y) + y"), @r"
    kamodo_rpc.yaml:1:21: warning: `s`: `y` is a plain number here, though it is declared in `km`: it is taken as in `m`
      1 | s(y[km])[m]: f(y) + y
        |                     ^
    hint: if its unit is to count, define `y_0(y[km])[km]: y`, and write `y_0(y)`
    ");
    assert_snapshot!(warn("s(y[km], t[s])[m]: f(y) - t"), @r"
    kamodo_rpc.yaml:1:27: warning: `s`: `t` is a plain number here, though it is declared in `s`: it is taken as in `m`
      1 | s(y[km], t[s])[m]: f(y) - t
        |                           ^
    hint: if its unit is to count, define `t_0(t[s])[s]: t`, and write `t_0(t)`
    ");
    assert_snapshot!(warn("s(y[km])[m]: f(y) + 1"), @r"
    kamodo_rpc.yaml:1:21: warning: `s`: a plain number is added to a quantity, it is taken as in `m`
      1 | s(y[km])[m]: f(y) + 1
        |                     ^
    hint: if another unit is meant, define it with that, as in `c_0[m]: 1`, and write `c_0`
    ");
}

#[test]
fn what_is_right_has_no_warning() {
    for line in [
        "p_dyn(n[1/cm^3],v[km/s])[nPa]: 1.6726e-6*n*v**2",
        "q(x[cm])[kg]: x**2 - x - 1",
        "q(x[m])[km]: x/1000",
        "q(x[m])[km]: x*1e-3",
        "q(x[mm])[cm]: x/10",
        "lat(m[rad])[deg]: 180/pi*m",
        "lat(m[rad])[deg]: m*57.29577951308232",
        "q(lat[deg]): sin(lat*pi/180)",
        "q(lat[rad]): sin(lat)",
        "omega(f[Hz])[rad/s]: 2*pi*f",
        "area(r[m])[m^2]: pi*r**2",
        "K(m[kg], v[m/s])[J]: m*v**2/2",
        "q(y[km])[km]: f(y) + y",
        "q(y[km])[m]: f(y)",
        "q(y[m])[km]: f(2*y)",
        "q(T[K], h[km])[m/s^2]: T/288*g(h)",
        "q(T): T/300",
    ] {
        assert_eq!(warn(line), "", "{line}");
    }
}

/// Each form that a hint shows is right: on the left it changes no value, on the right it converts, without a warning.
#[test]
fn what_a_hint_shows_has_no_warning() {
    for line in [
        "k(x[m])[km]: x",
        "lat(m[rad])[deg]: m",
        "lat(m[deg])[rad]: -m",
        "d(x[m], y[m])[km]: x + y",
        "K(m[kg], v[km/s])[J]: m*v**2/2",
        "share(x[m], y[m])[percent]: x/y",
        "s(lat[deg]): sin(lat)",
    ] {
        let (plain, diagnostics) = check(line);
        let [warning] = &diagnostics[..] else { panic!("{line}: {diagnostics:?}") };
        let forms: Vec<_> = warning.hint.as_deref().unwrap().split('`').skip(1).step_by(2).collect();
        let (left, body) = line.split_once(": ").unwrap();
        let right = match forms[..] {
            [other_left, right] if other_left.contains('[') => {
                let (kept, diagnostics) = check(&format!("{other_left}: {body}"));
                assert_eq!((kept.rhs, diagnostics), (plain.rhs.clone(), Vec::new()), "{line}");
                right
            }
            [whole, _] => whole,
            _ => panic!("{line}: {forms:?}"),
        };
        let (converted, diagnostics) = check(&format!("{left}: {right}"));
        assert_eq!(diagnostics, Vec::new(), "{left}: {right}");
        assert_ne!(converted.rhs, plain.rhs, "{line}");
    }
    // A parameter that a function of its own makes a quantity.
    let line = "s(y[km])[m]: f(y) + y";
    let hint = check(line).1[0].hint.clone().unwrap();
    let forms: Vec<_> = hint.split('`').skip(1).step_by(2).collect();
    let above = Above::of(&[ABOVE[0], ABOVE[1], forms[0]]);
    let (outcome, diagnostics) = linker::check(&format!("s(y[km])[m]: f(y) + {}", forms[1]), &above);
    let Outcome::Checked(checked) = outcome else { panic!("{diagnostics:?}") };
    assert_eq!((checked.rhs.as_str(), diagnostics), ("f(y) + 1000*y_0(y)", Vec::new()));
}

/// Checks a line below [`RATIOS`].
#[track_caller]
fn beside_ratios(line: &str) -> (Checked, Vec<Diagnostic>) {
    match linker::check(line, &Above::of(&RATIOS)) {
        (Outcome::Checked(checked), diagnostics) => (checked, diagnostics),
        (_, diagnostics) => panic!("{line} is refused: {diagnostics:?}"),
    }
}

#[test]
fn a_plain_number_beside_a_ratio() {
    let warn =
        |line: &str| beside_ratios(line).1.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n");
    assert_snapshot!(warn("gamma(v): 1/sqrt(1-(sp(v)/c())**2)"), @r"
    kamodo_rpc.yaml:1:18: warning: `gamma`: a plain number is added to a quantity, it is taken as in `km**2/m**2`
      1 | gamma(v): 1/sqrt(1-(sp(v)/c())**2)
        |                  ^
    hint: if a pure number is meant, define it as one, `c_0[1]: 1`, and write `c_0`
    kamodo_rpc.yaml:1:11: warning: `gamma`: the result is in `m/km`, but the left-hand side has no unit
      1 | gamma(v): 1/sqrt(1-(sp(v)/c())**2)
        |           ^^^^^^^^^^^^^^^^^^^^^^^^
    hint: write `gamma(v)[1]` for a pure number, or `gamma(v)[m/km]` to keep it
    ");
    assert_snapshot!(warn("f(x): sign(p(x) - 2.5)"), @r"
    kamodo_rpc.yaml:1:19: warning: `f`: a plain number is added to a quantity, it is taken as in `percent`
      1 | f(x): sign(p(x) - 2.5)
        |                   ^^^
    hint: if a pure number is meant, define it as one, `c_0[1]: 2.5`, and write `c_0`
    ");
    assert_snapshot!(warn("f(x)[percent]: 1 - r(x)"), @r"
    kamodo_rpc.yaml:1:16: warning: `f`: a plain number is added to a quantity, it is taken as in `percent`
      1 | f(x)[percent]: 1 - r(x)
        |                ^
    hint: if a pure number is meant, define it as one, `c_0[1]: 1`, and write `c_0`
    ");
    assert_snapshot!(warn("f(x): p(x) + x"), @r"
    kamodo_rpc.yaml:1:14: warning: `f`: a plain number is added to a quantity, it is taken as in `percent`
      1 | f(x): p(x) + x
        |              ^
    hint: if a pure number is meant, return it from a function of the unit `[1]`
    kamodo_rpc.yaml:1:7: warning: `f`: the result is in `percent`, but the left-hand side has no unit
      1 | f(x): p(x) + x
        |       ^^^^^^^^
    hint: write `f(x)[percent]` to keep it
    ");
}

#[test]
fn a_pure_number_under_another_unit() {
    let warn =
        |line: &str| beside_ratios(line).1.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n");
    assert_snapshot!(warn("f(x)[deg]: asin(x)"), @r"
    kamodo_rpc.yaml:1:12: warning: `f`: `asin` returns radians, and is not converted to `deg`, the unit on the left: functions of the language return plain numbers
      1 | f(x)[deg]: asin(x)
        |            ^^^^^^^
    hint: write `asin(x)*180/pi`, or `f(x)[rad]` on the left
    ");
    assert_snapshot!(warn("f(x, y)[deg]: pi/2 - atan2(y, x)"), @r"
    kamodo_rpc.yaml:1:15: warning: `f`: `atan2` returns radians, and is not converted to `deg`, the unit on the left: functions of the language return plain numbers
      1 | f(x, y)[deg]: pi/2 - atan2(y, x)
        |               ^^^^^^^^^^^^^^^^^^
    hint: write `(pi/2 - atan2(y, x))*180/pi`, or `f(x,y)[rad]` on the left
    ");
    assert_snapshot!(warn("f(x)[deg]: angle(x) + 2*acos(x)"), @r"
    kamodo_rpc.yaml:1:23: warning: `f`: `acos` returns radians, and is not converted to `deg`, the unit on the left: functions of the language return plain numbers
      1 | f(x)[deg]: angle(x) + 2*acos(x)
        |                       ^^^^^^^^^
    hint: write `2*acos(x)*180/pi`
    ");
    assert_snapshot!(warn("f(x)[percent]: sin(r(x))"), @r"
    kamodo_rpc.yaml:1:16: warning: `f`: `sin` returns a pure number, and is not converted to `percent`, the unit on the left: functions of the language return plain numbers
      1 | f(x)[percent]: sin(r(x))
        |                ^^^^^^^^^
    hint: write `sin(r(x))*100`, or `f(x)[1]` on the left
    ");
    assert_snapshot!(warn("f(x): turn(-atan(x))"), @r"
    kamodo_rpc.yaml:1:7: warning: `f`: the result is in `deg`, but the left-hand side has no unit
      1 | f(x): turn(-atan(x))
        |       ^^^^^^^^^^^^^^
    hint: write `f(x)[deg]` to keep it
    kamodo_rpc.yaml:1:13: warning: `f`: `atan` returns radians, and is not converted to `deg`, `w[deg]` of `turn`: functions of the language return plain numbers
      1 | f(x): turn(-atan(x))
        |             ^^^^^^^
    hint: write `atan(x)*180/pi`
    ");
    assert_snapshot!(warn("f(x)[deg]: $\\arcsin{x}$"), @r"
    kamodo_rpc.yaml:1:13: warning: `f`: `asin` returns radians, and is not converted to `deg`, the unit on the left: functions of the language return plain numbers
      1 | f(x)[deg]: $\arcsin{x}$
        |             ^^^^^^^^^^
    hint: multiply it by `180/pi`, or write `f(x)[rad]` on the left
    ");
    for line in [
        "f(x)[deg]: asin(x)*180/pi",
        "f(x)[rad]: asin(x)",
        "f(x)[1]: sin(r(x))",
        "f(x): asin(x)",
        "f(x)[km]: exp(-x)",
        "f(x)[percent]: 100*exp(-x)",
        "f(x, a)[percent]: a*exp(-x)",
        "f(x)[percent]: p(x)*exp(-x)",
        "f(x)[deg]: 57.3*atan(x)",
        "f(x)[deg]: 90 - angle(x)*sin(x)",
        "f(x): turn(180*atan(x)/pi)",
    ] {
        let diagnostics = beside_ratios(line).1;
        assert!(
            diagnostics.iter().all(|found| !found.message.contains("returns")),
            "{line}: {diagnostics:?}"
        );
    }
}

#[test]
fn a_result_of_another_dimension() {
    assert_snapshot!(warn("h(x[km])[s]: x"), @r"
    kamodo_rpc.yaml:1:14: warning: `h`: the right-hand side is a number in `km`, and no factor converts that to `s`: parameters are plain numbers
      1 | h(x[km])[s]: x
        |              ^
    hint: write `h(x[km])[km]` on the left, or multiply by a constant that carries the rest of the unit
    ");
    assert_snapshot!(warn("h(x[km], y[s])[K]: x*y"), @r"
    kamodo_rpc.yaml:1:20: warning: `h`: the right-hand side is a number in `km*s`, and no factor converts that to `K`: parameters are plain numbers
      1 | h(x[km], y[s])[K]: x*y
        |                    ^^^
    hint: write `h(x[km],y[s])[km*s]` on the left, or multiply by a constant that carries the rest of the unit
    ");
    assert_snapshot!(warn("h(x[nT], y[T])[T]: norm(x) + y"), @r"
    kamodo_rpc.yaml:1:30: warning: `h`: `norm(x)` in `nT` and `y` in `T` are added as plain numbers: parameters do not convert
      1 | h(x[nT], y[T])[T]: norm(x) + y
        |                              ^
    hint: write `norm(x)/1000000000 + y`
    ");
    assert_snapshot!(warn("h(x[nT])[T]: norm(x)"), @r"
    kamodo_rpc.yaml:1:14: warning: `h`: the right-hand side is a number in `nT`, and is not converted to `T`: parameters are plain numbers
      1 | h(x[nT])[T]: norm(x)
        |              ^^^^^^^
    hint: write `h(x[nT])[nT]` on the left, or to convert it write `norm(x)/1000000000` on the right
    ");
    assert_snapshot!(warn("s(lat[deg]): sin(Abs(lat))"), @r"
    kamodo_rpc.yaml:1:18: warning: `s`: `sin` takes radians, found a number in `deg`: parameters are plain numbers
      1 | s(lat[deg]): sin(Abs(lat))
        |                  ^^^^^^^^
    hint: write `sin(Abs(lat)*pi/180)`, or declare it in `rad`
    ");
    for line in [
        "q(x[cm])[kg]: x**2",
        "q(x[km])[s]: 3*x",
        "q(x[km], a)[s]: a*x",
        "q(x[km])[s]: x/2",
        "q(x[km])[1]: x",
        "q(x[percent])[km]: x",
        "q(y[km])[s]: y*sin(y)/f(y)",
    ] {
        let diagnostics = linker::check(line, &Above::of(&ABOVE)).1;
        let is_of_result = |found: &Diagnostic| found.message.starts_with("the right-hand side");
        assert!(!diagnostics.iter().any(is_of_result), "{line}: {diagnostics:?}");
    }
}

/// Follows all hints of a line, one after the other, and by each of its ways; the value at `x` is right then.
#[track_caller]
fn follow(line: &str, above: &Above, x: f64, right: f64, unit: &str) {
    let (outcome, diagnostics) = linker::check(line.lines().last().expect("there is a line"), above);
    let Outcome::Checked(checked) = outcome else { panic!("{line}: {diagnostics:?}") };
    let last = line.lines().last().expect("there is a line");
    let mut n_ways = 0;
    for found in &diagnostics {
        let hints::Reading::Edits(edits) = hints::read(last, found) else { continue };
        for edit in edits {
            n_ways += 1;
            let mut above = above.clone();
            for added in edit.lines().rev().skip(1) {
                above.insert(linker::checked(added, &above).signature);
            }
            follow(edit.lines().last().expect("there is a line"), &above, x, right, unit);
        }
    }
    if n_ways == 0 {
        let own = checked.signature.unit.clone().unwrap_or_else(kamodo_units::Unit::one);
        let factor =
            own.factor_to(&kamodo_units::Unit::parse(unit).expect("a unit")).expect("it converts").to_f64();
        let found = crate::ratios::value(&checked, x) * factor;
        assert!((found / right - 1.0).abs() < 1e-12, "{line}: {found}, not {right}");
    }
}

#[test]
fn whoever_follows_the_hints_has_the_right_value() {
    for (line, right, unit) in [
        // sp(0.0005) is 0.5 m/s, c is 1 m/s.
        ("gamma(v): 1/sqrt(1-(sp(v)/c())**2)", 1.0 / 0.75_f64.sqrt(), "1"),
        ("f(v): (sp(v)/c())**2 - 1", -0.75, "1"),
        ("f(v): 1 + sp(v)/c()", 1.5, "1"),
        ("f(v): sign(1 - sp(v)/c())", 1.0, "1"),
        ("f(v)[percent]: 1 - sp(v)/c()", 50.0, "percent"),
        ("f(v): c()*(1 - sp(v)/c())", 0.5, "m/s"),
        ("f(v)[percent]: 1 - p(v)", 100.0 - 0.0005, "percent"),
        ("f(v)[deg]: asin(v)", 0.0005_f64.asin().to_degrees(), "deg"),
        ("f(v)[deg]: -2*atan2(v, 1)", -2.0 * 0.0005_f64.atan().to_degrees(), "deg"),
        ("f(v)[deg]: pi/2 - acos(v)", 0.0005_f64.asin().to_degrees(), "deg"),
        ("f(v)[deg]: 90 - acos(v)", 0.0005_f64.asin().to_degrees(), "deg"),
        ("f(v)[deg]: Abs(asin(v))", 0.0005_f64.asin().to_degrees(), "deg"),
        ("f(v)[deg]: Piecewise((asin(v), v > 0), (90, True))", 0.0005_f64.asin().to_degrees(), "deg"),
        ("f(v)[percent]: sin(r(v))", 100.0 * 0.0005_f64.sin(), "percent"),
        ("f(v)[percent]: 1 - tanh(v)", 100.0 - 100.0 * 0.0005_f64.tanh(), "percent"),
        ("f(v)[deg]: turn(asin(v))", 0.0005_f64.asin().to_degrees(), "deg"),
        ("f(v[deg]): sin(Abs(v))", 0.0005_f64.to_radians().sin(), "1"),
        ("f(v[m])[km]: v", 0.5e-6, "km"),
    ] {
        follow(line, &Above::of(&RATIOS), 0.0005, right, unit);
    }
}
