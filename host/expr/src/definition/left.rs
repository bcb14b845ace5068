//! The left-hand side: `f`, `f(x,y)`, `f[u]`, `f(x[u],y,z[v])[w]`. Blanks mean nothing.

use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::Arc;

use kamodo_units::{Ambiguity, Unit, unseen};
use kamodo_value::{is_name_part, is_name_start};

use crate::{Diagnostic, Source, Span, language};

/// Parameters that a function may have.
const MAX_PARAMETERS: usize = 1_000;

/// A parsed left-hand side.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) name: Arc<str>,
    /// The list of parameters, where one is written.
    pub(crate) parameters: Option<Vec<LeftParameter>>,
    pub(crate) unit: Option<Unit>,
    /// What is to be said of it though it can be read.
    pub(super) warnings: Vec<Diagnostic>,
}

/// One parameter as it is written.
#[derive(Debug)]
pub(crate) struct LeftParameter {
    pub(crate) name: Arc<str>,
    pub(crate) unit: Option<Unit>,
}

impl Left {
    /// Returns the names of the parameters, where a list of them is written.
    pub(super) fn parameter_names(&self) -> Option<Vec<Arc<str>>> {
        let parameters = self.parameters.as_ref()?;
        Some(parameters.iter().map(|parameter| Arc::clone(&parameter.name)).collect())
    }

    /// Returns whether a name is declared as a parameter.
    pub(crate) fn has_parameter(&self, name: &str) -> bool {
        self.parameters.iter().flatten().any(|parameter| &*parameter.name == name)
    }
}

const HINT_OF_FORM: &str = "a left-hand side reads `f`, `f(x,y)`, `f[kg]` or `f(x[cm],y)[kg]`";

/// Parses a left-hand side.
pub(super) fn parse(source: &Source) -> Result<Left, Vec<Diagnostic>> {
    let chars = source.text.char_indices().peekable();
    let mut parser = Parser { source, chars, diagnostics: Vec::new(), warnings: Vec::new() };
    let left = parser.left();
    match left {
        Ok(left) if parser.diagnostics.is_empty() => Ok(Left { warnings: parser.warnings, ..left }),
        Ok(_) => Err(parser.diagnostics),
        Err(diagnostic) => {
            parser.diagnostics.push(*diagnostic);
            parser.diagnostics.sort_by_key(Diagnostic::position);
            Err(parser.diagnostics)
        }
    }
}

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Mistakes that leave the rest readable are collected; the first that does not ends the parse.
struct Parser<'a> {
    source: &'a Source,
    chars: Peekable<CharIndices<'a>>,
    diagnostics: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Parser<'_> {
    fn left(&mut self) -> Parsed<Left> {
        let (name, span) = self.name("a name")?;
        let mut parameters = None;
        if self.peek() == Some('(') {
            parameters = Some(self.parameters()?);
        }
        self.check_function_name(&name, span, parameters.is_some());
        let unit = if self.peek() == Some('[') { self.unit()? } else { None };
        match self.peek() {
            None => Ok(Left { name, parameters, unit, warnings: Vec::new() }),
            Some(found) => {
                let expected = match (&parameters, &unit) {
                    (None, None) => "`(`, `[` or the end",
                    (Some(_), None) => "`[` or the end",
                    _ => "the end",
                };
                Err(self.unexpected(expected, found))
            }
        }
    }

    /// Returns the next character that is not blank.
    fn peek(&mut self) -> Option<char> {
        let is_blank = |next: char| next.is_whitespace() && unseen(next).is_none();
        while self.chars.next_if(|(_, next)| is_blank(*next)).is_some() {}
        self.chars.peek().map(|(_, next)| *next)
    }

    fn at(&mut self) -> usize {
        self.chars.peek().map_or(self.source.text.len(), |(at, _)| *at)
    }

    fn unexpected(&mut self, expected: &str, found: char) -> Box<Diagnostic> {
        let at = self.at();
        if unseen(found).is_some() {
            return Box::new(self.source.unseen(at, found));
        }
        let error =
            self.source.error(at..at + found.len_utf8(), format!("expected {expected}, found `{found}`"));
        Box::new(error.with_hint(HINT_OF_FORM))
    }

    /// Reads a name, over blanks inside it: `my f` is `myf`.
    fn name(&mut self, expected: &str) -> Parsed<(Arc<str>, Span)> {
        match self.peek() {
            Some(first) if is_name_start(first) => {}
            Some(found) => return Err(self.unexpected(expected, found)),
            None => {
                let at = self.at();
                let error = self.source.error(at..at, format!("expected {expected}, found the end"));
                return Err(Box::new(error.with_hint(HINT_OF_FORM)));
            }
        }
        let start = self.at();
        let mut end = start;
        let mut name = String::new();
        while let Some(next) = self.peek() {
            if !is_name_part(next) {
                break;
            }
            end = self.at() + next.len_utf8();
            self.chars.next();
            name.push(next);
        }
        Ok((name.into(), start..end))
    }

    fn parameters(&mut self) -> Parsed<Vec<LeftParameter>> {
        let open = self.at();
        self.chars.next();
        let mut parameters: Vec<LeftParameter> = Vec::new();
        loop {
            if self.peek() == Some(')') && parameters.is_empty() {
                break;
            }
            let (name, span) = self.name("the name of a parameter")?;
            self.check_parameter_name(&name, span.clone(), &parameters);
            let unit = if self.peek() == Some('[') { self.unit()? } else { None };
            parameters.push(LeftParameter { name, unit });
            if parameters.len() > MAX_PARAMETERS {
                let error = self.source.error(span, format!("more than {MAX_PARAMETERS} parameters"));
                return Err(Box::new(error.with_hint("take one parameter for an array of values")));
            }
            match self.peek() {
                Some(',') => {
                    self.chars.next();
                }
                Some(')') => break,
                Some(found) => return Err(self.unexpected("`,` or `)`", found)),
                None => {
                    let error = self.source.error(open..open + 1, "this parenthesis is never closed");
                    return Err(Box::new(error.with_hint("add `)` behind the last parameter")));
                }
            }
        }
        self.chars.next();
        Ok(parameters)
    }

    /// Reads a unit in brackets.
    fn unit(&mut self) -> Parsed<Option<Unit>> {
        let open = self.at();
        let start = open + 1;
        let Some(length) = closing_bracket(&self.source.text[start..]) else {
            let error = self.source.error(open..start, "this bracket is never closed");
            return Err(Box::new(error.with_hint("add `]` behind the unit")));
        };
        let end = start + length;
        while self.chars.next_if(|(at, _)| *at <= end).is_some() {}
        let text = &self.source.text[start..end];
        match Unit::read(text) {
            Ok((unit, ambiguity)) => {
                self.warnings.extend(ambiguity.map(|ambiguity| self.ambiguous(start, &ambiguity)));
                Ok(Some(unit))
            }
            Err(error) => {
                let span = error.span();
                let diagnostic = self.source.error(start + span.start..start + span.end, error.to_string());
                self.diagnostics.push(match error.hint() {
                    Some(hint) => diagnostic.with_hint(hint),
                    None => diagnostic,
                });
                Ok(None)
            }
        }
    }

    /// Says of a unit that stands at `start` where it can be read as another one.
    fn ambiguous(&self, start: usize, ambiguity: &Ambiguity) -> Diagnostic {
        let mut spans = ambiguity.spans().iter().map(|span| start + span.start..start + span.end);
        let first = spans.next().unwrap_or(start..start);
        let warning = self.source.error(first, ambiguity.message()).into_warning();
        let warning = spans.fold(warning, |warning, span| warning.with_label(self.source.label(span, "")));
        warning.with_hint(ambiguity.hint())
    }

    fn check_function_name(&mut self, name: &Arc<str>, span: Span, has_parameters: bool) {
        let Some(taken) = language::reserved(name) else { return };
        // With its parameters behind it a function of the language may be defined, as published; a warning tells
        // that definitions that call it get the language's.
        if has_parameters && language::is_reserved(name) {
            return;
        }
        let error = self.source.error(span, format!("`{name}` is {taken}, it cannot be defined"));
        self.diagnostics.push(error.with_hint(format!("take another name, such as `{name}_0`")));
    }

    fn check_parameter_name(&mut self, name: &Arc<str>, span: Span, before: &[LeftParameter]) {
        let problem = if before.iter().any(|parameter| parameter.name == *name) {
            format!("`{name}` is a parameter twice")
        } else if let Some(taken) = language::reserved(name) {
            format!("`{name}` is {taken}, it cannot be a parameter")
        } else {
            return;
        };
        let error = self.source.error(span, problem);
        self.diagnostics.push(error.with_hint(format!("take another name, such as `{name}_0`")));
    }
}

/// Finds the bracket that ends a unit, over those in it: `[[kg]]`.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(at, next)| {
        match next {
            '[' => depth += 1,
            ']' if depth == 0 => return Some(at),
            ']' => depth -= 1,
            _ => {}
        }
        None
    })
}
