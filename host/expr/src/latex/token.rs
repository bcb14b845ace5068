//! LaTeX to tokens: what only spaces or sizes is left out, and `\left(` is one delimiter.

use kamodo_units::find_unseen;

use crate::{Diagnostic, Source, Span};

/// One token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Whether nothing stands between it and the token before it.
    pub(super) is_glued: bool,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A letter that stands for itself.
    Letter,
    /// Digits, with or without a point.
    Number,
    /// `\name`
    Command,
    /// `{`
    Open,
    /// `}`
    Close,
    Delimiter(Side, Shape),
    /// `\\`
    NewRow,
    Plus,
    Minus,
    Star,
    Slash,
    Colon,
    Power,
    Index,
    Bang,
    Prime,
    Comma,
    Ampersand,
    /// `\middle|`
    Middle,
    Less,
    Greater,
    Equal,
    End,
}

/// Which side of what it encloses a delimiter stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    /// A bar without `\left` or `\right`.
    Either,
}

/// What a delimiter looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Round,
    Square,
    Curly,
    Bar,
    DoubleBar,
    Floor,
    Ceiling,
    Angle,
}

/// Commands that change nothing but how it looks.
const BLANKS: [&str; 34] = [
    ",",
    ":",
    ";",
    "!",
    ">",
    " ",
    "quad",
    "qquad",
    "thinspace",
    "medspace",
    "thickspace",
    "negthinspace",
    "enspace",
    "displaystyle",
    "textstyle",
    "scriptstyle",
    "limits",
    "nolimits",
    "big",
    "Big",
    "bigg",
    "Bigg",
    "bigl",
    "Bigl",
    "biggl",
    "Biggl",
    "bigr",
    "Bigr",
    "biggr",
    "Biggr",
    "bigm",
    "Bigm",
    "nonumber",
    "notag",
];

/// Delimiters that are commands.
const DELIMITERS: [(&str, Side, Shape); 18] = [
    ("{", Side::Left, Shape::Curly),
    ("}", Side::Right, Shape::Curly),
    ("lbrace", Side::Left, Shape::Curly),
    ("rbrace", Side::Right, Shape::Curly),
    ("lbrack", Side::Left, Shape::Square),
    ("rbrack", Side::Right, Shape::Square),
    ("|", Side::Either, Shape::DoubleBar),
    ("Vert", Side::Either, Shape::DoubleBar),
    ("vert", Side::Either, Shape::Bar),
    ("lvert", Side::Left, Shape::Bar),
    ("rvert", Side::Right, Shape::Bar),
    ("lVert", Side::Left, Shape::DoubleBar),
    ("lfloor", Side::Left, Shape::Floor),
    ("rfloor", Side::Right, Shape::Floor),
    ("lceil", Side::Left, Shape::Ceiling),
    ("rceil", Side::Right, Shape::Ceiling),
    ("langle", Side::Left, Shape::Angle),
    ("rangle", Side::Right, Shape::Angle),
];

/// Splits `source.text[span]` into tokens, up to the first thing that LaTeX's mathematics does not have.
pub(super) fn lex(source: &Source, span: Span) -> Result<Vec<Token>, Box<Diagnostic>> {
    if let Some((at, found)) = find_unseen(&source.text[span.clone()]) {
        return Err(Box::new(source.unseen(span.start + at, found)));
    }
    let mut lexer = Lexer { source, at: span.start, end: span.end, tokens: Vec::new(), is_glued: false };
    while lexer.at < lexer.end {
        lexer.token()?;
    }
    let end = source.text[..span.end].trim_end().len().max(span.start);
    lexer.tokens.push(Token { kind: Kind::End, span: end..end, is_glued: false });
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    source: &'a Source,
    at: usize,
    end: usize,
    tokens: Vec<Token>,
    is_glued: bool,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.source.text[self.at..self.end]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let span = self.at..self.at + length;
        self.at = span.end;
        self.tokens.push(Token { kind, span, is_glued: self.is_glued });
        self.is_glued = true;
    }

    fn skip(&mut self, length: usize) {
        self.at += length;
        self.is_glued = false;
    }

    fn token(&mut self) -> Result<(), Box<Diagnostic>> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(()) };
        match first {
            '\\' => return self.command(),
            _ if first.is_whitespace() || first == '~' => self.skip(first.len_utf8()),
            _ if number_length(rest) > 0 => {
                let length = number_length(rest);
                if let Some(exponent) = exponent(&rest[length..]) {
                    return Err(self.decimal_exponent(&rest[..length], exponent));
                }
                self.push(Kind::Number, length);
            }
            _ if first.is_alphabetic() => self.push(Kind::Letter, first.len_utf8()),
            _ => match sign(first) {
                Some(kind) => self.push(kind, first.len_utf8()),
                None => return Err(self.unknown(first)),
            },
        }
        Ok(())
    }

    fn command(&mut self) -> Result<(), Box<Diagnostic>> {
        let length = command_length(self.rest());
        let name = &self.rest()[1..length];
        if BLANKS.contains(&name) {
            self.skip(length);
            return Ok(());
        }
        if let Some((_, side, shape)) = DELIMITERS.iter().find(|(known, ..)| *known == name) {
            self.push(Kind::Delimiter(*side, *shape), length);
            return Ok(());
        }
        match name {
            "\\" => self.push(Kind::NewRow, length),
            "lt" => self.push(Kind::Less, length),
            "gt" => self.push(Kind::Greater, length),
            "left" => return self.sized(Side::Left, length),
            "right" => return self.sized(Side::Right, length),
            "middle" => return self.middle(length),
            "" => {
                let error =
                    self.source.error(self.at..self.at + 1, "expected a command after `\\`, found nothing");
                return Err(Box::new(
                    error.with_hint("write its name, such as `\\sqrt{x}`, or leave `\\` out"),
                ));
            }
            _ => self.push(Kind::Command, length),
        }
        Ok(())
    }

    /// Reads the delimiter behind `\left` or `\right`.
    fn sized(&mut self, side: Side, length: usize) -> Result<(), Box<Diagnostic>> {
        let rest = &self.rest()[length..];
        let blanks = rest.len() - rest.trim_start().len();
        let rest = &rest[blanks..];
        let first = rest.chars().next();
        let (shape, own) = match first {
            Some('\\') => {
                let own = command_length(rest);
                let found = DELIMITERS.iter().find(|(known, ..)| *known == &rest[1..own]);
                (found.map(|(_, _, shape)| *shape), own)
            }
            Some(first) => match sign(first) {
                Some(Kind::Delimiter(_, shape)) => (Some(shape), first.len_utf8()),
                _ => (None, first.len_utf8()),
            },
            None => (None, 0),
        };
        let Some(shape) = shape else {
            let command = &self.rest()[..length];
            let found = if own == 0 { "the end".to_owned() } else { format!("`{}`", &rest[..own]) };
            let message = format!("expected a delimiter after `{command}`, found {found}");
            let error = self.source.error(self.at..self.at + length, message);
            return Err(Box::new(
                error.with_hint(r"write `\left(x\right)`, `\left[x\right]` or `\left|x\right|`"),
            ));
        };
        self.push(Kind::Delimiter(side, shape), length + blanks + own);
        Ok(())
    }

    /// Reads the bar behind `\middle`.
    fn middle(&mut self, length: usize) -> Result<(), Box<Diagnostic>> {
        let rest = &self.rest()[length..];
        let blanks = rest.len() - rest.trim_start().len();
        if rest[blanks..].starts_with('|') {
            self.push(Kind::Middle, length + blanks + 1);
            return Ok(());
        }
        let found = rest.trim_start().chars().next().map_or("the end".to_owned(), |next| format!("`{next}`"));
        let message = format!("expected `|` after `\\middle`, found {found}");
        let error = self.source.error(self.at..self.at + length, message);
        Err(Box::new(error.with_hint(r"`\middle|` stands in `E\left(x\middle| m\right)` only")))
    }

    /// A number such as `5.3e-2` would be read as a product with a parameter `e`.
    fn decimal_exponent(&self, mantissa: &str, exponent: &str) -> Box<Diagnostic> {
        let span = self.at..self.at + mantissa.len() + exponent.len();
        let power = exponent[1..].trim_start_matches('+');
        let error = self.source.error(span, format!("`{mantissa}{exponent}` is no number in LaTeX"));
        let hint =
            format!("write `{mantissa} \\times 10^{{{power}}}`, or blanks round `e` where it is a parameter");
        Box::new(error.with_hint(hint))
    }

    fn unknown(&self, first: char) -> Box<Diagnostic> {
        let hint = match first {
            '$' => "LaTeX stands between one `$` and another, with nothing before or behind",
            '×' => "write `\\times`",
            '·' | '⋅' => "write `\\cdot`",
            '÷' => "write `\\div`",
            '−' | '–' => "subtract with `-`",
            '≤' => "write `\\le`",
            '≥' => "write `\\ge`",
            '≠' => "write `\\ne`",
            '√' => "a root is `\\sqrt{x}`",
            '²' => "write `^2`",
            '³' => "write `^3`",
            '∞' => "write `\\infty`",
            '%' => "`%` begins a comment in LaTeX; for a remainder write `x \\bmod{y}`",
            '#' => "a comment stands outside of the two `$`",
            _ => HINT_OF_SIGNS,
        };
        let span = self.at..self.at + first.len_utf8();
        Box::new(self.source.error(span, format!("unexpected `{first}`")).with_hint(hint))
    }
}

/// What there is.
pub(super) const HINT_OF_SIGNS: &str =
    "LaTeX has letters, numbers, `+ - * / ^ _ ! ' | ( ) [ ] { }` and commands such as `\\frac{x}{y}`";

fn sign(sign: char) -> Option<Kind> {
    Some(match sign {
        '{' => Kind::Open,
        '}' => Kind::Close,
        '(' => Kind::Delimiter(Side::Left, Shape::Round),
        ')' => Kind::Delimiter(Side::Right, Shape::Round),
        '[' => Kind::Delimiter(Side::Left, Shape::Square),
        ']' => Kind::Delimiter(Side::Right, Shape::Square),
        '|' => Kind::Delimiter(Side::Either, Shape::Bar),
        '+' => Kind::Plus,
        '-' => Kind::Minus,
        '*' => Kind::Star,
        '/' => Kind::Slash,
        ':' => Kind::Colon,
        '^' => Kind::Power,
        '_' => Kind::Index,
        '!' => Kind::Bang,
        '\'' | '′' => Kind::Prime,
        ',' => Kind::Comma,
        '&' => Kind::Ampersand,
        '<' => Kind::Less,
        '>' => Kind::Greater,
        '=' => Kind::Equal,
        _ => return None,
    })
}

/// Returns how long the command at the start of `text` is: letters, or one other character.
fn command_length(text: &str) -> usize {
    let name = &text[1..];
    let letters = name.find(|next: char| !next.is_ascii_alphabetic()).unwrap_or(name.len());
    if letters > 0 { 1 + letters } else { 1 + name.chars().next().map_or(0, char::len_utf8) }
}

/// Returns the exponent of ten at the start of `text`, such as `e-2`.
fn exponent(text: &str) -> Option<&str> {
    let behind = text.strip_prefix(['e', 'E'])?;
    let unsigned = behind.strip_prefix(['+', '-']).unwrap_or(behind);
    let n_digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    (n_digits > 0).then(|| &text[..text.len() - unsigned.len() + n_digits])
}

/// Returns how long the number at the start of `text` is, zero where there is none.
fn number_length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let fraction = text[whole..].strip_prefix('.').map(digits);
    match fraction {
        Some(fraction) if whole + fraction > 0 => whole + 1 + fraction,
        _ => whole,
    }
}
