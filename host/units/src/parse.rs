//! The text of a unit, read.
//!
//! ```text
//! unit     = [ "[" ] [ product ] [ "]" ]
//! product  = power { ( "*" | "/" | blank ) power }      a blank only before a name, and not after "/"
//! power    = atom [ ( "^" | "**" ) exponent ]
//! atom     = number | name | "sqrt" "(" product ")" | "(" product ")"
//! exponent = "-" exponent | ( number | "(" ratio ")" ) [ ( "^" | "**" ) exponent ]
//! ratio    = exponent { ( "*" | "/" ) exponent }
//! ```
//! The text is untrusted: its length, the depth of its parentheses, its exponents and its numbers are
//! bounded, here and nowhere else.

use std::ops::Range;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Pow, Signed, ToPrimitive, Zero};

use crate::ambiguity::{self, Ambiguity, Exponent, Kind, Operand, Reading};
use crate::catalog;
use crate::error::{Error, ErrorKind};
use crate::scale::Scale;
use crate::unit::{Unit, Written};
use crate::unseen::find_unseen;

/// Bytes in a text.
pub(crate) const MAX_LENGTH: usize = 1024;
/// Parentheses in parentheses.
pub(crate) const MAX_DEPTH: usize = 32;
/// The largest exponent, as written and of the result.
pub(crate) const MAX_EXPONENT: i32 = 100;
/// Bits in the numerator and denominator of an exponent.
const MAX_EXPONENT_BITS: u64 = 64;
/// The largest power of ten in a number.
const MAX_DECIMAL_EXPONENT: i32 = 400;
/// Bits in a number, and in the product of all of them.
const MAX_NUMBER_BITS: u64 = 1024;

/// Finds the unit of a name, or tells what is wrong with the name.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Result<Unit, ErrorKind>;

/// Reads a unit whose names `lookup` finds.
pub(crate) fn parse(text: &str, lookup: Lookup<'_>) -> Result<Unit, Error> {
    Ok(parse_whole(text, lookup).map_err(|error| repaired(text, error, lookup))?.0)
}

/// Reads a unit, and finds where its text can be read as another one.
pub(crate) fn read(text: &str, lookup: Lookup<'_>) -> Result<(Unit, Option<Ambiguity>), Error> {
    let (unit, reading, doubts) = parse_whole(text, lookup).map_err(|error| repaired(text, error, lookup))?;
    let is_clear = |text: &str, is_own: bool| {
        let again = parse_whole(text, lookup);
        again.is_ok_and(|(again, _, doubts)| doubts.is_empty() && (again == unit) == is_own)
    };
    let ambiguity = Ambiguity::new(text, doubts, reading, is_clear);
    Ok((unit, ambiguity))
}

/// How many mistakes of one text are repaired.
const MAX_REPAIRS: usize = 8;

/// Adds to an error the whole text as it was probably meant, if it is written as others write units: `m s-1`,
/// `per cm3`, `#/cm^3`.
fn repaired(text: &str, error: Error, lookup: Lookup<'_>) -> Error {
    let is_of_others = match error.kind() {
        ErrorKind::Sum { sign: '-' } => true,
        ErrorKind::Unknown { .. } => text.split_whitespace().any(|word| word == "per"),
        ErrorKind::Expected { found, .. } => found == "`#`",
        _ => false,
    };
    if !is_of_others {
        return error;
    }
    let (mut meant, mut found) = (text.to_owned(), error.clone());
    for _ in 0..MAX_REPAIRS {
        let span = found.span();
        let (before, after) = (&meant[..span.start], &meant[span.end..]);
        meant = match found.kind() {
            ErrorKind::Unknown { name, .. } if name == "per" => match before.trim_end() {
                "" => format!("1/{}", after.trim_start()),
                before => format!("{before}/{}", after.trim_start()),
            },
            ErrorKind::Unknown { meant: Some(unit), .. } => match unit.contains(['*', '/']) {
                true => format!("{before}({unit}){after}"),
                false => format!("{before}{unit}{after}"),
            },
            // `m/s-1` may mean either.
            ErrorKind::Sum { sign: '-' }
                if before.ends_with(char::is_alphanumeric)
                    && after.starts_with(|next: char| next.is_ascii_digit())
                    && !before.contains('/') =>
            {
                format!("{before}^-{after}")
            }
            ErrorKind::Expected { found, .. } if found == "`#`" => match after.trim_start() {
                rest if rest.starts_with(['*', '/']) || rest.is_empty() => format!("{before}1{rest}"),
                rest => format!("{before}{rest}"),
            },
            _ => return error,
        };
        match parse_whole(&meant, lookup) {
            Ok((.., doubts)) => return error.with_whole(doubts.is_empty().then_some(meant)),
            Err(next) => found = next,
        }
    }
    error
}

/// Reads a unit, how else its text can be read, and where.
fn parse_whole(text: &str, lookup: Lookup<'_>) -> Result<(Unit, Reading, Vec<Range<usize>>), Error> {
    if text.len() > MAX_LENGTH {
        return Err(Error::new(ErrorKind::TooLong { found: text.len() }, 0..text.len()));
    }
    if let Some((at, found)) = find_unseen(text) {
        return Err(Error::new(ErrorKind::Unseen { found }, at..at + found.len_utf8()));
    }
    let mut parser = Parser { text, at: 0, depth: 0, lookup, doubts: Vec::new() };
    parser.skip_blanks();
    let bracketed = parser.take("[");
    parser.skip_blanks();
    let empty = matches!(parser.peek(), None | Some(']'));
    let (unit, reading) =
        if empty { (Unit::one(), Reading::one("", Kind::Number)) } else { parser.product()? };
    parser.skip_blanks();
    if bracketed {
        parser.expect("]", "`]`")?;
        parser.skip_blanks();
    }
    if parser.peek().is_some() {
        return Err(parser.expected("`*`, `/`, a power or the end"));
    }
    let mut doubts = parser.doubts;
    doubts.sort_by_key(|doubt| (doubt.start, doubt.end));
    doubts.dedup();
    Ok((unit, reading, doubts))
}

/// Reads a number and nothing else, with a minus sign or without; none if it has a power of ten.
pub(crate) fn plain_number(text: &str) -> Option<BigRational> {
    let digits = text.strip_prefix('-').unwrap_or(text).trim_start();
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let lookup: Lookup<'_> = &|name| catalog::catalog().unit(name);
    let mut parser = Parser { text: digits, at: 0, depth: 0, lookup, doubts: Vec::new() };
    let number = parser.number().ok().filter(|_| parser.at == digits.len())?.value;
    Some(if digits.len() < text.len() { -number } else { number })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    lookup: Lookup<'a>,
    /// What can be read in two ways, so far.
    doubts: Vec<Range<usize>>,
}

// === impl Parser ===

impl Parser<'_> {
    fn product(&mut self) -> Result<(Unit, Reading), Error> {
        let start = self.at;
        let (mut unit, first) = self.power(false)?;
        let mut operands = vec![first];
        loop {
            let end = self.at;
            self.skip_blanks();
            let operator_at = self.at;
            let (operand_unit, operand) = match self.peek() {
                Some(sign @ ('*' | '/')) => {
                    self.at += 1;
                    self.power(sign == '/')?
                }
                Some(sign @ ('+' | '-')) => return Err(self.at_letter(ErrorKind::Sum { sign }, sign)),
                Some(sign @ ('·' | '⋅' | '×')) => {
                    return Err(self.at_letter(ErrorKind::ProductSign { sign }, sign));
                }
                Some(letter) if starts_name(letter) || letter.is_ascii_digit() || letter == '(' => {
                    let is_blank = operator_at > end;
                    let is_product = is_blank && starts_name(letter);
                    let divides = operands.iter().any(|operand| operand.divides);
                    let adjacent = self.at_letter(ErrorKind::Adjacent { found: letter }, letter);
                    if !is_product && !divides {
                        return Err(adjacent);
                    }
                    let factor = match self.power(false) {
                        Err(_) if !is_product => return Err(adjacent),
                        factor => factor?,
                    };
                    // A factor of one is the same unit wherever it stands.
                    if divides && factor.0.is_one() {
                        return Err(adjacent);
                    }
                    if divides {
                        operands.push(factor.1);
                        let is_read = |form: &String| {
                            let again = parse_whole(form, self.lookup);
                            again.is_ok_and(|(_, _, doubts)| doubts.is_empty())
                        };
                        let forms =
                            Some(ambiguity::both(&operands)).filter(|forms| forms.iter().all(is_read));
                        return Err(Error::new(ErrorKind::Ambiguous { is_blank, forms }, end..self.at));
                    }
                    factor
                }
                _ => return Ok((unit, ambiguity::product(&operands, &mut self.doubts))),
            };
            unit = if operand.divides { unit.quotient(&operand_unit) } else { unit.product(&operand_unit) };
            operands.push(operand);
            self.check_bounds(&unit, start)?;
        }
    }

    fn power(&mut self, divides: bool) -> Result<(Unit, Operand), Error> {
        self.skip_blanks();
        let start = self.at;
        let (atom, base) = self.atom()?;
        let end = self.at;
        self.skip_blanks();
        if !self.take("**") && !self.take("^") {
            self.at = end;
            return Ok((atom, Operand { divides, span: start..end, base, exponent: Exponent::None }));
        }
        let exponent_at = self.at;
        let exponent = self.exponent()?;
        self.check_exponent(&exponent.value, exponent_at)?;
        let unit = atom.written_power(&exponent);
        self.check_bounds(&unit, start)?;
        let exponent = Exponent::of(self.text[exponent_at..self.at].trim(), &exponent.value);
        Ok((unit, Operand { divides, span: start..self.at, base, exponent }))
    }

    fn atom(&mut self) -> Result<(Unit, Reading), Error> {
        match self.peek() {
            Some('(') => {
                let (unit, reading) = self.parenthesised(Self::product)?;
                Ok((unit, reading.enclosed("")))
            }
            Some(digit) if digit.is_ascii_digit() || digit == '.' => {
                let start = self.at;
                let number = self.number()?;
                if number.value.is_zero() {
                    return Err(self.bad_number(start, "is no unit"));
                }
                let text = &self.text[start..self.at];
                let kind = text.parse().map_or(Kind::Number, Kind::Integer);
                let unit = Unit::from_scale(Scale::ratio(number.value), number.decimal);
                Ok((unit, Reading::one(text, kind)))
            }
            Some(sign @ ('+' | '-')) => Err(self.at_letter(ErrorKind::Sum { sign }, sign)),
            Some(letter) if starts_name(letter) => self.name(),
            _ => Err(self.expected("a unit")),
        }
    }

    fn name(&mut self) -> Result<(Unit, Reading), Error> {
        let start = self.at;
        self.skip_while(|letter| starts_name(letter) || letter.is_ascii_digit());
        let name = &self.text[start..self.at];
        if name == "sqrt" {
            self.skip_blanks();
            let half = BigRational::new(BigInt::from(1), BigInt::from(2));
            let (unit, reading) = self.parenthesised(Self::product)?;
            return Ok((unit.power(&half), reading.enclosed("sqrt")));
        }
        let unit = (self.lookup)(name).map_err(|kind| Error::new(kind, start..self.at))?;
        let reading = match catalog::two_meanings(name) {
            Some((clear, other)) => {
                self.doubts.push(start..self.at);
                Reading { clear: clear.to_owned(), other: format!("({other})"), kind: Kind::Unit }
            }
            None => Reading::one(name, Kind::Unit),
        };
        Ok((unit, reading))
    }

    fn exponent(&mut self) -> Result<Written, Error> {
        self.skip_blanks();
        let start = self.at;
        if self.take("-") {
            // Minus signs nest like parentheses.
            let exponent = self.nested(Self::exponent)?;
            return Ok(Written { value: -exponent.value, decimal: exponent.decimal });
        }
        let base = match self.peek() {
            Some('(') => self.parenthesised(Self::ratio)?,
            Some(digit) if digit.is_ascii_digit() || digit == '.' => self.number()?,
            _ => return Err(self.expected("a number as exponent")),
        };
        self.check_digits(&base.value, start)?;
        let end = self.at;
        self.skip_blanks();
        if !self.take("**") && !self.take("^") {
            self.at = end;
            return Ok(base);
        }
        let power_at = self.at;
        let power = self.nested(Self::exponent)?;
        let integer = power.value.to_integer().to_i32().filter(|_| power.value.is_integer());
        let Some(integer) = integer.filter(|integer| *integer >= 0 || !base.value.is_zero()) else {
            return Err(Error::new(
                ErrorKind::Expected {
                    expected: "an integer to raise the exponent to",
                    found: format!("`{}`", self.text[power_at..self.at].trim()),
                },
                power_at..self.at,
            ));
        };
        self.check_exponent(&power.value, power_at)?;
        let value = Pow::pow(&base.value, integer);
        self.check_digits(&value, start)?;
        Ok(Written { value, decimal: base.decimal })
    }

    fn ratio(&mut self) -> Result<Written, Error> {
        let start = self.at;
        let mut ratio = self.exponent()?;
        loop {
            self.skip_blanks();
            let divides = match self.peek() {
                Some('*') => false,
                Some('/') => true,
                _ => return Ok(ratio),
            };
            self.at += 1;
            let operand_at = self.at;
            let operand = self.exponent()?;
            if divides && operand.value.is_zero() {
                return Err(self.bad_number(operand_at, "divides an exponent"));
            }
            ratio.value = if divides { ratio.value / operand.value } else { ratio.value * operand.value };
            ratio.decimal |= operand.decimal;
            self.check_digits(&ratio.value, start)?;
        }
    }

    /// A decimal number, exactly: `10`, `.5`, `1e-9`.
    fn number(&mut self) -> Result<Written, Error> {
        let start = self.at;
        self.skip_while(|digit| digit.is_ascii_digit());
        let mut digits = self.text[start..self.at].to_owned();
        let mut exponent = 0_i64;
        let mut decimal = false;
        if self.take(".") {
            let fraction_at = self.at;
            self.skip_while(|digit| digit.is_ascii_digit());
            let fraction = &self.text[fraction_at..self.at];
            digits.push_str(fraction);
            exponent -= fraction.len() as i64;
            decimal = true;
        }
        let Ok(integer) = digits.parse::<BigInt>() else {
            return Err(self.bad_number(start, "has no digits"));
        };
        if let Some(n_bytes) = decimal_exponent(&self.text[self.at..]) {
            let written = self.text[self.at + 1..self.at + n_bytes].parse::<i64>();
            self.at += n_bytes;
            exponent = exponent.saturating_add(written.unwrap_or(i64::MAX));
            decimal = true;
        }
        let Some(exponent) = exponent.to_i32().filter(|exponent| exponent.abs() <= MAX_DECIMAL_EXPONENT)
        else {
            return Err(self.bad_number(start, "is beyond the numbers of a unit"));
        };
        let value =
            BigRational::from_integer(integer) * Pow::pow(BigRational::from_integer(10.into()), exponent);
        Ok(Written { value, decimal })
    }

    fn parenthesised<T>(&mut self, inner: fn(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.expect("(", "`(`")?;
        let value = self.nested(inner)?;
        self.skip_blanks();
        self.expect(")", "`)`")?;
        Ok(value)
    }

    fn nested<T>(&mut self, inner: fn(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth == MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep, self.at..self.at));
        }
        self.depth += 1;
        let value = inner(self);
        self.depth -= 1;
        value
    }

    fn check_bounds(&self, unit: &Unit, start: usize) -> Result<(), Error> {
        for exponent in unit.symbols.values() {
            self.check_exponent(&exponent.value, start)?;
        }
        let scale = &unit.coefficient.scale;
        let one = BigRational::from_integer(1.into());
        // A power that was not multiplied out was too large for it.
        let small = bits(&scale.whole) <= MAX_NUMBER_BITS
            && scale.powers.iter().all(|(base, exponent)| bits(base) <= MAX_NUMBER_BITS && *exponent < one);
        if small { Ok(()) } else { Err(self.bad_number(start, "is beyond the numbers of a unit")) }
    }

    fn check_exponent(&self, exponent: &BigRational, start: usize) -> Result<(), Error> {
        if exponent.abs() > BigRational::from_integer(MAX_EXPONENT.into()) {
            return Err(self.bad_exponent(start, "is beyond 100"));
        }
        self.check_digits(exponent, start)
    }

    /// For a part of an exponent, such as the 10000 of `m^(16667/10000)`.
    fn check_digits(&self, exponent: &BigRational, start: usize) -> Result<(), Error> {
        let few = bits(exponent) <= MAX_EXPONENT_BITS;
        if few { Ok(()) } else { Err(self.bad_exponent(start, "has too many digits")) }
    }

    fn bad_exponent(&self, start: usize, problem: &'static str) -> Error {
        let found = self.text[start..self.at].trim().to_owned();
        Error::new(ErrorKind::Exponent { found, problem }, start..self.at)
    }

    fn bad_number(&self, start: usize, problem: &'static str) -> Error {
        let found = self.text[start..self.at].trim().to_owned();
        Error::new(ErrorKind::Number { found, problem }, start..self.at)
    }

    /// An error about the next character.
    fn at_letter(&self, kind: ErrorKind, letter: char) -> Error {
        Error::new(kind, self.at..self.at + letter.len_utf8())
    }

    fn expected(&self, expected: &'static str) -> Error {
        let (found, n_bytes) = match self.peek() {
            Some(letter) => (format!("`{letter}`"), letter.len_utf8()),
            None => ("the end".to_owned(), 0),
        };
        Error::new(ErrorKind::Expected { expected, found }, self.at..self.at + n_bytes)
    }

    fn expect(&mut self, token: &str, expected: &'static str) -> Result<(), Error> {
        if self.take(token) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.text[self.at..].starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn skip_blanks(&mut self) {
        self.skip_while(char::is_whitespace);
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..];
        self.at += rest.find(|letter| !wanted(letter)).unwrap_or(rest.len());
    }
}

/// Letters of any script, and the signs that some write for units, so that they are told in one piece.
fn starts_name(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '_' | '%' | '°' | '‰' | '"' | '\'')
}

/// How many bytes of `text` are a power of ten, such as `e-9`.
fn decimal_exponent(text: &str) -> Option<usize> {
    let unsigned = text.strip_prefix(['e', 'E'])?;
    let digits = unsigned.strip_prefix(['+', '-']).unwrap_or(unsigned);
    let n_digits = digits.bytes().take_while(u8::is_ascii_digit).count();
    (n_digits > 0).then_some(text.len() - digits.len() + n_digits)
}

fn bits(ratio: &BigRational) -> u64 {
    ratio.numer().bits().max(ratio.denom().bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that each text is the same unit.
    #[track_caller]
    fn check(texts: &[&str]) {
        let units: Vec<_> = texts.iter().map(|text| (text, Unit::parse(text).unwrap())).collect();
        for (text, unit) in &units {
            assert_eq!(*unit, units[0].1, "{text}");
        }
    }

    #[test]
    fn one_unit_in_many_forms() {
        check(&[
            "kg/m^3",
            "kg/m**3",
            "kg*m^-3",
            "kg*m**(-3)",
            "m^-3 kg",
            "[kg/m^3]",
            " [ kg / m ^ 3 ] ",
            "kg/(m*m*m)",
        ]);
        check(&["sqrt(m)", "m^(1/2)", "m^0.5", "m^.5", "m**(2/4)", "sqrt (m)"]);
        check(&["N m s", "N*m*s", "N m*s", "(N)*(m s)"]);
        check(&["1e-9*T", "T*1E-9", "0.000000001 T", "T/1e+9", "T/10^9"]);
        check(&["", " ", "[]", "1", "m/m", "1.0"]);
    }

    #[test]
    fn powers_bind_from_the_right() {
        check(&["m^2^3", "m^8"]);
        check(&["m^-2^2", "m^-4"]);
        check(&["kg*m^2", "kg*(m^2)"]);
        check(&["m/s*kg", "(m/s)*kg"]);
        check(&["m^(2*3/4)", "m^1.5"]);
    }
}
