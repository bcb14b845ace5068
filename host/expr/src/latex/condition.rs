//! Comparisons, the logic that joins them, and lists of cases.
//!
//! ```text
//! condition = all { "\vee" all }
//! all       = relation { "\wedge" relation }
//! relation  = "\neg" relation | sum { ("<" | ">" | "=" | "\leq" | "\geq" | "\neq") sum }
//! cases     = "\begin{cases}" case { "\\" case } [ "\\" ] "\end{cases}"
//! case      = condition [ "," ] [ "&" ] ( [ "\text{for}" ] condition | "\text{otherwise}" )
//! ```

use super::token::Kind;
use super::{Closer, Parsed, Parser};
use crate::ast::{Tree, TreeKind};
use crate::{Builtin, Span};

/// Commands that compare.
const RELATIONS: [(&str, Builtin); 8] = [
    ("le", Builtin::Le),
    ("leq", Builtin::Le),
    ("leqslant", Builtin::Le),
    ("ge", Builtin::Ge),
    ("geq", Builtin::Ge),
    ("geqslant", Builtin::Ge),
    ("ne", Builtin::Ne),
    ("neq", Builtin::Ne),
];

const OR: [&str; 2] = ["vee", "lor"];
const AND: [&str; 2] = ["wedge", "land"];
const NOT: [&str; 2] = ["neg", "lnot"];

/// Environments that are lists of cases.
const CASES: [&str; 2] = ["cases", "dcases"];

/// Commands that a word of a case may stand in.
const TEXT: [&str; 4] = ["text", "textrm", "mathrm", "mbox"];

/// Words of a case, and whether a condition follows.
const WORDS: [(&str, bool); 5] =
    [("for", true), ("if", true), ("when", true), ("otherwise", false), ("else", false)];

const HINT_OF_CASES: &str = r"cases read `\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}`";

/// Returns whether a command stands between two operands, and so begins none.
pub(super) fn is_sign(command: &str) -> bool {
    RELATIONS.iter().any(|(known, _)| *known == command) || OR.contains(&command) || AND.contains(&command)
}

/// Returns every command of this file, for "did you mean".
pub(super) fn commands() -> impl Iterator<Item = &'static str> {
    RELATIONS.iter().map(|(known, _)| *known).chain(OR).chain(AND).chain(NOT)
}

impl Parser<'_> {
    pub(super) fn condition(&mut self) -> Parsed<Tree> {
        self.joined(Builtin::Or, OR, Self::all)
    }

    fn all(&mut self) -> Parsed<Tree> {
        self.joined(Builtin::And, AND, Self::relation)
    }

    /// Reads operands of one sign of logic, which are one call.
    fn joined(
        &mut self,
        builtin: Builtin,
        signs: [&str; 2],
        operand: fn(&mut Self) -> Parsed<Tree>,
    ) -> Parsed<Tree> {
        let first = operand(self)?;
        if !signs.contains(&self.command()) {
            return Ok(first);
        }
        let name_span = self.span();
        let mut operands = vec![first];
        while signs.contains(&self.command()) {
            self.advance();
            operands.push(operand(self)?);
        }
        let span = operands[0].span.start..self.end_before();
        Ok(of(builtin, operands, name_span, span))
    }

    /// Reads a comparison; a chain of them, `0 < x < 1`, holds where each of its links does.
    fn relation(&mut self) -> Parsed<Tree> {
        if NOT.contains(&self.command()) {
            let name_span = self.advance();
            let operand = self.nested(Self::relation)?;
            let span = name_span.start..self.end_before();
            return Ok(of(Builtin::Not, vec![operand], name_span, span));
        }
        let mut left = self.sum()?;
        let mut links = Vec::new();
        while let Some(relation) = self.relation_sign() {
            let name_span = self.advance();
            let right = self.sum()?;
            let span = left.span.start..self.end_before();
            links.push(of(relation, vec![left, right.clone()], name_span, span));
            left = right;
        }
        Ok(match links.len() {
            0 => left,
            1 => links.swap_remove(0),
            _ => {
                let span = links[0].span.start..self.end_before();
                of(Builtin::And, links, span.clone(), span)
            }
        })
    }

    fn relation_sign(&self) -> Option<Builtin> {
        match self.peek() {
            Kind::Less => Some(Builtin::Lt),
            Kind::Greater => Some(Builtin::Gt),
            Kind::Equal => Some(Builtin::Eq),
            Kind::Command => {
                RELATIONS.iter().find(|(known, _)| *known == self.command()).map(|(_, relation)| *relation)
            }
            _ => None,
        }
    }

    /// Reads what stands between `\begin` and `\end`.
    pub(super) fn environment(&mut self) -> Parsed<Tree> {
        let (environment, open) = self.environment_name()?;
        if !CASES.contains(&&*environment) {
            let message = format!(r"`\begin{{{environment}}}` is not part of the language");
            return Err(Box::new(self.error(open, message).with_hint(HINT_OF_CASES)));
        }
        let mut args = Vec::new();
        while self.command() != "end" {
            let is_case = |parser: &mut Self| parser.case(&mut args);
            self.nested(is_case)?;
            if self.peek() != Kind::NewRow {
                break;
            }
            self.advance();
        }
        match self.peek() {
            Kind::End => {
                let error = self.error(open, format!(r"this `\begin{{{environment}}}` is never closed"));
                return Err(Box::new(error.with_hint(format!(r"add `\end{{{environment}}}` where it ends"))));
            }
            _ if self.command() != "end" => {
                return Err(self.unexpected(&format!(r"`\\` or `\end{{{environment}}}`")));
            }
            _ => {}
        }
        let (ended, close) = self.environment_name()?;
        if ended != environment {
            let message = format!(r"expected `\end{{{environment}}}`, found `\end{{{ended}}}`");
            let error = self.error(close, message).with_label(self.source.label(open, "opened here"));
            return Err(Box::new(error.with_hint("what begins last ends first")));
        }
        let span = open.start..self.end_before();
        if args.is_empty() {
            let error = self.error(span, "a list of cases without a case");
            return Err(Box::new(error.with_hint(HINT_OF_CASES)));
        }
        Ok(of(Builtin::Piecewise, args, open, span))
    }

    /// Reads `\begin{cases}` or `\end{cases}`, and returns the name and where all of it stands.
    fn environment_name(&mut self) -> Parsed<(String, Span)> {
        let command = self.advance();
        let mut name = String::new();
        if self.peek() == Kind::Open {
            self.advance();
            while matches!(self.peek(), Kind::Letter | Kind::Star) {
                name += self.text();
                self.advance();
            }
            if self.peek() == Kind::Close && !name.is_empty() {
                self.advance();
                return Ok((name, command.start..self.end_before()));
            }
        }
        let text = &self.source.text[command.clone()];
        let message = format!("expected the name of an environment in braces after `{text}`");
        Err(Box::new(self.error(command, message).with_hint(HINT_OF_CASES)))
    }

    /// Reads one case: its value and its condition.
    fn case(&mut self, args: &mut Vec<Tree>) -> Parsed<()> {
        args.push(self.enclosed(Closer::Case)?);
        self.skip(Kind::Comma);
        let has_sign = self.skip(Kind::Ampersand);
        let condition = match self.case_word() {
            Some((n_tokens, has_condition)) => {
                let start = self.span().start;
                for _ in 0..n_tokens {
                    self.advance();
                }
                if has_condition {
                    self.enclosed(Closer::Case)?
                } else {
                    Tree { kind: TreeKind::Name("True".into()), span: start..self.end_before() }
                }
            }
            None if has_sign => self.enclosed(Closer::Case)?,
            None if matches!(self.peek(), Kind::NewRow | Kind::End) || self.command() == "end" => {
                let span = args.last().map_or_else(|| self.span(), |value| value.span.clone());
                let error = self.error(span, "a case without a condition");
                return Err(Box::new(error.with_hint(HINT_OF_CASES)));
            }
            None => return Err(self.unexpected("an operator or `&` and a condition")),
        };
        self.skip(Kind::Comma);
        args.push(condition);
        Ok(())
    }

    fn skip(&mut self, kind: Kind) -> bool {
        let is_there = self.peek() == kind;
        if is_there {
            self.advance();
        }
        is_there
    }

    /// Returns how many tokens `\text{for}` or another word of a case is that stands here, and whether a
    /// condition follows it.
    pub(super) fn case_word(&self) -> Option<(usize, bool)> {
        if !TEXT.contains(&self.command()) || self.kind_after(1) != Kind::Open {
            return None;
        }
        let letters = self.tokens[self.at + 2..].iter().take_while(|token| token.kind == Kind::Letter);
        let spans: Vec<_> = letters.map(|token| token.span.clone()).take(10).collect();
        if self.kind_after(2 + spans.len()) != Kind::Close {
            return None;
        }
        let word: String = spans.iter().map(|span| &self.source.text[span.clone()]).collect();
        let (_, has_condition) = WORDS.iter().find(|(known, _)| *known == word)?;
        Some((3 + spans.len(), *has_condition))
    }
}

/// Makes the call that a sign stands for.
fn of(builtin: Builtin, args: Vec<Tree>, name_span: Span, span: Span) -> Tree {
    super::atom::call(builtin.name(), args, name_span, span)
}
