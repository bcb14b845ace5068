//! What is said of LaTeX that is wrong.

use insta::assert_snapshot;
use kamodo_expr::Outcome;

use crate::hints;
use crate::linker::{self, Above};

/// Checks a line, which must be refused, and returns what is said of it.
#[track_caller]
fn refuse(line: &str) -> String {
    let (outcome, diagnostics) = linker::check(line, &Above::default());
    assert!(matches!(outcome, Outcome::Refused), "{line} is accepted");
    hints::check_all(line, &Above::default(), &diagnostics);
    diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n")
}

/// Checks a line, which must be accepted, and returns what is said of it.
#[track_caller]
fn warn(line: &str) -> String {
    let (outcome, diagnostics) = linker::check(line, &Above::default());
    assert!(!matches!(outcome, Outcome::Refused), "{line} is refused");
    hints::check_all(line, &Above::default(), &diagnostics);
    diagnostics.iter().map(|diagnostic| diagnostic.render()).collect::<Vec<_>>().join("\n")
}

#[test]
fn dollars() {
    assert_snapshot!(refuse("f: $x"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: this `$` is never closed
      1 | f: $x
        |    ^
    hint: LaTeX stands between two `$`: `$x^2$`
    ");
    assert_snapshot!(refuse("f: x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: this `$` was never opened
      1 | f: x$
        |     ^
    hint: LaTeX stands between two `$`: `$x^2$`
    ");
    assert_snapshot!(refuse("f: $"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: this `$` is never closed
      1 | f: $
        |    ^
    hint: LaTeX stands between two `$`: `$x^2$`
    ");
    assert_snapshot!(refuse("f: $$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: expected an expression between the `$`, found nothing
      1 | f: $$
        |     ^
    hint: write one, such as `$x^2 - x - 1$`
    ");
    assert_snapshot!(refuse("f: $x$ + $y$"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: unexpected `$`
      1 | f: $x$ + $y$
        |      ^
    hint: LaTeX stands between one `$` and another, with nothing before or behind
    ");
    assert_snapshot!(refuse("f: x + $y$ + z"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: unexpected `$`
      1 | f: x + $y$ + z
        |        ^
    hint: all of the right-hand side stands between two `$` where it is LaTeX
    ");
}

#[test]
fn braces_and_delimiters() {
    assert_snapshot!(refuse(r"f: $\frac{x}{y$"), @r"
    kamodo_rpc.yaml:1:13: error: `f`: this brace is never closed
      1 | f: $\frac{x}{y$
        |             ^
    hint: add `}` where it ends
    ");
    assert_snapshot!(refuse("f: $x}$"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: expected an operator or the end, found `}`
      1 | f: $x}$
        |      ^
    hint: this brace was never opened; leave it out
    ");
    assert_snapshot!(refuse(r"f: $\left(x + 1$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: this `\left(` is never closed
      1 | f: $\left(x + 1$
        |     ^^^^^^
    hint: add its counterpart where it ends
    ");
    assert_snapshot!(refuse("f: $(x + 1]$"), @r"
    kamodo_rpc.yaml:1:11: error: `f`: expected an operator or the closing delimiter, found `]`
      1 | f: $(x + 1]$
        |           ^
        |     ^ opened here
    hint: delimiters come in pairs: `\left(` and `\right)`, `(` and `)`, `|` and `|`
    ");
    assert_snapshot!(refuse("f: $x)$"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: expected an operator or the end, found `)`
      1 | f: $x)$
        |      ^
    hint: delimiters come in pairs: `\left(` and `\right)`, `(` and `)`, `|` and `|`
    ");
    assert_snapshot!(refuse("f: $|x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: this `|` is never closed
      1 | f: $|x$
        |     ^
    hint: add its counterpart where it ends
    ");
    assert_snapshot!(refuse(r"f: $\left x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: expected a delimiter after `\left`, found `x`
      1 | f: $\left x$
        |     ^^^^^
    hint: write `\left(x\right)`, `\left[x\right]` or `\left|x\right|`
    ");
    assert_snapshot!(refuse(r"f: $\frac{}{y}$"), @r"
    kamodo_rpc.yaml:1:11: error: `f`: expected a number, a name or a parenthesis, found `}`
      1 | f: $\frac{}{y}$
        |           ^
    hint: write an expression between the braces
    ");
}

#[test]
fn exponents_and_indices() {
    assert_snapshot!(refuse("f: $x^$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected an exponent, found the end
      1 | f: $x^$
        |       ^
    hint: write it in braces, such as `x^{-2}`
    ");
    assert_snapshot!(refuse("f: $x^-2$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected an exponent, found `-`
      1 | f: $x^-2$
        |       ^
    hint: write it in braces, such as `x^{-2}`
    ");
    assert_snapshot!(refuse("f: $x^a^b$"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: a second exponent at the same place
      1 | f: $x^a^b$
        |        ^
    hint: write `x^{a^{b}}` or `{x^{a}}^{b}`
    ");
    assert_snapshot!(refuse("f: $x_$"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: expected an index after `_`, found the end
      1 | f: $x_$
        |      ^
    hint: write letters or digits, such as `x_{1}` or `v_{perp}`
    ");
    assert_snapshot!(refuse("f: $x_{i+k^2}$"), @r"
    kamodo_rpc.yaml:1:11: error: `f`: expected an index, found `^`
      1 | f: $x_{i+k^2}$
        |           ^
    hint: an index is letters, digits and signs, such as `x_{i,1}` or `v_{perp}`
    ");
    assert_snapshot!(refuse("f: $(x+1)_2$"), @r"
    kamodo_rpc.yaml:1:10: error: `f`: an index stands behind a name only
      1 | f: $(x+1)_2$
        |          ^
    hint: write it behind the letter that it belongs to: `x_{1}`
    ");
    assert_snapshot!(refuse(r"f: $\sin_2 x$"), @r"
    kamodo_rpc.yaml:1:9: error: `f`: `sin` takes no index
      1 | f: $\sin_2 x$
        |         ^
    hint: the base of a logarithm is one: `\log_{10}(x)`
    ");
}

#[test]
fn commands() {
    assert_snapshot!(refuse(r"f: $\foo{x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\foo` is not a command that is known here
      1 | f: $\foo{x$
        |     ^^^^
    hint: a name of one's own reads `\mathrm{foo}`, a function `\operatorname{foo}(x)`
    ");
    assert_snapshot!(refuse(r"f: $\pir$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\pir` is not a command that is known here
      1 | f: $\pir$
        |     ^^^^
    hint: did you mean `\pi`?
    ");
    assert_snapshot!(refuse(r"f: $\alhpa$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\alhpa` is not a command that is known here
      1 | f: $\alhpa$
        |     ^^^^^^
    hint: did you mean `\alpha`?
    ");
    assert_snapshot!(refuse(r"f: $x \$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected a command after `\`, found nothing
      1 | f: $x \$
        |       ^
    hint: write its name, such as `\sqrt{x}`, or leave `\` out
    ");
    assert_snapshot!(refuse(r"f: $\vec{1}$"), @r"
    kamodo_rpc.yaml:1:10: error: `f`: expected a name, found `1`
      1 | f: $\vec{1}$
        |          ^
    hint: write letters, such as `x` or `\alpha`
    ");
    assert_snapshot!(refuse(r"f: $\vec$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: expected a name in braces after `\vec`, found the end
      1 | f: $\vec$
        |     ^^^^
    hint: write `\vec{x}`
    ");
    assert_snapshot!(refuse(r"f: $\mathrm{if}$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `if` is a word of Python, not a name
      1 | f: $\mathrm{if}$
        |     ^^^^^^^^^^^
    hint: write `if_{0}`, or another name
    ");
    assert_snapshot!(refuse("f: $sin(x)$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `sin` is a product of letters in LaTeX
      1 | f: $sin(x)$
        |     ^^^
    hint: write the function as `\sin`, a name as `\mathrm{sin}`
    ");
}

#[test]
fn what_the_language_has_not() {
    assert_snapshot!(refuse(r"f: $\int x dx$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\int`: integrals are not part of the language
      1 | f: $\int x dx$
        |     ^^^^
    hint: write out what it comes to, as a function of its own
    ");
    assert_snapshot!(refuse(r"f: $\frac{d}{dx} x^2$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: derivatives are not part of the language
      1 | f: $\frac{d}{dx} x^2$
        |     ^^^^^^^^^^^
    hint: write out the derived function, as one of its own
    ");
    assert_snapshot!(refuse(r"f: $\frac{\partial f}{\partial x}$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: derivatives are not part of the language
      1 | f: $\frac{\partial f}{\partial x}$
        |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: write out the derived function, as one of its own
    ");
    assert_snapshot!(refuse(r"f: $\lim_{x \to 0} x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\lim`: limits are not part of the language
      1 | f: $\lim_{x \to 0} x$
        |     ^^^^
    hint: write out what it comes to, as a function of its own
    ");
    assert_snapshot!(refuse("f: $x'' + (x)'$"), @r"
    kamodo_rpc.yaml:1:14: error: `f`: a prime stands behind a name only
      1 | f: $x'' + (x)'$
        |              ^
    hint: derivatives are not part of the language; define the derived function itself
    ");
    assert_snapshot!(refuse("f: $f(x) = 3$"), @"
    kamodo_rpc.yaml:1:5: error: `f`: the left-hand side of the definition between the `$`
      1 | f: $f(x) = 3$
        |     ^^^^^^
    hint: the left-hand side stands before the colon: `f(x): $x^2$`
    ");
    assert_snapshot!(refuse(r"f: $x \pm 1$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: `\pm`: two results at once are not part of the language
      1 | f: $x \pm 1$
        |       ^^^
    hint: write out what it comes to, as a function of its own
    ");
    assert_snapshot!(refuse("f: $a & b$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected an operator or the end, found `&`
      1 | f: $a & b$
        |       ^
    hint: rows and columns stand in cases: `\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`
    ");
    assert_snapshot!(refuse(r"f: $\langle x + 1 \rangle$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: an average is of a name only
      1 | f: $\langle x + 1 \rangle$
        |     ^^^^^^^^^^^^^^^^^^^^^
    hint: write out how it is computed
    ");
}

#[test]
fn operands() {
    assert_snapshot!(refuse("f: $x +$"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: expected a number, a name or a parenthesis, found the end
      1 | f: $x +$
        |        ^
    hint: write one after `+`
    ");
    assert_snapshot!(refuse(r"f: $+ \cdot x$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected a number, a name or a parenthesis, found `\cdot`
      1 | f: $+ \cdot x$
        |       ^^^^^
    hint: write one after `+`
    ");
    assert_snapshot!(refuse("f: $2 3$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: two numbers stand side by side
      1 | f: $2 3$
        |       ^
    hint: write `\cdot` between them, or no blank in one number
    ");
    assert_snapshot!(refuse("f: $x**2$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected a number, a name or a parenthesis, found `*`
      1 | f: $x**2$
        |       ^
    hint: a power reads `x^{2}` in LaTeX
    ");
    assert_snapshot!(refuse(r"f: $\sin$"), @r"
    kamodo_rpc.yaml:1:9: error: `f`: expected a number, a name or a parenthesis, found the end
      1 | f: $\sin$
        |         ^
    hint: write one after `\sin`
    ");
    assert_snapshot!(refuse(r"f: $\sin + $"), @r"
    kamodo_rpc.yaml:1:11: error: `f`: expected a number, a name or a parenthesis, found the end
      1 | f: $\sin + $
        |           ^
    hint: write one after `+`
    ");
    assert_snapshot!(refuse("f: $x, y$"), @r"
    kamodo_rpc.yaml:1:6: error: `f`: expected an operator or the end, found `,`
      1 | f: $x, y$
        |      ^
    hint: a comma stands between the arguments of a function only, a decimal point is `.`
    ");
    assert_snapshot!(refuse(r"f: $50\%$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: `\%` is not a command that is known here
      1 | f: $50\%$
        |       ^^
    hint: write hundredths as `\frac{x}{100}`
    ");
    assert_snapshot!(refuse("f: $x × y$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: unexpected `×`
      1 | f: $x × y$
        |       ^
    hint: write `\times`
    ");
    assert_snapshot!(refuse(r"f: $1.5 \cdot 10^{999}$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `1.5e999` is out of the range of numbers
      1 | f: $1.5 \cdot 10^{999}$
        |     ^^^^^^^^^^^^^^^^^^
    hint: decimal numbers lie between 4.9e-324 and 1.8e308, integers have some 19700 digits
    ");
}

#[test]
fn comparisons_and_cases() {
    assert_snapshot!(refuse(r"f: $\begin{matrix} x & y \end{matrix}$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\begin{matrix}` is not part of the language
      1 | f: $\begin{matrix} x & y \end{matrix}$
        |     ^^^^^^^^^^^^^^
    hint: cases read `\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`
    ");
    assert_snapshot!(refuse(r"f: $\begin x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: expected the name of an environment in braces after `\begin`
      1 | f: $\begin x$
        |     ^^^^^^
    hint: cases read `\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`
    ");
    assert_snapshot!(refuse(r"f: $\begin{cases} x & x > 0 \\ 0$"), @r"
    kamodo_rpc.yaml:1:32: error: `f`: a case without a condition
      1 | f: $\begin{cases} x & x > 0 \\ 0$
        |                                ^
    hint: cases read `\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`
    ");
    assert_snapshot!(refuse(r"f: $\begin{cases} x & x > 0$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: this `\begin{cases}` is never closed
      1 | f: $\begin{cases} x & x > 0$
        |     ^^^^^^^^^^^^^
    hint: add `\end{cases}` where it ends
    ");
    assert_snapshot!(refuse(r"f: $\begin{cases} x \\ 0 & \text{otherwise} \end{cases}$"), @r"
    kamodo_rpc.yaml:1:19: error: `f`: a case without a condition
      1 | f: $\begin{cases} x \\ 0 & \text{otherwise} \end{cases}$
        |                   ^
    hint: cases read `\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`
    ");
    assert_snapshot!(refuse(r"f: $\begin{cases} x & x > 0 ) \end{cases}$"), @r"
    kamodo_rpc.yaml:1:29: error: `f`: expected `\\` or `\end{cases}`, found `)`
      1 | f: $\begin{cases} x & x > 0 ) \end{cases}$
        |                             ^
    hint: delimiters come in pairs: `\left(` and `\right)`, `(` and `)`, `|` and `|`
    ");
    assert_snapshot!(refuse(r"f: $\begin{cases} x & x > 0 \end{case}$"), @r"
    kamodo_rpc.yaml:1:29: error: `f`: expected `\end{cases}`, found `\end{case}`
      1 | f: $\begin{cases} x & x > 0 \end{case}$
        |                             ^^^^^^^^^^
        |     ^^^^^^^^^^^^^ opened here
    hint: what begins last ends first
    ");
    assert_snapshot!(refuse(r"f: $\begin{cases} \end{cases}$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: a list of cases without a case
      1 | f: $\begin{cases} \end{cases}$
        |     ^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: cases read `\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`
    ");
    assert_snapshot!(refuse(r"f: $\begin{cases} x & y \\ 0 & 2 \end{cases}$"), @r"
    kamodo_rpc.yaml:1:32: error: `f`: expected a condition, found a number
      1 | f: $\begin{cases} x & y \\ 0 & 2 \end{cases}$
        |                                ^
    hint: write a comparison, such as `x > 0 \wedge x < 2`
    ");
    assert_snapshot!(refuse(r"f: $x + (y > 2)$"), @r"
    kamodo_rpc.yaml:1:9: error: `f`: expected a number, found a condition
      1 | f: $x + (y > 2)$
        |         ^^^^^^^
    hint: `\begin{cases} 1 & (y > 2) \\ 0 & \text{otherwise} \end{cases}` makes a number of it
    ");
    assert_snapshot!(refuse(r"f: $x \leq$"), @r"
    kamodo_rpc.yaml:1:11: error: `f`: expected a number, a name or a parenthesis, found the end
      1 | f: $x \leq$
        |           ^
    hint: write one after `\leq`
    ");
    assert_snapshot!(refuse(r"f: $\leq x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: expected a number, a name or a parenthesis, found `\leq`
      1 | f: $\leq x$
        |     ^^^^
    hint: write one before `\leq`
    ");
    assert_snapshot!(refuse(r"f: $x \middle| y$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected an operator or the end, found `\middle|`
      1 | f: $x \middle| y$
        |       ^^^^^^^^
    hint: `\middle|` stands in `E\left(x\middle| m\right)` only
    ");
    assert_snapshot!(refuse(r"f: $x \middle y$"), @r"
    kamodo_rpc.yaml:1:7: error: `f`: expected `|` after `\middle`, found `y`
      1 | f: $x \middle y$
        |       ^^^^^^^
    hint: `\middle|` stands in `E\left(x\middle| m\right)` only
    ");
    assert_snapshot!(refuse(r"f: $\neg$"), @r"
    kamodo_rpc.yaml:1:9: error: `f`: expected a number, a name or a parenthesis, found the end
      1 | f: $\neg$
        |         ^
    hint: write one after `\neg`
    ");
    assert_snapshot!(refuse(r"f: $J_{n+}(x +$"), @"
    kamodo_rpc.yaml:1:15: error: `f`: expected a number, a name or a parenthesis, found the end
      1 | f: $J_{n+}(x +$
        |               ^
    hint: write one after `+`
    ");
}

#[test]
fn sums() {
    assert_snapshot!(refuse(r"f: $\sum x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\sum` has no index with a lower bound
      1 | f: $\sum x$
        |     ^^^^
    hint: write `\sum_{i=1}^{3} i x`
    ");
    assert_snapshot!(refuse(r"f: $\sum_{i=1} x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\sum` has no upper bound
      1 | f: $\sum_{i=1} x$
        |     ^^^^
    hint: write `\sum_{i=1}^{3} i x`
    ");
    assert_snapshot!(refuse(r"f: $\sum_{i=1}^{n} i$"), @r"
    kamodo_rpc.yaml:1:16: error: `f`: expected an integer as a bound of `\sum`
      1 | f: $\sum_{i=1}^{n} i$
        |                ^^^
    hint: the number of terms is fixed in a definition, such as from 1 to 3
    ");
    assert_snapshot!(refuse(r"f: $\sum_{i=1}^{2000} i x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `\sum` of 2000 terms is too large
      1 | f: $\sum_{i=1}^{2000} i x$
        |     ^^^^
    hint: the limits are 1000 terms and 10000 parts of them in all
    ");
    assert_snapshot!(refuse(r"f: $\sum_{i}^{3} x$"), @r"
    kamodo_rpc.yaml:1:12: error: `f`: `\sum` has no index with a lower bound
      1 | f: $\sum_{i}^{3} x$
        |            ^
    hint: write `\sum_{i=1}^{3} i x`
    ");
}

#[test]
fn warnings() {
    assert_snapshot!(warn("f: $e^x$"), @r"
    kamodo_rpc.yaml:1:5: warning: `f`: `e` is a parameter here, not Euler's number
      1 | f: $e^x$
        |     ^
    hint: write `\exp(x)`, or the parameters on the left-hand side: `f(x)`
    ");
    assert_snapshot!(warn(r"f: $\sin x \cdot y$"), @r"
    kamodo_rpc.yaml:1:5: warning: `f`: the argument of `\sin` ends before `\cdot`
      1 | f: $\sin x \cdot y$
        |     ^^^^^^
    hint: write `\sin(x)`, or parentheses round all of the argument
    ");
}

#[test]
fn warnings_of_signs() {
    assert_snapshot!(warn(r"f: $E\left(m\right)$"), @r"
    kamodo_rpc.yaml:1:5: warning: `f`: `E` is the special function `elliptic_e`, unless there is a function `E`
      1 | f: $E\left(m\right)$
        |     ^^^^^^^^^^^^^^^
    hint: write `\operatorname{elliptic_e}\left(m\right)` to have that one always, `E{\left(x\right)}` for one's own
    ");
    assert_snapshot!(warn(r"f: $2 E^{2}\left(m\right)$"), @r"
    kamodo_rpc.yaml:1:7: warning: `f`: `E^{2}` is the special function `elliptic_e`, unless there is a function `E`
      1 | f: $2 E^{2}\left(m\right)$
        |       ^^^^^^^^^^^^^^^^^^^
    hint: write `\operatorname{elliptic_e}\left(m\right)^{2}` to have that one always, `E^{2}{\left(x\right)}` for one's own
    ");
    assert_snapshot!(warn(r"f: $T_{e}\left(r\right)$"), @r"
    kamodo_rpc.yaml:1:5: warning: `f`: `T_{e}` is the special function `chebyshevt`, unless there is a function `T_e`
      1 | f: $T_{e}\left(r\right)$
        |     ^^^^^^^^^^^^^^^^^^^
    hint: write `\operatorname{chebyshevt}\left(e, r\right)` to have that one always, `T_{e}{\left(x\right)}` for one's own
    ");
    assert_snapshot!(warn("f: $x = 3$"), @"
    kamodo_rpc.yaml:1:7: warning: `f`: this compares: it is true where both sides are equal
      1 | f: $x = 3$
        |       ^
    hint: the left-hand side stands before the colon: `f(x): $x^2$`
    ");
    assert_snapshot!(warn(r"f: $J_0(x) + P_2(x) + \Gamma(x)$"), @"");
}

#[test]
fn undeclared_names() {
    assert_snapshot!(refuse("f(x): $x y$"), @r"
    kamodo_rpc.yaml:1:10: error: `f`: `y` is not a parameter of `f`
      1 | f(x): $x y$
        |          ^
    hint: did you mean `f(x,y)`?
    ");
    assert_snapshot!(refuse("f(x): $E x$"), @"
    kamodo_rpc.yaml:1:8: error: `f`: `E` is not a parameter of `f`
      1 | f(x): $E x$
        |        ^
    hint: no list of parameters may have `E`, which is a constant there: write `E_{0}`, and `f(x,E_0)`, or no list
    ");
}

#[test]
fn numbers_with_an_exponent() {
    assert_snapshot!(refuse(r"f(x): $5.3e-2 x$"), @r"
    kamodo_rpc.yaml:1:8: error: `f`: `5.3e-2` is no number in LaTeX
      1 | f(x): $5.3e-2 x$
        |        ^^^^^^
    hint: write `5.3 \times 10^{-2}`, or blanks round `e` where it is a parameter
    ");
    assert_snapshot!(refuse(r"f: $2E3 x$"), @r"
    kamodo_rpc.yaml:1:5: error: `f`: `2E3` is no number in LaTeX
      1 | f: $2E3 x$
        |     ^^^
    hint: write `2 \times 10^{3}`, or blanks round `e` where it is a parameter
    ");
}
