//! Text to tokens.

mod python;

use num_bigint::BigInt;

use crate::float::OutOfRange;
use crate::number::Number;
use crate::{Diagnostic, Float, Source, Span};
use kamodo_units::unseen;
use kamodo_value::{is_name_part, is_name_start};

/// Digits of a literal beyond which an integer has too many bits.
const MAX_DIGITS: usize = 19_730;

/// How many mistakes are told before the signs of Python are no longer looked at one by one.
const MAX_OF_PYTHON: usize = 100;

/// One token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Integer(BigInt),
    Decimal(Float),
    /// What is multiplied by the imaginary unit: `2j`.
    Imaginary(Number),
    Name,
    Plus,
    Minus,
    Star,
    Slash,
    DoubleSlash,
    Percent,
    /// `**` or `^`
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Not,
    /// `!`
    Factorial,
    /// `!!`
    DoubleFactorial,
    Open,
    Close,
    Comma,
    /// What no rule of the language begins with; it was reported already.
    Unknown,
    End,
}

/// Splits the text of a source, always up to its end, and says what is wrong with it.
pub(crate) fn lex(source: &Source) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer { source, text: &source.text, at: 0, tokens: Vec::new(), diagnostics: Vec::new() };
    while lexer.next() {}
    let end = source.text.trim_end().len();
    lexer.tokens.push(Token { kind: Kind::End, span: end..end });
    (lexer.tokens, lexer.diagnostics)
}

struct Lexer<'a> {
    source: &'a Source,
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
}

impl Lexer<'_> {
    /// Reads one token; false at the end.
    fn next(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else { return false };
        match first {
            _ if unseen(first).is_some() => self.unseen(first),
            _ if first.is_whitespace() => self.at += first.len_utf8(),
            '#' => self.at += rest.find('\n').unwrap_or(rest.len()),
            _ if first.is_ascii_digit() => self.number(),
            '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => self.number(),
            _ if is_name_start(first) => {
                let length = rest.find(|next| !is_name_part(next)).unwrap_or(rest.len());
                self.push(Kind::Name, length);
            }
            _ => self.symbol(first),
        }
        true
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let span = self.at..self.at + length;
        self.at = span.end;
        self.tokens.push(Token { kind, span });
    }

    fn symbol(&mut self, first: char) {
        let rest = &self.text[self.at..];
        let two = [
            ("**", Kind::Power),
            ("//", Kind::DoubleSlash),
            ("<=", Kind::LessOrEqual),
            (">=", Kind::GreaterOrEqual),
            ("==", Kind::Equal),
            ("!=", Kind::NotEqual),
            ("!!", Kind::DoubleFactorial),
        ];
        if let Some((_, kind)) = two.into_iter().find(|(text, _)| rest.starts_with(text)) {
            return self.push(kind, 2);
        }
        let kind = match first {
            '+' => Kind::Plus,
            '-' => Kind::Minus,
            '*' => Kind::Star,
            '/' => Kind::Slash,
            '%' => Kind::Percent,
            '^' => Kind::Power,
            '(' => Kind::Open,
            ')' => Kind::Close,
            ',' => Kind::Comma,
            '<' => Kind::Less,
            '>' => Kind::Greater,
            '&' => Kind::And,
            '|' => Kind::Or,
            '~' => Kind::Not,
            '!' => Kind::Factorial,
            _ => return self.unknown(first),
        };
        self.push(kind, 1);
    }

    /// A character that nobody sees: once for each of them, however often it stands there.
    fn unseen(&mut self, first: char) {
        let diagnostic = self.source.unseen(self.at, first);
        if self.diagnostics.iter().all(|known| known.message != diagnostic.message) {
            self.diagnostics.push(diagnostic);
        }
        self.push(Kind::Unknown, first.len_utf8());
    }

    /// Returns whether a bracket stands where a list of values would, and not behind what has a unit.
    fn holds_list(&self) -> bool {
        let before = self.text.find('[').map_or("", |at| self.text[..at].trim_end());
        before.is_empty() || before.ends_with(['(', ',', '+', '-', '*', '/', '^', '=', '<', '>'])
    }

    fn unknown(&mut self, first: char) {
        let python = match self.diagnostics.len() < MAX_OF_PYTHON {
            true => python::sign(self.text, self.at, &self.tokens),
            false => None,
        };
        let of_python = match &python {
            Some(python::Sign::Told(hint)) => Some(hint.as_str()),
            _ => None,
        };
        let rest = &self.text[self.at..];
        let is_turned = rest.starts_with("=<") || rest.starts_with("=>");
        let found = &rest[..if is_turned { 2 } else { first.len_utf8() }];
        let hint = match first {
            _ if of_python.is_some() => of_python,
            '×' | '·' | '⋅' => Some("multiply with `*`"),
            '÷' => Some("divide with `/`"),
            '−' | '–' => Some("subtract with `-`"),
            '[' | ']' if self.holds_list() => Some(
                "write a name in place of the list, and pass the list as its argument, as in `kamodo-rpc eval 'g(B)' 'B=[1, 2, 3]'`",
            ),
            '[' | ']' => Some("units stand on the left-hand side only, such as `f(x[cm])[kg]`"),
            '=' if found == "=<" => Some("compare with `<=`"),
            '=' if found == "=>" => Some("compare with `>=`"),
            '=' => Some("the left-hand side stands before the colon: `f(x): x**2`; a comparison is `==`"),
            '≤' => Some("compare with `<=`"),
            '≥' => Some("compare with `>=`"),
            '≠' => Some("compare with `!=`"),
            '²' => Some("raise with `**`: `x**2`"),
            '³' => Some("raise with `**`: `x**3`"),
            '½' => Some("a half is `1/2`, with a sign before it"),
            '√' => Some("a root is `sqrt(x)`"),
            '∞' => Some("write `oo`"),
            '@' => Some("multiply with `*`, element by element"),
            '.' => Some("a decimal point stands beside a digit, such as `0.5`, and a name has none"),
            '\\' => Some("LaTeX stands between two `$`: write `$\\sqrt{x}$`, or `sqrt(x)`"),
            '$' => Some("all of the right-hand side stands between two `$` where it is LaTeX"),
            '{' | '}' | ';' | '"' | '\'' => {
                Some("the right-hand side is one expression, such as `x**2 - x - 1`")
            }
            _ => None,
        };
        let span = self.at..self.at + found.len();
        let diagnostic = self.source.error(span, format!("unexpected `{found}`"));
        // The second bracket of a pair is the same mistake.
        let is_known = |hint: &str| self.diagnostics.iter().any(|known| known.hint.as_deref() == Some(hint));
        match hint {
            _ if matches!(python, Some(python::Sign::Part)) => {}
            Some(hint) if is_known(hint) => {}
            Some(hint) => self.diagnostics.push(diagnostic.with_hint(hint)),
            None => self.diagnostics.push(diagnostic.with_hint(
                "the language has `+ - * / // % ** !`, comparisons, `& | ~`, parentheses, numbers, names and calls such as `sin(x)`",
            )),
        }
        let length = found.len();
        self.push(Kind::Unknown, length);
    }

    /// Reads a number as Python does, with what is glued to it, so that `2x` is one mistake and not two.
    fn number(&mut self) {
        let rest = &self.text[self.at..];
        let length = number_length(rest);
        let text = rest[..length].replace('_', "");
        let span = self.at..self.at + length;
        let kind = match radix(&text) {
            Some(radix) => BigInt::parse_bytes(&text.as_bytes()[2..], radix).map(Kind::Integer),
            None if text.len() > MAX_DIGITS => None,
            None => self.decimal(&text, &span),
        };
        let kind = kind.unwrap_or_else(|| {
            if self
                .diagnostics
                .last()
                .is_none_or(|last| last.labels[0].start != self.source.position(span.start))
            {
                let (message, hint) = if text.len() > MAX_DIGITS {
                    let message = format!("a number of {} digits is too large", text.len());
                    (message, "the largest integer has 65536 bits, some 19700 digits")
                } else {
                    let message = format!("`{}` is not a number", &rest[..length]);
                    (message, "write digits behind it, such as `0x1F`")
                };
                self.diagnostics.push(self.source.error(span, message).with_hint(hint));
            }
            Kind::Unknown
        });
        self.push(kind, length);
    }

    fn decimal(&mut self, text: &str, span: &Span) -> Option<Kind> {
        let is_integer = text.bytes().all(|byte| byte.is_ascii_digit());
        if is_integer {
            if text.len() > 1 && text.starts_with('0') && text.bytes().any(|byte| byte != b'0') {
                let diagnostic = self.source.error(span.clone(), format!("`{text}` begins with a zero"));
                let digits = text.trim_start_matches('0');
                let hint = match digits.bytes().all(|digit| digit < b'8') {
                    true => format!("write `{digits}`, or `0o{digits}` for an octal number"),
                    false => format!("write `{digits}`"),
                };
                self.diagnostics.push(diagnostic.with_hint(hint));
                return None;
            }
            return BigInt::parse_bytes(text.as_bytes(), 10).map(Kind::Integer);
        }
        let (digits, is_imaginary) = match text.strip_suffix(['j', 'J']) {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        match Float::parse(digits) {
            Ok(float) if is_imaginary && is_whole(digits) => {
                Some(Kind::Imaginary(Number::Exact(float.to_ratio())))
            }
            Ok(float) if is_imaginary => Some(Kind::Imaginary(Number::Decimal(float))),
            Ok(float) => Some(Kind::Decimal(float)),
            Err(out_of_range) => {
                let (size, hint) = match out_of_range {
                    OutOfRange::TooLarge => ("large", "the largest is 1.8e308"),
                    OutOfRange::TooSmall => ("small", "the smallest above zero is 4.9e-324"),
                };
                let message = format!("`{text}` is too {size} for a floating-point number");
                self.diagnostics.push(self.source.error(span.clone(), message).with_hint(hint));
                None
            }
        }
    }
}

fn is_whole(digits: &str) -> bool {
    digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() <= 15
}

fn radix(text: &str) -> Option<u32> {
    match text.get(..2)? {
        "0x" | "0X" => Some(16),
        "0o" | "0O" => Some(8),
        "0b" | "0B" => Some(2),
        _ => None,
    }
}

/// Returns how long the number at the start of `text` is.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit)
            || (bytes.get(at) == Some(&b'_') && at > 0 && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
        {
            at += 1;
        }
        at
    };
    if let Some(radix) = radix(text) {
        let is_digit = |byte: &u8| char::from(*byte).is_digit(radix) || *byte == b'_';
        let length = bytes[2..].iter().take_while(|byte| is_digit(byte)).count();
        return 2 + length;
    }
    let mut at = digits(0);
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
            at = digits(at + 1 + sign);
        }
    }
    at + usize::from(
        matches!(bytes.get(at), Some(b'j' | b'J'))
            && !bytes.get(at + 1).is_some_and(|b| is_name_part(char::from(*b))),
    )
}
