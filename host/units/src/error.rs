//! What can be wrong with a unit's text, and with a conversion.

use std::ops::Range;

use crate::parse::{MAX_DEPTH, MAX_LENGTH};
use crate::prefix::prefix;
use crate::{Unit, unseen_hint, unseen_message};

/// A text that is no unit: what is wrong (its `Display`), where ([`Error::span`]), and what to do about
/// it ([`Error::hint`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
    span: Range<usize>,
    /// The whole text as it was probably meant, if it has one reading.
    whole: Option<String>,
}

/// What is wrong with a unit's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A name that no unit has.
    #[error("unknown unit `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// What was probably meant, as unit text.
        meant: Option<String>,
        /// What else may have been meant.
        or: Option<String>,
    },
    /// A temperature that is counted from another zero than the kelvin's.
    #[error("`{name}` has another zero than `K`: no factor converts it")]
    Offset {
        /// The name.
        name: String,
        /// What a temperature in that unit is in kelvin.
        in_kelvin: &'static str,
    },
    /// Something stands where something else should.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What should stand there.
        expected: &'static str,
        /// What stands there, in backticks where it is text.
        found: String,
    },
    /// Two factors with no sign between them, as in `2m`.
    #[error("expected `*` or `/`, found `{found}`")]
    Adjacent {
        /// The first character of the second factor.
        found: char,
    },
    /// A sign for a product that is none here, such as `·`.
    #[error("expected `*`, found `{sign}`")]
    ProductSign {
        /// The sign.
        sign: char,
    },
    /// A sum or a difference, or a minus sign before a unit.
    #[error("`{sign}` has no meaning between units: expected `*`, `/` or a power")]
    Sum {
        /// The sign.
        sign: char,
    },
    /// A factor without a sign after a division: `W/m sr` may mean `W/(m*sr)` or `(W/m)*sr`.
    #[error(
        "a {} after a division can be read in two ways",
        if *is_blank { "blank" } else { "factor without a sign" }
    )]
    Ambiguous {
        /// Whether a blank stands before it.
        is_blank: bool,
        /// The two readings, unless they are beyond what a unit may be.
        forms: Option<[String; 2]>,
    },
    /// A character that nobody sees, such as a blank without a width.
    #[error("{}", unseen_message(*found))]
    Unseen {
        /// The character.
        found: char,
    },
    /// An exponent beyond its bounds.
    #[error("the exponent in `{found}` {problem}")]
    Exponent {
        /// The exponent, or what it makes too large.
        found: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A number that is zero, or has too many digits.
    #[error("the number `{found}` {problem}")]
    Number {
        /// The number.
        found: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A text longer than any unit.
    #[error("unit text has {found} bytes, expected at most {MAX_LENGTH}")]
    TooLong {
        /// How long it is.
        found: usize,
    },
    /// Parentheses in parentheses, too many of them.
    #[error("parentheses are nested deeper than {MAX_DEPTH}")]
    TooDeep,
}

/// Two units between which no factor converts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct Incompatible {
    units: Box<(Unit, Unit)>,
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The dimensions differ.
    Dimension,
    /// The factor is too large or too small for a double.
    Range,
}

// === impl Error ===

impl Error {
    pub(crate) fn new(kind: ErrorKind, span: Range<usize>) -> Self {
        Self { kind, span, whole: None }
    }

    /// Adds the whole text as it was probably meant.
    pub(crate) fn with_whole(self, whole: Option<String>) -> Self {
        Self { whole, ..self }
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the bytes of the text that are wrong; an empty range is a place between them.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        if let Some(whole) = &self.whole {
            return Some(format!("write the unit as `{whole}`"));
        }
        match &self.kind {
            ErrorKind::Unknown { meant: Some(meant), or: Some(or), .. } => {
                Some(format!("did you mean `{meant}`, or `{or}`?"))
            }
            ErrorKind::Unknown { meant: Some(meant), .. } => Some(format!("did you mean `{meant}`?")),
            ErrorKind::Unknown { name, .. } if name == "per" => {
                Some("write a division as `1/cm^3` or `km/(s*m)`".to_owned())
            }
            ErrorKind::Unknown { name, .. } if prefix(name).is_some() => {
                Some(format!("`{name}` is a prefix: write it before a unit, as in `{name}m`"))
            }
            ErrorKind::Offset { in_kelvin, .. } => {
                Some(format!("leave the unit out, and write {in_kelvin} where kelvins are needed"))
            }
            ErrorKind::Adjacent { .. } | ErrorKind::ProductSign { .. } => {
                Some("write a product as `a*b`".to_owned())
            }
            ErrorKind::Sum { sign: '-' } => {
                Some("write a negative exponent as `m^-3` or `m**(-3)`".to_owned())
            }
            ErrorKind::Ambiguous { forms, .. } => {
                forms.as_ref().map(|[below, above]| format!("write `{below}` or `{above}`"))
            }
            ErrorKind::Unseen { found } => Some(unseen_hint(*found).to_owned()),
            _ => None,
        }
    }
}

// === impl Incompatible ===

impl Incompatible {
    pub(crate) fn new(from: &Unit, to: &Unit, reason: Reason) -> Self {
        Self { units: Box::new((from.clone(), to.clone())), reason }
    }

    /// Returns the unit to convert from.
    #[must_use]
    pub fn source_unit(&self) -> &Unit {
        &self.units.0
    }

    /// Returns the unit to convert to.
    #[must_use]
    pub fn target_unit(&self) -> &Unit {
        &self.units.1
    }

    fn message(&self) -> String {
        let (from, to) = &*self.units;
        match self.reason {
            Reason::Dimension => format!(
                "cannot convert {} ({}) to {} ({})",
                quoted(from),
                from.dimension(),
                quoted(to),
                to.dimension()
            ),
            Reason::Range => {
                format!("the factor from {} to {} is beyond the range of a double", quoted(from), quoted(to))
            }
        }
    }
}

fn quoted(unit: &Unit) -> String {
    if unit.is_one() { "a pure number".to_owned() } else { format!("`{unit}`") }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::Unit;

    /// The error as its users see it: the text, what is underlined, the fact, the hint.
    #[track_caller]
    fn diagnose(text: &str) -> String {
        let error = Unit::parse(text).expect_err("should be refused");
        let column = text[..error.span().start].chars().count();
        let width = text[error.span()].chars().count().max(1);
        let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        format!("{text}\n{}{}\n{error}{hint}", " ".repeat(column), "^".repeat(width))
    }

    #[test]
    fn unknown_names_say_what_was_meant() {
        assert_snapshot!(diagnose("foo"), @r"
        foo
        ^^^
        unknown unit `foo`
        hint: did you mean `foot`?
        ");
        assert_snapshot!(diagnose("nPA"), @r"
        nPA
        ^^^
        unknown unit `nPA`
        hint: did you mean `nPa`?
        ");
        assert_snapshot!(diagnose("uA"), @r"
        uA
        ^^
        unknown unit `uA`
        hint: did you mean `muA`?
        ");
        assert_snapshot!(diagnose("microT"), @r"
        microT
        ^^^^^^
        unknown unit `microT`
        hint: did you mean `muT`?
        ");
        assert_snapshot!(diagnose("mrad"), @r"
        mrad
        ^^^^
        unknown unit `mrad`
        hint: did you mean `mradian`?
        ");
        assert_snapshot!(diagnose("mmol"), @r"
        mmol
        ^^^^
        unknown unit `mmol`
        hint: did you mean `mmole`?
        ");
        assert_snapshot!(diagnose("min"), @r"
        min
        ^^^
        unknown unit `min`
        hint: did you mean `minute`?
        ");
        assert_snapshot!(diagnose("m2"), @r"
        m2
        ^^
        unknown unit `m2`
        hint: did you mean `m^2`?
        ");
        assert_snapshot!(diagnose("metre/s"), @r"
        metre/s
        ^^^^^
        unknown unit `metre`
        hint: did you mean `meter`?
        ");
        assert_snapshot!(diagnose("kg/foo"), @r"
        kg/foo
           ^^^
        unknown unit `foo`
        hint: did you mean `foot`?
        ");
        assert_snapshot!(diagnose("R_sun"), @r"
        R_sun
        ^^^^^
        unknown unit `R_sun`
        hint: did you mean `R_S`?
        ");
        assert_snapshot!(diagnose("quux"), @r"
        quux
        ^^^^
        unknown unit `quux`
        ");
    }

    #[test]
    fn names_that_are_no_unit_say_what_to_write() {
        assert_snapshot!(diagnose("Ev"), @r"
        Ev
        ^^
        unknown unit `Ev`
        hint: did you mean `eV`?
        ");
        assert_snapshot!(diagnose("nPascal"), @r"
        nPascal
        ^^^^^^^
        unknown unit `nPascal`
        hint: did you mean `nPa`?
        ");
        assert_snapshot!(diagnose("kms"), @r"
        kms
        ^^^
        unknown unit `kms`
        hint: did you mean `km/s`, or `km`?
        ");
        assert_snapshot!(diagnose("T_E"), @r"
        T_E
        ^^^
        unknown unit `T_E`
        ");
        assert_snapshot!(diagnose("k"), @r"
        k
        ^
        unknown unit `k`
        hint: `k` is a prefix: write it before a unit, as in `km`
        ");
        assert_snapshot!(diagnose("degree_C"), @r"
        degree_C
        ^^^^^^^^
        `degree_C` has another zero than `K`: no factor converts it
        hint: leave the unit out, and write `T + 273.15` where kelvins are needed
        ");
    }

    #[test]
    fn texts_of_other_programs_are_shown_in_our_form() {
        assert_snapshot!(diagnose("per cm3"), @r"
        per cm3
        ^^^
        unknown unit `per`
        hint: write the unit as `1/cm^3`
        ");
        assert_snapshot!(diagnose("particles per cm3"), @r"
        particles per cm3
        ^^^^^^^^^
        unknown unit `particles`
        hint: write the unit as `1/cm^3`
        ");
        assert_snapshot!(diagnose("W per m2 per sr"), @r"
        W per m2 per sr
          ^^^
        unknown unit `per`
        hint: write the unit as `W/m^2/sr`
        ");
        assert_snapshot!(diagnose("per m s"), @r"
        per m s
        ^^^
        unknown unit `per`
        hint: write a division as `1/cm^3` or `km/(s*m)`
        ");
        assert_snapshot!(diagnose("m s-1"), @r"
        m s-1
           ^
        `-` has no meaning between units: expected `*`, `/` or a power
        hint: write the unit as `m s^-1`
        ");
        assert_snapshot!(diagnose("W m-2 sr-1"), @r"
        W m-2 sr-1
           ^
        `-` has no meaning between units: expected `*`, `/` or a power
        hint: write the unit as `W m^-2 sr^-1`
        ");
        assert_snapshot!(diagnose("m/s-1"), @r"
        m/s-1
           ^
        `-` has no meaning between units: expected `*`, `/` or a power
        hint: write a negative exponent as `m^-3` or `m**(-3)`
        ");
        assert_snapshot!(diagnose("#/cm^3"), @r"
        #/cm^3
        ^
        expected a unit, found `#`
        hint: write the unit as `1/cm^3`
        ");
        assert_snapshot!(diagnose("# cm-3"), @r"
        # cm-3
        ^
        expected a unit, found `#`
        hint: write the unit as `cm^-3`
        ");
    }

    #[test]
    fn temperatures_with_another_zero() {
        assert_snapshot!(diagnose("degC"), @r"
        degC
        ^^^^
        `degC` has another zero than `K`: no factor converts it
        hint: leave the unit out, and write `T + 273.15` where kelvins are needed
        ");
        assert_snapshot!(diagnose("°F/m"), @r"
        °F/m
        ^^
        `°F` has another zero than `K`: no factor converts it
        hint: leave the unit out, and write `(T + 459.67)*5/9` where kelvins are needed
        ");
    }

    #[test]
    fn sums_and_signs() {
        assert_snapshot!(diagnose("m+s"), @r"
        m+s
         ^
        `+` has no meaning between units: expected `*`, `/` or a power
        ");
        assert_snapshot!(diagnose("cm-3"), @r"
        cm-3
          ^
        `-` has no meaning between units: expected `*`, `/` or a power
        hint: write the unit as `cm^-3`
        ");
        assert_snapshot!(diagnose("-m"), @r"
        -m
        ^
        `-` has no meaning between units: expected `*`, `/` or a power
        hint: write a negative exponent as `m^-3` or `m**(-3)`
        ");
    }

    #[test]
    fn a_blank_after_a_division() {
        assert_snapshot!(diagnose("W/m sr"), @r"
        W/m sr
           ^^^
        a blank after a division can be read in two ways
        hint: write `W/(m*sr)` or `W*sr/m`
        ");
    }

    #[test]
    fn a_factor_without_a_sign_after_a_division() {
        assert_snapshot!(diagnose("1/2m"), @r"
        1/2m
           ^
        a factor without a sign after a division can be read in two ways
        hint: write `1/(2*m)` or `m/2`
        ");
        assert_snapshot!(diagnose("J/kg*K mol"), @r"
        J/kg*K mol
              ^^^^
        a blank after a division can be read in two ways
        hint: write `J/(kg*K*mol)` or `J*K*mol/kg`
        ");
        assert_snapshot!(diagnose("m^1/2 s"), @r"
        m^1/2 s
             ^^
        a blank after a division can be read in two ways
        hint: write `m/(2*s)` or `m*s/2`
        ");
        assert_snapshot!(diagnose("m/2(3"), @r"
        m/2(3
           ^
        expected `*` or `/`, found `(`
        hint: write a product as `a*b`
        ");
    }

    #[test]
    fn characters_that_nobody_sees() {
        assert_snapshot!(diagnose("k\u{200b}m").replace('\u{200b}', "␣"), @r"
        k␣m
         ^
        unexpected U+200B ZERO WIDTH SPACE, a character that nobody sees
        hint: delete it
        ");
        assert_snapshot!(diagnose("W\u{a0}m").replace('\u{a0}', "␣"), @r"
        W␣m
         ^
        unexpected U+00A0 NO-BREAK SPACE, a character that nobody sees
        hint: delete it, or write an ordinary blank
        ");
        assert_snapshot!(diagnose("m\u{301}").replace('\u{301}', "␣"), @r"
        m␣
         ^
        unexpected U+0301 COMBINING ACUTE ACCENT, a mark on the letter before it
        hint: delete it, or write the letter with its mark as one character
        ");
    }

    #[test]
    fn something_else_expected() {
        assert_snapshot!(diagnose("kg·m"), @r"
        kg·m
          ^
        expected `*`, found `·`
        hint: write a product as `a*b`
        ");
        assert_snapshot!(diagnose("m*"), @r"
        m*
          ^
        expected a unit, found the end
        ");
        assert_snapshot!(diagnose("m***2"), @r"
        m***2
           ^
        expected a number as exponent, found `*`
        ");
        assert_snapshot!(diagnose("m^"), @r"
        m^
          ^
        expected a number as exponent, found the end
        ");
        assert_snapshot!(diagnose("m^kg"), @r"
        m^kg
          ^
        expected a number as exponent, found `k`
        ");
        assert_snapshot!(diagnose("m^2^0.5"), @r"
        m^2^0.5
            ^^^
        expected an integer to raise the exponent to, found `0.5`
        ");
        assert_snapshot!(diagnose("2m"), @r"
        2m
         ^
        expected `*` or `/`, found `m`
        hint: write a product as `a*b`
        ");
        assert_snapshot!(diagnose("(m"), @r"
        (m
          ^
        expected `)`, found the end
        ");
        assert_snapshot!(diagnose("m)"), @r"
        m)
         ^
        expected `*`, `/`, a power or the end, found `)`
        ");
        assert_snapshot!(diagnose("[m"), @r"
        [m
          ^
        expected `]`, found the end
        ");
        assert_snapshot!(diagnose("sqrt"), @r"
        sqrt
            ^
        expected `(`, found the end
        ");
    }

    #[test]
    fn exponents_are_bounded() {
        assert_snapshot!(diagnose("m^101"), @r"
        m^101
          ^^^
        the exponent in `101` is beyond 100
        ");
        assert_snapshot!(diagnose("(m^99)^9"), @r"
        (m^99)^9
        ^^^^^^^^
        the exponent in `(m^99)^9` is beyond 100
        ");
        assert_snapshot!(diagnose("m^1e-30"), @r"
        m^1e-30
          ^^^^^
        the exponent in `1e-30` has too many digits
        ");
    }

    #[test]
    fn numbers_are_bounded() {
        assert_snapshot!(diagnose("0*m"), @r"
        0*m
        ^
        the number `0` is no unit
        ");
        assert_snapshot!(diagnose("m^(1/0)"), @r"
        m^(1/0)
             ^
        the number `0` divides an exponent
        ");
        assert_snapshot!(diagnose("1e999*m"), @r"
        1e999*m
        ^^^^^
        the number `1e999` is beyond the numbers of a unit
        ");
        assert_snapshot!(diagnose("(1e300)^99*m"), @r"
        (1e300)^99*m
        ^^^^^^^^^^
        the number `(1e300)^99` is beyond the numbers of a unit
        ");
        assert_snapshot!(diagnose("."), @r"
        .
        ^
        the number `.` has no digits
        ");
    }

    #[test]
    fn length_and_depth_are_bounded() {
        let error = |text: String| Unit::parse(&text).unwrap_err().to_string();
        assert_snapshot!(error("m*".repeat(600)), @"unit text has 1200 bytes, expected at most 1024");
        assert_snapshot!(error("(".repeat(99)), @"parentheses are nested deeper than 32");
    }

    #[test]
    fn conversions_name_both_sides() {
        let error = |from: &str, to: &str| {
            Unit::parse(from).unwrap().factor_to(&Unit::parse(to).unwrap()).unwrap_err().to_string()
        };
        assert_snapshot!(error("kg/m^3", "nT"), @"cannot convert `kg/m**3` (Mass·Length^-3) to `nT` (Mass·Time^-2·Current^-1)");
        assert_snapshot!(error("m", ""), @"cannot convert `m` (Length) to a pure number (1)");
        assert_snapshot!(error("Ym^15", "ym^15"), @"the factor from `Ym**15` to `ym**15` is beyond the range of a double");
    }
}
