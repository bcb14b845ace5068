//! Texts that have two readings, and characters that nobody sees.

use insta::assert_snapshot;
use kamodo_expr::{Definition, Diagnostic, Outcome, Severity, Source};
use kamodo_units::{Unit, unseen};

use crate::linker::{self, Above};

/// Checks a line on its own, which must be accepted.
#[track_caller]
fn warn(line: &str) -> String {
    let (outcome, diagnostics) = linker::check(line, &Above::default());
    assert!(matches!(outcome, Outcome::Checked(_)), "{line} is refused: {diagnostics:?}");
    diagnostics.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn refuse(line: &str) -> String {
    let (outcome, diagnostics) = linker::check(line, &Above::default());
    assert!(matches!(outcome, Outcome::Refused), "{line} is accepted");
    diagnostics.iter().map(Diagnostic::render).collect::<Vec<_>>().join("\n")
}

#[test]
fn units_that_can_be_read_in_two_ways() {
    assert_snapshot!(warn("f(x)[nT/Hz^1/2]: x"), @r"
    kamodo_rpc.yaml:1:9: warning: `f`: `nT/Hz^1/2` can be read in two ways, it is taken for `nT/(2*Hz)`
      1 | f(x)[nT/Hz^1/2]: x
        |         ^^^^^^
    hint: write `nT/(2*Hz)`, or `nT/Hz^(1/2)` if that is meant
    ");
    assert_snapshot!(warn("f(x[J/kg*K], y[G])[km/s]: x*y"), @r"
    kamodo_rpc.yaml:1:5: warning: `f`: `J/kg*K` can be read in two ways, it is taken for `J*K/kg`
      1 | f(x[J/kg*K], y[G])[km/s]: x*y
        |     ^^^^^^
    hint: write `J*K/kg`, or `J/(kg*K)` if that is meant
    kamodo_rpc.yaml:1:16: warning: `f`: `G` can be read in two ways, it is taken for `gravitational_constant`
      1 | f(x[J/kg*K], y[G])[km/s]: x*y
        |                ^
    hint: write `gravitational_constant`, or `1e-4*T` if the gauss is meant
    kamodo_rpc.yaml:1:27: warning: `f`: the right-hand side is a number in `G*J*K/kg`, and no factor converts that to `km/s`: parameters are plain numbers
      1 | f(x[J/kg*K], y[G])[km/s]: x*y
        |                           ^^^
    hint: write `f(x[J*K/kg],y[G])[G*J*K/kg]` on the left, or multiply by a constant that carries the rest of the unit
    ");
    assert_snapshot!(warn("c_p[J/kg*K/m^1/2]: 1004"), @r"
    kamodo_rpc.yaml:1:5: warning: `c_p`: `J/kg*K/m^1/2` can be read in two ways, it is taken for `J*K/(2*kg*m)`
      1 | c_p[J/kg*K/m^1/2]: 1004
        |     ^^^^^^
        |            ^^^^^
    hint: write `J*K/(2*kg*m)`, or `J/(kg*K*m^(1/2))` if that is meant
    ");
}

#[test]
fn a_power_of_one_that_is_divided() {
    assert_snapshot!(warn("f: x^1/2"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `x^1/2` can be read in two ways, it is taken for `x/2`
      1 | f: x^1/2
        |    ^^^^^
    hint: write `x/2`, or `x^(1/2)` if that is meant
    ");
    assert_snapshot!(warn("f: 3*(x+1)**1/3 + 1"), @r"
    kamodo_rpc.yaml:1:6: warning: `f`: `(x+1)**1/3` can be read in two ways, it is taken for `(x+1)/3`
      1 | f: 3*(x+1)**1/3 + 1
        |      ^^^^^^^^^^
    hint: write `(x+1)/3`, or `(x+1)**(1/3)` if that is meant
    ");
    assert_snapshot!(warn("f: -x^-1/2"), @r"
    kamodo_rpc.yaml:1:5: warning: `f`: `x^-1/2` can be read in two ways, it is taken for `1/(2*x)`
      1 | f: -x^-1/2
        |     ^^^^^^
    hint: write `1/(2*x)`, or `x^(-1/2)` if that is meant
    ");
}

#[test]
fn an_exponent_of_one_in_other_forms() {
    assert_snapshot!(warn("f: x^(1)/2"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `x^(1)/2` can be read in two ways, it is taken for `x/2`
      1 | f: x^(1)/2
        |    ^^^^^^^
    hint: write `x/2`, or `x^(1/2)` if that is meant
    ");
    assert_snapshot!(warn("f: x**(-1)/2"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `x**(-1)/2` can be read in two ways, it is taken for `1/(2*x)`
      1 | f: x**(-1)/2
        |    ^^^^^^^^^
    hint: write `1/(2*x)`, or `x**(-1/2)` if that is meant
    ");
    assert_snapshot!(warn("f: x^2**1/2"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `x^2**1/2` can be read in two ways, it is taken for `(x^2)/2`
      1 | f: x^2**1/2
        |    ^^^^^^^^
    hint: write `(x^2)/2`, or `(x^2)^(1/2)` if that is meant
    ");
    assert_snapshot!(warn("f: (x+1)^(1)/2 + 1"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `(x+1)^(1)/2` can be read in two ways, it is taken for `(x+1)/2`
      1 | f: (x+1)^(1)/2 + 1
        |    ^^^^^^^^^^^
    hint: write `(x+1)/2`, or `(x+1)^(1/2)` if that is meant
    ");
    // Formulas: half of a cube, a third of a square, what stands in parentheses.
    for line in
        ["f: x^3/2", "f: T^2/3", "f: x**1.5/2", "f: (x^1)/2", "f: x^(1/2)/2", "f: x^(1)/1", "f: x^2^3/2"]
    {
        assert_eq!(warn(line), "", "{line}");
    }
}

#[test]
fn names_that_are_constants_elsewhere() {
    assert_snapshot!(warn("f: π*r**2 + π"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `π` is a parameter here, not the constant
      1 | f: π*r**2 + π
        |    ^
    hint: write `pi`; if a parameter is meant, list it on the left, as in `f(π)`
    ");
    assert_snapshot!(warn("f: ℯ**x"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `ℯ` is a parameter here, not Euler's number
      1 | f: ℯ**x
        |    ^
    hint: write `E`; if a parameter is meant, list it on the left, as in `f(ℯ)`
    ");
    assert_snapshot!(warn("f: PI*inf"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `PI` is a parameter here, not the constant
      1 | f: PI*inf
        |    ^^
    hint: write `pi`; if a parameter is meant, list it on the left, as in `f(PI)`
    kamodo_rpc.yaml:1:7: warning: `f`: `inf` is a parameter here, not infinity
      1 | f: PI*inf
        |       ^^^
    hint: write `oo`; if a parameter is meant, list it on the left, as in `f(inf)`
    ");
    assert_snapshot!(warn("f: e**(-x/h)"), @r"
    kamodo_rpc.yaml:1:4: warning: `f`: `e` is a parameter here, not Euler's number
      1 | f: e**(-x/h)
        |    ^^^^^^^^^
    hint: write `exp(-x/h)`; if a parameter is meant, list it on the left, as in `f(e)`
    ");
    assert_snapshot!(refuse("f(r): π*r**2"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: `π` is not a parameter of `f`
      1 | f(r): π*r**2
        |       ^
    hint: write `pi` for the constant, or `f(r,π)` if a parameter is meant
    ");
    assert_snapshot!(refuse("f(x): e**x"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: `e` is not a parameter of `f`
      1 | f(x): e**x
        |       ^
    hint: write `E` for Euler's number, or `f(x,e)` if a parameter is meant
    ");
    assert_snapshot!(refuse("f: x*∞"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `∞`
      1 | f: x*∞
        |      ^
    hint: write `oo`
    ");
}

#[test]
fn what_has_one_reading_has_no_warning() {
    for line in [
        "f: x**2/3",
        "f: x^3/2",
        "f: (x^1)/2",
        "f: x^(1/2)",
        "f: x^1/y",
        "f: x^1*2",
        "f: -x^2",
        "f: 2^-x",
        "f: x/2*y",
        "f: 4*pi*r**3/3",
        "f(π): π*2",
        "f(x, e): e**x",
        "f: e*B/m",
        "f: e**2/r",
        "f: τ + γ + ℏ",
        "f: $\\pi x^1/2$",
        "f(x)[nT/Hz^(1/2)]: x",
        "f(x)[W/m^2/sr]: x",
        "f(x[])[]: x",
    ] {
        assert_eq!(warn(line), "", "{line}");
    }
}

/// The form that a hint shows first has the same value, and no warning; the other has another value.
#[test]
fn the_hints_of_two_readings_hold() {
    for line in ["f: x^1/2", "f: 3*(x+1)**1/3 + 1", "f: -x^-1/2", "f: sin(2*x)^1/4"] {
        let checked = |line: &str| match linker::check(line, &Above::default()) {
            (Outcome::Checked(checked), diagnostics) => (checked.rhs, diagnostics),
            other => panic!("{line}: {other:?}"),
        };
        let (rhs, diagnostics) = checked(line);
        let [warning] = &diagnostics[..] else { panic!("{line}: {diagnostics:?}") };
        let part = warning.message.split('`').nth(1).unwrap();
        let forms: Vec<_> = warning.hint.as_deref().unwrap().split('`').skip(1).step_by(2).collect();
        let with = |form: &str| checked(&line.replace(part, form));
        assert_eq!(with(forms[0]), (rhs.clone(), Vec::new()), "{line}");
        assert_ne!(with(forms[1]).0, rhs, "{line}");
        assert_eq!(with(forms[1]).1, Vec::new(), "{line}");
    }
}

#[test]
fn characters_that_nobody_sees() {
    assert_snapshot!(refuse("f: x\u{200b}+1"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: unexpected U+200B ZERO WIDTH SPACE, a character that nobody sees
      1 | f: x�+1
        |     ^
    hint: delete it
    ");
    assert_snapshot!(refuse("rho\u{ad}_1(x): x"), @r"
    kamodo_rpc.yaml:1:4: error: unexpected U+00AD SOFT HYPHEN, a character that nobody sees
      1 | rho�_1(x): x
        |    ^
    hint: delete it
    ");
    assert_snapshot!(refuse("f(x\u{2060}, y): x"), @r"
    kamodo_rpc.yaml:1:4: error: unexpected U+2060 WORD JOINER, a character that nobody sees
      1 | f(x�, y): x
        |    ^
    hint: delete it
    ");
    assert_snapshot!(refuse("f(x)[k\u{a0}m]: x"), @r"
    kamodo_rpc.yaml:1:7: error: unexpected U+00A0 NO-BREAK SPACE, a character that nobody sees
      1 | f(x)[k�m]: x
        |       ^
    hint: delete it, or write an ordinary blank
    ");
    assert_snapshot!(refuse("f: $x\u{202e}+ 1$"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected U+202E RIGHT-TO-LEFT OVERRIDE, a character that nobody sees
      1 | f: $x�+ 1$
        |      ^
    hint: delete it
    ");
    assert_snapshot!(refuse("f: $\\\u{200b}frac{x}{2}$"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected U+200B ZERO WIDTH SPACE, a character that nobody sees
      1 | f: $\�frac{x}{2}$
        |      ^
    hint: delete it
    ");
    assert_snapshot!(refuse("f: x\u{3000}+\u{8}1 + a\u{301}"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: unexpected U+3000 IDEOGRAPHIC SPACE, a character that nobody sees
      1 | f: x�+�1 + a�
        |     ^
    hint: delete it, or write an ordinary blank
    kamodo_rpc.yaml:1:7: error: `f`: unexpected U+0008 BACKSPACE, a character that nobody sees
      1 | f: x�+�1 + a�
        |       ^
    hint: delete it
    kamodo_rpc.yaml:1:13: error: `f`: unexpected U+0301 COMBINING ACUTE ACCENT, a mark on the letter before it
      1 | f: x�+�1 + a�
        |             ^
    hint: delete it, or write the letter with its mark as one character
    ");
}

/// Wherever one stands in a definition, it is named by its code point, and not printed.
#[test]
fn no_place_of_a_definition_takes_a_character_that_nobody_sees() {
    let lines = [
        "f@(x): x",
        "@f(x): x",
        "f(x@): x",
        "f(x)@: x",
        "f@[kg]: x",
        "f(x[k@g])[m]: x",
        "f(x[kg])[@m]: x",
        "f: x@",
        "f: @x",
        "f: x@y",
        "f: x @+ 1",
        "f: sin@(x)",
        "f: sin(@x)",
        "f: 1@2",
        "f: g@(x)",
        "f: $x@$",
        "f: $@x^2$",
        "f: $\\frac@{x}{2}$",
        "f: $\\sqrt{@x}$",
        "f: $x_{@1}$",
        "f: $\\operatorname{ab@c}(x)$",
        "f: $\\mathrm{ab@c}$",
        "f: $\\left@(x\\right)$",
    ];
    for character in '\0'..='\u{e01ff}' {
        if unseen(character).is_none() {
            continue;
        }
        for line in lines {
            let code = format!("U+{:04X}", u32::from(character));
            let (left, right) = line.split_once(": ").unwrap();
            let side = |text: &str| Source::whole("a.yaml", &text.replace('@', &character.to_string()));
            let Err(diagnostics) = Definition::parse(&side(left), &side(right)) else {
                panic!("{line} with {code} is accepted")
            };
            let is_told = |one: &Diagnostic| one.severity == Severity::Error && one.message.contains(&code);
            assert!(diagnostics.iter().any(is_told), "{line} with {code}: {diagnostics:?}");
            let is_raw = |next: char| unseen(next).is_some() && !next.is_alphabetic();
            assert!(!diagnostics.iter().any(|one| one.render().contains(is_raw)), "{line} with {code}");
        }
        assert!(Unit::parse(&format!("k{character}m")).is_err());
    }
}
