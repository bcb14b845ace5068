//! LaTeX.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};

use super::{Precedence, has_negative_coefficient, name, negated, series};
use crate::simplify::neg;
use crate::{Builtin, Constant, Expr, Node, work};

/// How fractions are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fractions {
    /// All of them with a bar.
    Bars,
    /// Those with a short divisor on one line, as in units: `m / s`.
    Folded,
}

/// Writes an expression as LaTeX, without `$`.
pub(crate) fn latex(expr: &Expr, fractions: Fractions) -> String {
    Printer { fractions }.print(expr)
}

/// Writes a call of a function with parameters as its arguments, by the sign that a function of that name has
/// in sympy, where it has one.
pub(crate) fn latex_of_call(name: &str, parameters: &[&str]) -> String {
    let args: Vec<_> = parameters.iter().map(|name| Expr::symbol(&(*name).into())).collect();
    Printer { fractions: Fractions::Bars }.signed(name, &args, None)
}

pub(super) struct Printer {
    fractions: Fractions,
}

impl Printer {
    pub(super) fn print(&self, expr: &Expr) -> String {
        if !work::step(1) {
            return String::new();
        }
        match &**expr {
            Node::Integer(integer) => integer.to_string(),
            Node::Rational(ratio) => rational(ratio),
            Node::Float(float) => decimal(&float.digits(true)),
            Node::Constant(constant) => constant_latex(*constant).to_owned(),
            Node::Symbol(name) => name::symbol(name),
            Node::Add(terms) => self.sum(terms),
            Node::Mul(_) => self.product(expr),
            Node::Pow(base, exponent) => self.power(expr, base, exponent),
            Node::Builtin(..) | Node::Call(..) => self.function(expr, None),
        }
    }

    fn sum(&self, terms: &[Expr]) -> String {
        let mut text = String::new();
        for term in terms {
            let negative = if text.is_empty() { None } else { negated(term) };
            if !text.is_empty() {
                text += if negative.is_some() { " - " } else { " + " };
            }
            let positive = negative.unwrap_or_else(|| term.clone());
            let printed = self.print(&positive);
            let needs_brackets = matches!(&*positive, Node::Add(_)) || holds_mod(&positive);
            text += &if needs_brackets { bracketed(&printed) } else { printed };
        }
        text
    }

    fn product(&self, expr: &Expr) -> String {
        let (sign, expr) = match negated(expr) {
            Some(positive) => ("- ", positive),
            None => ("", expr.clone()),
        };
        if let (true, Node::Add(_)) = (!sign.is_empty(), &*expr) {
            return format!("{sign}({})", self.print(&expr));
        }
        let (above, below) = fraction(&expr);
        if below.is_empty() {
            let factors = self.factors(&above);
            // Else it would read as the remainder of what is negative.
            let is_remainder = !sign.is_empty() && matches!(&above[..], [only] if is_mod(only));
            return format!("{sign}{}", if is_remainder { bracketed(&factors) } else { factors });
        }
        let (above_text, below_text) = (self.factors(&above), self.factors(&below));
        let is_short = below_text.split_whitespace().count() <= 2 && !below_text.contains('^');
        if self.fractions == Fractions::Folded && is_short {
            let needs_brackets = matches!(&above[..], [only] if needs_brackets(only, true));
            let above_text = if needs_brackets { bracketed(&above_text) } else { above_text };
            return format!("{sign}{above_text} / {below_text}");
        }
        format!(r"{sign}\frac{{{above_text}}}{{{below_text}}}")
    }

    fn factors(&self, factors: &[Expr]) -> String {
        if let [only] = factors {
            return self.print(only);
        }
        if factors.is_empty() {
            return "1".to_owned();
        }
        let mut text = String::new();
        let mut last = String::new();
        for (index, factor) in factors.iter().enumerate() {
            let mut printed = self.print(factor);
            let takes_the_next = index + 1 < factors.len() && holds_series(factor);
            if takes_the_next || needs_brackets(factor, index == 0) {
                printed = bracketed(&printed);
            }
            if ends_with_digit(&last) && begins_with_number(&printed) {
                text += r" \cdot ";
            } else if !text.is_empty() {
                text += " ";
            }
            text += &printed;
            last = printed;
        }
        text
    }

    fn power(&self, expr: &Expr, base: &Expr, exponent: &Expr) -> String {
        if let Some(ratio) = exponent.exact() {
            if ratio.numer().magnitude().is_one() && !ratio.denom().is_one() {
                let radicand = self.print(base);
                let root = if *ratio.denom() == BigInt::from(2) {
                    format!(r"\sqrt{{{radicand}}}")
                } else {
                    format!(r"\sqrt[{}]{{{radicand}}}", ratio.denom())
                };
                return if ratio.is_negative() { format!(r"\frac{{1}}{{{root}}}") } else { root };
            }
            if ratio.is_negative() {
                return self.product(expr);
            }
        }
        let exponent = self.print(exponent);
        if matches!(&**base, Node::Builtin(..) | Node::Call(..)) {
            return self.function(base, Some(&exponent));
        }
        let mut printed = self.print(base);
        let is_atom = Precedence::of(base) > Precedence::Power;
        // A name or a decimal number may have an exponent of its own.
        if !is_atom || (matches!(&**base, Node::Symbol(_) | Node::Float(_)) && printed.contains('^')) {
            printed = bracketed(&printed);
        }
        format!("{printed}^{{{exponent}}}")
    }
}

fn constant_latex(constant: Constant) -> &'static str {
    match constant {
        Constant::Pi => r"\pi",
        Constant::E => "e",
        Constant::ImaginaryUnit => "i",
        Constant::EulerGamma => r"\gamma",
        Constant::GoldenRatio => r"\phi",
        Constant::Catalan => r"\text{Catalan}",
        Constant::TribonacciConstant => r"\text{TribonacciConstant}",
        Constant::True => r"\text{True}",
        Constant::False => r"\text{False}",
        Constant::Infinity => r"\infty",
        Constant::NegativeInfinity => r"-\infty",
        Constant::ComplexInfinity => r"\tilde{\infty}",
        Constant::Nan => r"\text{NaN}",
    }
}

pub(super) fn bracketed(text: &str) -> String {
    format!(r"\left({text}\right)")
}

fn rational(ratio: &BigRational) -> String {
    let sign = if ratio.is_negative() { "- " } else { "" };
    format!(r"{sign}\frac{{{}}}{{{}}}", ratio.numer().magnitude(), ratio.denom())
}

/// Writes `1.5e-7` as `1.5 \cdot 10^{-7}`.
fn decimal(digits: &str) -> String {
    match digits.split_once('e') {
        Some((mantissa, exponent)) => {
            format!(r"{mantissa} \cdot 10^{{{}}}", exponent.trim_start_matches('+'))
        }
        None => digits.to_owned(),
    }
}

/// Splits a product into what stands above the fraction bar and what stands below it, in order.
pub(super) fn fraction(expr: &Expr) -> (Vec<Expr>, Vec<Expr>) {
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for factor in expr.factors() {
        if let Node::Rational(ratio) = &**factor {
            if !ratio.numer().is_one() {
                above.push(Expr::integer(ratio.numer().clone()));
            }
            below.push(Expr::integer(ratio.denom().clone()));
            continue;
        }
        let (base, exponent) = factor.as_base_and_exponent();
        let goes_below = exponent.is_number_like() && exponent.as_coefficient_and_rest().0.is_negative();
        if !goes_below || !matches!(&**factor, Node::Pow(..) | Node::Builtin(Builtin::Exp, _)) {
            above.push(factor.clone());
        } else if exponent.is_integer(-1) && !matches!(&**factor, Node::Builtin(..)) {
            // A base that is a product is multiplied in.
            match &*base {
                Node::Mul(factors) => below.extend(factors.iter().cloned()),
                _ => below.push(base),
            }
        } else {
            let inverse = neg(&exponent).and_then(|positive| match &**factor {
                Node::Builtin(..) => crate::simplify::pow(&base, &positive),
                _ => Ok(Expr::from_node(Node::Pow(base, positive))),
            });
            match inverse {
                Ok(inverse) => below.push(inverse),
                Err(_) => above.push(factor.clone()), // with its negative exponent
            }
        }
    }
    crate::simplify::sort_for_print(&mut above);
    crate::simplify::sort_for_print(&mut below);
    (above, below)
}

fn needs_brackets(expr: &Expr, is_first: bool) -> bool {
    if let Node::Mul(_) = &**expr {
        if !is_first && has_negative_coefficient(expr) {
            return true;
        }
    } else if Precedence::of(expr) < Precedence::Product {
        return true;
    }
    matches!(&**expr, Node::Builtin(Builtin::Piecewise, _)) || holds_mod(expr)
}

/// Returns whether it holds a sum over an index, which takes what stands behind it.
fn holds_series(expr: &Expr) -> bool {
    series(expr).is_some() || expr.parts().into_iter().any(holds_series)
}

fn is_mod(expr: &Expr) -> bool {
    matches!(&**expr, Node::Builtin(Builtin::Mod, _))
}

fn holds_mod(expr: &Expr) -> bool {
    is_mod(expr) || expr.parts().into_iter().any(holds_mod)
}

/// Returns whether the text ends in a number, so that another must not follow it.
fn ends_with_digit(text: &str) -> bool {
    text.trim_end_matches(['}', ' ']).ends_with(|last: char| last.is_ascii_digit())
}

fn begins_with_number(text: &str) -> bool {
    text.trim_start_matches(['{', ' '])
        .starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+'))
}
