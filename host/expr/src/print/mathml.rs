//! MathML, the presentation part of it, for pages.
//!
//! What is written is well-formed: every name is escaped, every element closed, and an element that takes
//! a fixed number of children has them.

use std::fmt::Write as _;

use kamodo_units::Unit;
use kamodo_value::Signature;
use num_traits::{One, Signed};

use super::name::{Look, letter, look, split};
use super::unit::unit_expr;
use super::{Precedence, derivative, negated, series};
use crate::builtin::{Builtin, Notation};
use crate::language::SUM;
use crate::print::latex::fraction;
use crate::{Constant, Expr, Node, work};

/// Writes a definition, `f(x) = x^2`, as one `math` element.
///
/// `equation` is its right-hand side, such as [`Checked::body`](crate::Checked::body).
#[must_use]
pub fn mathml(signature: &Signature, equation: &Expr) -> String {
    let parameters: Vec<_> = signature
        .parameters
        .iter()
        .map(|parameter| match &parameter.unit {
            Some(unit) => row(&[symbol(&parameter.name), unit_in_brackets(unit)]),
            None => symbol(&parameter.name),
        })
        .collect();
    let mut parts = vec![function_name(&signature.name), list_in_brackets(&parameters)];
    // An angle or a ratio is a pure number to Kamodo, which shows no unit then.
    if let Some(unit) = signature.unit.as_ref().filter(|unit| !unit.label().is_empty()) {
        parts.push(unit_in_brackets(unit));
    }
    parts.extend([operator("="), print(equation)]);
    let inner = row(&parts);
    format!(r#"<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{inner}</math>"#)
}

fn print(expr: &Expr) -> String {
    if !work::step(1) {
        return String::new();
    }
    match &**expr {
        Node::Integer(integer) => signed(integer.is_negative(), number(&integer.magnitude().to_string())),
        Node::Rational(ratio) => {
            let parts = [ratio.numer().magnitude().to_string(), ratio.denom().to_string()];
            signed(ratio.is_negative(), element("mfrac", &parts.map(|part| number(&part))))
        }
        Node::Float(float) => decimal(&float.digits(true)),
        Node::Constant(constant) => constant_text(*constant),
        Node::Symbol(name) => symbol(name),
        Node::Add(terms) => sum(terms),
        Node::Mul(_) => product(expr),
        Node::Pow(base, exponent) => power(expr, base, exponent),
        Node::Builtin(builtin, args) => function(*builtin, args),
        Node::Call(name, args) => match series(expr) {
            Some((body, bounds)) => series_element(name, body, bounds),
            None => match derivative(expr) {
                Some((body, symbol, is_partial)) => {
                    let sign = operator(if is_partial { "∂" } else { "d" });
                    let fraction = element("mfrac", &[sign.clone(), row(&[sign, print(symbol)])]);
                    let body = if Precedence::of(body) <= Precedence::Sum {
                        bracketed(print(body))
                    } else {
                        print(body)
                    };
                    row(&[fraction, body])
                }
                None => call(name, args),
            },
        },
    }
}

// === Elements ===

fn element(name: &str, children: &[String]) -> String {
    format!("<{name}>{}</{name}>", children.concat())
}

fn row(children: &[String]) -> String {
    match children {
        [only] => only.clone(),
        _ => element("mrow", children),
    }
}

fn number(digits: &str) -> String {
    element("mn", &[escaped(digits)])
}

fn operator(sign: &str) -> String {
    element("mo", &[escaped(sign)])
}

fn identifier(name: &str) -> String {
    element("mi", &[escaped(name)])
}

fn enclosed(open: &str, inner: String, close: &str) -> String {
    row(&[operator(open), inner, operator(close)])
}

fn bracketed(inner: String) -> String {
    enclosed("(", inner, ")")
}

fn signed(is_negative: bool, inner: String) -> String {
    if is_negative { row(&[operator("-"), inner]) } else { inner }
}

fn unit_in_brackets(unit: &Unit) -> String {
    let inner = match unit_expr(unit) {
        Some(expr) => print(&expr),
        None => element("mtext", &[escaped(&unit.to_string())]),
    };
    enclosed("[", inner, "]")
}

fn list_in_brackets(items: &[String]) -> String {
    let mut list = Vec::new();
    for item in items {
        if !list.is_empty() {
            list.push(operator(","));
        }
        list.push(item.clone());
    }
    bracketed(row(&list))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for next in text.chars() {
        match next {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            _ if next.is_control() => {
                let _ = write!(escaped, "\u{fffd}");
            }
            _ => escaped.push(next),
        }
    }
    escaped
}

// === Numbers and names ===

fn decimal(digits: &str) -> String {
    let (is_negative, digits) = match digits.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, digits),
    };
    let inner = match digits.split_once('e') {
        Some((mantissa, exponent)) => {
            let exponent = exponent.trim_start_matches('+');
            let ten = match exponent.strip_prefix('-') {
                Some(exponent) => element("msup", &[number("10"), signed(true, number(exponent))]),
                None => element("msup", &[number("10"), number(exponent)]),
            };
            row(&[number(mantissa), operator("·"), ten])
        }
        None => number(digits),
    };
    signed(is_negative, inner)
}

fn constant_text(constant: Constant) -> String {
    match constant {
        Constant::Pi => identifier("π"),
        Constant::E => identifier("e"),
        Constant::ImaginaryUnit => identifier("i"),
        Constant::Infinity => identifier("∞"),
        Constant::NegativeInfinity => signed(true, identifier("∞")),
        Constant::ComplexInfinity => accented("~", identifier("∞")),
        Constant::Nan => element("mtext", &["NaN".to_owned()]),
        _ => element("mtext", &[escaped(&super::text(&Expr::constant(constant)))]),
    }
}

fn symbol(name: &str) -> String {
    let (base, supers, subs) = split(name);
    let list = |parts: &[String]| row(&parts.iter().map(|part| part_of_name(part)).collect::<Vec<_>>());
    let base = part_of_name(&base);
    match (&supers[..], &subs[..]) {
        ([], []) => base,
        (supers, []) => element("msup", &[base, list(supers)]),
        ([], subs) => element("msub", &[base, list(subs)]),
        (supers, subs) => element("msubsup", &[base, list(subs), list(supers)]),
    }
}

fn part_of_name(part: &str) -> String {
    match look(part) {
        Look::Letter(_, name) => {
            letter(name).map_or_else(|| identifier(name), |letter| identifier(&letter.to_string()))
        }
        Look::Sign(sign) | Look::Signed("", sign) => operator(plain_sign(sign)),
        Look::Signed(letter, sign) => row(&[identifier(letter), operator(plain_sign(sign))]),
        Look::Accented(ending, inner) => accented_name(ending, part_of_name(inner)),
        Look::Plain if part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty() => number(part),
        Look::Plain => identifier(part),
    }
}

fn plain_sign(sign: &'static str) -> &'static str {
    if sign == r"\int" { "∫" } else { sign }
}

fn accented_name(ending: &str, inner: String) -> String {
    let variant = |variant: &str| format!(r#"<mstyle mathvariant="{variant}">{inner}</mstyle>"#);
    match ending {
        "vec" => accented("→", inner),
        "hat" => accented("^", inner),
        "check" => accented("ˇ", inner),
        "breve" => accented("˘", inner),
        "acute" => accented("´", inner),
        "grave" => accented("`", inner),
        "tilde" => accented("~", inner),
        "mathring" => accented("˚", inner),
        "dot" => accented("˙", inner),
        "ddot" => accented("¨", inner),
        "dddot" => accented("⃛", inner),
        "ddddot" => accented("⃜", inner),
        "bar" => accented("¯", inner),
        "prime" | "prm" => element("msup", &[inner, operator("′")]),
        "norm" => enclosed("‖", inner, "‖"),
        "abs" | "mag" => enclosed("|", inner, "|"),
        "avg" => enclosed("⟨", inner, "⟩"),
        "bold" | "bm" => variant("bold"),
        "cal" | "scr" => variant("script"),
        "frak" => variant("fraktur"),
        "bb" => variant("double-struck"),
        _ => inner,
    }
}

fn accented(accent: &str, inner: String) -> String {
    format!(r#"<mover accent="true">{inner}{}</mover>"#, operator(accent))
}

fn function_name(name: &str) -> String {
    symbol(name)
}

// === Arithmetic ===

fn sum(terms: &[Expr]) -> String {
    let mut parts = Vec::new();
    for term in terms {
        let negative = if parts.is_empty() { None } else { negated(term) };
        if !parts.is_empty() {
            parts.push(operator(if negative.is_some() { "-" } else { "+" }));
        }
        let positive = negative.unwrap_or_else(|| term.clone());
        let printed = print(&positive);
        parts.push(if Precedence::of(&positive) == Precedence::Sum && !is_first_and_negative(term, &parts) {
            bracketed(printed)
        } else {
            printed
        });
    }
    row(&parts)
}

/// The first term of a sum may begin with a minus.
fn is_first_and_negative(term: &Expr, before: &[String]) -> bool {
    before.is_empty() && !matches!(&**term, Node::Add(_))
}

fn product(expr: &Expr) -> String {
    if let Some(positive) = negated(expr) {
        let printed = print(&positive);
        let printed = if matches!(&*positive, Node::Add(_)) { bracketed(printed) } else { printed };
        return signed(true, printed);
    }
    let (above, below) = fraction(expr);
    if below.is_empty() {
        return factors(&above);
    }
    element("mfrac", &[factors(&above), factors(&below)])
}

fn factors(factors: &[Expr]) -> String {
    let [first, rest @ ..] = factors else { return number("1") };
    if rest.is_empty() {
        return print(first);
    }
    let mut parts = Vec::new();
    for (index, factor) in factors.iter().enumerate() {
        if index > 0 {
            let is_number =
                |expr: &Expr| matches!(&**expr, Node::Integer(_) | Node::Float(_) | Node::Rational(_));
            let begins_with_number = match &**factor {
                Node::Pow(base, _) => is_number(base),
                _ => is_number(factor),
            };
            parts.push(operator(if begins_with_number { "·" } else { "\u{2062}" }));
        }
        let printed = print(factor);
        let is_open = Precedence::of(factor) < Precedence::Product
            || matches!(&**factor, Node::Builtin(Builtin::Piecewise, _));
        parts.push(if is_open { bracketed(printed) } else { printed });
    }
    row(&parts)
}

fn power(expr: &Expr, base: &Expr, exponent: &Expr) -> String {
    if let Some(ratio) = exponent.exact() {
        if ratio.is_negative() {
            return product(expr);
        }
        if ratio.numer().magnitude().is_one() && !ratio.denom().is_one() {
            let radicand = print(base);
            return match ratio.denom().to_string().as_str() {
                "2" => element("msqrt", &[radicand]),
                order => element("mroot", &[radicand, number(order)]),
            };
        }
    }
    let printed = print(base);
    let is_atom = Precedence::of(base) > Precedence::Power;
    element("msup", &[if is_atom { printed } else { bracketed(printed) }, print(exponent)])
}

// === Functions ===

fn call(name: &str, args: &[Expr]) -> String {
    let list: Vec<_> = args.iter().map(print).collect();
    row(&[function_name(name), operator("\u{2061}"), list_in_brackets(&list)])
}

fn function(builtin: Builtin, args: &[Expr]) -> String {
    let Some(first) = args.first() else { return call(builtin.name(), args) };
    match builtin.row().notation {
        Notation::Exponential => element("msup", &[identifier("e"), print(first)]),
        Notation::Root => element("msqrt", &[print(first)]),
        Notation::Enclosed { signs: [open, close], .. } => enclosed(open, print(first), close),
        Notation::Overline => accented("¯", print(first)),
        Notation::Behind(sign) => row(&[bracketed_unless_atom(first), operator(sign)]),
        Notation::Modulo => {
            let parts: Vec<_> = args.iter().map(bracketed_unless_atom).collect();
            row(&[parts[0].clone(), operator("mod"), parts[1..].concat()])
        }
        Notation::Binomial => {
            let [upper, lower] = [first, &args[args.len() - 1]].map(print);
            bracketed(format!(r#"<mfrac linethickness="0">{upper}{lower}</mfrac>"#))
        }
        Notation::Relation { sign, .. } => between(sign, Precedence::Relation, args),
        Notation::Joined { sign, .. } => between(sign, Precedence::All, args),
        Notation::Negation => row(&[operator("¬"), bracketed(print(first))]),
        Notation::Cases => cases(args),
        Notation::Polynomial(head) if args.len() > 2 => {
            let head = [identifier(head), print(first), bracketed(print(&args[1]))];
            applied(element("msubsup", &head), &args[2..])
        }
        Notation::Order(head) | Notation::OrderFirst(_, head) | Notation::Polynomial(head) => {
            applied(element("msub", &[identifier(head), print(first)]), &args[1..])
        }
        Notation::Head(_, head) | Notation::Whole(_, head) | Notation::List(_, head) => {
            applied(identifier(head), args)
        }
        Notation::Name | Notation::Call(_) | Notation::Compact | Notation::Part(_) => {
            applied(identifier(builtin.name()), args)
        }
    }
}

fn bracketed_unless_atom(expr: &Expr) -> String {
    if Precedence::of(expr) == Precedence::Atom { print(expr) } else { bracketed(print(expr)) }
}

fn applied(head: String, args: &[Expr]) -> String {
    let list: Vec<_> = args.iter().map(print).collect();
    row(&[head, operator("\u{2061}"), list_in_brackets(&list)])
}

/// Writes a sign between operands; those that hold together no more than it does stand in brackets.
fn between(sign: &str, least: Precedence, args: &[Expr]) -> String {
    let mut parts = Vec::new();
    for arg in args {
        if !parts.is_empty() {
            parts.push(operator(sign));
        }
        let printed = print(arg);
        parts.push(if Precedence::of(arg) <= least { bracketed(printed) } else { printed });
    }
    row(&parts)
}

/// Writes values and their conditions, one case a row.
fn cases(args: &[Expr]) -> String {
    let cell = |inner: String| element("mtd", &[inner]);
    let word = |word: &str| element("mtext", &[word.to_owned()]);
    let case = |case: &[Expr]| {
        let condition = match case.get(1) {
            Some(condition) if !condition.is_constant(Constant::True) => {
                row(&[word("for\u{a0}"), print(condition)])
            }
            _ => word("otherwise"),
        };
        element("mtr", &[cell(print(&case[0])), cell(condition)])
    };
    let rows: Vec<_> = args.chunks(2).map(case).collect();
    row(&[operator("{"), element("mtable", &rows)])
}

fn series_element(head: &str, body: &Expr, [index, from, to]: [&Expr; 3]) -> String {
    let sign = if head == SUM { "∑" } else { "∏" };
    let below = row(&[print(index), operator("="), print(from)]);
    let printed = print(body);
    let printed = if matches!(&**body, Node::Add(_)) { bracketed(printed) } else { printed };
    row(&[element("munderover", &[operator(sign), below, print(to)]), printed])
}
