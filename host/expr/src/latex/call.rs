//! Names and functions, with what they are called with.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::One;

use super::atom::call;
use super::name::Name;
use super::token::{Kind, Shape, Side};
use super::{Closer, Parsed, Parser, function};
use crate::ast::{Tree, TreeKind};
use crate::{Span, language, parser};

impl Parser<'_> {
    /// Reads a name, and its arguments where it is called.
    pub(super) fn named(&mut self) -> Parsed<Tree> {
        let letters = self.letters_here();
        if function::is_spelled(letters)
            && !self.declared.iter().flatten().any(|known| letters.starts_with(&*known.name))
        {
            let span = self.span().start..self.span().start + letters.len();
            let error = self.error(span, format!("`{letters}` is a product of letters in LaTeX"));
            let hint = format!("write the function as `\\{letters}`, a name as `\\mathrm{{{letters}}}`");
            return Err(Box::new(error.with_hint(hint)));
        }
        let is_upright = self.command() == "operatorname";
        let name = self.base()?;
        self.called(name, is_upright)
    }

    /// Goes on with a name whose beginning was read.
    pub(super) fn named_from(&mut self, base: String, start: usize) -> Parsed<Tree> {
        let span = start..self.end_before();
        self.called(Name { base, indices: Vec::new(), span }, false)
    }

    fn called(&mut self, mut name: Name, is_upright: bool) -> Parsed<Tree> {
        self.scripts(&mut name)?;
        let text = name.text();
        if is_upright && let Some(function) = function_of(&text) {
            return self.function(&function, name.span);
        }
        let after = self.after_exponent();
        if after > self.at {
            if self.is_enclosed_call(after) {
                let exponent = self.exponent()?;
                let args = self.arguments()?;
                let span = name.span.start..self.end_before();
                return Ok(raised(call(&function_name(&text), args, name.span, span), exponent));
            }
            if self.tokens[after].kind == Kind::Index {
                let exponent = self.exponent()?;
                self.scripts(&mut name)?;
                let tree = self.name_tree(&name.text(), name.span, false)?;
                return Ok(raised(tree, exponent));
            }
        }
        let is_variable = self.is_variable(&text) && !is_upright;
        if self.is_enclosed_call(self.at) || (self.is_call(self.at) && !is_variable) {
            let args = self.arguments()?;
            let span = name.span.start..self.end_before();
            return Ok(call(&function_name(&text), args, name.span, span));
        }
        let is_base = self.peek() == Kind::Power;
        self.name_tree(&text, name.span, is_base)
    }

    /// Returns whether a name is no function, so that a parenthesis behind it is a factor.
    fn is_variable(&self, text: &str) -> bool {
        let name = self.resolve(text);
        self.is_declared(&name)
            || self.bound.contains(&name)
            || (matches!(text, "e" | "i") && self.declared.is_some())
    }

    /// Makes a name: a constant, or a parameter or function of that name.
    pub(super) fn name_tree(&mut self, text: &str, span: Span, is_base: bool) -> Parsed<Tree> {
        let name = self.resolve(text);
        let tree = |kind| Ok(Tree { kind, span: span.clone() });
        if self.is_declared(&name) || self.bound.contains(&name) {
            return tree(TreeKind::Name(name));
        }
        if parser::is_python_keyword(text) {
            let error = self.error(span.clone(), format!("`{text}` is a word of Python, not a name"));
            return Err(Box::new(error.with_hint(format!("write `{text}_{{0}}`, or another name"))));
        }
        match text {
            "e" if self.declared.is_some() => return tree(TreeKind::Name("E".into())),
            "i" if self.declared.is_some() => return tree(TreeKind::Name("I".into())),
            "e" if is_base && self.warnings.is_empty() => {
                let warning = self.error(span.clone(), "`e` is a parameter here, not Euler's number");
                let hint = "write `\\exp(x)`, or the parameters on the left-hand side: `f(x)`";
                self.warnings.push(warning.into_warning().with_hint(hint));
            }
            _ => {}
        }
        let is_taken = language::constant(text).is_some() || language::function(text).is_some();
        tree(if is_taken { TreeKind::Symbol(name) } else { TreeKind::Name(name) })
    }

    /// Reads a function that is a command: `\sin`, `\log_{10}`.
    pub(super) fn function_command(&mut self, command: &str) -> Parsed<Tree> {
        let name_span = self.advance();
        match (function::of_command(command), command) {
            (Some(function), "lg") => {
                let tree = self.function(function, name_span)?;
                Ok(with_base(tree, integer(10)))
            }
            (Some(function), _) => self.function(function, name_span),
            (None, _) => Err(self.expected_operand()),
        }
    }

    /// Reads the exponent, base and argument of a function of the language.
    fn function(&mut self, function: &str, name_span: Span) -> Parsed<Tree> {
        let (mut exponent, mut base) = (None, None);
        loop {
            match self.peek() {
                Kind::Power if exponent.is_some() => return Err(self.raised_twice()),
                Kind::Power => exponent = Some(self.exponent()?),
                Kind::Index if function == "log" && base.is_none() => {
                    self.advance();
                    base = Some(self.nested(Self::script)?);
                }
                Kind::Index => {
                    let error = self.error(self.span(), format!("`{function}` takes no index"));
                    return Err(Box::new(error.with_hint("the base of a logarithm is one: `\\log_{10}(x)`")));
                }
                _ => break,
            }
        }
        let args = if self.is_enclosed_call(self.at) || self.is_call(self.at) {
            self.arguments()?
        } else {
            vec![self.open_argument(&name_span)?]
        };
        let span = name_span.start..self.end_before();
        if let Some(inverse) =
            exponent.as_ref().filter(|tree| is_minus_one(tree)).and(function::inverse(function))
        {
            return Ok(call(inverse, args, name_span, span));
        }
        let mut tree = call(function, args, name_span, span);
        if let Some(base) = base {
            tree = with_base(tree, base.kind);
        }
        Ok(match exponent {
            Some(exponent) => raised(tree, exponent),
            None => tree,
        })
    }

    fn exponent(&mut self) -> Parsed<Tree> {
        self.advance();
        self.nested(Self::script)
    }

    /// Reads an argument without parentheses: what is multiplied, up to the next function.
    fn open_argument(&mut self, function: &Span) -> Parsed<Tree> {
        let start = self.span().start;
        let sign = self.peek();
        if matches!(sign, Kind::Plus | Kind::Minus) {
            self.advance();
        }
        if !self.begins_factor() {
            return Err(self.expected_operand());
        }
        let is_function = self.begins_function(self.at);
        let first = self.nested(Self::factor)?;
        let mut argument = first;
        if !is_function {
            argument = self.side_by_side(argument, |parser| !parser.begins_function(parser.at))?;
            argument = self.explicit_factors(argument, function)?;
        }
        if sign == Kind::Minus {
            let span = start..argument.span.end;
            argument = Tree { kind: TreeKind::Negative(Box::new(argument)), span };
        }
        Ok(argument)
    }

    /// Reads on over operators, as the published parser does, and says so.
    fn explicit_factors(&mut self, first: Tree, function: &Span) -> Parsed<Tree> {
        let mut rest = Vec::new();
        while let Some(operator) = self.operator() {
            if self.begins_function(self.at + 1) {
                break;
            }
            self.advance();
            let next = self.factor()?;
            rest.push((operator, self.side_by_side(next, |parser| !parser.begins_function(parser.at))?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let span = first.span.start..self.end_before();
        let (name, argument) = (&self.source.text[function.clone()], &self.source.text[span.clone()]);
        let warning = self.error(span.clone(), format!("all of this is the argument of `{name}`"));
        let hint = format!("write `{name}({argument})`, or parentheses round less of it");
        self.warnings.push(warning.into_warning().with_hint(hint));
        Ok(Tree { kind: TreeKind::Product(Box::new(first), rest), span })
    }

    /// Returns whether a function begins at a token.
    fn begins_function(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        let text = &self.source.text[token.span.clone()];
        match token.kind {
            Kind::Command => {
                let command = &text[1..];
                function::of_command(command).is_some()
                    || matches!(command, "sqrt" | "sum" | "prod" | "operatorname")
            }
            Kind::Letter => {
                let is_called = self.is_enclosed_call(at + 1) || self.is_call(at + 1);
                is_called && !self.is_variable(text)
            }
            _ => false,
        }
    }

    /// Returns whether an opening parenthesis stands at a token.
    fn is_call(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Delimiter(Side::Left, Shape::Round))
    }

    /// Returns whether braces stand at a token that hold one pair of parentheses, as calls are printed.
    fn is_enclosed_call(&self, at: usize) -> bool {
        let kind = |at: usize| self.tokens.get(at).map_or(Kind::End, |token| token.kind);
        if kind(at) != Kind::Open || !self.is_call(at + 1) {
            return false;
        }
        let mut depth = 0;
        for (index, token) in self.tokens[at + 1..].iter().enumerate() {
            match token.kind {
                Kind::Delimiter(Side::Left, Shape::Round) => depth += 1,
                Kind::Delimiter(Side::Right, Shape::Round) => depth -= 1,
                Kind::End => return false,
                _ => {}
            }
            if depth == 0 {
                return kind(at + 1 + index + 1) == Kind::Close;
            }
        }
        false
    }

    /// Returns the token behind an exponent that stands here; this one where none does.
    fn after_exponent(&self) -> usize {
        if self.peek() != Kind::Power {
            return self.at;
        }
        if self.kind_after(1) != Kind::Open {
            return (self.at + 2).min(self.tokens.len() - 1);
        }
        let mut depth = 0;
        for (index, token) in self.tokens[self.at + 1..].iter().enumerate() {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return (self.at + 1 + index + 1).min(self.tokens.len() - 1);
            }
        }
        self.at
    }

    /// Reads a list of arguments, in parentheses or in parentheses in braces.
    fn arguments(&mut self) -> Parsed<Vec<Tree>> {
        let brace = (self.peek() == Kind::Open).then(|| self.advance());
        let open = self.advance();
        let closer = Closer::Arguments(Shape::Round);
        let mut args = Vec::new();
        while self.peek() != Kind::Delimiter(Side::Right, Shape::Round) {
            args.push(self.enclosed(closer)?);
            if self.peek() != Kind::Comma {
                break;
            }
            self.advance();
        }
        self.close_delimiter(Shape::Round, &open)?;
        if let Some(brace) = brace {
            self.close_brace(&brace)?;
        }
        Ok(args)
    }
}

/// Returns the function of the language that a name in `\operatorname` means.
fn function_of(text: &str) -> Option<String> {
    if let Some(function) = function::of_name(text) {
        return Some(function.to_owned());
    }
    // `atan2` prints as `atan_{2}`.
    let plain = text.replace('_', "");
    let is_known = |name: &str| language::function(name).is_some();
    if is_known(text) { Some(text.to_owned()) } else { is_known(&plain).then_some(plain) }
}

/// Returns the name that a call is of: the gamma function is called as the letter.
fn function_name(text: &str) -> Arc<str> {
    match text {
        "Gamma" => "gamma".into(),
        _ => text.into(),
    }
}

fn integer(integer: i64) -> TreeKind {
    TreeKind::Integer(BigInt::from(integer))
}

fn is_minus_one(tree: &Tree) -> bool {
    matches!(&tree.kind, TreeKind::Negative(inner) if matches!(&inner.kind, TreeKind::Integer(one) if one.is_one()))
}

fn raised(base: Tree, exponent: Tree) -> Tree {
    let span = base.span.start..exponent.span.end.max(base.span.end);
    Tree { kind: TreeKind::Power(Box::new(base), Box::new(exponent)), span }
}

/// Gives a logarithm, which may be raised, its base.
fn with_base(tree: Tree, base: TreeKind) -> Tree {
    let span = tree.span.clone();
    match tree.kind {
        TreeKind::Call { name, name_span, mut args } => {
            args.push(Tree { kind: base, span: name_span.clone() });
            Tree { kind: TreeKind::Call { name, name_span, args }, span }
        }
        TreeKind::Power(inner, exponent) => {
            let inner = with_base(*inner, base);
            Tree { kind: TreeKind::Power(Box::new(inner), exponent), span }
        }
        kind => Tree { kind, span },
    }
}
