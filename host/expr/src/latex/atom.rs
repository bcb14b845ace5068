//! What holds together by itself: numbers, what is enclosed, fractions and roots.

use num_bigint::BigInt;

use super::token::{HINT_OF_SIGNS, Kind, Shape, Side};
use super::{Closer, Parsed, Parser, function};
use crate::ast::{Operator, Tree, TreeKind};
use crate::{Diagnostic, Float, Span, language};

/// Digits of a number beyond which it is told to be too large.
const MAX_DIGITS: usize = 19_700;

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> Parsed<Tree> {
        match self.peek() {
            Kind::Number => self.number(),
            Kind::Open => self.group(),
            Kind::Delimiter(Side::Left | Side::Either, shape) => self.delimited(shape),
            Kind::Letter => self.named(),
            Kind::Command => self.commanded(),
            _ => Err(self.expected_operand()),
        }
    }

    /// Says that a number, a name or a parenthesis was expected here.
    pub(super) fn expected_operand(&self) -> Box<Diagnostic> {
        let hint = match (self.peek(), self.at.checked_sub(1).map(|before| self.tokens[before].span.clone()))
        {
            (Kind::Close, Some(before)) if &self.source.text[before.clone()] == "{" => {
                "write an expression between the braces".to_owned()
            }
            (Kind::Star, Some(before)) if &self.source.text[before.clone()] == "*" => {
                "a power reads `x^{2}` in LaTeX".to_owned()
            }
            (_, Some(before)) => format!("write one after `{}`", &self.source.text[before]),
            (_, None) => format!("write one before {}", self.found()),
        };
        let message = format!("expected a number, a name or a parenthesis, found {}", self.found());
        Box::new(self.error(self.span(), message).with_hint(hint))
    }

    /// Reads a number: `1.5`, `1,000`, or `1.5 \cdot 10^{-7}`, which is one number too.
    pub(super) fn number(&mut self) -> Parsed<Tree> {
        let start = self.span().start;
        let mut text = self.text().to_owned();
        self.advance();
        let is_argument = matches!(self.closers.last(), Some(Closer::Arguments(_)));
        while !is_argument && !text.contains('.') && self.is_group_of_digits() {
            self.advance();
            text += self.text();
            self.advance();
        }
        if text.contains('.')
            && let Some(exponent) = self.power_of_ten()
        {
            text = format!("{text}e{exponent}");
        }
        let span = start..self.end_before();
        let kind = if text.len() > MAX_DIGITS {
            None
        } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
            BigInt::parse_bytes(text.as_bytes(), 10).map(TreeKind::Integer)
        } else {
            Float::parse(&text).ok().map(TreeKind::Decimal)
        };
        match kind {
            Some(kind) => Ok(Tree { kind, span }),
            None => {
                let error = self.error(span, format!("`{text:.40}` is out of the range of numbers"));
                let hint =
                    "decimal numbers lie between 4.9e-324 and 1.8e308, integers have some 19700 digits";
                Err(Box::new(error.with_hint(hint)))
            }
        }
    }

    /// Returns whether a comma and three digits follow at once: `1,000`.
    fn is_group_of_digits(&self) -> bool {
        let is_glued = |at: usize| self.tokens.get(at).is_some_and(|token| token.is_glued);
        let digits = self.tokens.get(self.at + 1).map(|token| &self.source.text[token.span.clone()]);
        self.peek() == Kind::Comma
            && is_glued(self.at)
            && is_glued(self.at + 1)
            && self.kind_after(1) == Kind::Number
            && digits.is_some_and(|digits| digits.split('.').next().is_some_and(|whole| whole.len() == 3))
    }

    /// Takes `\cdot 10^{-7}`, and returns its exponent.
    fn power_of_ten(&mut self) -> Option<String> {
        let word = |count: usize| {
            let token = self.tokens.get(self.at + count)?;
            Some(&self.source.text[token.span.clone()])
        };
        if !matches!(word(0)?, "\\cdot" | "\\times") || word(1)? != "10" || word(2)? != "^" || word(3)? != "{"
        {
            return None;
        }
        let sign = if word(4)? == "-" { "-" } else { "" };
        let digits_at = 4 + sign.len();
        let digits = word(digits_at)?;
        let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_integer || digits.is_empty() || digits.len() > 5 || word(digits_at + 1)? != "}" {
            return None;
        }
        if matches!(self.kind_after(digits_at + 2), Kind::Power | Kind::Bang) {
            return None;
        }
        let exponent = format!("{sign}{digits}");
        for _ in 0..digits_at + 2 {
            self.advance();
        }
        Some(exponent)
    }

    /// Reads what braces enclose.
    pub(super) fn group(&mut self) -> Parsed<Tree> {
        let open = self.advance();
        let inner = self.enclosed(Closer::Brace)?;
        self.close_brace(&open)?;
        if self.peek() == Kind::Prime
            && let TreeKind::Name(name) = &inner.kind
        {
            // `{x}'` is how a name ending in `prime` prints.
            let base = name.to_string();
            return self.named_from(base, open.start);
        }
        Ok(Tree { span: open.start..self.end_before(), ..inner })
    }

    pub(super) fn close_brace(&mut self, open: &Span) -> Parsed<()> {
        match self.peek() {
            Kind::Close => {
                self.advance();
                Ok(())
            }
            Kind::End => {
                let error = self.error(open.clone(), "this brace is never closed");
                Err(Box::new(error.with_hint("add `}` where it ends")))
            }
            _ => Err(self.unexpected("an operator or `}`")),
        }
    }

    /// Reads one argument of a command: what braces enclose, or one digit, letter or command.
    fn argument(&mut self, command: &str) -> Parsed<Tree> {
        match self.peek() {
            Kind::Open => self.group(),
            Kind::Number if self.text().len() == 1 => self.number(),
            Kind::Letter => {
                let name = self.single_base()?;
                self.name_tree(&name.text(), name.span, false)
            }
            Kind::Command if self.begins_name() || self.command() == "sqrt" || self.command() == "frac" => {
                self.nested(Self::atom)
            }
            _ => {
                let message = format!("expected `{{` after `\\{command}`, found {}", self.found());
                let hint = match command {
                    "sqrt" => "write `\\sqrt{x}` or `\\sqrt[3]{x}`".to_owned(),
                    _ => format!("write `\\{command}{{x}}{{y}}`"),
                };
                Err(Box::new(self.error(self.span(), message).with_hint(hint)))
            }
        }
    }

    /// Reads what delimiters enclose: a part, an absolute value, a rounded one.
    fn delimited(&mut self, shape: Shape) -> Parsed<Tree> {
        let is_either = matches!(self.peek(), Kind::Delimiter(Side::Either, _));
        let open = self.advance();
        let inner = self.enclosed(Closer::Delimiter(shape, is_either))?;
        self.close_delimiter(shape, &open)?;
        let span = open.start..self.end_before();
        let function = match shape {
            Shape::Round | Shape::Square | Shape::Curly => return Ok(Tree { span, ..inner }),
            Shape::Bar => "Abs",
            Shape::Floor => "floor",
            Shape::Ceiling => "ceiling",
            Shape::DoubleBar | Shape::Angle => {
                let ending = if shape == Shape::Angle { "avg" } else { "norm" };
                if let TreeKind::Name(name) = &inner.kind {
                    return self.named_from(format!("{name}{ending}"), open.start);
                }
                let what = if shape == Shape::Angle { "an average" } else { "a norm" };
                let error = self.error(span, format!("{what} is of a name only"));
                return Err(Box::new(error.with_hint("write out how it is computed")));
            }
        };
        if shape == Shape::Bar
            && let TreeKind::Name(name) = &inner.kind
            && !self.is_declared(name)
        {
            // `\left|{B}\right|` is how `Bmag` and `Babs` print.
            let meant = ["mag", "abs"].map(|ending| format!("{name}{ending}"));
            if let Some(meant) = meant.iter().find(|meant| self.is_declared(meant)) {
                return self.named_from(meant.clone(), open.start);
            }
        }
        Ok(call(function, vec![inner], open, span))
    }

    pub(super) fn close_delimiter(&mut self, shape: Shape, open: &Span) -> Parsed<()> {
        match self.peek() {
            Kind::Delimiter(Side::Right | Side::Either, found) if found == shape => {
                self.advance();
                Ok(())
            }
            Kind::End => {
                let text = &self.source.text[open.clone()];
                let error = self.error(open.clone(), format!("this `{text}` is never closed"));
                Err(Box::new(error.with_hint("add its counterpart where it ends")))
            }
            _ => {
                let error = self.unexpected("an operator or the closing delimiter");
                Err(Box::new(error.with_label(self.source.label(open.clone(), "opened here"))))
            }
        }
    }

    /// Reads what begins with a command.
    fn commanded(&mut self) -> Parsed<Tree> {
        let command = self.command().to_owned();
        match &*command {
            "frac" | "dfrac" | "tfrac" | "cfrac" => return self.fraction(&command),
            "sqrt" => return self.root(),
            "binom" | "dbinom" | "tbinom" => {
                let open = self.advance();
                let (upper, lower) = (self.argument(&command)?, self.argument(&command)?);
                let span = open.start..self.end_before();
                return Ok(call("binomial", vec![upper, lower], open, span));
            }
            "overline" => {
                let open = self.advance();
                let inner = self.argument(&command)?;
                let span = open.start..self.end_before();
                return Ok(call("conjugate", vec![inner], open, span));
            }
            "sum" | "prod" => return self.series(&command),
            "begin" => return self.environment(),
            "infty" => {
                let span = self.advance();
                return self.constant("oo", span);
            }
            // Infinity without a direction.
            "tilde" if self.kind_after(1) == Kind::Open && self.word_after(2) == "\\infty" => {
                let open = self.advance();
                self.advance();
                self.advance();
                self.close_brace(&open)?;
                return self.constant("zoo", open.start..self.end_before());
            }
            "pi" if self.kind_after(1) != Kind::Index && self.kind_after(1) != Kind::Prime => {
                let span = self.advance();
                return self.constant("pi", span);
            }
            _ => {}
        }
        if function::of_command(&command).is_some() {
            return self.function_command(&command);
        }
        if self.begins_name() {
            return self.named();
        }
        let message = match function::refused(&command) {
            Some(what) => {
                let error =
                    self.error(self.span(), format!("`\\{command}`: {what} not part of the language"));
                return Err(Box::new(
                    error.with_hint("write out what it comes to, as a function of its own"),
                ));
            }
            None if self.is_infix(&command) => {
                return Err(self.expected_operand());
            }
            None => format!("`\\{command}` is not a command that is known here"),
        };
        let is_word = command.chars().all(char::is_alphabetic);
        let hint = match &*command {
            "%" => r"write hundredths as `\frac{x}{100}`".to_owned(),
            _ if !is_word => HINT_OF_SIGNS.to_owned(),
            _ => self.command_meant(&command).unwrap_or_else(|| {
                format!(
                    "a name of one's own reads `\\mathrm{{{command}}}`, a function `\\operatorname{{{command}}}(x)`"
                )
            }),
        };
        Err(Box::new(self.error(self.span(), message).with_hint(hint)))
    }

    /// Returns the text of the token that stands `count` behind this one.
    fn word_after(&self, count: usize) -> &str {
        self.tokens.get(self.at + count).map_or("", |token| &self.source.text[token.span.clone()])
    }

    /// Makes a constant of the language, where it has that.
    pub(super) fn constant(&self, name: &str, span: Span) -> Parsed<Tree> {
        if language::constant(name).is_some() {
            return Ok(Tree { kind: TreeKind::Name(name.into()), span });
        }
        let text = self.source.text[span.clone()].to_owned();
        let error = self.error(span, format!("`{text}` is not part of the language"));
        Err(Box::new(error.with_hint("write a number")))
    }

    fn fraction(&mut self, command: &str) -> Parsed<Tree> {
        let start = self.span().start;
        if let Some(span) = self.derivative() {
            let error = self.error(span, "derivatives are not part of the language");
            return Err(Box::new(error.with_hint("write out the derived function, as one of its own")));
        }
        self.advance();
        // `\frac12` is one half.
        if self.peek() == Kind::Number && self.text().len() == 2 && !self.text().contains('.') {
            let span = self.advance();
            let digit = |at: usize| {
                let text = &self.source.text.as_bytes()[at..=at];
                BigInt::parse_bytes(text, 10).map(TreeKind::Integer)
            };
            let (above, below) = (digit(span.start), digit(span.start + 1));
            if let (Some(above), Some(below)) = (above, below) {
                let above = Tree { kind: above, span: span.start..span.start + 1 };
                let below = Tree { kind: below, span: span.start + 1..span.end };
                let kind = TreeKind::Product(Box::new(above), vec![(Operator::Over, below)]);
                return Ok(Tree { kind, span: start..span.end });
            }
        }
        let (above, below) = (self.argument(command)?, self.argument(command)?);
        let kind = TreeKind::Product(Box::new(above), vec![(Operator::Over, below)]);
        Ok(Tree { kind, span: start..self.end_before() })
    }

    /// Returns where a fraction stands that is a derivative: `\frac{d}{dx}`, `\frac{\partial f}{\partial x}`.
    fn derivative(&self) -> Option<Span> {
        if self.kind_after(1) != Kind::Open || self.is_declared("d") {
            return None;
        }
        let text = |at: usize| self.tokens.get(at).map(|token| &self.source.text[token.span.clone()]);
        let is_sign = |at: usize| matches!(text(at), Some("d" | "\\partial"));
        let mut depth = 1;
        let mut close = self.at + 2;
        while depth > 0 {
            match self.tokens.get(close)?.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                Kind::End => return None,
                _ => {}
            }
            close += 1;
        }
        let names_variable = |at: usize| match self.tokens.get(at).map(|token| token.kind) {
            Some(Kind::Letter) => true,
            Some(Kind::Command) => self.tokens.get(at + 1).is_some(),
            _ => false,
        };
        let is_derivative = is_sign(self.at + 2)
            && self.tokens.get(close).is_some_and(|token| token.kind == Kind::Open)
            && is_sign(close + 1)
            && names_variable(close + 2);
        is_derivative.then(|| self.span().start..self.tokens[close + 2].span.end)
    }

    fn root(&mut self) -> Parsed<Tree> {
        let name_span = self.advance();
        let mut order = None;
        if self.peek() == Kind::Delimiter(Side::Left, Shape::Square) {
            let open = self.advance();
            order = Some(self.enclosed(Closer::Delimiter(Shape::Square, false))?);
            self.close_delimiter(Shape::Square, &open)?;
        }
        let radicand = self.argument("sqrt")?;
        let span = name_span.start..self.end_before();
        let Some(order) = order else { return Ok(call("sqrt", vec![radicand], name_span, span)) };
        let one = Tree { kind: TreeKind::Integer(BigInt::from(1)), span: order.span.clone() };
        let order_span = order.span.clone();
        let kind = TreeKind::Product(Box::new(one), vec![(Operator::Over, order)]);
        let exponent = Tree { kind, span: order_span };
        Ok(Tree { kind: TreeKind::Power(Box::new(radicand), Box::new(exponent)), span })
    }
}

/// Makes a call of a function of the language.
pub(super) fn call(name: &str, args: Vec<Tree>, name_span: Span, span: Span) -> Tree {
    Tree { kind: TreeKind::Call { name: name.into(), name_span, args }, span }
}
