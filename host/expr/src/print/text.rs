//! Text in Python's syntax.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};

use super::Precedence;
use crate::builtin::{Builtin, Notation};
use crate::{Expr, Node, work};

/// Writes an expression as text.
pub(crate) fn text(expr: &Expr) -> String {
    match &**expr {
        // A decimal number on its own shows all of its digits.
        Node::Float(float) => float.digits(false),
        _ => print(expr),
    }
}

fn print(expr: &Expr) -> String {
    if !work::step(1) {
        return String::new();
    }
    match &**expr {
        Node::Integer(integer) => integer.to_string(),
        Node::Rational(ratio) => ratio.to_string(),
        Node::Float(float) => float.digits(true),
        Node::Constant(constant) => constant.name().to_owned(),
        Node::Symbol(name) => name.to_string(),
        Node::Add(terms) => sum(terms),
        Node::Mul(_) => product(expr),
        Node::Pow(base, exponent) => power(expr, base, exponent),
        Node::Builtin(builtin, args) => function(*builtin, args),
        Node::Call(name, args) => format!("{name}({})", list(args)),
    }
}

fn function(builtin: Builtin, args: &[Expr]) -> String {
    let infix = |operator: &str, precedence: Precedence| {
        args.iter().map(|arg| enclosed(arg, precedence)).collect::<Vec<_>>().join(operator)
    };
    match builtin.row().notation {
        Notation::Relation { text: Some(sign), .. } | Notation::Joined { text: sign, .. } => {
            infix(sign, Precedence::Relation)
        }
        Notation::Negation => format!("~{}", enclosed(&args[0], Precedence::Function)),
        Notation::Cases => {
            let cases: Vec<_> = args.chunks(2).map(|case| format!("({})", list(case))).collect();
            format!("Piecewise({})", cases.join(", "))
        }
        _ => format!("{}({})", builtin.name(), list(args)),
    }
}

fn list(args: &[Expr]) -> String {
    args.iter().map(print).collect::<Vec<_>>().join(", ")
}

/// Writes it in parentheses where it holds together no more than `precedence`.
fn enclosed(expr: &Expr, precedence: Precedence) -> String {
    if Precedence::of(expr) <= precedence { format!("({})", print(expr)) } else { print(expr) }
}

fn sum(terms: &[Expr]) -> String {
    let mut text = String::new();
    for term in terms {
        let term = print(term);
        let (sign, rest) = match term.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("+", &term[..]),
        };
        match (text.is_empty(), sign) {
            (true, "-") => text.push('-'),
            (true, _) => {}
            (false, _) => {
                text.push(' ');
                text.push_str(sign);
                text.push(' ');
            }
        }
        text.push_str(rest);
    }
    text
}

fn product(expr: &Expr) -> String {
    let precedence = Precedence::of(expr);
    let (coefficient, rest) = expr.as_coefficient_and_rest();
    let sign = if coefficient.is_negative() { "-" } else { "" };
    let mut factors = rest.factors().to_vec();
    let magnitude = coefficient.abs();
    if !magnitude.is_one() {
        factors.insert(0, magnitude.into_expr());
    }
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for factor in &factors {
        match &**factor {
            Node::Pow(base, exponent) if exponent.exact().is_some_and(|exponent| exponent.is_negative()) => {
                let is_product = exponent.is_integer(-1) && matches!(&**base, Node::Mul(_));
                let below_text = enclosed(&raised(base, exponent), precedence);
                below.push(if is_product && precedence < Precedence::Product {
                    format!("({below_text})")
                } else {
                    below_text
                });
            }
            Node::Rational(ratio) => {
                if !ratio.numer().is_one() {
                    above.push(ratio.numer().to_string());
                }
                below.push(ratio.denom().to_string());
            }
            _ => above.push(enclosed(factor, precedence)),
        }
    }
    let above = if above.is_empty() { "1".to_owned() } else { above.join("*") };
    match &below[..] {
        [] => format!("{sign}{above}"),
        [only] => format!("{sign}{above}/{only}"),
        _ => format!("{sign}{above}/({})", below.join("*")),
    }
}

/// Returns `base**-exponent`, which stands under a fraction bar.
fn raised(base: &Expr, exponent: &Expr) -> Expr {
    let exponent = exponent.exact().map_or_else(BigRational::one, |exponent| -exponent);
    if exponent.is_one() {
        return base.clone();
    }
    Expr::from_node(Node::Pow(base.clone(), Expr::rational(exponent)))
}

fn power(expr: &Expr, base: &Expr, exponent: &Expr) -> String {
    let half = BigRational::new(BigInt::one(), BigInt::from(2));
    match exponent.exact() {
        Some(exponent) if exponent == half => return format!("sqrt({})", print(base)),
        Some(exponent) if exponent == -half => return format!("1/sqrt({})", print(base)),
        _ => {}
    }
    let precedence = Precedence::of(expr);
    if exponent.is_integer(-1) {
        return format!("1/{}", enclosed(base, precedence));
    }
    format!("{}**{}", enclosed(base, precedence), enclosed(exponent, precedence))
}
