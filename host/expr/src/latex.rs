//! A right-hand side in LaTeX, between two `$`.
//!
//! ```text
//! condition = …                    of sums, see `condition`
//! sum      = modulo { ("+" | "-") modulo }
//! modulo   = product { "\bmod" factor }
//! product  = implicit { ("\cdot" | "\times" | "*" | "/" | "\div" | ":") implicit }
//! implicit = ("+" | "-") implicit | factor { factor }
//! factor   = atom { "^" script | "!" }
//! ```
//! Two things side by side are a product, which holds together more tightly than `/` does, as the
//! published parser has it. A letter is a name of its own: `xy` is `x*y`, unless the left-hand side
//! declares `xy`. A function without parentheses takes what is multiplied up to the next function:
//! `\sin 2 x \cos y`, and ends before a sign: `\sin x \cdot y` is `\sin(x) y`. Everything that the printer of
//! this crate writes is read as the function that was printed, given the same left-hand side; everything
//! else is an error at its place.
//!
//! `\pi` is π. `e` and `i` are parameters like other letters, but where the left-hand side has a list of
//! parameters without them: Euler's number and the imaginary unit then. `\log` is the natural logarithm,
//! as it is printed; `\log_{10}` and `\lg` are the decimal one.

mod atom;
mod call;
mod condition;
mod function;
mod name;
mod series;
mod sign;
mod token;
mod written;

use std::sync::Arc;

use crate::ast::MAX_NODES;
use crate::ast::{Operator, Tree, TreeKind};
use crate::parser::MAX_DEPTH;
use crate::{Builtin, Diagnostic, Source, Span};
use name::Declared;
use token::{Kind, Shape, Side, Token};
pub(crate) use written::written;

/// A right-hand side that was read.
pub(crate) struct Read {
    pub(crate) tree: Tree,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Returns whether a text is LaTeX, or was meant to be.
pub(crate) fn is_latex(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('$') || text.ends_with('$')
}

/// Reads a text between two `$`; the function and its parameters are those of the left-hand side, where it has
/// a list.
pub(crate) fn parse(
    source: &Source,
    function: Option<&str>,
    parameters: Option<Vec<Arc<str>>>,
) -> Result<Read, Vec<Diagnostic>> {
    let tokens = inner(source).and_then(|span| token::lex(source, span)).map_err(|error| vec![*error])?;
    if tokens.len() > MAX_NODES {
        let message =
            format!("an expression of {} parts is too large, the limit is {MAX_NODES}", tokens.len());
        let error = source.error(tokens[MAX_NODES].span.clone(), message);
        return Err(vec![error.with_hint("split it into functions that call one another")]);
    }
    let declared = parameters.map(|names| names.into_iter().map(Declared::new).collect());
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        depth: 0,
        closers: Vec::new(),
        declared,
        bound: Vec::new(),
        n_expanded: 0,
        warnings: Vec::new(),
    };
    match parser.whole(function) {
        Ok(tree) => Ok(Read { tree, warnings: parser.warnings }),
        Err(error) => Err(vec![*error]),
    }
}

/// Finds what stands between the two `$`, or `$$`.
fn inner(source: &Source) -> Parsed<Span> {
    let text = &*source.text;
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    let lone = |at: usize, message: &str, hint: &str| {
        Err(Box::new(source.error(at..at + 1, message).with_hint(hint)))
    };
    if !text[start..].starts_with('$') {
        return lone(end - 1, "this `$` was never opened", "LaTeX stands between two `$`: `$x^2$`");
    }
    if end - start < 2 || !text[..end].ends_with('$') {
        return lone(start, "this `$` is never closed", "LaTeX stands between two `$`: `$x^2$`");
    }
    let signs = if end - start >= 4 && text[start..].starts_with("$$") && text[..end].ends_with("$$") {
        2
    } else {
        1
    };
    Ok(start + signs..end - signs)
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// What ends the part that is being read, the innermost last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closer {
    Brace,
    /// A delimiter; the flag says whether it was opened by a bar that has no side.
    Delimiter(Shape, bool),
    /// A delimiter round the arguments of a call, where a comma ends one.
    Arguments(Shape),
    /// What ends the value or the condition of a case.
    Case,
}

struct Parser<'a> {
    source: &'a Source,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    closers: Vec<Closer>,
    declared: Option<Vec<Declared>>,
    /// The indices of the sums that are being read.
    bound: Vec<Arc<str>>,
    /// Parts of all sums written out so far.
    n_expanded: i64,
    warnings: Vec<Diagnostic>,
}

impl Parser<'_> {
    fn peek(&self) -> Kind {
        self.tokens[self.at].kind
    }

    /// Returns the kind of the token that stands `count` behind this one.
    fn kind_after(&self, count: usize) -> Kind {
        self.tokens.get(self.at + count).map_or(Kind::End, |token| token.kind)
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span.clone()
    }

    fn text(&self) -> &str {
        &self.source.text[self.span()]
    }

    /// Returns the name of the command that stands here, without `\`; empty where there is none.
    fn command(&self) -> &str {
        if self.peek() == Kind::Command { &self.text()[1..] } else { "" }
    }

    /// Returns what stands here, as a message tells it.
    fn found(&self) -> String {
        match self.peek() {
            Kind::End => "the end".to_owned(),
            _ => format!("`{}`", self.text()),
        }
    }

    fn advance(&mut self) -> Span {
        let span = self.span();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        span
    }

    /// Returns where the token before this one ends.
    fn end_before(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |before| self.tokens[before].span.end)
    }

    fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.source.error(span, message)
    }

    /// Counts one level of nesting round `parse`.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            let error = self.error(self.span(), format!("an expression nested more than {MAX_DEPTH} deep"));
            return Err(Box::new(error.with_hint("split it into functions that call one another")));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// Reads what ends at `closer`, which is left standing.
    fn enclosed(&mut self, closer: Closer) -> Parsed<Tree> {
        self.closers.push(closer);
        let parsed = self.nested(Self::condition);
        self.closers.pop();
        parsed
    }

    fn whole(&mut self, function: Option<&str>) -> Parsed<Tree> {
        if self.peek() == Kind::End {
            let error = self.error(self.span(), "expected an expression between the `$`, found nothing");
            return Err(Box::new(error.with_hint("write one, such as `$x^2 - x - 1$`")));
        }
        let tree = self.condition()?;
        if self.peek() != Kind::End {
            return Err(self.unexpected("an operator or the end"));
        }
        self.equation(&tree, function)?;
        Ok(tree)
    }

    /// Says of an equation that it is no definition: the left-hand side does not stand between the `$`.
    fn equation(&mut self, tree: &Tree, function: Option<&str>) -> Parsed<()> {
        let TreeKind::Call { name, name_span, args } = &tree.kind else { return Ok(()) };
        if &self.source.text[name_span.clone()] != "=" || **name != *Builtin::Eq.name() {
            return Ok(());
        }
        let own = args.first().and_then(|left| match &left.kind {
            TreeKind::Name(name) | TreeKind::Symbol(name) | TreeKind::Call { name, .. } => Some(&**name),
            _ => None,
        });
        let hint = "the left-hand side stands before the colon: `f(x): $x^2$`";
        if own.is_some() && own == function {
            let span = tree.span.start..name_span.end;
            let error = self.error(span, "the left-hand side of the definition between the `$`");
            return Err(Box::new(error.with_hint(hint)));
        }
        let message = "this compares: it is true where both sides are equal";
        let warning = self.error(name_span.clone(), message).into_warning().with_hint(hint);
        self.warnings.push(warning);
        Ok(())
    }

    fn sum(&mut self) -> Parsed<Tree> {
        let first = self.modulo()?;
        let mut terms = vec![(false, first)];
        while let kind @ (Kind::Plus | Kind::Minus) = self.peek() {
            self.advance();
            terms.push((kind == Kind::Minus, self.modulo()?));
        }
        if terms.len() == 1 {
            return Ok(terms.swap_remove(0).1);
        }
        let span = terms[0].1.span.start..self.end_before();
        Ok(Tree { kind: TreeKind::Sum(terms), span })
    }

    fn modulo(&mut self) -> Parsed<Tree> {
        let mut dividend = self.product()?;
        while self.command() == "bmod" || self.command() == "mod" {
            self.advance();
            let divisor = self.factor()?;
            let span = dividend.span.start..self.end_before();
            let kind = TreeKind::Product(Box::new(dividend), vec![(Operator::Modulo, divisor)]);
            dividend = Tree { kind, span };
        }
        Ok(dividend)
    }

    fn product(&mut self) -> Parsed<Tree> {
        let first = self.implicit()?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator() {
            self.advance();
            rest.push((operator, self.implicit()?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let span = first.span.start..self.end_before();
        Ok(Tree { kind: TreeKind::Product(Box::new(first), rest), span })
    }

    /// Returns the operator of a product that stands here.
    fn operator(&self) -> Option<Operator> {
        match self.peek() {
            Kind::Star => Some(Operator::Times),
            Kind::Slash | Kind::Colon => Some(Operator::Over),
            Kind::Command => match self.command() {
                "cdot" | "times" | "ast" => Some(Operator::Times),
                "div" => Some(Operator::Over),
                _ => None,
            },
            _ => None,
        }
    }

    fn implicit(&mut self) -> Parsed<Tree> {
        if let kind @ (Kind::Plus | Kind::Minus) = self.peek() {
            let start = self.advance().start;
            let operand = self.nested(Self::implicit)?;
            let span = start..operand.span.end;
            return Ok(match kind {
                Kind::Minus => Tree { kind: TreeKind::Negative(Box::new(operand)), span },
                _ => Tree { span, ..operand },
            });
        }
        let first = self.factor()?;
        self.side_by_side(first, |_| true)
    }

    /// Reads the factors that stand side by side behind `first`, for as long as `goes_on` says.
    fn side_by_side(&mut self, first: Tree, goes_on: impl Fn(&Self) -> bool) -> Parsed<Tree> {
        let mut rest = Vec::new();
        while self.begins_factor() && goes_on(self) {
            let before = self.at - 1;
            if self.peek() == Kind::Number && self.tokens[before].kind == Kind::Number {
                let error = self.error(self.span(), "two numbers stand side by side");
                let hint = "write `\\cdot` between them, or no blank in one number";
                return Err(Box::new(error.with_hint(hint)));
            }
            rest.push((Operator::Times, self.factor()?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let span = first.span.start..self.end_before();
        Ok(Tree { kind: TreeKind::Product(Box::new(first), rest), span })
    }

    /// Returns whether a factor begins here, which then is multiplied by what stands before it.
    fn begins_factor(&self) -> bool {
        match self.peek() {
            Kind::Letter | Kind::Number | Kind::Open => true,
            Kind::Delimiter(Side::Left, _) => true,
            Kind::Delimiter(Side::Either, shape) => {
                !matches!(self.closers.last(), Some(Closer::Delimiter(open, true)) if *open == shape)
            }
            Kind::Command => {
                let is_case_word =
                    matches!(self.closers.last(), Some(Closer::Case)) && self.case_word().is_some();
                !is_case_word && !self.is_infix(self.command())
            }
            _ => false,
        }
    }

    /// Returns whether a command stands between operands, and so begins none.
    fn is_infix(&self, command: &str) -> bool {
        self.operator().is_some() || matches!(command, "bmod" | "mod" | "end") || condition::is_sign(command)
    }

    fn factor(&mut self) -> Parsed<Tree> {
        let mut factor = self.atom()?;
        let mut is_raised = false;
        loop {
            let span = factor.span.start;
            match self.peek() {
                Kind::Power if is_raised => return Err(self.raised_twice()),
                Kind::Power => {
                    self.advance();
                    let exponent = self.nested(Self::script)?;
                    let span = span..self.end_before();
                    factor = Tree { kind: TreeKind::Power(Box::new(factor), Box::new(exponent)), span };
                    is_raised = true;
                }
                Kind::Bang => {
                    let mut name_span = self.advance();
                    let mut name = Builtin::Factorial.name();
                    if self.peek() == Kind::Bang {
                        name_span.end = self.advance().end;
                        name = Builtin::Factorial2.name();
                    }
                    let kind = TreeKind::Call { name: name.into(), name_span, args: vec![factor] };
                    factor = Tree { kind, span: span..self.end_before() };
                    is_raised = false;
                }
                Kind::Prime => {
                    let error = self.error(self.span(), "a prime stands behind a name only");
                    let hint = "derivatives are not part of the language; define the derived function itself";
                    return Err(Box::new(error.with_hint(hint)));
                }
                Kind::Index => {
                    let error = self.error(self.span(), "an index stands behind a name only");
                    return Err(Box::new(
                        error.with_hint("write it behind the letter that it belongs to: `x_{1}`"),
                    ));
                }
                _ => return Ok(factor),
            }
        }
    }

    fn raised_twice(&self) -> Box<Diagnostic> {
        let error = self.error(self.span(), "a second exponent at the same place");
        Box::new(error.with_hint("write `x^{a^{b}}` or `{x^{a}}^{b}`"))
    }

    /// Reads an exponent: what braces enclose, a number, a name of one letter, or a fraction.
    fn script(&mut self) -> Parsed<Tree> {
        match self.peek() {
            Kind::Open => self.group(),
            Kind::Number => self.number(),
            Kind::Letter => {
                let name = self.single_base()?;
                self.name_tree(&name.text(), name.span, false)
            }
            Kind::Command if self.begins_name() => {
                let name = self.base()?;
                self.name_tree(&name.text(), name.span, false)
            }
            Kind::Command
                if matches!(self.command(), "infty" | "pi" | "frac" | "dfrac" | "tfrac" | "sqrt") =>
            {
                self.atom()
            }
            _ => {
                let error = self.error(self.span(), format!("expected an exponent, found {}", self.found()));
                Err(Box::new(error.with_hint("write it in braces, such as `x^{-2}`")))
            }
        }
    }

    /// Says that something else was expected here.
    fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let message = format!("expected {expected}, found {}", self.found());
        let hint = match self.peek() {
            Kind::End => "something is missing at the end",
            Kind::Close => "this brace was never opened; leave it out",
            Kind::Delimiter(..) => {
                "delimiters come in pairs: `\\left(` and `\\right)`, `(` and `)`, `|` and `|`"
            }
            Kind::Comma => "a comma stands between the arguments of a function only, a decimal point is `.`",
            Kind::Equal => "the left-hand side stands before the colon: `f(x): $x^2$`",
            Kind::Middle => "`\\middle|` stands in `E\\left(x\\middle| m\\right)` only",
            Kind::Less | Kind::Greater => "put a comparison that is a part of another in parentheses",
            Kind::Ampersand | Kind::NewRow => {
                r"rows and columns stand in cases: `\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`"
            }
            Kind::Command if condition::is_sign(self.command()) => {
                "put a comparison that is a part of another in parentheses"
            }
            _ => "the right-hand side is one expression, such as `$x^2 - x - 1$`",
        };
        Box::new(self.error(self.span(), message).with_hint(hint))
    }
}
