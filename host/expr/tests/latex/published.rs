//! What the published Kamodo makes of LaTeX, and how it prints.

use kamodo_expr::{Expr, Outcome};
use serde_json::Value;

use crate::linker::{self, Above};

const INPUT: &str = include_str!("../golden/latex_input.tsv");
const PRINTED: &str = include_str!("../golden/latex.jsonl");

/// Right-hand sides that the published parser reads otherwise, each with the reason.
const INPUT_DIFFERENCES: [(&str, &str); 27] = [
    (r"2 \cdot 3 x", "shown without the parentheses that change nothing"),
    (r"x/y z", "shown without doubled parentheses"),
    (r"\frac{1}{x^2}", "shown without doubled parentheses"),
    (r"\frac{a b}{c d}", "shown without doubled parentheses"),
    (r"\frac{n}{m v}", "shown without doubled parentheses"),
    (r"x^{-2}", "shown as a quotient, as everywhere else"),
    (r"\exp(x)", "the exponential function, and not one of that name"),
    (r"\exp(-x)", "the exponential function, and not one of that name"),
    (r"\exp(-x^2)", "the exponential function, and not one of that name"),
    (r"x \le 3", "published as a product with a parameter `le`"),
    (r"x \neq y", "published as a product with a parameter `neq`"),
    (r"\pi", "the number, and not a parameter"),
    (r"\pi r^2", "the number, and not a parameter"),
    (r"2\pi x", "the number, and not a parameter"),
    (r"\left(x+1\right)^2", "published as a call of `left`"),
    (r"\left(x\right)", "published as a call of `left`"),
    (r"\log(x)", "the natural logarithm, as it is printed"),
    (r"\ln(x)", "published in a form that cannot be called"),
    (r"\log_{2}(x)", "published in a form that cannot be called"),
    (r"\vec{B}", "published as a product with a parameter `vec`"),
    (r"\hat{x}", "published as a product with a parameter `hat`"),
    (r"\dot{x}", "published as a product with a parameter `dot`"),
    (r"\mathrm{abc}", "published as a product with a parameter `mathrm`"),
    (r"\operatorname{abc}", "published as a product with a parameter `operatorname`"),
    (r"\dfrac{x}{y}", "published as a product with a parameter `dfrac`"),
    (r"\tfrac{x}{y}", "published as a product with a parameter `tfrac`"),
    (r"\max(x, y)", "the greatest, and not a function `max`"),
];

/// What is shown of a definition: call form, right-hand side, its LaTeX, and the LaTeX of the whole.
struct Shown {
    symbol: String,
    rhs: String,
    equation: String,
    latex: Option<String>,
    body: Option<Expr>,
}

fn show(lhs: &str, rhs: &str) -> Option<Shown> {
    let definition = kamodo_expr::Definition::parse(&linker::source(lhs), &linker::source(rhs)).ok()?;
    match definition.check(&Above::default()).0 {
        Outcome::Checked(checked) => Some(Shown {
            symbol: checked.signature.symbol(),
            rhs: checked.rhs,
            equation: checked.equation,
            latex: Some(checked.latex),
            body: Some(checked.body),
        }),
        Outcome::Waiting { signature, rhs, equation, .. } => {
            Some(Shown { symbol: signature.symbol(), rhs, equation, latex: None, body: None })
        }
        Outcome::Refused => None,
    }
}

#[test]
fn latex_is_read_as_published() {
    let mut wrong = Vec::new();
    for line in INPUT.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split('\t').collect();
        let ours = show("f", &format!("${}$", columns[0]));
        // What the published one refuses, ours may read.
        let [input, symbol, rhs, latex] = columns[..] else {
            assert!(ours.is_some(), "{} is refused", columns[0]);
            continue;
        };
        let (_, published) = latex.trim_matches('$').split_once(" = ").expect("a definition");
        let same = ours.as_ref().is_some_and(|ours| {
            ours.symbol == symbol
                && ours.rhs == rhs
                && ours.equation == published
                && ours.latex.as_ref().is_none_or(|ours| ours == latex)
        });
        if same == INPUT_DIFFERENCES.iter().any(|(known, _)| *known == input) {
            let ours = ours.map(|ours| (ours.symbol, ours.rhs, ours.equation));
            wrong.push(format!("{input}\n  published {symbol} {rhs} {published}\n  ours {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn definitions_print_as_published() {
    let mut wrong = Vec::new();
    for line in PRINTED.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| row[key].as_str();
        let (id, lhs) = (text("id").unwrap(), text("lhs").unwrap());
        let ours = show(lhs, text("expr").unwrap());
        let in_dollars = |latex: &str| format!("${latex}$");
        let published = text("latex").or(text("sympy_latex")).unwrap();
        let whole = text("kamodo_latex").map(|whole| {
            in_dollars(whole.trim_start_matches(r"\begin{equation}").trim_end_matches(r"\end{equation}"))
        });
        let same = ours.as_ref().is_some_and(|ours| {
            ours.equation == published
                && text("rhs").is_none_or(|rhs| ours.rhs == rhs)
                && ours.latex.as_ref().is_none_or(|ours| {
                    text("inline").is_none_or(|inline| ours == inline)
                        && whole.as_ref().is_none_or(|whole| ours == whole)
                })
        });
        if !same {
            let ours = ours.map(|ours| (ours.equation, ours.latex));
            wrong.push(format!("{id}\n  published {published} {whole:?}\n  ours {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn printed_rows_read_back() {
    let mut wrong = Vec::new();
    for line in PRINTED.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let (lhs, expr) = (row["lhs"].as_str().unwrap(), row["expr"].as_str().unwrap());
        let Some(ours) = show(lhs, expr).filter(|ours| ours.body.is_some()) else { continue };
        let again = show(&ours.symbol, &format!("${}$", ours.equation));
        // A decimal number with more digits than a double has is another one, of the same value.
        let is_same = |again: &Shown| again.body == ours.body || again.rhs == ours.rhs;
        if !again.as_ref().is_some_and(is_same) {
            wrong.push(format!("{} as {}\n  {:?}", ours.rhs, ours.equation, again.map(|again| again.rhs)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
