//! Functions in LaTeX: by name, or by the sign that each has.

use super::latex::{Printer, bracketed};
use super::{Precedence, derivative, name, series};
use crate::builtin::{Builtin, Notation};
use crate::language::SUM;
use crate::simplify::sort_for_print;
use crate::{Constant, Expr, Node};

/// Functions of sympy that the language does not have, and that LaTeX may show all the same.
const OTHERS: [(&str, Notation); 14] = [
    ("lowergamma", Notation::Head(r"\gamma", "γ")),
    ("uppergamma", Notation::Head(r"\Gamma", "Γ")),
    ("dirichlet_eta", Notation::Head(r"\eta", "η")),
    ("elliptic_f", Notation::Head("F", "F")),
    ("elliptic_pi", Notation::Head(r"\Pi", "Π")),
    ("fresnels", Notation::Head("S", "S")),
    ("fresnelc", Notation::Head("C", "C")),
    ("Chi", Notation::Head(r"\operatorname{Chi}", "Chi")),
    ("DiracDelta", Notation::Whole(r"\delta", "δ")),
    ("jn", Notation::Order("j")),
    ("yn", Notation::Order("y")),
    ("polylog", Notation::OrderFirst(r"\operatorname{Li}", "Li")),
    ("assoc_laguerre", Notation::Polynomial("L")),
    ("gegenbauer", Notation::Polynomial("C")),
];

impl Printer {
    /// Writes a call, raised to `exponent` where there is one.
    pub(super) fn function(&self, expr: &Expr, exponent: Option<&str>) -> String {
        match &**expr {
            Node::Call(name, args) => match series(expr) {
                Some((body, [index, from, to])) => self.series(name, body, [index, from, to], exponent),
                None => match derivative(expr) {
                    Some(parts) => raised_whole(self.derivative(parts), exponent),
                    None => self.named(name, args, exponent),
                },
            },
            Node::Builtin(builtin, args) => {
                self.noted(builtin.row().notation, builtin.name(), args, exponent)
            }
            _ => self.print(expr),
        }
    }

    fn named(&self, name: &str, args: &[Expr], exponent: Option<&str>) -> String {
        format!(r"{}{{\left({} \right)}}", raised(name::function_name(name), exponent), self.list(args, ","))
    }

    fn list(&self, args: &[Expr], separator: &str) -> String {
        args.iter().map(|arg| self.print(arg)).collect::<Vec<_>>().join(separator)
    }

    /// Writes a call of a function by the sign that sympy has for that name.
    pub(super) fn signed(&self, name: &str, args: &[Expr], exponent: Option<&str>) -> String {
        let of_language = Builtin::ALL.iter().find(|builtin| builtin.name() == name);
        let notation = match of_language {
            Some(builtin) => builtin.row().notation,
            None => OTHERS
                .iter()
                .find(|(known, _)| *known == name)
                .map_or(Notation::Name, |(_, notation)| *notation),
        };
        self.noted(notation, name, args, exponent)
    }

    fn noted(&self, notation: Notation, name: &str, args: &[Expr], exponent: Option<&str>) -> String {
        let Some(first) = args.first() else { return self.named(name, args, exponent) };
        let in_brackets = |args: &[Expr]| bracketed(&self.list(args, ", "));
        match notation {
            Notation::Name | Notation::Root => self.named(name, args, exponent),
            Notation::Exponential => raised_whole(format!("e^{{{}}}", self.print(first)), exponent),
            Notation::Call(head) => {
                raised(format!(r"{head}{{\left({} \right)}}", self.print(first)), exponent)
            }
            Notation::Enclosed { latex: [open, close], .. } => {
                raised(format!("{open}{}{close}", self.print(first)), exponent)
            }
            Notation::Overline => raised(format!(r"\overline{{{}}}", self.print(first)), exponent),
            Notation::Compact => {
                raised(format!(r"\operatorname{{{name}}}{{\left({}\right)}}", self.print(first)), exponent)
            }
            Notation::Behind(sign) => raised(format!("{}{sign}", self.operand(first)), exponent),
            Notation::List(head, _) => {
                raised(format!(r"{head}\left({}\right)", self.list(args, ", ")), exponent)
            }
            Notation::Modulo => {
                let is_product = matches!(&**first, Node::Mul(_));
                let dividend = self.print(first);
                let needs_brackets = Precedence::of(first) < Precedence::Product && !is_product;
                let dividend = if needs_brackets { bracketed(&dividend) } else { dividend };
                raised_whole(format!(r"{dividend}\bmod{{{}}}", self.list(&args[1..], ",")), exponent)
            }
            Notation::Binomial => {
                let lower = self.list(&args[1..], ",");
                raised(format!(r"{{\binom{{{}}}{{{lower}}}}}", self.print(first)), exponent)
            }
            Notation::Relation { latex, .. } => {
                raised_whole(self.list(args, &format!(" {latex} ")), exponent)
            }
            Notation::Joined { latex, .. } => self.joined(latex, args),
            Notation::Negation => format!(r"\neg {}", self.enclosed(first, Precedence::Relation)),
            Notation::Cases => raised_whole(self.cases(args), exponent),
            // The parameter of an elliptic integral stands behind a bar.
            Notation::Head(head @ ("E" | "F"), _) if args.len() == 2 => {
                let (phase, parameter) = (first, &args[1]);
                let list = format!(r"\left({}\middle| {}\right)", self.print(phase), self.print(parameter));
                format!("{}{list}", raised(head.to_owned(), exponent))
            }
            Notation::Head(head, _) => format!("{}{}", raised(head.to_owned(), exponent), in_brackets(args)),
            Notation::Whole(head, _) => raised_whole(format!("{head}{}", in_brackets(args)), exponent),
            Notation::Part(head) => raised_whole(format!("{head}{{{}}}", in_brackets(args)), exponent),
            Notation::Order(head) => {
                let order = self.print(first);
                format!("{}_{{{order}}}{}", raised(head.to_owned(), exponent), in_brackets(&args[1..]))
            }
            Notation::OrderFirst(head, _) => {
                let order = self.print(first);
                format!("{}{}", raised(format!("{head}_{{{order}}}"), exponent), in_brackets(&args[1..]))
            }
            Notation::Polynomial(head) => {
                let order = self.print(first);
                let text = match args {
                    [_, second, rest @ ..] if !rest.is_empty() => {
                        let second = bracketed(&self.print(second));
                        format!("{head}_{{{order}}}^{{{second}}}{}", in_brackets(rest))
                    }
                    _ => format!("{head}_{{{order}}}{}", in_brackets(&args[1..])),
                };
                raised_whole(text, exponent)
            }
        }
    }

    /// Writes conditions joined by a sign of logic, those that are joined themselves in brackets.
    fn joined(&self, sign: &str, args: &[Expr]) -> String {
        let mut args = args.to_vec();
        sort_for_print(&mut args);
        let texts: Vec<_> = args.iter().map(|arg| self.enclosed(arg, Precedence::All)).collect();
        texts.join(&format!(" {sign} "))
    }

    fn cases(&self, args: &[Expr]) -> String {
        let case = |case: &[Expr]| {
            let value = self.print(&case[0]);
            match case.get(1) {
                Some(condition) if !condition.is_constant(Constant::True) => {
                    format!(r"{value} & \text{{for}}\: {}", self.print(condition))
                }
                _ => format!(r"{value} & \text{{otherwise}}"),
            }
        };
        let cases: Vec<_> = args.chunks(2).map(case).collect();
        format!(r"\begin{{cases}} {} \end{{cases}}", cases.join(r" \\"))
    }

    /// Writes a sum or product over an index.
    fn series(
        &self,
        head: &str,
        body: &Expr,
        [index, from, to]: [&Expr; 3],
        exponent: Option<&str>,
    ) -> String {
        let sign = if head == SUM { r"\sum" } else { r"\prod" };
        let bounds = [index, from, to].map(|bound| self.print(bound));
        let body_text = self.print(body);
        let body_text = if matches!(&**body, Node::Add(_)) { bracketed(&body_text) } else { body_text };
        raised_whole(
            format!("{sign}_{{{}={}}}^{{{}}} {body_text}", bounds[0], bounds[1], bounds[2]),
            exponent,
        )
    }

    /// Writes what a sign stands behind; unlike sympy a number with a power of ten in brackets.
    fn operand(&self, expr: &Expr) -> String {
        let text = self.enclosed(expr, Precedence::Function);
        if matches!(&**expr, Node::Float(_)) && text.contains('^') { bracketed(&text) } else { text }
    }

    fn derivative(&self, (body, symbol, is_partial): (&Expr, &Expr, bool)) -> String {
        let sign = if is_partial { r"\partial" } else { "d" };
        let symbol = self.print(symbol);
        format!(r"\frac{{{sign}}}{{{sign} {symbol}}} {}", self.enclosed(body, Precedence::Sum))
    }

    /// Writes it in brackets where it holds together no more than `precedence`.
    fn enclosed(&self, expr: &Expr, precedence: Precedence) -> String {
        let text = self.print(expr);
        if Precedence::of(expr) <= precedence { bracketed(&text) } else { text }
    }
}

fn raised(text: String, exponent: Option<&str>) -> String {
    match exponent {
        Some(exponent) => format!("{text}^{{{exponent}}}"),
        None => text,
    }
}

fn raised_whole(text: String, exponent: Option<&str>) -> String {
    match exponent {
        Some(_) => raised(bracketed(&text), exponent),
        None => text,
    }
}
