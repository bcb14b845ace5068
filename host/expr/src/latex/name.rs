//! Names: letters, Greek ones, accents, and what stands below them.
//!
//! `x_{1}` is `x_1`, `\vec{B}_{x}` is `Bvec_x`, `\mathrm{abc}` is `abc`: what prints as it is written here.
//! Where the left-hand side declares a parameter that prints so too, such as `x1`, that one is meant.

use std::sync::Arc;

use kamodo_units::suggest;

use super::token::Kind;
use super::{Parsed, Parser, function};
use crate::{Span, print};

/// Commands round letters that are set upright or otherwise, and change nothing.
const TEXT: [&str; 9] =
    ["mathrm", "text", "textrm", "mathit", "textit", "mathsf", "textsf", "mathtt", "operatorname"];

/// Accents and fonts that are drawn as another is.
const ALIKE: [(&str, &str); 6] = [
    ("mathbf", "bold"),
    ("bm", "bold"),
    ("widehat", "hat"),
    ("widetilde", "tilde"),
    ("overrightarrow", "vec"),
    ("symbf", "bold"),
];

/// A name as it is put together.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) base: String,
    pub(super) indices: Vec<String>,
    pub(super) span: Span,
}

/// A parameter of the left-hand side, with what it prints as.
pub(super) struct Declared {
    pub(super) name: Arc<str>,
    pub(super) printed: String,
    /// What it prints as, without blanks, where a part of it stands above: `x^{a}` is `x__a`, and no power.
    above: Option<String>,
}

// === impl Declared ===

impl Declared {
    pub(super) fn new(name: Arc<str>) -> Self {
        let printed = print::symbol(&name);
        let above = printed.contains('^').then(|| printed.split_whitespace().collect::<String>());
        Self { name, printed, above }
    }
}

// === impl Name ===

impl Name {
    pub(super) fn text(&self) -> String {
        let mut text = self.base.clone();
        for index in &self.indices {
            text.push('_');
            text += index;
        }
        // The word is Python's, and sympy spells the letter so.
        if text == "lambda" { "lamda".to_owned() } else { text }
    }
}

// === impl Parser ===

impl Parser<'_> {
    /// Returns whether a name begins here.
    pub(super) fn begins_name(&self) -> bool {
        match self.peek() {
            Kind::Letter => true,
            Kind::Command => is_name_command(self.command()),
            _ => false,
        }
    }

    /// Reads a name without what stands below it.
    pub(super) fn base(&mut self) -> Parsed<Name> {
        let span = self.span();
        if self.peek() == Kind::Letter {
            let length = self.declared_letters().max(1);
            let mut base = String::new();
            for _ in 0..length {
                base += self.text();
                self.advance();
            }
            return Ok(Name { base, indices: Vec::new(), span: span.start..self.end_before() });
        }
        let command = self.command().to_owned();
        self.advance();
        if print::is_letter(&command) {
            return Ok(Name { base: command, indices: Vec::new(), span });
        }
        let mut name = self.enclosed_name(&command, &span)?;
        if let Some(ending) = accent(&command) {
            name.base += ending;
        }
        name.span = span.start..self.end_before();
        Ok(name)
    }

    /// Reads the name in braces behind an accent or a font.
    fn enclosed_name(&mut self, command: &str, span: &Span) -> Parsed<Name> {
        if self.peek() != Kind::Open {
            if accent(command).is_some() && self.begins_name() {
                return self.nested(Self::single_base);
            }
            let error = self.error(
                span.clone(),
                format!("expected a name in braces after `\\{command}`, found {}", self.found()),
            );
            return Err(Box::new(error.with_hint(format!("write `\\{command}{{x}}`"))));
        }
        self.advance();
        let name = self.nested(Self::whole_name)?;
        match self.peek() {
            Kind::Close => {
                self.advance();
                Ok(name)
            }
            _ => {
                let error = self
                    .error(self.span(), format!("expected a name in `\\{command}`, found {}", self.found()));
                Err(Box::new(
                    error.with_hint("a name is letters, or one letter with an accent, with an index"),
                ))
            }
        }
    }

    /// Reads one letter, or one command of a letter.
    pub(super) fn single_base(&mut self) -> Parsed<Name> {
        if self.peek() == Kind::Letter {
            let span = self.advance();
            let base = self.source.text[span.clone()].to_owned();
            return Ok(Name { base, indices: Vec::new(), span });
        }
        self.base()
    }

    /// Reads a name that is all of what braces enclose: all letters of it are one.
    fn whole_name(&mut self) -> Parsed<Name> {
        let start = self.span();
        let mut base = match self.peek() {
            Kind::Letter => String::new(),
            Kind::Command if is_name_command(self.command()) => self.base()?.text(),
            _ => {
                let error = self.error(start, format!("expected a name, found {}", self.found()));
                return Err(Box::new(error.with_hint("write letters, such as `x` or `\\alpha`")));
            }
        };
        while base.is_empty() || self.tokens[self.at].is_glued {
            match self.peek() {
                Kind::Letter => base += self.text(),
                Kind::Number if !self.text().contains('.') => base += self.text(),
                _ => break,
            }
            self.advance();
        }
        let mut name = Name { base, indices: Vec::new(), span: start.start..self.end_before() };
        self.scripts(&mut name)?;
        // A part of a name that stands above: `\operatorname{f^{a}}` is `f__a`.
        while self.peek() == Kind::Power {
            let sign = self.advance();
            let indices = self.nested(|parser| parser.indices(&sign))?;
            name.indices.extend(indices.into_iter().map(|index| format!("_{index}")));
            self.scripts(&mut name)?;
        }
        Ok(name)
    }

    /// Takes a declared name whose parts stand above as well as below, such as `x__a` for `x^{a}`.
    pub(super) fn take_name_above(&mut self) -> Option<Arc<str>> {
        let start = self.span().start;
        let mut found: Option<(Arc<str>, usize)> = None;
        for declared in self.declared.iter().flatten() {
            let Some(above) = &declared.above else { continue };
            let (mut at, mut rest) = (self.at, above.as_str());
            while !rest.is_empty() {
                let token = &self.tokens[at];
                let text = &self.source.text[token.span.clone()];
                match rest.strip_prefix(text).filter(|_| token.kind != Kind::End) {
                    Some(after) => rest = after,
                    None => break,
                }
                at += 1;
            }
            // Where the name without it is declared too, it is a power.
            let base = above.split('^').next().unwrap_or_default();
            let is_power = self.declared.iter().flatten().any(|other| other.printed == base);
            if rest.is_empty() && !is_power && found.as_ref().is_none_or(|(_, longest)| at > *longest) {
                found = Some((Arc::clone(&declared.name), at));
            }
        }
        let (name, end) = found?;
        self.at = end;
        debug_assert!(self.end_before() > start, "a name has letters");
        Some(name)
    }

    /// Reads primes and what stands below a name.
    pub(super) fn scripts(&mut self, name: &mut Name) -> Parsed<()> {
        loop {
            match self.peek() {
                Kind::Prime => {
                    self.advance();
                    name.base += "prime";
                }
                Kind::Power if self.is_prime_above() => {
                    let is_enclosed = self.kind_after(1) == Kind::Open;
                    for _ in 0..if is_enclosed { 4 } else { 2 } {
                        self.advance();
                    }
                    name.base += "prime";
                }
                Kind::Index => {
                    let span = self.advance();
                    let indices = self.nested(|parser| parser.indices(&span))?;
                    name.indices.extend(indices);
                }
                _ => break,
            }
        }
        name.span.end = self.end_before().max(name.span.end);
        Ok(())
    }

    /// Returns whether `^\prime` or `^{\prime}` stands here.
    fn is_prime_above(&self) -> bool {
        let is_prime = |at: usize| {
            self.tokens.get(at).is_some_and(|token| {
                token.kind == Kind::Prime || &self.source.text[token.span.clone()] == "\\prime"
            })
        };
        match self.kind_after(1) {
            Kind::Open => is_prime(self.at + 2) && self.kind_after(3) == Kind::Close,
            _ => is_prime(self.at + 1),
        }
    }

    /// Reads what stands below: one letter or number, or the parts in braces.
    pub(super) fn indices(&mut self, sign: &Span) -> Parsed<Vec<String>> {
        match self.peek() {
            Kind::Open => {}
            Kind::Letter => return Ok(vec![self.taken_text()]),
            Kind::Number if !self.text().contains('.') => return Ok(vec![self.taken_text()]),
            Kind::Command if is_name_command(self.command()) => return Ok(vec![self.base()?.text()]),
            _ => {
                let error =
                    self.error(sign.clone(), format!("expected an index after `_`, found {}", self.found()));
                return Err(Box::new(
                    error.with_hint("write letters or digits, such as `x_{1}` or `v_{perp}`"),
                ));
            }
        }
        let open = self.advance();
        let mut parts: Vec<String> = Vec::new();
        let mut is_open = false; // whether the last part goes on
        loop {
            let is_glued = is_open && self.tokens[self.at].is_glued;
            match self.peek() {
                Kind::Close => break,
                Kind::Comma => {
                    self.advance();
                    is_open = false;
                    continue;
                }
                Kind::Letter | Kind::Number if self.text() != "." && !self.text().contains('.') => {
                    let text = self.taken_text();
                    match parts.last_mut() {
                        Some(last) if is_glued => *last += &text,
                        _ => parts.push(text),
                    }
                    is_open = true;
                    continue;
                }
                kind @ (Kind::Plus | Kind::Minus) => {
                    let word = if kind == Kind::Plus { "plus" } else { "minus" };
                    self.advance();
                    match parts.last_mut() {
                        Some(last) if is_glued && last.chars().count() == 1 => *last += word,
                        _ => parts.push(word.to_owned()),
                    }
                }
                Kind::Index => {
                    let span = self.advance();
                    parts.extend(self.nested(|parser| parser.indices(&span))?);
                }
                Kind::Command if is_name_command(self.command()) => {
                    let is_text = TEXT.contains(&self.command());
                    parts.push(self.base()?.text());
                    is_open = is_text;
                    continue;
                }
                Kind::End => {
                    let error = self.error(open, "this brace is never closed");
                    return Err(Box::new(error.with_hint("add `}` where the index ends")));
                }
                _ => {
                    let error = self.error(self.span(), format!("expected an index, found {}", self.found()));
                    let hint = "an index is letters, digits and signs, such as `x_{i,1}` or `v_{perp}`";
                    return Err(Box::new(error.with_hint(hint)));
                }
            }
            is_open = false;
        }
        self.advance();
        Ok(if parts.is_empty() { vec![String::new()] } else { parts })
    }

    fn taken_text(&mut self) -> String {
        let span = self.advance();
        self.source.text[span].to_owned()
    }

    /// Returns how many letters from here are one declared name, or its beginning before an index.
    fn declared_letters(&self) -> usize {
        let mut run = String::new();
        for (index, token) in self.tokens[self.at..].iter().enumerate() {
            if token.kind != Kind::Letter || (index > 0 && !token.is_glued) {
                break;
            }
            run += &self.source.text[token.span.clone()];
        }
        let mut longest = 0;
        for declared in self.declared.iter().flatten() {
            for text in [&declared.printed, &*declared.name] {
                let letters = text.find(|next: char| !next.is_alphabetic()).unwrap_or(text.len());
                if letters > 0 && run.starts_with(&text[..letters]) {
                    longest = longest.max(text[..letters].chars().count());
                }
            }
        }
        longest
    }

    /// Returns the letters from here that stand side by side.
    pub(super) fn letters_here(&self) -> &str {
        let start = self.tokens[self.at].span.start;
        let mut end = start;
        for (index, token) in self.tokens[self.at..].iter().enumerate() {
            if token.kind != Kind::Letter || (index > 0 && !token.is_glued) {
                break;
            }
            end = token.span.end;
        }
        &self.source.text[start..end]
    }

    /// Returns the parameter that a name means: of the declared ones the one that prints as it.
    pub(super) fn resolve(&self, name: &str) -> Arc<str> {
        let declared = self.declared.as_deref().unwrap_or(&[]);
        if let Some(same) = declared.iter().find(|declared| &*declared.name == name) {
            return Arc::clone(&same.name);
        }
        let printed = print::symbol(name);
        match declared.iter().find(|declared| declared.printed == printed) {
            Some(alike) => Arc::clone(&alike.name),
            None => name.into(),
        }
    }

    /// Returns whether the left-hand side declares a name.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.declared.iter().flatten().any(|declared| &*declared.name == name)
    }

    /// Returns what an unknown command may have meant.
    pub(super) fn command_meant(&self, command: &str) -> Option<String> {
        let known = function::commands().chain(print::letters());
        if let Some(meant) = suggest(command, known) {
            return Some(format!("did you mean `\\{meant}`?"));
        }
        // `\pir`: a command ends where its letters do.
        if !command.is_ascii() {
            return None;
        }
        let split = (2..command.len()).rev().find(|at| print::is_letter(&command[..*at]))?;
        Some(format!("did you mean `\\{} {}`?", &command[..split], &command[split..]))
    }
}

/// Returns whether a command is a letter, or stands before the name that it changes the look of.
fn is_name_command(command: &str) -> bool {
    command != "overline"
        && (print::is_letter(command) || accent(command).is_some() || TEXT.contains(&command))
}

/// Returns whether a command sets what it encloses as text.
pub(super) fn is_text(command: &str) -> bool {
    TEXT.contains(&command)
}

fn accent(command: &str) -> Option<&'static str> {
    let alike = ALIKE.iter().find(|(known, _)| *known == command).map(|(_, ending)| *ending);
    alike.or_else(|| print::accent(command))
}
