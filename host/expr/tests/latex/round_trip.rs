//! What is printed reads back as the same function, and no text is too strange.

use std::sync::Arc;

use kamodo_compute::Progress;
use kamodo_expr::{Checked, Definition, Expr, Outcome, lower};
use kamodo_value::{Array, Buffer, Value};
use proptest::prelude::*;

use crate::expressions::{expressions, has_huge_number};
use crate::linker::{self, Above};

const NAMES: [&str; 15] = [
    "x",
    "y",
    "omega",
    "x_1",
    "Bvec_x",
    "rho_ij",
    "longname",
    "x2",
    "alpha_plus",
    "vprime",
    "b__up_lo",
    "K_p",
    "n",
    "kappa",
    "Cmag",
];

/// Functions of one's own, some of which print as signs of special functions do.
const CALLS: [&str; 7] = ["g", "h_1", "sigma", "f1", "Q_e", "L_theta", "h__up"];

fn above() -> Above {
    Above::of(&[
        "g(x): 2*x + 1",
        "h_1(x): x/3",
        "sigma(x): x**2",
        "f1(x): x",
        "Q_e(x): x",
        "L_theta(x): x",
        "h__up(x): x",
    ])
}

fn lhs() -> String {
    format!("f({})", NAMES.join(", "))
}

fn checked(rhs: &str) -> Option<Checked> {
    let definition = Definition::parse(&linker::source(&lhs()), &linker::source(rhs)).ok()?;
    match definition.check(&above()).0 {
        Outcome::Checked(checked) => Some(checked),
        _ => None,
    }
}

/// Runs a body on arrays of a few numbers; the functions that it calls are the same for both sides.
fn values(body: &Expr) -> Option<Vec<f64>> {
    let program = Arc::new(lower(&NAMES, body, &|_| None).ok()?);
    let numbers = |index: usize| (0..5).map(move |row| 0.37 + 0.61 * row as f64 + 0.29 * index as f64);
    let args: Vec<_> = (0..NAMES.len())
        .map(|index| Value::Array(Array::vector(numbers(index).collect::<Vec<_>>())))
        .collect();
    let mut machine = program.start(args);
    for _ in 0..1_000 {
        match machine.resume(&|| false).ok()? {
            Progress::Call { args, .. } => machine.supply(args.into_iter().next()?),
            Progress::Done(Value::Array(array)) => match array.buffer() {
                Buffer::Float64(found) => return Some(found.to_vec()),
                _ => return None,
            },
            Progress::Done(_) => return None,
        }
    }
    None
}

fn alike(left: f64, right: f64) -> bool {
    left == right
        || (left.is_nan() && right.is_nan())
        || (left - right).abs() <= 1e-9 * left.abs().max(right.abs())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_back_as_the_same_function(text in expressions(&NAMES, &CALLS)) {
        // Euler's constant is shown by the letter of a parameter.
        let is_read_back =
            |printed: &Checked| !printed.rhs.contains("EulerGamma") && !has_huge_number(&printed.rhs);
        let Some(printed) = checked(&text).filter(is_read_back) else { return Ok(()) };
        let again = checked(&format!("${}$", printed.equation));
        prop_assert!(again.is_some(), "{} as {}", printed.rhs, printed.equation);
        let again = again.unwrap();
        // A number is printed with 15 digits, as sympy prints it: where that is not the whole of it, the
        // function that reads back is another one by its rounding.
        let is_printed_whole = checked(&printed.rhs).is_some_and(|same| same.body == printed.body);
        if again.body != printed.body
            && is_printed_whole
            && let (Some(values), Some(values_again)) = (values(&printed.body), values(&again.body))
        {
            for (left, right) in values.iter().zip(&values_again) {
                // Rounding apart by a bit may be a whole for what rounds itself.
                let is_rounded = printed.rhs.contains("floor") || printed.rhs.contains("ceiling")
                    || printed.rhs.contains("Mod") || printed.rhs.contains("sign");
                prop_assert!(
                    is_rounded || alike(*left, *right),
                    "{} as {} is {}: {left:e}, {right:e}", printed.rhs, printed.equation, again.rhs
                );
            }
        }
    }

    #[test]
    fn no_text_is_too_strange(text in ".{0,60}") {
        read(&format!("${text}$"));
    }

    #[test]
    fn no_tokens_are_too_strange(tokens in prop::collection::vec(prop::sample::select(vec![
        "x", "y", "e", "i", "12", "1.5", ".", "{", "}", "(", ")", "[", "]", "|", "^", "_", "+", "-", "*", "/", "!",
        "'", ",", "&", "<", "=", r"\\", r"\frac", r"\sqrt", r"\left(", r"\right)", r"\left|", r"\right|", r"\left",
        r"\right", r"\sin", r"\log", r"\min", r"\sum", r"\prod", r"\pi", r"\alpha", r"\vec", r"\mathrm", r"\text",
        r"\operatorname", r"\cdot", r"\bmod", r"\infty", r"\int", r"\prime", r"\lfloor", r"\rfloor", r"\langle",
        r"\rangle", r"\|", r"\overline", r"\binom", r"\foo", r"\é", r"\", " ", "_{i=1}^{3}", "µ", "²", "$", "d",
    ]), 0..30)) {
        read(&format!("${}$", tokens.concat()));
        read(&format!("${}$", tokens.join(" ")));
    }
}

/// Reads a text, and what an error says of it.
fn read(text: &str) {
    for lhs in ["f", "f(x, longname)"] {
        match Definition::parse(&linker::source(lhs), &linker::source(text)) {
            Ok(definition) => drop(definition.check(&Above::default())),
            Err(diagnostics) => {
                assert!(!diagnostics.is_empty());
                assert!(
                    diagnostics.iter().all(|found| !found.render().is_empty() && found.hint.is_some()),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn nesting_is_bounded_not_the_stack() {
    for (open, close) in [
        ("{", "}"),
        ("(", ")"),
        (r"\sqrt{", "}"),
        (r"\frac{1}{", "}"),
        (r"\sin ", ""),
        ("-", ""),
        ("x^{", "}"),
        ("x_{", "}"),
        (r"\vec{", "}"),
        ("|", "|"),
        ("f{\\left(", "\\right)}"),
        (r"\sum_{i=1}^{3} ", ""),
        (r"\hat", ""),
    ] {
        let text = format!("${}x{}$", open.repeat(9_000), close.repeat(9_000));
        assert!(Definition::parse(&linker::source("f"), &linker::source(&text)).is_err(), "{open}");
        let text = format!("${}x{}$", open.repeat(20), close.repeat(20));
        if let Ok(definition) = Definition::parse(&linker::source("f"), &linker::source(&text)) {
            drop(definition.check(&Above::default()));
        }
    }
    let wide = format!("${}x$", "x ".repeat(4_000));
    let definition = Definition::parse(&linker::source("f"), &linker::source(&wide)).unwrap();
    assert!(matches!(definition.check(&Above::default()).0, Outcome::Checked(_)));
}
