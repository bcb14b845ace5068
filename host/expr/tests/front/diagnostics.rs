//! Every mistake that a user can make, as it is shown.

use insta::assert_snapshot;
use kamodo_expr::Outcome;

use crate::hints;
use crate::linker::{self, Above};

/// Checks a line under others and returns what is said of it, once each hint is followed.
#[track_caller]
fn diagnose(above: &[&str], line: &str) -> String {
    let above = Above::of(above);
    let (_, diagnostics) = linker::check(line, &above);
    hints::check_all(line, &above, &diagnostics);
    diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n")
}

/// Checks a line on its own, which must be refused.
#[track_caller]
fn refuse(line: &str) -> String {
    assert!(matches!(linker::check(line, &Above::default()).0, Outcome::Refused), "{line} is accepted");
    diagnose(&[], line)
}

#[test]
fn implicit_products() {
    assert_snapshot!(refuse("f: 2 x"), @r#"
    kamodo_rpc.yaml:1:6: error: `f`: expected an operator or the end, found `x`
      1 | f: 2 x
        |      ^
    hint: there is no implicit multiplication: write `*`
    "#);
    assert_snapshot!(refuse("f: 2(x+1)"), @r#"
    kamodo_rpc.yaml:1:5: error: `f`: expected an operator or the end, found `(`
      1 | f: 2(x+1)
        |     ^
    hint: there is no implicit multiplication: write `*`
    "#);
    assert_snapshot!(refuse("f: (x 2)"), @r#"
    kamodo_rpc.yaml:1:7: error: `f`: expected an operator or `)`, found `2`
      1 | f: (x 2)
        |       ^
        |    ^ opened here
    hint: there is no implicit multiplication: write `*`
    "#);
}

#[test]
fn missing_parts() {
    assert_snapshot!(refuse("f:"), @r#"
    kamodo_rpc.yaml:1:3: error: `f`: expected an expression, found nothing
      1 | f:
        |   ^
    hint: write one after the colon, such as `x**2 - x - 1`
    "#);
    assert_snapshot!(refuse("f: x +"), @r#"
    kamodo_rpc.yaml:1:7: error: `f`: expected an operand, found the end
      1 | f: x +
        |       ^
    hint: write a number, a name or `(` after `+`, or leave `+` out
    "#);
    assert_snapshot!(refuse("f: x + * 2"), @r#"
    kamodo_rpc.yaml:1:8: error: `f`: expected an operand, found `*`
      1 | f: x + * 2
        |        ^
    hint: write a number, a name or `(` after `+`, or leave `+` out
    "#);
    assert_snapshot!(refuse("f: sin(x"), @r#"
    kamodo_rpc.yaml:1:7: error: `f`: this parenthesis is never closed
      1 | f: sin(x
        |       ^
    hint: add `)` where it ends
    "#);
    assert_snapshot!(refuse("f: x)"), @r#"
    kamodo_rpc.yaml:1:5: error: `f`: this parenthesis was never opened
      1 | f: x)
        |     ^
    hint: leave it out, or add `(` where it begins
    "#);
    assert_snapshot!(refuse("f: sin(x; y)"), @r#"
    kamodo_rpc.yaml:1:9: error: `f`: unexpected `;`
      1 | f: sin(x; y)
        |         ^
    hint: the right-hand side is one expression, such as `x**2 - x - 1`
    "#);
}

#[test]
fn operands() {
    assert_snapshot!(refuse("f: x**2 - * x"), @r#"
    kamodo_rpc.yaml:1:11: error: `f`: expected an operand, found `*`
      1 | f: x**2 - * x
        |           ^
    hint: write a number, a name or `(` after `-`, or leave `-` out
    "#);
    assert_snapshot!(refuse("f: * x"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: expected an operand, found `*`
      1 | f: * x
        |    ^
    hint: write a number, a name or `(` before `*`
    "#);
    assert_snapshot!(refuse("f: Max(x, * 2)"), @r#"
    kamodo_rpc.yaml:1:11: error: `f`: expected an operand, found `*`
      1 | f: Max(x, * 2)
        |           ^
    hint: write an argument after the comma
    "#);
    assert_snapshot!(refuse("f: x*()"), @r#"
    kamodo_rpc.yaml:1:7: error: `f`: expected an operand, found `)`
      1 | f: x*()
        |       ^
    hint: write an expression between the parentheses
    "#);
    assert_snapshot!(refuse("f: (x"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: this parenthesis is never closed
      1 | f: (x
        |    ^
    hint: add `)` where it ends
    "#);
    assert_snapshot!(refuse("f: x, y"), @r#"
    kamodo_rpc.yaml:1:5: error: `f`: expected an operator or the end, found `,`
      1 | f: x, y
        |     ^
    hint: a comma stands between the arguments of a function only, a decimal point is `.`
    "#);
    assert_snapshot!(refuse("f(x[cm): x"), @r#"
    kamodo_rpc.yaml:1:4: error: this bracket is never closed
      1 | f(x[cm): x
        |    ^
    hint: add `]` behind the unit
    "#);
    assert_snapshot!(refuse("f(: x"), @r#"
    kamodo_rpc.yaml:1:3: error: expected the name of a parameter, found the end
      1 | f(: x
        |   ^
    hint: a left-hand side reads `f`, `f(x,y)`, `f[kg]` or `f(x[cm],y)[kg]`
    "#);
}

#[test]
fn mistakes_of_one_text_come_by_column() {
    assert_snapshot!(refuse("f: x + * 2 ? 007"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: expected an operand, found `*`
      1 | f: x + * 2 ? 007
        |        ^
    hint: write a number, a name or `(` after `+`, or leave `+` out
    kamodo_rpc.yaml:1:12: error: `f`: unexpected `?`
      1 | f: x + * 2 ? 007
        |            ^
    hint: the language has `+ - * / // % ** !`, comparisons, `& | ~`, parentheses, numbers, names and calls such as `sin(x)`
    kamodo_rpc.yaml:1:14: error: `f`: `007` begins with a zero
      1 | f: x + * 2 ? 007
        |              ^^^
    hint: write `7`, or `0o7` for an octal number
    ");
    assert_snapshot!(refuse("f(x[Km], y: 2 x"), @r#"
    kamodo_rpc.yaml:1:2: error: this parenthesis is never closed
      1 | f(x[Km], y: 2 x
        |  ^
    hint: add `)` behind the last parameter
    kamodo_rpc.yaml:1:5: error: unknown unit `Km`
      1 | f(x[Km], y: 2 x
        |     ^^
    hint: did you mean `km`?
    kamodo_rpc.yaml:1:15: error: expected an operator or the end, found `x`
      1 | f(x[Km], y: 2 x
        |               ^
    hint: there is no implicit multiplication: write `*`
    "#);
}

#[test]
fn comparisons_and_the_like() {
    assert_snapshot!(refuse("f: x = 2"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `=`
      1 | f: x = 2
        |      ^
    hint: the left-hand side stands before the colon: `f(x): x**2`; a comparison is `==`
    ");
    assert_snapshot!(refuse("f: x =< 2"), @"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `=<`
      1 | f: x =< 2
        |      ^^
    hint: compare with `<=`
    ");
    assert_snapshot!(refuse("f: x ≤ 2"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `≤`
      1 | f: x ≤ 2
        |      ^
    hint: compare with `<=`
    ");
    assert_snapshot!(refuse("f: x <"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected an operand, found the end
      1 | f: x <
        |       ^
    hint: write a number, a name or `(` after `<`, or leave `<` out
    ");
    assert_snapshot!(refuse("f: ! x"), @"
    kamodo_rpc.yaml:1:4: error: `f`: expected an operand, found `!`
      1 | f: ! x
        |    ^
    hint: `!` stands behind its operand, as in `x!`; not is written `~`, as in `~(x > 1)`
    ");
    assert_snapshot!(refuse("f: x & 2"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: expected a condition, found a number
      1 | f: x & 2
        |        ^
    hint: put each comparison in parentheses: `(x > 0) & (x < 2)`
    ");
    assert_snapshot!(refuse("f: x > 0 & x < 2"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: expected a condition, found a number
      1 | f: x > 0 & x < 2
        |        ^
    hint: put each comparison in parentheses: `(x > 0) & (x < 2)`
    ");
    assert_snapshot!(refuse("f: (x < 2) + 1"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: expected a number, found a condition
      1 | f: (x < 2) + 1
        |    ^^^^^^^
    hint: `Piecewise((1, (x < 2)), (0, True))` makes a number of it
    ");
    assert_snapshot!(refuse("f: sin(x < 2)"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: expected a number, found a condition
      1 | f: sin(x < 2)
        |        ^^^^^
    hint: `Piecewise((1, x < 2), (0, True))` makes a number of it
    ");
    assert_snapshot!(refuse("f: I < x + 1 & True"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: expected a condition, found a number
      1 | f: I < x + 1 & True
        |        ^^^^^
    hint: compare it, such as `x + 1 > 0`
    ");
    assert_snapshot!(refuse("f: 2*I < 1"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: a complex number has no order
      1 | f: 2*I < 1
        |    ^^^^^^^
    hint: compare parts of it: take `re(z)`, `im(z)` or `Abs(z)`
    ");
    assert_snapshot!(refuse("f: Piecewise(x, x > 0)"), @r"
    kamodo_rpc.yaml:1:14: error: `f`: expected a value and its condition in parentheses
      1 | f: Piecewise(x, x > 0)
        |              ^
    hint: `Piecewise((x, x > 0), (0, True))` is `x` where it is positive, else 0
    ");
    assert_snapshot!(refuse("f: Piecewise((x > 0))"), @r"
    kamodo_rpc.yaml:1:14: error: `f`: expected a value and its condition in parentheses
      1 | f: Piecewise((x > 0))
        |              ^^^^^^^
    hint: `Piecewise((x, x > 0), (0, True))` is `x` where it is positive, else 0
    ");
    assert_snapshot!(refuse("f: Piecewise()"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: expected a value and its condition in parentheses
      1 | f: Piecewise()
        |    ^^^^^^^^^
    hint: `Piecewise((x, x > 0), (0, True))` is `x` where it is positive, else 0
    ");
    assert_snapshot!(refuse("f: Piecewise((x, x + 1))"), @r"
    kamodo_rpc.yaml:1:18: error: `f`: expected a condition, found a number
      1 | f: Piecewise((x, x + 1))
        |                  ^^^^^
    hint: compare it, such as `x + 1 > 0`
    ");
    assert_snapshot!(refuse("f: Piecewise((x > 1, x > 0))"), @r"
    kamodo_rpc.yaml:1:15: error: `f`: expected a number, found a condition
      1 | f: Piecewise((x > 1, x > 0))
        |               ^^^^^
    hint: `Piecewise((1, x > 1), (0, True))` makes a number of it
    ");
    assert_snapshot!(diagnose(&["a[kg]: x", "b[m]: x"], "f: Piecewise((a, x > 0), (b, True))"), @r"
    kamodo_rpc.yaml:1:15: error: `f`: cannot choose between `kg` and `m`
      1 | f: Piecewise((a, x > 0), (b, True))
        |               ^ Mass
        |                           ^ Length
    hint: both sides must have one dimension
    ");
    assert_snapshot!(diagnose(&["a[kg]: x", "b[m]: x"], "f: a < b"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: cannot compare `kg` and `m`
      1 | f: a < b
        |    ^ Mass
        |        ^ Length
    hint: both sides must have one dimension
    ");
}

#[test]
fn functions_without_a_value() {
    assert_snapshot!(refuse("f: gamma(-1)*x"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: `gamma` has no value here
      1 | f: gamma(-1)*x
        |    ^^^^^^^^^
    hint: it has a pole there, take another argument
    ");
    assert_snapshot!(refuse("f: zeta(1)*x"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: `zeta` has no value here
      1 | f: zeta(1)*x
        |    ^^^^^^^
    hint: it has a pole there, take another argument
    ");
    assert_snapshot!(refuse("f: hermite(-1, x)"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: `hermite` has no such order
      1 | f: hermite(-1, x)
        |    ^^^^^^^^^^^^^^
    hint: its indices are integers from 0, the second not beyond the first
    ");
    assert_snapshot!(refuse("f: besselj(x)"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: `besselj` takes 2 arguments, found 1
      1 | f: besselj(x)
        |    ^^^^^^^^^^
    hint: call it as `besselj(x, y)`
    ");
    assert_snapshot!(refuse("f: log(x, 1)"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: `log` has no value here
      1 | f: log(x, 1)
        |    ^^^^^^^^^
    hint: it has a pole there, take another argument
    ");
    assert_snapshot!(refuse("f: (10**9)!"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: a number of more than 65536 bits
      1 | f: (10**9)!
        |    ^^^^^^^^
    hint: a decimal point makes it a floating-point number, such as `9.0`
    ");
    assert_snapshot!(refuse("f: 9!!!!!!!!!"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: a number of more than 65536 bits
      1 | f: 9!!!!!!!!!
        |    ^^^^^^^
    hint: a decimal point makes it a floating-point number, such as `9.0`
    ");
}

#[test]
fn full_stops() {
    assert_snapshot!(refuse("f: x. + 1"), @r#"
    kamodo_rpc.yaml:1:5: error: `f`: unexpected `.`
      1 | f: x. + 1
        |     ^
    hint: a decimal point stands beside a digit, such as `0.5`, and a name has none
    "#);
}

#[test]
fn what_is_not_of_the_language() {
    assert_snapshot!(refuse("f: x × 2"), @r#"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `×`
      1 | f: x × 2
        |      ^
    hint: multiply with `*`
    "#);
    assert_snapshot!(refuse("f: x[cm]"), @r#"
    kamodo_rpc.yaml:1:5: error: `f`: unexpected `[`
      1 | f: x[cm]
        |     ^
    hint: units stand on the left-hand side only, such as `f(x[cm])[kg]`
    "#);
    assert_snapshot!(refuse("f: g([1, 2], 5)"), @"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `[`
      1 | f: g([1, 2], 5)
        |      ^
    hint: write a name in place of the list, and pass the list as its argument, as in `kamodo-rpc eval 'g(B)' 'B=[1, 2, 3]'`
    ");
    assert_snapshot!(refuse("f: 2*\\sqrt{x}"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `\`
      1 | f: 2*\sqrt{x}
        |      ^
    hint: LaTeX stands between two `$`: write `$\sqrt{x}$`, or `sqrt(x)`
    kamodo_rpc.yaml:1:11: error: `f`: unexpected `{`
      1 | f: 2*\sqrt{x}
        |           ^
    hint: the right-hand side is one expression, such as `x**2 - x - 1`
    ");
    assert_snapshot!(refuse("f: x @ y ? 2"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `@`
      1 | f: x @ y ? 2
        |      ^
    hint: multiply with `*`, element by element
    kamodo_rpc.yaml:1:10: error: `f`: unexpected `?`
      1 | f: x @ y ? 2
        |          ^
    hint: the language has `+ - * / // % ** !`, comparisons, `& | ~`, parentheses, numbers, names and calls such as `sin(x)`
    ");
    assert_snapshot!(refuse("f: lambda*2"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `lambda` is a word of Python, not a name
      1 | f: lambda*2
        |    ^^^^^^
    hint: write `lambda_0`, or another name
    "#);
}

#[test]
fn numbers() {
    assert_snapshot!(refuse("f: 007"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `007` begins with a zero
      1 | f: 007
        |    ^^^
    hint: write `7`, or `0o7` for an octal number
    "#);
    assert_snapshot!(refuse("f: 1e999"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `1e999` is too large for a floating-point number
      1 | f: 1e999
        |    ^^^^^
    hint: the largest is 1.8e308
    "#);
    assert_snapshot!(refuse("f: 1e-999"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `1e-999` is too small for a floating-point number
      1 | f: 1e-999
        |    ^^^^^^
    hint: the smallest above zero is 4.9e-324
    "#);
    assert_snapshot!(refuse("f: 0x"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `0x` is not a number
      1 | f: 0x
        |    ^^
    hint: write digits behind it, such as `0x1F`
    "#);
    assert_snapshot!(refuse("f: 9**9**9 * x"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: a number of more than 65536 bits
      1 | f: 9**9**9 * x
        |    ^^^^^^^
    hint: a decimal point makes it a floating-point number, such as `9.0`
    "#);
    assert_snapshot!(refuse("f: x/0"), @r#"
    kamodo_rpc.yaml:1:6: error: `f`: division by zero
      1 | f: x/0
        |      ^
    hint: what it is divided by comes out as zero, whatever the parameters are
    "#);
    assert_snapshot!(refuse("f: x/(2 - 2) + log(0)"), @r#"
    kamodo_rpc.yaml:1:6: error: `f`: division by zero
      1 | f: x/(2 - 2) + log(0)
        |      ^^^^^^^
    hint: what it is divided by comes out as zero, whatever the parameters are
    kamodo_rpc.yaml:1:16: error: `f`: `log` has no value here
      1 | f: x/(2 - 2) + log(0)
        |                ^^^^^^
    hint: it has a pole there, take another argument
    "#);
    assert_snapshot!(refuse("f: x % 0"), @r#"
    kamodo_rpc.yaml:1:8: error: `f`: division by zero
      1 | f: x % 0
        |        ^
    hint: what it is divided by comes out as zero, whatever the parameters are
    "#);
}

#[test]
fn limits() {
    let deep = format!("f: {}x{}", "(".repeat(65), ")".repeat(65));
    assert_snapshot!(refuse(&deep), @r"
    kamodo_rpc.yaml:1:69: error: `f`: an expression nested more than 64 deep
      1 | …((((((((((((((((((((((((((((((((((((((((((((((((((x)))))))))))))))))))))))))))))))))))))))))))))))))…
        |                                                    ^
    hint: split it into functions that call one another
    ");
    let long = format!("f: x{}", "+x".repeat(6_000));
    assert_snapshot!(refuse(&long), @r"
    kamodo_rpc.yaml:1:10004: error: `f`: an expression of 12002 parts is too large, the limit is 10000
      1 | …x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+…
        |                                                    ^
    hint: split it into functions that call one another
    ");
    let digits = format!("f: {}", "9".repeat(20_000));
    assert_snapshot!(refuse(&digits), @r"
    kamodo_rpc.yaml:1:4: error: `f`: a number of 20000 digits is too large
      1 | …9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999…
        |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: the largest integer has 65536 bits, some 19700 digits
    ");
}

#[test]
fn large_numbers_in_all() {
    let many: Vec<_> = (0..40).map(|index| format!("sqrt(2**{}+1)*x**{index}", 60_001 + index)).collect();
    assert_snapshot!(refuse(&format!("f: {}", many.join("+"))), @r"
    kamodo_rpc.yaml:1:53: error: `f`: exact numbers of more than 524288 bits in all
      1 | …t(2**60001+1)*x**0+sqrt(2**60002+1)*x**1+sqrt(2**60003+1)*x**2+sqrt(2**60004+1)*x**3+sqrt(2**60005+1…
        |                                                ^^^^^^^^
    hint: a decimal point makes them floating-point numbers, such as `9.0`
    ");
    let many: Vec<_> = (0..900).map(|index| format!("sqrt(10**290+{index})")).collect();
    assert_snapshot!(refuse(&format!("f: {}", many.join("+"))), @r"
    kamodo_rpc.yaml:1:3157: error: `f`: exact numbers of more than 524288 bits in all
      1 | …78)+sqrt(10**290+179)+sqrt(10**290+180)+sqrt(10**290+181)+sqrt(10**290+182)+sqrt(10**290+183)+sqrt(1…
        |                                               ^^^^^^^^^^^
    hint: a decimal point makes them floating-point numbers, such as `9.0`
    ");
}

#[test]
fn too_much_when_it_is_simplified() {
    let nested = format!("f: {}x{}", "sin(atan(".repeat(28), "))".repeat(28));
    assert_snapshot!(refuse(&nested), @r"
    kamodo_rpc.yaml:1:130: error: `f`: an expression of more than 100000 parts when it is simplified
      1 | …sin(atan(sin(atan(sin(atan(sin(atan(sin(atan(sin(atan(sin(atan(sin(atan(sin(atan(sin(atan(sin(atan(s…
        |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: split it into functions that call one another
    ");
}

#[test]
fn left_hand_sides() {
    assert_snapshot!(refuse("1f: x"), @r#"
    kamodo_rpc.yaml:1:1: error: expected a name, found `1`
      1 | 1f: x
        | ^
    hint: a left-hand side reads `f`, `f(x,y)`, `f[kg]` or `f(x[cm],y)[kg]`
    "#);
    assert_snapshot!(refuse("f(x: x"), @r#"
    kamodo_rpc.yaml:1:2: error: this parenthesis is never closed
      1 | f(x: x
        |  ^
    hint: add `)` behind the last parameter
    "#);
    assert_snapshot!(refuse("f[kg: x"), @r#"
    kamodo_rpc.yaml:1:2: error: this bracket is never closed
      1 | f[kg: x
        |  ^
    hint: add `]` behind the unit
    "#);
    assert_snapshot!(refuse("f(x, 3): x"), @r#"
    kamodo_rpc.yaml:1:6: error: expected the name of a parameter, found `3`
      1 | f(x, 3): x
        |      ^
    hint: a left-hand side reads `f`, `f(x,y)`, `f[kg]` or `f(x[cm],y)[kg]`
    "#);
    assert_snapshot!(refuse("f(x y): x"), @r#"
    kamodo_rpc.yaml:1:9: error: `f`: `x` is not a parameter of `f`
      1 | f(x y): x
        |         ^
    hint: did you mean `f(x)`?
    "#);
    assert_snapshot!(refuse("f(g(x)): x"), @r#"
    kamodo_rpc.yaml:1:4: error: expected `,` or `)`, found `(`
      1 | f(g(x)): x
        |    ^
    hint: a left-hand side reads `f`, `f(x,y)`, `f[kg]` or `f(x[cm],y)[kg]`
    "#);
    assert_snapshot!(refuse("a-b: x"), @r#"
    kamodo_rpc.yaml:1:2: error: expected `(`, `[` or the end, found `-`
      1 | a-b: x
        |  ^
    hint: a left-hand side reads `f`, `f(x,y)`, `f[kg]` or `f(x[cm],y)[kg]`
    "#);
    assert_snapshot!(refuse("f(x)[kg] y: x"), @r#"
    kamodo_rpc.yaml:1:10: error: expected the end, found `y`
      1 | f(x)[kg] y: x
        |          ^
    hint: a left-hand side reads `f`, `f(x,y)`, `f[kg]` or `f(x[cm],y)[kg]`
    "#);
    assert_snapshot!(refuse("f(x, x): x"), @r#"
    kamodo_rpc.yaml:1:6: error: `x` is a parameter twice
      1 | f(x, x): x
        |      ^
    hint: take another name, such as `x_0`
    "#);
}

#[test]
fn reserved_names() {
    assert_snapshot!(refuse("sin: x"), @r#"
    kamodo_rpc.yaml:1:1: error: `sin` is a function of the language, it cannot be defined
      1 | sin: x
        | ^^^
    hint: take another name, such as `sin_0`
    "#);
    assert_snapshot!(refuse("pi(x): x"), @r#"
    kamodo_rpc.yaml:1:1: error: `pi` is a constant of the language, it cannot be defined
      1 | pi(x): x
        | ^^
    hint: take another name, such as `pi_0`
    "#);
    assert_snapshot!(refuse("lambda: x"), @r#"
    kamodo_rpc.yaml:1:1: error: `lambda` is a word of Python, it cannot be defined
      1 | lambda: x
        | ^^^^^^
    hint: take another name, such as `lambda_0`
    "#);
    assert_snapshot!(refuse("f(E, sin, in): x"), @r#"
    kamodo_rpc.yaml:1:3: error: `E` is a constant of the language, it cannot be a parameter
      1 | f(E, sin, in): x
        |   ^
    hint: take another name, such as `E_0`
    kamodo_rpc.yaml:1:6: error: `sin` is a function of the language, it cannot be a parameter
      1 | f(E, sin, in): x
        |      ^^^
    hint: take another name, such as `sin_0`
    kamodo_rpc.yaml:1:11: error: `in` is a word of Python, it cannot be a parameter
      1 | f(E, sin, in): x
        |           ^^
    hint: take another name, such as `in_0`
    "#);
}

#[test]
fn unknown_units() {
    assert_snapshot!(refuse("f(x[Km])[grm]: x"), @r#"
    kamodo_rpc.yaml:1:5: error: unknown unit `Km`
      1 | f(x[Km])[grm]: x
        |     ^^
    hint: did you mean `km`?
    kamodo_rpc.yaml:1:10: error: unknown unit `grm`
      1 | f(x[Km])[grm]: x
        |          ^^^
    hint: did you mean `gram`?
    "#);
}

#[test]
fn parameters() {
    assert_snapshot!(refuse("f(y): x"), @r#"
    kamodo_rpc.yaml:1:7: error: `f`: `x` is not a parameter of `f`
      1 | f(y): x
        |       ^
    hint: did you mean `f(x)`?
    "#);
    assert_snapshot!(refuse("f(radius, y): raduis + y + z"), @r#"
    kamodo_rpc.yaml:1:15: error: `f`: `raduis` is not a parameter of `f`
      1 | f(radius, y): raduis + y + z
        |               ^^^^^^
    hint: did you mean `radius`?
    kamodo_rpc.yaml:1:28: error: `f`: `z` is not a parameter of `f`
      1 | f(radius, y): raduis + y + z
        |                            ^
    hint: did you mean `f(radius,y,z)`?
    "#);
    assert_snapshot!(diagnose(&["f: x + t"], "g(x): f"), @r#"
    kamodo_rpc.yaml:1:7: error: `g`: `t`, a parameter of `f`, is not a parameter of `g`
      1 | g(x): f
        |       ^
    hint: did you mean `g(x,t)`?
    "#);
    assert_snapshot!(refuse("f: sin + 1"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `sin` is a function, found without arguments
      1 | f: sin + 1
        |    ^^^
    hint: write `sin(x)`
    "#);
}

#[test]
fn arguments() {
    assert_snapshot!(refuse("f: sin()"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `sin` takes 1 argument, found 0
      1 | f: sin()
        |    ^^^^^
    hint: call it as `sin(x)`
    "#);
    assert_snapshot!(refuse("f: sin(x, y)"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `sin` takes 1 argument, found 2
      1 | f: sin(x, y)
        |    ^^^^^^^^^
    hint: call it as `sin(x)`
    "#);
    assert_snapshot!(refuse("f: atan2(x) + Min()"), @r#"
    kamodo_rpc.yaml:1:4: error: `f`: `atan2` takes 2 arguments, found 1
      1 | f: atan2(x) + Min()
        |    ^^^^^^^^
    hint: call it as `atan2(x, y)`
    kamodo_rpc.yaml:1:15: error: `f`: `Min` takes 1 or more arguments, found 0
      1 | f: atan2(x) + Min()
        |               ^^^^^
    hint: call it as `Min(x)`
    "#);
    assert_snapshot!(diagnose(&["f(x,y): x - y"], "g: f(x) + f(1, 2, 3)"), @r"
    kamodo_rpc.yaml:1:4: error: `g`: `f` takes 2 arguments, found 1
      1 | g: f(x) + f(1, 2, 3)
        |    ^^^^
    hint: call it as `f(x, y)`
    kamodo_rpc.yaml:1:11: error: `g`: `f` takes 2 arguments, found 3
      1 | g: f(x) + f(1, 2, 3)
        |           ^^^^^^^^^^
    hint: call it as `f(x, y)`
    ");
}

#[test]
fn sums_of_unlike_units() {
    let above = ["a(x)[g/cm^3]: x", "b(x)[m]: x"];
    assert_snapshot!(diagnose(&above, "rho(x): a(x) + b(x)"), @r#"
    kamodo_rpc.yaml:1:9: error: `rho`: cannot add `g/cm**3` and `m`
      1 | rho(x): a(x) + b(x)
        |         ^^^^ Mass·Length^-3
        |                ^^^^ Length
    hint: both sides must have one dimension
    "#);
    assert_snapshot!(diagnose(&above, "rho(x)[kg/m^3]: 2*(a + b)"), @r#"
    kamodo_rpc.yaml:1:20: error: `rho`: cannot add `g/cm**3` and `m`
      1 | rho(x)[kg/m^3]: 2*(a + b)
        |                    ^ Mass·Length^-3
        |                        ^ Length
    hint: both sides must have one dimension
    "#);
    assert_snapshot!(diagnose(&above, "rho(x)[kg/m^3]: a + b"), @r#"
    kamodo_rpc.yaml:1:21: error: `rho`: cannot convert `m` to `kg/m**3`, the unit of `rho`
      1 | rho(x)[kg/m^3]: a + b
        |                     ^ Length, expected Mass·Length^-3
    hint: multiply it by a quantity of the dimension Mass·Length^-4, or change the unit on the left
    "#);
    assert_snapshot!(diagnose(&above, "rho(x): Max(a, b)"), @r#"
    kamodo_rpc.yaml:1:13: error: `rho`: cannot compare `g/cm**3` and `m`
      1 | rho(x): Max(a, b)
        |             ^ Mass·Length^-3
        |                ^ Length
    hint: both sides must have one dimension
    "#);
}

#[test]
fn units_that_do_not_convert() {
    let above = ["f(x[cm])[kg]: x**2"];
    assert_snapshot!(diagnose(&above, "g(x)[m]: f"), @r#"
    kamodo_rpc.yaml:1:10: error: `g`: cannot convert `kg` to `m`, the unit of `g`
      1 | g(x)[m]: f
        |          ^ Mass, expected Length
    hint: multiply it by a quantity of the dimension Mass^-1·Length, or change the unit on the left
    "#);
    assert_snapshot!(diagnose(&above, "g(y[m])[g]: f(y**2)"), @r#"
    kamodo_rpc.yaml:1:15: error: `g`: cannot pass `m**2` for `x[cm]` of `f`
      1 | g(y[m])[g]: f(y**2)
        |               ^^^^ Length^2, expected Length
    hint: multiply it by a quantity of the dimension Length^-1, or change the unit on the left
    "#);
    assert_snapshot!(diagnose(&above, "g(x[s])[kg]: f"), @r#"
    kamodo_rpc.yaml:1:14: error: `g`: cannot pass `s` for `x[cm]` of `f`
      1 | g(x[s])[kg]: f
        |              ^ Time, expected Length
    hint: multiply it by a quantity of the dimension Length·Time^-1, or change the unit on the left
    "#);
    assert_snapshot!(diagnose(&above, "g(y[m], t[s])[g]: f(y + t)"), @r#"
    kamodo_rpc.yaml:1:21: error: `g`: cannot add `m` and `s`
      1 | g(y[m], t[s])[g]: f(y + t)
        |                     ^ Length
        |                         ^ Time
    hint: both sides must have one dimension
    "#);
    assert_snapshot!(diagnose(&above, "g(x): 2**x*f**x"), @r#"
    kamodo_rpc.yaml:1:15: error: `g`: a power of `kg` needs a number as its exponent
      1 | g(x): 2**x*f**x
        |               ^ not a number
        |            ^ Mass
    hint: divide the base by a quantity of its dimension
    "#);
}

#[test]
fn warnings_of_units() {
    let above = ["f(x[cm])[kg]: x**2"];
    assert_snapshot!(diagnose(&above, "g(x[cm])[kg]: f + 1"), @r"
    kamodo_rpc.yaml:1:19: warning: `g`: a plain number is added to a quantity, it is taken as in `kg`
      1 | g(x[cm])[kg]: f + 1
        |                   ^
    hint: if another unit is meant, define it with that, as in `c_0[kg]: 1`, and write `c_0`
    ");
    assert_snapshot!(diagnose(&above, "g(x[cm]): exp(f)"), @r#"
    kamodo_rpc.yaml:1:15: warning: `g`: the argument of `exp` is in `kg`, it is taken as a plain number
      1 | g(x[cm]): exp(f)
        |               ^
    hint: divide it by a quantity of the dimension Mass
    "#);
    assert_snapshot!(diagnose(&above, "g(x[cm]): 2*f"), @r#"
    kamodo_rpc.yaml:1:11: warning: `g`: the result is in `kg`, but the left-hand side has no unit
      1 | g(x[cm]): 2*f
        |           ^^^
    hint: write `g(x[cm])[kg]` to keep it
    "#);
}

#[test]
fn functions_elsewhere() {
    let above = Above::default().with_elsewhere(&["standoff(B_z[nT])[R_E]: 10 + B_z"]);
    let render = |line: &str| {
        let (_, diagnostics) = linker::check(line, &above);
        hints::check_all(line, &above, &diagnostics);
        diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(render("f: standoff + 1"), @r#"
    kamodo_rpc.yaml:1:4: warning: `f`: `standoff` is a parameter here, though there is a function of that name
      1 | f: standoff + 1
        |    ^^^^^^^^
    hint: call the function as `standoff(B_z)`
    "#);
    assert_snapshot!(render("f: standof(x) + sim(x)"), @r#"
    kamodo_rpc.yaml:1:4: warning: `f`: no function `standof` is there yet
      1 | f: standof(x) + sim(x)
        |    ^^^^^^^
    hint: did you mean `standoff`?
    kamodo_rpc.yaml:1:17: warning: `f`: no function `sim` is there yet
      1 | f: standof(x) + sim(x)
        |                 ^^^
    hint: did you mean `sin`?
    "#);
    assert_snapshot!(render("f: entirely_new(x)"), @r#"
    kamodo_rpc.yaml:1:4: warning: `f`: no function `entirely_new` is there yet
      1 | f: entirely_new(x)
        |    ^^^^^^^^^^^^
    hint: `f` is served as soon as a plugin, an upstream or a definition brings `entirely_new`
    "#);
}

#[test]
fn names_of_the_language() {
    assert_snapshot!(diagnose(&[], "sign(t): 2*t"), @"");
}

#[test]
fn a_long_line_is_shown_in_part() {
    let line = format!("f: {} + 2 x + {}", "x + ".repeat(40) + "x", "x + ".repeat(40) + "x");
    assert_snapshot!(refuse(&line), @r"
    kamodo_rpc.yaml:1:170: error: `f`: expected an operator or the end, found `x`
      1 | …x + x + x + x + x + x + x + x + x + x + x + x + 2 x + x + x + x + x + x + x + x + x + x + x + x + x …
        |                                                    ^
    hint: there is no implicit multiplication: write `*`
    ");
}

#[test]
fn sums_over_an_index() {
    assert_snapshot!(refuse("f: Sum(k*x)"), @"
    kamodo_rpc.yaml:1:4: error: `f`: `Sum` has no index with its bounds in parentheses
      1 | f: Sum(k*x)
        |    ^^^^^^^^
    hint: write `Sum(k*x, (k, 1, 3))`
    ");
    assert_snapshot!(refuse("f: Sum(k*x, k)"), @"
    kamodo_rpc.yaml:1:4: error: `f`: `Sum` has no index with its bounds in parentheses
      1 | f: Sum(k*x, k)
        |    ^^^^^^^^
    hint: write `Sum(k*x, (k, 1, 3))`
    ");
    assert_snapshot!(refuse("f: Sum(k*x, (2, 1, 3))"), @"
    kamodo_rpc.yaml:1:14: error: `f`: `Sum` has no index with its bounds in parentheses
      1 | f: Sum(k*x, (2, 1, 3))
        |              ^
    hint: write `Sum(k*x, (k, 1, 3))`
    ");
    assert_snapshot!(refuse("f: Sum(k*x, (k, 1))"), @"
    kamodo_rpc.yaml:1:18: error: `f`: `Sum` has no index with its bounds in parentheses
      1 | f: Sum(k*x, (k, 1))
        |                  ^
    hint: write `Sum(k*x, (k, 1, 3))`
    ");
    assert_snapshot!(refuse("f: Product(k*x, (k, 1, n))"), @"
    kamodo_rpc.yaml:1:24: error: `f`: expected an integer as a bound of `Product`
      1 | f: Product(k*x, (k, 1, n))
        |                        ^
    hint: the number of terms is fixed in a definition, such as from 1 to 3
    ");
    assert_snapshot!(refuse("f: Sum(k*x, (k, 1, 2000))"), @"
    kamodo_rpc.yaml:1:4: error: `f`: `Sum` of 2000 terms is too large
      1 | f: Sum(k*x, (k, 1, 2000))
        |    ^^^
    hint: the limits are 1000 terms and 10000 parts of them in all
    ");
    assert_snapshot!(refuse("f: Sum(k*x, (k, 1, 3)"), @"
    kamodo_rpc.yaml:1:7: error: `f`: this parenthesis is never closed
      1 | f: Sum(k*x, (k, 1, 3)
        |       ^
    hint: add `)` where it ends
    ");
}

#[test]
fn what_is_not_worked_out() {
    assert_snapshot!(diagnose(&[], "f: Derivative(x**2, x)"), @"
    kamodo_rpc.yaml:1:4: warning: `f`: no function `Derivative` is there yet
      1 | f: Derivative(x**2, x)
        |    ^^^^^^^^^^
    hint: `Derivative` is shown, but not worked out here: write out what it comes to
    ");
}

#[test]
fn words_and_signs_of_elsewhere() {
    assert_snapshot!(refuse("f: x > 0 and x < 1"), @"
    kamodo_rpc.yaml:1:10: error: `f`: expected an operator or the end, found `and`
      1 | f: x > 0 and x < 1
        |          ^^^
    hint: write `&`: `(x > 0) & (x < 1)`
    ");
    assert_snapshot!(refuse("f: x < 0 or x > 1"), @"
    kamodo_rpc.yaml:1:10: error: `f`: expected an operator or the end, found `or`
      1 | f: x < 0 or x > 1
        |          ^^
    hint: write `|`: `(x < 0) | (x > 1)`
    ");
    assert_snapshot!(refuse("f: not x > 1"), @"
    kamodo_rpc.yaml:1:4: error: `f`: `not` is a word of Python, not a name
      1 | f: not x > 1
        |    ^^^
    hint: write `~`: `~(x > 1)`
    ");
    assert_snapshot!(refuse("f: x if x > 1 else 0"), @"
    kamodo_rpc.yaml:1:6: error: `f`: expected an operator or the end, found `if`
      1 | f: x if x > 1 else 0
        |      ^^
    hint: write cases as `Piecewise((x, x > 0), (0, True))`
    ");
    assert_snapshot!(refuse("f: x²"), @"
    kamodo_rpc.yaml:1:5: error: `f`: unexpected `²`
      1 | f: x²
        |     ^
    hint: raise with `**`: `x**2`
    ");
    assert_snapshot!(refuse("f: x½"), @"
    kamodo_rpc.yaml:1:5: error: `f`: unexpected `½`
      1 | f: x½
        |     ^
    hint: a half is `1/2`, with a sign before it
    ");
}

/// A name of numpy's is not guessed at by its letters.
#[test]
fn functions_by_the_names_of_elsewhere() {
    assert_snapshot!(diagnose(&[], "f: sgn(x)"), @"
    kamodo_rpc.yaml:1:4: warning: `f`: no function `sgn` is there yet
      1 | f: sgn(x)
        |    ^^^
    hint: write `sign(x)`
    ");
    assert_snapshot!(diagnose(&[], "f: where(x, 1)"), @"
    kamodo_rpc.yaml:1:4: warning: `f`: no function `where` is there yet
      1 | f: where(x, 1)
        |    ^^^^^
    hint: `where(z, x, y)` is written `Piecewise((x, z), (y, True))`
    ");
}
