//! Units of parameters that do not convert, as published, where a reader expects it.

use insta::assert_snapshot;
use kamodo_expr::{Checked, Diagnostic, Outcome};

use crate::linker::{self, Above};

const ABOVE: [&str; 2] = ["g(h[km])[m/s^2]: 9.80665", "f(y[km])[m]: 1000*y"];

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
