//! The work that one definition takes is bounded, whatever forms it nests in each other.
//!
//! `KAMODO_FORMS=2 cargo test -p kamodo-expr --test front forms -- --nocapture` tries all pairs of forms, `3` all
//! triples, and shows the slowest.

use std::time::{Duration, Instant};

use insta::assert_snapshot;
use kamodo_expr::{Definition, Outcome, cancellable, steps_taken};

use crate::linker::{self, Above};

/// Forms with a place for the next one.
const FORMS: [&str; 78] = [
    "sin(#)",
    "cos(#)",
    "tan(#)",
    "sec(#)",
    "csc(#)",
    "cot(#)",
    "asin(#)",
    "acos(#)",
    "atan(#)",
    "asec(#)",
    "acsc(#)",
    "acot(#)",
    "atan2(#, 2)",
    "atan2(2, #)",
    "sinh(#)",
    "cosh(#)",
    "tanh(#)",
    "sech(#)",
    "csch(#)",
    "coth(#)",
    "asinh(#)",
    "acosh(#)",
    "atanh(#)",
    "asech(#)",
    "acsch(#)",
    "acoth(#)",
    "sinc(#)",
    "exp(#)",
    "log(#)",
    "sqrt(#)",
    "Abs(#)",
    "sign(#)",
    "re(#)",
    "im(#)",
    "conjugate(#)",
    "arg(#)",
    "floor(#)",
    "ceiling(#)",
    "frac(#)",
    "Min(#, y)",
    "Max(#, 3)",
    "Mod(#, 7)",
    "Mod(7, #)",
    "Heaviside(#)",
    "factorial(#)",
    "binomial(#, 3)",
    "gamma(#)",
    "loggamma(#)",
    "beta(#, 2)",
    "erf(#)",
    "erfc(#)",
    "besselj(1, #)",
    "legendre(3, #)",
    "hermite(2, #)",
    "zeta(#)",
    "(#)**2",
    "(#)**3",
    "(#)**(1/2)",
    "2**(#)",
    "x**(#)",
    "1/(#)",
    "-(#)",
    "I*(#)",
    "(#)+I",
    "(#)-x",
    "(#)*x",
    "(#)+(#)",
    "(#)*(#)",
    "(#)/((#)+1)",
    "exp(I*pi*(#))",
    "(#)*y+I*x",
    "(#)**y",
    "log(1/(#))",
    "1/floor(#)",
    "sin(atan(#))",
    "(-(#))**(2/3)",
    "expm1(#)",
    "log10(#)",
];

/// Nests forms in each other in turn, round an argument, to so many levels. A form that holds the next one twice is
/// nested as long as the text stays short.
fn nested(forms: &[&str], levels: usize, argument: &str) -> String {
    let mut text = argument.to_owned();
    for form in forms.iter().cycle().take(levels) {
        let longer = form.replace('#', &text);
        if longer.len() > 8_000 {
            break;
        }
        text = longer;
    }
    text
}

/// Checks a right-hand side; returns how many steps it took. It must be served or refused, within the budget.
#[track_caller]
fn steps(text: &str) -> u64 {
    let sides = (linker::source("f(x, y)"), linker::source(text));
    let Ok(definition) = Definition::parse(&sides.0, &sides.1) else { return 0 };
    let (outcome, diagnostics) = definition.check(&Above::default());
    assert!(
        !matches!(outcome, Outcome::Refused) || !diagnostics.is_empty(),
        "{text} is refused without a reason"
    );
    steps_taken()
}

#[test]
fn the_work_on_any_forms_is_bounded() {
    let depth: usize = std::env::var("KAMODO_FORMS").ok().and_then(|depth| depth.parse().ok()).unwrap_or(1);
    let mut slowest: Vec<(Duration, u64, String)> = Vec::new();
    for index in 0..FORMS.len().pow(depth as u32) {
        let forms: Vec<_> =
            (0..depth).map(|place| FORMS[index / FORMS.len().pow(place as u32) % FORMS.len()]).collect();
        for argument in ["x", "(x + I)", "2", "(2.5 + I*y)"] {
            let start = Instant::now();
            let n_steps = steps(&nested(&forms, 60, argument));
            assert!(n_steps < 10_100_000, "{forms:?} of {argument} takes {n_steps} steps");
            slowest.push((start.elapsed(), n_steps, format!("{} of {argument}", forms.join(" "))));
        }
        if slowest.len() > 1000 || index + 1 == FORMS.len().pow(depth as u32) {
            slowest.sort();
            slowest.drain(..slowest.len().saturating_sub(30));
        }
    }
    for (time, n_steps, text) in slowest {
        println!("{time:?} {n_steps} {text}");
    }
}

#[test]
fn parts_of_complex_expressions_that_double_at_each_level() {
    for part in ["re", "im", "Abs", "arg", "conjugate"] {
        for form in ["sin(#)", "cos(#)", "exp(#)", "(#)**2"] {
            assert!(steps(&format!("{part}({})", nested(&[form], 58, "(x+I)"))) < 10_100_000);
        }
    }
    let line = format!("f: re({})", nested(&["sin(#)"], 58, "(x+I)"));
    let (outcome, diagnostics) = linker::check(&line, &Above::default());
    assert!(matches!(outcome, Outcome::Refused));
    let rendered: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.render()).collect();
    assert_snapshot!(rendered.join("\n"), @r"
    kamodo_rpc.yaml:1:4: error: `f`: too much work for one definition: simplifying takes more than 10000000 steps
      1 | …re(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(sin(s…
        |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: split it into functions that call one another
    ");
}

#[test]
fn what_nobody_wants_any_more_is_refused_as_cancelled() {
    let line = format!("f: re({})", nested(&["sin(#)"], 58, "(x+I)"));
    let (outcome, diagnostics) =
        cancellable(std::rc::Rc::new(|| true), || linker::check(&line, &Above::default()));
    assert!(matches!(outcome, Outcome::Refused));
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].message, "cancelled: nobody waits for it any more");
    assert!(steps_taken() < 10_000);
}
