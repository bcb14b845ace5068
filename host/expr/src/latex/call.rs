//! Names and functions, with what they are called with.

use num_bigint::BigInt;
use num_traits::One;

use super::atom::call;
use super::name::Name;
use super::token::{Kind, Shape, Side};
use super::{Closer, Parsed, Parser, function, name};
use crate::ast::{Tree, TreeKind};
use crate::{Builtin, Constant, Span, language};

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
        let start = self.span().start;
        if let Some(name) = self.take_name_above() {
            return Ok(Tree { kind: TreeKind::Name(name), span: start..self.end_before() });
        }
        if let Some(sign) = self.sign()? {
            return Ok(sign);
        }
        if let Some(constant) = self.constant_in_words() {
            return Ok(constant);
        }
        let is_upright = self.command() == "operatorname";
        let name = self.base()?;
        self.called(name, is_upright)
    }

    /// Reads a constant that has no letter: `\text{Catalan}`, `\text{NaN}`.
    fn constant_in_words(&mut self) -> Option<Tree> {
        if !name::is_text(self.command()) || self.kind_after(1) != Kind::Open {
            return None;
        }
        let start = self.span().start;
        let letters = self.tokens[self.at + 2..].iter().take_while(|token| token.kind == Kind::Letter);
        let n_letters = letters.count();
        let close = self.tokens.get(self.at + 2 + n_letters).filter(|token| token.kind == Kind::Close)?;
        let word = &self.source.text[self.tokens[self.at + 2].span.start..close.span.start];
        let constant = language::constant(if word == "NaN" { "nan" } else { word })?;
        let is_sign = constant.name().len() < 3 || constant == Constant::ComplexInfinity;
        if is_sign || self.is_declared(word) {
            return None;
        }
        for _ in 0..n_letters + 3 {
            self.advance();
        }
        Some(Tree { kind: TreeKind::Name(constant.name().into()), span: start..self.end_before() })
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
            let tree = self.function(&function, name.span)?;
            return Ok(if function == text { tree } else { by_command(tree, &text, 0) });
        }
        let after = self.after_exponent();
        if after > self.at {
            if self.is_enclosed_call(after) {
                let exponent = self.exponent()?;
                let args = self.arguments()?;
                let span = name.span.start..self.end_before();
                return Ok(raised(own_call(&text, args, name.span, span), exponent));
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
            return Ok(own_call(&text, args, name.span, span));
        }
        let is_base = self.peek() == Kind::Power;
        self.name_tree(&text, name.span, is_base)
    }

    /// Returns whether a name is no function, so that a parenthesis behind it is a factor.
    pub(super) fn is_variable(&self, text: &str) -> bool {
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
        if language::is_python_keyword(text) {
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
                Ok(by_command(with_base(tree, integer(10)), command, 1))
            }
            (Some(function), _) if function == command => self.function(function, name_span),
            (Some(function), _) => Ok(by_command(self.function(function, name_span)?, command, 0)),
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
        // Of one argument it is that of its elements.
        let function = match (function, args.len()) {
            ("Min", 1) => Builtin::Least.name(),
            ("Max", 1) => Builtin::Greatest.name(),
            _ => function,
        };
        let mut tree = call(function, args, name_span, span);
        if let Some(base) = base {
            tree = with_base(tree, base.kind);
        }
        Ok(match exponent {
            Some(exponent) => raised(tree, exponent),
            None => tree,
        })
    }

    pub(super) fn exponent(&mut self) -> Parsed<Tree> {
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
            self.warn_of_factors(&argument, function);
        }
        if sign == Kind::Minus {
            let span = start..argument.span.end;
            argument = Tree { kind: TreeKind::Negative(Box::new(argument)), span };
        }
        Ok(argument)
    }

    /// Says where an argument without parentheses ends, before a sign behind which it might go on.
    fn warn_of_factors(&mut self, argument: &Tree, function: &Span) {
        if self.operator().is_none() || self.begins_function(self.at + 1) {
            return;
        }
        let text = |span: Span| &self.source.text[span];
        let (name, argument, sign) = (text(function.clone()), text(argument.span.clone()), text(self.span()));
        let message = format!("the argument of `{name}` ends before `{sign}`");
        let hint = format!("write `{name}({argument})`, or parentheses round all of the argument");
        let warning = self.error(function.start..self.end_before(), message).into_warning().with_hint(hint);
        self.warnings.push(warning);
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
    pub(super) fn is_call(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Delimiter(Side::Left, Shape::Round))
    }

    /// Returns whether braces stand at a token that hold one pair of parentheses, as calls are printed.
    pub(super) fn is_enclosed_call(&self, at: usize) -> bool {
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
        if self.peek() == Kind::Power { self.after_script(self.at) } else { self.at }
    }

    /// Returns the token behind an exponent or index whose sign stands at a token; that one where it never ends.
    pub(super) fn after_script(&self, at: usize) -> usize {
        let last = self.tokens.len() - 1;
        if self.tokens.get(at + 1).is_none_or(|token| token.kind != Kind::Open) {
            return (at + 2).min(last);
        }
        let mut depth = 0;
        for (index, token) in self.tokens[at + 1..].iter().enumerate() {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return (at + 1 + index + 1).min(last);
            }
        }
        at
    }

    /// Reads a list of arguments, in parentheses or in parentheses in braces.
    pub(super) fn arguments(&mut self) -> Parsed<Vec<Tree>> {
        self.arguments_between(&[Kind::Comma])
    }

    /// Reads a list of arguments with one of these signs between two.
    pub(super) fn arguments_between(&mut self, separators: &[Kind]) -> Parsed<Vec<Tree>> {
        let brace = (self.peek() == Kind::Open).then(|| self.advance());
        let open = self.advance();
        let closer = Closer::Arguments(Shape::Round);
        let mut args = Vec::new();
        while self.peek() != Kind::Delimiter(Side::Right, Shape::Round) {
            args.push(self.enclosed(closer)?);
            if !separators.contains(&self.peek()) {
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

/// Makes a call by the letters of a name. The gamma function has the capital letter: `\gamma(v)` is a function
/// of one's own.
fn own_call(text: &str, args: Vec<Tree>, name_span: Span, span: Span) -> Tree {
    if text != Builtin::Gamma.name() {
        return call(text, args, name_span, span);
    }
    let kind = TreeKind::Sign { own: text.into(), name_span, function: None, own_args: 0..args.len(), args };
    Tree { kind, span }
}

/// Lets a call, which may be raised, mean one's own function of the name of the command if there is one, without the
/// last `n_added` arguments, which the command stands for.
fn by_command(tree: Tree, command: &str, n_added: usize) -> Tree {
    let span = tree.span.clone();
    let kind = match tree.kind {
        TreeKind::Call { name, name_span, args } => match language::builtin(&name, args.len()) {
            Some(builtin) => {
                let (own, own_args) = (command.into(), 0..args.len() - n_added);
                TreeKind::Sign { own, name_span, function: Some(builtin), own_args, args }
            }
            None => TreeKind::Call { name, name_span, args },
        },
        TreeKind::Power(base, exponent) => {
            TreeKind::Power(Box::new(by_command(*base, command, n_added)), exponent)
        }
        kind => kind,
    };
    Tree { kind, span }
}

fn integer(integer: i64) -> TreeKind {
    TreeKind::Integer(BigInt::from(integer))
}

fn is_minus_one(tree: &Tree) -> bool {
    matches!(&tree.kind, TreeKind::Negative(inner) if matches!(&inner.kind, TreeKind::Integer(one) if one.is_one()))
}

pub(super) fn raised(base: Tree, exponent: Tree) -> Tree {
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
