//! Functions in LaTeX: by name, or by the sign that each has.

use super::latex::{Printer, bracketed};
use super::{Precedence, SUM, derivative, name, series};
use crate::simplify::sort_for_print;
use crate::{Constant, Expr, Node};

/// How functions are set that are not set by name: the head, and where an exponent goes.
enum Form {
    /// `\Gamma\left(x\right)`, `\Gamma^{2}\left(x\right)`
    Head(&'static str),
    /// `\theta\left(x\right)`, `\left(\theta\left(x\right)\right)^{2}`
    Whole(&'static str),
    /// `J_{n}\left(x\right)`, `J^{2}_{n}\left(x\right)`
    Order(&'static str),
    /// `\operatorname{E}_{n}\left(x\right)`, `\operatorname{E}_{n}^{2}\left(x\right)`
    OrderFirst(&'static str),
    /// `P_{n}\left(x\right)`, `\left(P_{n}\left(x\right)\right)^{2}`; a second order above the first.
    Polynomial(&'static str),
    /// `\operatorname{re}{\left(x\right)}`, `\left(\operatorname{re}{\left(x\right)}\right)^{2}`
    Part(&'static str),
}

/// Every function of the language that has a form of its own, as sympy sets it.
const FORMS: [(&str, Form); 35] = [
    ("gamma", Form::Head(r"\Gamma")),
    ("lowergamma", Form::Head(r"\gamma")),
    ("uppergamma", Form::Head(r"\Gamma")),
    ("beta", Form::Head(r"\operatorname{B}")),
    ("zeta", Form::Head(r"\zeta")),
    ("dirichlet_eta", Form::Head(r"\eta")),
    ("elliptic_k", Form::Head("K")),
    ("elliptic_e", Form::Head("E")),
    ("elliptic_f", Form::Head("F")),
    ("elliptic_pi", Form::Head(r"\Pi")),
    ("airyai", Form::Head("Ai")),
    ("airybi", Form::Head("Bi")),
    ("fresnels", Form::Head("S")),
    ("fresnelc", Form::Head("C")),
    ("Chi", Form::Head(r"\operatorname{Chi}")),
    ("Heaviside", Form::Whole(r"\theta")),
    ("DiracDelta", Form::Whole(r"\delta")),
    ("besselj", Form::Order("J")),
    ("bessely", Form::Order("Y")),
    ("besseli", Form::Order("I")),
    ("besselk", Form::Order("K")),
    ("jn", Form::Order("j")),
    ("yn", Form::Order("y")),
    ("expint", Form::OrderFirst(r"\operatorname{E}")),
    ("polylog", Form::OrderFirst(r"\operatorname{Li}")),
    ("legendre", Form::Polynomial("P")),
    ("assoc_legendre", Form::Polynomial("P")),
    ("chebyshevt", Form::Polynomial("T")),
    ("chebyshevu", Form::Polynomial("U")),
    ("hermite", Form::Polynomial("H")),
    ("laguerre", Form::Polynomial("L")),
    ("assoc_laguerre", Form::Polynomial("L")),
    ("gegenbauer", Form::Polynomial("C")),
    ("re", Form::Part(r"\operatorname{re}")),
    ("im", Form::Part(r"\operatorname{im}")),
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
            Node::Builtin(builtin, args) => self.signed(builtin.name(), args, exponent),
            _ => self.print(expr),
        }
    }

    fn named(&self, name: &str, args: &[Expr], exponent: Option<&str>) -> String {
        format!(r"{}{{\left({} \right)}}", raised(name::function_name(name), exponent), self.list(args, ","))
    }

    fn list(&self, args: &[Expr], separator: &str) -> String {
        args.iter().map(|arg| self.print(arg)).collect::<Vec<_>>().join(separator)
    }

    /// Writes a call of a function by the sign that a function of that name has, where it has one.
    pub(super) fn signed(&self, name: &str, args: &[Expr], exponent: Option<&str>) -> String {
        let Some(first) = args.first() else { return self.named(name, args, exponent) };
        match name {
            "exp" => raised_whole(format!("e^{{{}}}", self.print(first)), exponent),
            "log" => raised(format!(r"\log{{\left({} \right)}}", self.print(first)), exponent),
            "Abs" => raised(format!(r"\left|{{{}}}\right|", self.print(first)), exponent),
            "floor" => raised(format!(r"\left\lfloor{{{}}}\right\rfloor", self.print(first)), exponent),
            "ceiling" => raised(format!(r"\left\lceil{{{}}}\right\rceil", self.print(first)), exponent),
            "conjugate" => raised(format!(r"\overline{{{}}}", self.print(first)), exponent),
            "frac" => {
                raised(format!(r"\operatorname{{frac}}{{\left({}\right)}}", self.print(first)), exponent)
            }
            "factorial" => raised(format!("{}!", self.operand(first)), exponent),
            "factorial2" => raised(format!("{}!!", self.operand(first)), exponent),
            "Min" | "Max" | "min" | "max" => {
                let head = format!(r"\{}", name.to_lowercase());
                raised(format!(r"{head}\left({}\right)", self.list(args, ", ")), exponent)
            }
            "Mod" => {
                let is_product = matches!(&**first, Node::Mul(_));
                let dividend = self.print(first);
                let needs_brackets = Precedence::of(first) < Precedence::Product && !is_product;
                let dividend = if needs_brackets { bracketed(&dividend) } else { dividend };
                raised_whole(format!(r"{dividend}\bmod{{{}}}", self.list(&args[1..], ",")), exponent)
            }
            "binomial" => {
                let lower = self.list(&args[1..], ",");
                raised(format!(r"{{\binom{{{}}}{{{lower}}}}}", self.print(first)), exponent)
            }
            "Lt" => self.relation("<", args, exponent),
            "Le" => self.relation(r"\leq", args, exponent),
            "Gt" => self.relation(">", args, exponent),
            "Ge" => self.relation(r"\geq", args, exponent),
            "Eq" => self.relation("=", args, exponent),
            "Ne" => self.relation(r"\neq", args, exponent),
            "And" => self.joined(r"\wedge", args),
            "Or" => self.joined(r"\vee", args),
            "Not" => format!(r"\neg {}", self.enclosed(first, Precedence::Relation)),
            "Piecewise" => raised_whole(self.cases(args), exponent),
            _ => match FORMS.iter().find(|(known, _)| *known == name) {
                Some((_, form)) => self.formed(form, args, exponent),
                None => self.named(name, args, exponent),
            },
        }
    }

    /// Writes a comparison between its sides.
    fn relation(&self, sign: &str, args: &[Expr], exponent: Option<&str>) -> String {
        raised_whole(self.list(args, &format!(" {sign} ")), exponent)
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

    fn formed(&self, form: &Form, args: &[Expr], exponent: Option<&str>) -> String {
        let in_brackets = |args: &[Expr]| bracketed(&self.list(args, ", "));
        match form {
            // The parameter of an elliptic integral stands behind a bar.
            Form::Head(head @ ("E" | "F")) if args.len() == 2 => {
                let (phase, parameter) = (self.print(&args[0]), self.print(&args[1]));
                format!(r"{}\left({phase}\middle| {parameter}\right)", raised((*head).to_owned(), exponent))
            }
            Form::Head(head) => format!("{}{}", raised((*head).to_owned(), exponent), in_brackets(args)),
            Form::Whole(head) => raised_whole(format!("{head}{}", in_brackets(args)), exponent),
            Form::Part(head) => raised_whole(format!("{head}{{{}}}", in_brackets(args)), exponent),
            Form::Order(head) => {
                let order = self.print(&args[0]);
                format!("{}_{{{order}}}{}", raised((*head).to_owned(), exponent), in_brackets(&args[1..]))
            }
            Form::OrderFirst(head) => {
                let order = self.print(&args[0]);
                format!("{}{}", raised(format!("{head}_{{{order}}}"), exponent), in_brackets(&args[1..]))
            }
            Form::Polynomial(head) => {
                let order = self.print(&args[0]);
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
