//! Tokens to a tree: Python's grammar of expressions, without implicit products.
//!
//! ```text
//! whole    = any { ("<" | "<=" | ">" | ">=" | "==" | "!=") any }
//! any      = all { "|" all }
//! all      = sum { "&" sum }
//! sum      = product { ("+" | "-") product }
//! product  = unary { ("*" | "/" | "//" | "%") unary }
//! unary    = ("+" | "-" | "~") unary | power
//! power    = postfix [ ("**" | "^") unary ]
//! postfix  = atom { "!" | "!!" }
//! atom     = number | name [ "(" [ whole { "," whole } [ "," ] ] ")" ] | "(" whole ")"
//!          | "Piecewise" "(" case { "," case } [ "," ] ")"
//!          | ("Sum" | "Product") "(" whole "," "(" name "," integer "," integer ")" [ "," ] ")"
//! case     = "(" whole "," whole ")"
//! ```
//!
//! A comparison, an operator of logic and a factorial are calls of the function that they stand for.

mod series;

use std::sync::Arc;

use crate::ast::{MAX_NODES, Operator, Tree, TreeKind};
use crate::lexer::{Kind, Token, lex};
use crate::{Builtin, Diagnostic, Source, Span, language};

/// How deep an expression may be nested.
pub(crate) const MAX_DEPTH: usize = 64;

/// Parses a right-hand side.
pub(crate) fn parse(source: &Source) -> Result<Tree, Vec<Diagnostic>> {
    let (tokens, mut diagnostics) = lex(source);
    if tokens.len() > MAX_NODES {
        let span = tokens[MAX_NODES].span.clone();
        let message =
            format!("an expression of {} parts is too large, the limit is {MAX_NODES}", tokens.len());
        return Err(vec![
            source.error(span, message).with_hint("split it into functions that call one another"),
        ]);
    }
    if tokens.len() == 1 {
        let message = "expected an expression, found nothing";
        return Err(vec![
            source.error(0..0, message).with_hint("write one after the colon, such as `x**2 - x - 1`"),
        ]);
    }
    let mut parser = Parser { source, tokens: &tokens, at: 0, depth: 0, n_expanded: 0 };
    let parsed = parser.whole().and_then(|tree| parser.end(tree));
    match parsed {
        Ok(tree) if diagnostics.is_empty() => Ok(tree),
        Ok(_) => Err(diagnostics),
        Err(diagnostic) => {
            // What the lexer could not read was reported there.
            if *parser.peek() != Kind::Unknown || diagnostics.is_empty() {
                diagnostics.push(*diagnostic);
            }
            diagnostics.sort_by_key(Diagnostic::position);
            Err(diagnostics)
        }
    }
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

struct Parser<'a> {
    source: &'a Source,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    /// Parts of all sums written out so far.
    n_expanded: i64,
}

impl Parser<'_> {
    fn peek(&self) -> &Kind {
        &self.tokens[self.at].kind
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span.clone()
    }

    fn text(&self) -> &str {
        &self.source.text[self.span()]
    }

    fn advance(&mut self) -> Span {
        let span = self.span();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        span
    }

    fn take(&mut self, kind: &Kind) -> bool {
        let found = self.peek() == kind;
        if found {
            self.advance();
        }
        found
    }

    fn error(&self, span: Span, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(self.source.error(span, message))
    }

    fn too_deep(&self) -> Box<Diagnostic> {
        let message = format!("an expression nested more than {MAX_DEPTH} deep");
        let error = self.source.error(self.span(), message);
        Box::new(error.with_hint("split it into functions that call one another"))
    }

    /// Counts one level of nesting round `parse`.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// Parses a comparison; a chain of them, `0 < x < 1`, holds where each of its links does.
    fn whole(&mut self) -> Parsed<Tree> {
        let mut left = self.any()?;
        let mut links = Vec::new();
        while let Some(relation) = relation(self.peek()) {
            let operator = self.advance();
            let right = self.any()?;
            let span = left.span.start..right.span.end;
            links.push(call(relation, operator, vec![left, right.clone()], span));
            left = right;
        }
        Ok(match links.len() {
            0 => left,
            1 => links.swap_remove(0),
            _ => {
                let span = links[0].span.start..links[links.len() - 1].span.end;
                call(Builtin::And, span.clone(), links, span)
            }
        })
    }

    fn any(&mut self) -> Parsed<Tree> {
        self.joined(Builtin::Or, &Kind::Or, Self::all)
    }

    fn all(&mut self) -> Parsed<Tree> {
        self.joined(Builtin::And, &Kind::And, Self::sum)
    }

    /// Parses operands of one operator of logic, which are one call.
    fn joined(
        &mut self,
        builtin: Builtin,
        operator: &Kind,
        operand: fn(&mut Self) -> Parsed<Tree>,
    ) -> Parsed<Tree> {
        let first = operand(self)?;
        if self.peek() != operator {
            return Ok(first);
        }
        let name_span = self.span();
        let mut operands = vec![first];
        while self.take(operator) {
            operands.push(operand(self)?);
        }
        let span = operands[0].span.start..operands[operands.len() - 1].span.end;
        Ok(call(builtin, name_span, operands, span))
    }

    fn sum(&mut self) -> Parsed<Tree> {
        let first = self.product()?;
        let mut terms = vec![(false, first)];
        loop {
            let subtracted = match self.peek() {
                Kind::Plus => false,
                Kind::Minus => true,
                _ => break,
            };
            self.advance();
            terms.push((subtracted, self.product()?));
        }
        if terms.len() == 1 {
            return Ok(terms.swap_remove(0).1);
        }
        let span = terms[0].1.span.start..terms[terms.len() - 1].1.span.end;
        Ok(Tree { kind: TreeKind::Sum(terms), span })
    }

    fn product(&mut self) -> Parsed<Tree> {
        let first = self.unary()?;
        let mut rest = Vec::new();
        loop {
            let operator = match self.peek() {
                Kind::Star => Operator::Times,
                Kind::Slash => Operator::Over,
                Kind::DoubleSlash => Operator::FloorOver,
                Kind::Percent => Operator::Modulo,
                _ => break,
            };
            self.advance();
            rest.push((operator, self.unary()?));
        }
        let Some((_, last)) = rest.last() else { return Ok(first) };
        let span = first.span.start..last.span.end;
        Ok(Tree { kind: TreeKind::Product(Box::new(first), rest), span })
    }

    fn unary(&mut self) -> Parsed<Tree> {
        let sign = self.peek().clone();
        if !matches!(sign, Kind::Minus | Kind::Plus | Kind::Not) {
            return self.power();
        }
        let operator = self.advance();
        let operand = self.nested(Self::unary)?;
        let span = operator.start..operand.span.end;
        Ok(match sign {
            Kind::Minus => Tree { kind: TreeKind::Negative(Box::new(operand)), span },
            Kind::Not => call(Builtin::Not, operator, vec![operand], span),
            _ => Tree { span, ..operand },
        })
    }

    fn power(&mut self) -> Parsed<Tree> {
        let base = self.postfix()?;
        if !self.take(&Kind::Power) {
            return Ok(base);
        }
        let exponent = self.nested(Self::unary)?;
        let span = base.span.start..exponent.span.end;
        Ok(Tree { kind: TreeKind::Power(Box::new(base), Box::new(exponent)), span })
    }

    fn postfix(&mut self) -> Parsed<Tree> {
        let mut operand = self.atom()?;
        let mut n_factorials = 0;
        loop {
            let builtin = match self.peek() {
                Kind::Factorial => Builtin::Factorial,
                Kind::DoubleFactorial => Builtin::Factorial2,
                _ => return Ok(operand),
            };
            n_factorials += 1;
            if self.depth + n_factorials > MAX_DEPTH {
                return Err(self.too_deep());
            }
            let operator = self.advance();
            let span = operand.span.start..operator.end;
            operand = call(builtin, operator, vec![operand], span);
        }
    }

    fn atom(&mut self) -> Parsed<Tree> {
        let span = self.span();
        let kind = match self.peek().clone() {
            Kind::Integer(integer) => TreeKind::Integer(integer),
            Kind::Decimal(float) => TreeKind::Decimal(float),
            Kind::Imaginary(number) => TreeKind::Imaginary(number),
            Kind::Name => return self.name(),
            Kind::Open => {
                self.advance();
                let inner = self.nested(Self::whole)?;
                let end = self.close(&span)?.end;
                return Ok(Tree { span: span.start..end, ..inner });
            }
            Kind::Unknown => return Err(self.error(span, "unexpected text")),
            _ => return Err(self.expected_operand()),
        };
        self.advance();
        Ok(Tree { kind, span })
    }

    fn name(&mut self) -> Parsed<Tree> {
        let name: Arc<str> = self.text().into();
        let name_span = self.advance();
        if language::is_python_keyword(&name) && !matches!(&*name, "True" | "False") {
            let error = self.source.error(name_span, format!("`{name}` is a word of Python, not a name"));
            let hint = match &*name {
                "not" => "write `~`: `~(x > 1)`".to_owned(),
                _ => format!("write `{name}_0`, or another name"),
            };
            return Err(Box::new(error.with_hint(hint)));
        }
        if *self.peek() != Kind::Open {
            return Ok(Tree { kind: TreeKind::Name(name), span: name_span });
        }
        let open = self.advance();
        if Self::is_series(&name) {
            let series = self.nested(|parser| parser.series(&name, &name_span))?;
            let span = name_span.start..self.close(&open)?.end;
            return Ok(Tree { kind: TreeKind::Series(series), span });
        }
        let is_piecewise = &*name == Builtin::Piecewise.name();
        let args =
            self.nested(|parser| if is_piecewise { parser.cases(&name_span) } else { parser.args() })?;
        let span = name_span.start..self.close(&open)?.end;
        Ok(Tree { kind: TreeKind::Call { name, name_span, args }, span })
    }

    fn args(&mut self) -> Parsed<Vec<Tree>> {
        let mut args = Vec::new();
        while *self.peek() != Kind::Close {
            args.push(self.whole()?);
            if !self.take(&Kind::Comma) {
                break;
            }
        }
        Ok(args)
    }

    /// Parses the cases of `Piecewise`: values and conditions in turn.
    fn cases(&mut self, name_span: &Span) -> Parsed<Vec<Tree>> {
        let mut args = Vec::new();
        while *self.peek() != Kind::Close {
            let open = self.span();
            if !self.take(&Kind::Open) {
                return Err(self.not_a_case(open));
            }
            self.nested(|parser| {
                args.push(parser.whole()?);
                if !parser.take(&Kind::Comma) {
                    return Err(parser.not_a_case(open.start..parser.span().end));
                }
                args.push(parser.whole()?);
                parser.close(&open)
            })?;
            if !self.take(&Kind::Comma) {
                break;
            }
        }
        if args.is_empty() {
            return Err(self.not_a_case(name_span.clone()));
        }
        Ok(args)
    }

    fn not_a_case(&self, span: Span) -> Box<Diagnostic> {
        let error = self.source.error(span, "expected a value and its condition in parentheses");
        Box::new(error.with_hint("`Piecewise((x, x > 0), (0, True))` is `x` where it is positive, else 0"))
    }

    fn close(&mut self, open: &Span) -> Parsed<Span> {
        if *self.peek() == Kind::Close {
            return Ok(self.advance());
        }
        let error = match self.peek() {
            Kind::End => self
                .source
                .error(open.clone(), "this parenthesis is never closed")
                .with_hint("add `)` where it ends"),
            _ => *self.unexpected("an operator or `)`").with_label_of(self.source, open),
        };
        Err(Box::new(error))
    }

    /// Requires the end of the text.
    fn end(&mut self, tree: Tree) -> Parsed<Tree> {
        match self.peek() {
            Kind::End => Ok(tree),
            Kind::Close => {
                let error = self.source.error(self.span(), "this parenthesis was never opened");
                Err(Box::new(error.with_hint("leave it out, or add `(` where it begins")))
            }
            _ => Err(self.unexpected("an operator or the end")),
        }
    }

    /// Says that a number, a name or a parenthesis was expected here.
    fn expected_operand(&self) -> Box<Diagnostic> {
        let found = match self.peek() {
            Kind::End => "the end".to_owned(),
            _ => format!("`{}`", self.text()),
        };
        let before = self.at.checked_sub(1).map(|before| &self.tokens[before]);
        let hint = match before.map(|token| (&token.kind, &self.source.text[token.span.clone()])) {
            Some((Kind::Comma, _)) => "write an argument after the comma".to_owned(),
            Some((Kind::Open, _)) => "write an expression between the parentheses".to_owned(),
            Some((_, operator)) => {
                format!("write a number, a name or `(` after `{operator}`, or leave `{operator}` out")
            }
            None if *self.peek() == Kind::Factorial => {
                "`!` stands behind its operand, as in `x!`; not is written `~`, as in `~(x > 1)`".to_owned()
            }
            None => format!("write a number, a name or `(` before {found}"),
        };
        let error = self.source.error(self.span(), format!("expected an operand, found {found}"));
        Box::new(error.with_hint(hint))
    }

    /// Says that something else was expected here; two operands side by side are an implicit product.
    fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let error = self.source.error(self.span(), format!("expected {expected}, found `{}`", self.text()));
        let is_operand = matches!(
            self.peek(),
            Kind::Name | Kind::Integer(_) | Kind::Decimal(_) | Kind::Imaginary(_) | Kind::Open
        );
        let hint = match self.peek() {
            Kind::Name if self.text() == "and" => "write `&`: `(x > 0) & (x < 1)`",
            Kind::Name if self.text() == "or" => "write `|`: `(x < 0) | (x > 1)`",
            Kind::Name if self.text() == "if" => "write cases as `Piecewise((x, x > 0), (0, True))`",
            _ if is_operand => "there is no implicit multiplication: write `*`",
            Kind::Comma => "a comma stands between the arguments of a function only, a decimal point is `.`",
            _ => "the right-hand side is one expression, such as `x**2 - x - 1`",
        };
        Box::new(error.with_hint(hint))
    }
}

/// Returns the function that an operator of comparison stands for.
fn relation(kind: &Kind) -> Option<Builtin> {
    Some(match kind {
        Kind::Less => Builtin::Lt,
        Kind::LessOrEqual => Builtin::Le,
        Kind::Greater => Builtin::Gt,
        Kind::GreaterOrEqual => Builtin::Ge,
        Kind::Equal => Builtin::Eq,
        Kind::NotEqual => Builtin::Ne,
        _ => return None,
    })
}

/// Makes the call that an operator stands for.
fn call(builtin: Builtin, name_span: Span, args: Vec<Tree>, span: Span) -> Tree {
    Tree { kind: TreeKind::Call { name: builtin.name().into(), name_span, args }, span }
}

trait WithLabelOf {
    fn with_label_of(self, source: &Source, open: &Span) -> Self;
}

impl WithLabelOf for Box<Diagnostic> {
    /// Shows the parenthesis that is open.
    fn with_label_of(self, source: &Source, open: &Span) -> Self {
        Box::new((*self).with_label(source.label(open.clone(), "opened here")))
    }
}
