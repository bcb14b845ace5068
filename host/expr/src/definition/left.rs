//! The left-hand side: `f`, `f(x,y)`, `f[u]`, `f(x[u],y,z[v]=5)[w]`. Blanks mean nothing.

use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::Arc;

use kamodo_units::{Ambiguity, ErrorKind, Unit, unseen};
use kamodo_value::{is_name_part, is_name_start};

use super::ParameterDefault;
use crate::{Diagnostic, Source, Span, language, work};

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
    pub(crate) default: Option<ParameterDefault>,
}

impl Left {
    /// Returns the names of the parameters, where a list of them is written.
    pub(super) fn parameter_names(&self) -> Option<Vec<Arc<str>>> {
        let parameters = self.parameters.as_ref()?;
        Some(parameters.iter().map(|parameter| Arc::clone(&parameter.name)).collect())
    }

    /// Returns its text with another unit of the result.
    pub(crate) fn with_unit(&self, unit: &Unit) -> String {
        let list = self
            .parameters
            .as_ref()
            .map(|parameters| parameters.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        self.written(list.as_deref(), Some(unit))
    }

    /// Returns its text with another list of parameters.
    pub(crate) fn with_list(&self, list: &str) -> String {
        self.written(Some(list), self.unit.as_ref())
    }

    fn written(&self, list: Option<&str>, unit: Option<&Unit>) -> String {
        let list = list.map_or_else(String::new, |list| format!("({list})"));
        let unit = unit.map_or_else(String::new, |unit| format!("[{}]", unit.declared()));
        format!("{}{list}{unit}", self.name)
    }

    /// Returns whether a name is declared as a parameter.
    pub(crate) fn has_parameter(&self, name: &str) -> bool {
        self.parameters.iter().flatten().any(|parameter| &*parameter.name == name)
    }
}

impl fmt::Display for LeftParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(unit) = &self.unit {
            write!(f, "[{}]", unit.declared())?;
        }
        match &self.default {
            Some(default) => write!(f, "={}", default.text),
            None => Ok(()),
        }
    }
}

const HINT_OF_FORM: &str = "a left-hand side reads `f`, `f(x,y)`, `f[kg]` or `f(x[cm],y)[kg]`";

/// Parses a left-hand side.
pub(super) fn parse(source: &Source) -> Result<Left, Vec<Diagnostic>> {
    let chars = source.text.char_indices().peekable();
    let mut parser = Parser { source, chars, diagnostics: Vec::new(), warnings: Vec::new(), misplaced: None };
    // All defaults together take no more work than one definition may.
    let (left, _) = work::begin(|| parser.left());
    match left {
        Ok(left) if parser.diagnostics.is_empty() => Ok(Left { warnings: parser.warnings, ..left }),
        left => {
            parser.diagnostics.extend(left.err().map(|diagnostic| *diagnostic));
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
    /// Parameters without a default behind one that has one.
    misplaced: Option<Misplaced>,
}

struct Misplaced {
    /// The first parameter with a default.
    first: usize,
    undefaulted: Vec<(usize, Span)>,
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
        let left = Left { name, parameters, unit, warnings: Vec::new() };
        if let Some(misplaced) = self.misplaced.take() {
            self.refuse_behind_default(misplaced, &left);
        }
        match self.peek() {
            None => Ok(left),
            Some(found) => {
                let expected = match (&left.parameters, &left.unit) {
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
        let mut first_default = None;
        let mut undefaulted = Vec::new();
        loop {
            if self.peek() == Some(')') && parameters.is_empty() {
                break;
            }
            let (name, span) = self.name("the name of a parameter")?;
            self.check_parameter_name(&name, span.clone(), &parameters);
            let mut unit = if self.peek() == Some('[') { self.unit()? } else { None };
            let has_default = self.peek() == Some('=');
            let default = if has_default { self.default(&name, &mut unit)? } else { None };
            match first_default {
                None if has_default => first_default = Some(parameters.len()),
                Some(_) if !has_default => undefaulted.push((parameters.len(), span.clone())),
                _ => {}
            }
            parameters.push(LeftParameter { name, unit, default });
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
        self.misplaced =
            first_default.filter(|_| !undefaulted.is_empty()).map(|first| Misplaced { first, undefaulted });
        Ok(parameters)
    }

    /// Reads `=` and what follows it up to the next parameter; a unit behind it is the parameter's if that has none.
    fn default(&mut self, name: &str, unit: &mut Option<Unit>) -> Parsed<Option<ParameterDefault>> {
        let sign = self.at();
        self.chars.next();
        let next = self.peek();
        let start = self.at();
        let length = end_of_default(&self.source.text[start..]);
        let end = start + self.source.text[start..start + length].trim_end().len();
        if start == end {
            let found = next.map_or("the end".to_owned(), |next| format!("`{next}`"));
            let message = format!("expected the default of `{name}` behind `=`, found {found}");
            let error = self.source.error(sign..sign + 1, message);
            return Err(Box::new(error.with_hint("write a number, such as `x=5`, or leave `=` out")));
        }
        while self.chars.next_if(|(at, _)| *at < end).is_some() {}
        let (mut own, open) = (None, (self.peek(), self.at()));
        if open.0 == Some('[') {
            own = self.unit()?;
        }
        let own = own.as_ref().map(|own| (own, open.1..self.at()));
        let read = ParameterDefault::read(self.source, start..end, name, own.clone(), unit.as_ref());
        if let (None, Some((own, _))) = (&unit, own) {
            *unit = Some(own.clone());
        }
        Ok(read.map_err(|diagnostics| self.diagnostics.extend(diagnostics)).ok())
    }

    /// Refuses parameters without a default behind the first that has one: a call by position could not leave that out.
    fn refuse_behind_default(&mut self, misplaced: Misplaced, left: &Left) {
        let Misplaced { first, undefaulted } = misplaced;
        let parameters = left.parameters.as_deref().unwrap_or_default();
        let is_undefaulted = |index: usize| undefaulted.iter().any(|(other, _)| *other == index);
        let Some((index, span)) = undefaulted.first() else { return };
        let (name, before) = (&parameters[*index].name, &parameters[first].name);
        let (behind, front): (Vec<_>, Vec<_>) =
            (0..parameters.len()).partition(|&index| index >= first && !is_undefaulted(index));
        let list: Vec<_> =
            front.into_iter().chain(behind).map(|index| parameters[index].to_string()).collect();
        let form = left.with_list(&list.join(", "));
        let message = format!("`{name}` has no default, and stands behind `{before}`, which has one");
        let error = self.source.error(span.clone(), message);
        self.diagnostics.push(error.with_hint(format!("write `{form}`, or give `{name}` a default")));
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
                let is_unknown = matches!(error.kind(), ErrorKind::Unknown { .. });
                let list = || is_unknown.then(|| "`kamodo-rpc units` lists the units".to_owned());
                self.diagnostics.push(match error.hint().or_else(list) {
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
        // that whoever calls it gets this one.
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

/// Finds where a default ends: at a comma, a parenthesis or a bracket that stands in no parentheses of its own.
fn end_of_default(text: &str) -> usize {
    let mut depth = 0;
    let end = text.char_indices().find(|(_, next)| match next {
        '(' => {
            depth += 1;
            false
        }
        ')' if depth > 0 => {
            depth -= 1;
            false
        }
        ',' | '[' => depth == 0,
        ')' => true,
        _ => false,
    });
    end.map_or(text.len(), |(at, _)| at)
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
