//! Texts of units that have two readings, such as `nT/Hz^1/2`: read as published, and told apart.
//!
//! A text is told as ambiguous if people write it for both: a power and a division by a number (`Hz^1/2`), a
//! product behind a division (`J/kg*K`, `m/2*s`), and names that two communities have for different units (`G`). A chain
//! of divisions (`W/m^2/sr`) is read from the left by everybody, and so is a fraction before a unit (`5/9*K`).

use std::ops::Range;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::{catalog, parse};

/// A text of a unit that can be read in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    text: String,
    spans: Vec<Range<usize>>,
    clear: String,
    other: Option<String>,
}

/// One operand of a product, as it is written.
pub(crate) struct Operand {
    /// Whether `/` stands before it.
    pub(crate) divides: bool,
    pub(crate) span: Range<usize>,
    /// What stands before an exponent.
    pub(crate) base: Reading,
    pub(crate) exponent: Exponent,
}

/// A part of a text in the way that it is read, and in the other one.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) clear: String,
    pub(crate) other: String,
    pub(crate) kind: Kind,
}

/// What a part is made of.
#[derive(Clone, PartialEq)]
pub(crate) enum Kind {
    Integer(BigInt),
    Number,
    Unit,
}

impl Reading {
    /// Makes the reading of a text that has only one.
    pub(crate) fn one(text: &str, kind: Kind) -> Self {
        Self { clear: text.to_owned(), other: text.to_owned(), kind }
    }

    /// Puts it between parentheses, behind a word such as `sqrt`.
    pub(crate) fn enclosed(self, before: &str) -> Self {
        let kind = if self.kind == Kind::Unit || !before.is_empty() { Kind::Unit } else { Kind::Number };
        Self { clear: format!("{before}({})", self.clear), other: format!("{before}({})", self.other), kind }
    }
}

/// An exponent as it is written.
pub(crate) enum Exponent {
    None,
    /// One that ends with a number, so that a division behind it may belong to it.
    Number(Number),
    /// Anything else, with its sign.
    Other(String),
}

/// An exponent that ends with a number.
pub(crate) struct Number {
    /// As short as it can be written.
    text: String,
    is_one: bool,
    /// The exponents before the last one: the 2 of `m^2**1/2`.
    before: Option<String>,
    /// The last one, without parentheses.
    last: String,
    last_value: BigRational,
}

// === impl Ambiguity ===

impl Ambiguity {
    /// Makes the ambiguity of a text; `is_clear` says of a text whether it has one reading, which is the text's own
    /// unit if the second argument is true, and another unit if it is false.
    pub(crate) fn new(
        text: &str,
        spans: Vec<Range<usize>>,
        reading: Reading,
        is_clear: impl Fn(&str, bool) -> bool,
    ) -> Option<Self> {
        if spans.is_empty() || !is_clear(&reading.clear, true) {
            return None;
        }
        let Reading { clear, other, .. } = reading;
        let inner = other.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let other = inner.filter(|inner| !inner.contains(['(', ')'])).unwrap_or(&other).to_owned();
        let other = Some(other).filter(|other| is_clear(other, false));
        Some(Self { text: text.trim().to_owned(), spans, clear, other })
    }

    /// Returns what is said of it.
    ///
    /// # Examples
    /// ```
    /// use kamodo_units::Unit;
    ///
    /// let (_, ambiguity) = Unit::read("nT/Hz^1/2")?;
    /// let ambiguity = ambiguity.unwrap();
    /// assert_eq!(ambiguity.message(), "`nT/Hz^1/2` can be read in two ways, it is taken for `nT/(2*Hz)`");
    /// assert_eq!(ambiguity.hint(), "write `nT/(2*Hz)`, or `nT/Hz^(1/2)` if that is meant");
    /// # Ok::<(), kamodo_units::Error>(())
    /// ```
    #[must_use]
    pub fn message(&self) -> String {
        format!("`{}` can be read in two ways, it is taken for `{}`", self.text, self.clear)
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match &self.other {
            Some(other) => match catalog::other_meaning(&self.text) {
                Some(called) => format!("write `{}`, or `{other}` if the {called} is meant", self.clear),
                None => format!("write `{}`, or `{other}` if that is meant", self.clear),
            },
            None => format!("write `{}`", self.clear),
        }
    }

    /// Returns the bytes of the text that can be read in two ways; at least one range.
    #[must_use]
    pub fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }

    /// Returns a text that has one reading, which is the one that is taken.
    #[must_use]
    pub fn clear(&self) -> &str {
        &self.clear
    }

    /// Returns a text of the other reading, if there is one.
    #[must_use]
    pub fn other(&self) -> Option<&str> {
        self.other.as_deref()
    }
}

// === impl Exponent ===

impl Exponent {
    /// Makes the exponent of a text that has this value.
    pub(crate) fn of(text: &str, value: &BigRational) -> Self {
        let sign = |(at, sign): (usize, &str)| (at, at + sign.len());
        // What is raised last, as the parser has it: `2^1**3` is `2^(1**3)`.
        let outside = |&(at, _): &(usize, usize)| {
            let count = |letter| text[..at].matches(letter).count();
            count('(') == count(')')
        };
        let stars = text.rmatch_indices("**").map(sign).find(outside);
        let operator = stars.max(text.rmatch_indices('^').map(sign).find(outside));
        let (before, last) = match operator {
            Some((start, end)) => (Some(text[..start].trim().to_owned()), &text[end..]),
            None => (None, text),
        };
        let mut last = last.trim();
        while let Some(inner) = last.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            last = inner.trim();
        }
        let Some(last_value) = parse::plain_number(last) else { return Self::Other(text.to_owned()) };
        let text = match &before {
            _ if value.is_integer() => value.to_string(),
            None => last.to_owned(),
            Some(_) => text.to_owned(),
        };
        Self::Number(Number { text, is_one: value.is_one(), before, last: last.to_owned(), last_value })
    }
}

// === impl Number ===

impl Number {
    /// Returns the power of a base by this exponent divided by a number.
    fn split(&self, base: &str, divisor: &BigInt) -> String {
        let last = &self.last;
        match &self.before {
            None => format!("{base}^({last}/{divisor})"),
            Some(before) => format!("({base}^{before})^({last}/{divisor})"),
        }
    }
}

// === impl Operand ===

impl Operand {
    fn clear(&self) -> String {
        self.with_exponent(&self.base.clear)
    }

    fn other(&self) -> String {
        self.with_exponent(&self.base.other)
    }

    fn with_exponent(&self, base: &str) -> String {
        match &self.exponent {
            Exponent::None => base.to_owned(),
            Exponent::Number(Number { text, .. }) | Exponent::Other(text) => format!("{base}^{text}"),
        }
    }

    fn integer(&self) -> Option<&BigInt> {
        match (&self.base.kind, &self.exponent) {
            (Kind::Integer(integer), Exponent::None) => Some(integer),
            _ => None,
        }
    }

    /// Returns this one's exponent and the next operand, if that may be the divisor of the exponent: `Hz^1/2`.
    fn split_exponent<'o>(&'o self, next: Option<&'o Self>) -> Option<(&'o Number, &'o BigInt)> {
        let Exponent::Number(exponent) = &self.exponent else { return None };
        let divisor = next.filter(|next| next.divides)?.integer()?;
        // Nobody writes `m^4/2` for `m^2`.
        let is_whole =
            exponent.last_value.is_integer() && exponent.last_value.to_integer().is_multiple_of(divisor);
        (!divisor.is_zero() && !is_whole).then_some((exponent, divisor))
    }
}

/// Returns the two readings of a product; where they differ because of its own operators is added to `doubts`.
pub(crate) fn product(operands: &[Operand], doubts: &mut Vec<Range<usize>>) -> Reading {
    let (mut clear, mut other) = (Fraction::default(), Fraction::default());
    let n_doubts = doubts.len();
    // Where the last division began in which something has a unit, and whether a product behind it was told already.
    let mut division: Option<(usize, bool)> = None;
    let mut is_behind = false;
    let mut skipped = false;
    for (index, operand) in operands.iter().enumerate() {
        clear.put(operand.divides, operand.clear(), &operand.base.clear, &operand.exponent);
        if std::mem::take(&mut skipped) {
            continue; // a part of the exponent before it
        }
        let before = index.checked_sub(1).map_or(operand.span.start, |before| operands[before].span.start);
        if operand.divides {
            is_behind = false;
            let has_unit = operands[..=index].iter().any(|operand| operand.base.kind == Kind::Unit);
            division = has_unit.then_some((before, false));
        } else if let Some((start, is_told)) = &mut division {
            is_behind = true;
            if !std::mem::replace(is_told, true) {
                doubts.push(*start..operand.span.end);
            }
        }
        let is_below = operand.divides || is_behind;
        match operand.split_exponent(operands.get(index + 1)) {
            Some((exponent, divisor)) => {
                doubts.push(operand.span.start..operands[index + 1].span.end);
                other.put(is_below, exponent.split(&operand.base.other, divisor), "", &Exponent::None);
                skipped = true;
            }
            None => other.put(is_below, operand.other(), &operand.base.other, &operand.exponent),
        }
    }
    let kind = match operands {
        [only] if matches!(only.exponent, Exponent::None) => only.base.kind.clone(),
        _ if operands.iter().all(|operand| operand.base.kind != Kind::Unit) => Kind::Number,
        _ => Kind::Unit,
    };
    if doubts.len() == n_doubts {
        // As it is written, but for what is in its parentheses.
        let sign = |(index, operand): (usize, &Operand)| match (index, operand.divides) {
            (0, _) => "",
            (_, true) => "/",
            (_, false) => "*",
        };
        let written = |part: &dyn Fn(&Operand) -> String| {
            operands.iter().enumerate().map(|one| sign(one).to_owned() + &part(one.1)).collect()
        };
        return Reading { clear: written(&Operand::clear), other: written(&Operand::other), kind };
    }
    Reading { clear: clear.text(), other: other.text(), kind }
}

/// Returns the two readings of a product whose last operand follows a division without a sign: below the stroke and
/// above it.
pub(crate) fn both(operands: &[Operand]) -> [String; 2] {
    let last = operands.iter().rposition(|operand| operand.divides).unwrap_or(operands.len());
    let (mut above, mut below) = (Fraction::default(), Fraction::default());
    for (index, operand) in operands.iter().enumerate() {
        let (text, base) = (operand.clear(), &operand.base.clear);
        above.put(operand.divides, text.clone(), base, &operand.exponent);
        below.put(operand.divides || index > last, text, base, &operand.exponent);
    }
    [below.text(), above.text()]
}

/// Products above and below one stroke.
#[derive(Default)]
struct Fraction {
    above: Vec<String>,
    below: Vec<String>,
}

impl Fraction {
    fn put(&mut self, is_below: bool, text: String, base: &str, exponent: &Exponent) {
        // An exponent of one says nothing, and may be taken for the beginning of a ratio.
        let text = match exponent {
            Exponent::Number(number) if number.is_one => base.to_owned(),
            _ => text,
        };
        if is_below { self.below.push(text) } else { self.above.push(text) }
    }

    fn text(mut self) -> String {
        let is_integer = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit());
        self.above.retain(|factor| factor != "1");
        self.below.retain(|factor| factor != "1");
        self.below.sort_by_key(|factor| !is_integer(factor));
        let mut above = if self.above.is_empty() { "1".to_owned() } else { self.above.join("*") };
        match self.below.as_slice() {
            [] => above,
            [one] => {
                if is_integer(one) && above.contains('^') {
                    above = format!("({above})");
                }
                format!("{above}/{one}")
            }
            many => format!("{above}/({})", many.join("*")),
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::Unit;

    /// The warning as its users see it: the text, what is underlined, the fact, the hint.
    #[track_caller]
    fn diagnose(text: &str) -> String {
        let (_, ambiguity) = Unit::read(text).unwrap();
        let ambiguity = ambiguity.unwrap_or_else(|| panic!("`{text}` has one reading"));
        let mut carets = vec![b' '; text.len()];
        for span in ambiguity.spans() {
            carets[span.clone()].fill(b'^');
        }
        let carets = String::from_utf8(carets).unwrap();
        format!("{text}\n{}\n{}\nhint: {}", carets.trim_end(), ambiguity.message(), ambiguity.hint())
    }

    #[test]
    fn a_power_and_a_division_by_a_number() {
        assert_snapshot!(diagnose("nT/Hz^1/2"), @r"
        nT/Hz^1/2
           ^^^^^^
        `nT/Hz^1/2` can be read in two ways, it is taken for `nT/(2*Hz)`
        hint: write `nT/(2*Hz)`, or `nT/Hz^(1/2)` if that is meant
        ");
        assert_snapshot!(diagnose("m^1/2"), @r"
        m^1/2
        ^^^^^
        `m^1/2` can be read in two ways, it is taken for `m/2`
        hint: write `m/2`, or `m^(1/2)` if that is meant
        ");
        assert_snapshot!(diagnose("kg*s**-1/2*m"), @r"
        kg*s**-1/2*m
           ^^^^^^^
        `kg*s**-1/2*m` can be read in two ways, it is taken for `(kg*s^-1*m)/2`
        hint: write `(kg*s^-1*m)/2`, or `kg*s^(-1/2)*m` if that is meant
        ");
        assert_snapshot!(diagnose("(kg*m^3/2)^2"), @r"
        (kg*m^3/2)^2
            ^^^^^
        `(kg*m^3/2)^2` can be read in two ways, it is taken for `((kg*m^3)/2)^2`
        hint: write `((kg*m^3)/2)^2`, or `(kg*m^(3/2))^2` if that is meant
        ");
    }

    #[test]
    fn an_exponent_of_any_form_and_a_division_by_a_number() {
        assert_snapshot!(diagnose("m^(1)/2"), @r"
        m^(1)/2
        ^^^^^^^
        `m^(1)/2` can be read in two ways, it is taken for `m/2`
        hint: write `m/2`, or `m^(1/2)` if that is meant
        ");
        assert_snapshot!(diagnose("m^1.5/2"), @r"
        m^1.5/2
        ^^^^^^^
        `m^1.5/2` can be read in two ways, it is taken for `(m^1.5)/2`
        hint: write `(m^1.5)/2`, or `m^(1.5/2)` if that is meant
        ");
        assert_snapshot!(diagnose("nT/Hz**( -0.5 )/2"), @r"
        nT/Hz**( -0.5 )/2
           ^^^^^^^^^^^^^^
        `nT/Hz**( -0.5 )/2` can be read in two ways, it is taken for `nT/(2*Hz^-0.5)`
        hint: write `nT/(2*Hz^-0.5)`, or `nT/Hz^(-0.5/2)` if that is meant
        ");
        assert_snapshot!(diagnose("m^2**1/2"), @r"
        m^2**1/2
        ^^^^^^^^
        `m^2**1/2` can be read in two ways, it is taken for `(m^2)/2`
        hint: write `(m^2)/2`, or `(m^2)^(1/2)` if that is meant
        ");
        assert_snapshot!(diagnose("T^2/3"), @r"
        T^2/3
        ^^^^^
        `T^2/3` can be read in two ways, it is taken for `(T^2)/3`
        hint: write `(T^2)/3`, or `T^(2/3)` if that is meant
        ");
    }

    #[test]
    fn a_product_behind_a_division() {
        assert_snapshot!(diagnose("m/2*s"), @r"
        m/2*s
        ^^^^^
        `m/2*s` can be read in two ways, it is taken for `m*s/2`
        hint: write `m*s/2`, or `m/(2*s)` if that is meant
        ");
        assert_snapshot!(diagnose("m^2/2*s/3*K"), @r"
        m^2/2*s/3*K
        ^^^^^^^^^^^
        `m^2/2*s/3*K` can be read in two ways, it is taken for `m^2*s*K/(2*3)`
        hint: write `m^2*s*K/(2*3)`, or `m^2/(2*3*s*K)` if that is meant
        ");
        assert_snapshot!(diagnose("J/kg*K"), @r"
        J/kg*K
        ^^^^^^
        `J/kg*K` can be read in two ways, it is taken for `J*K/kg`
        hint: write `J*K/kg`, or `J/(kg*K)` if that is meant
        ");
        assert_snapshot!(diagnose("W/m^2*sr*nT"), @r"
        W/m^2*sr*nT
        ^^^^^^^^
        `W/m^2*sr*nT` can be read in two ways, it is taken for `W*sr*nT/m^2`
        hint: write `W*sr*nT/m^2`, or `W/(m^2*sr*nT)` if that is meant
        ");
        assert_snapshot!(diagnose("J/kg*K/m^1/2"), @r"
        J/kg*K/m^1/2
        ^^^^^^ ^^^^^
        `J/kg*K/m^1/2` can be read in two ways, it is taken for `J*K/(2*kg*m)`
        hint: write `J*K/(2*kg*m)`, or `J/(kg*K*m^(1/2))` if that is meant
        ");
    }

    #[test]
    fn a_name_of_two_units() {
        assert_snapshot!(diagnose("G"), @r"
        G
        ^
        `G` can be read in two ways, it is taken for `gravitational_constant`
        hint: write `gravitational_constant`, or `1e-4*T` if the gauss is meant
        ");
        assert_snapshot!(diagnose("K*R/Gs") , @r"
        K*R/Gs
          ^ ^^
        `K*R/Gs` can be read in two ways, it is taken for `K*molar_gas_constant/gigasecond`
        hint: write `K*molar_gas_constant/gigasecond`, or `K*(1e10/(m^2*s))/(1e-4*T)` if that is meant
        ");
    }

    #[test]
    fn what_everybody_reads_alike_is_not_told() {
        for text in [
            "W/m^2/sr",
            "1/cm^3",
            "g*cm/s^2",
            "m^2/s",
            "m^4/2",
            "1/2*m",
            "5/9*K",
            "m^(1/2)",
            "nT/Hz^(1/2)",
            "m^(1/2)/2",
            "m^(2)/2",
            "m^0.5/s",
            "sqrt(m)/2",
            "m/2/s",
            "1.5/2*m",
            "kg m/s^2",
            "(J/kg)*K",
            "J/(kg*K)",
            "10*m/cm^3",
            "km/h",
            "m^-3",
            "m**2**3",
            "(m^3)/2",
            "",
        ] {
            assert_eq!(Unit::read(text).unwrap().1, None, "{text}");
        }
    }
}
