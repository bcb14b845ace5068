//! Values as text, as Python and numpy print them.
//!
//! A number alone is what `print` makes of it (`7.625e-05`, `(1-2j)`, `True`), an array what numpy makes of it.
//! Nothing else in this project turns a value into text for people.

mod numpy;

use std::fmt::{self, Write as _};

use num_complex::Complex;

use crate::{Scalar, TextArray, Value};

/// A value to be printed.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    value: &'a Value,
    /// Whether arrays are printed whole, however long.
    is_whole: bool,
}

/// A default longer than this is not written into a declaration.
const MAX_DEFAULT: usize = 40;

/// Numbers at least this large have an exponent.
const LARGE: f64 = 1e16;

/// Numbers smaller than this have one too.
const SMALL: f64 = 1e-4;

// === impl Value ===

impl Value {
    /// Returns its text for people at a terminal: long arrays are abbreviated, as numpy abbreviates them.
    ///
    /// # Examples
    /// ```
    /// use kamodo_value::Value;
    ///
    /// assert_eq!(Value::Float(0.00007625).brief().to_string(), "7.625e-05");
    /// assert_eq!(Value::Bool(true).brief().to_string(), "True");
    /// ```
    #[must_use]
    pub fn brief(&self) -> Shown<'_> {
        Shown { value: self, is_whole: false }
    }

    /// Returns its text with every element of every array, for files and pipes.
    #[must_use]
    pub fn whole(&self) -> Shown<'_> {
        Shown { value: self, is_whole: true }
    }

    /// Returns its text where it stands for a default within a line; `…` for what is too long.
    #[must_use]
    pub fn as_default(&self) -> String {
        let text = match self {
            Self::Text(text) => quoted(text),
            other => other.brief().to_string(),
        };
        if text.len() > MAX_DEFAULT || text.contains('\n') { "…".to_owned() } else { text }
    }
}

// === impl Shown ===

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Value::Text(text) => f.write_str(text),
            Value::Array(array) if !array.shape().is_empty() => numpy::render(array, self.is_whole, f),
            Value::Array(array) => match array.buffer().get(0) {
                Some(element) => f.write_str(&scalar(element)),
                None => Ok(()),
            },
            Value::TextArray(array) => text_array(array, f),
            other => item(other, f),
        }
    }
}

/// A value as it stands in a list.
fn item(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::None => f.write_str("None"),
        Value::Bool(truth) => f.write_str(self::truth(*truth)),
        Value::Int(integer) => write!(f, "{integer}"),
        Value::Float(float) => f.write_str(&self::float(*float)),
        Value::Complex(number) => f.write_str(&complex(*number)),
        Value::Rational(ratio) => write!(f, "{ratio}"),
        Value::Text(text) => f.write_str(&quoted(text)),
        Value::Data(bytes) => f.write_str(&data(bytes)),
        Value::Scalar(element) => f.write_str(&scalar(*element)),
        Value::List(items) => {
            f.write_char('[')?;
            for (index, value) in items.iter().enumerate() {
                if index > 0 {
                    f.write_str(", ")?;
                }
                item(value, f)?;
            }
            f.write_char(']')
        }
        Value::Array(_) | Value::TextArray(_) => write!(f, "{}", value.whole()),
    }
}

fn truth(truth: bool) -> &'static str {
    if truth { "True" } else { "False" }
}

/// A double as Python prints it: with the fewest digits that tell it from its neighbours.
fn float(float: f64) -> String {
    let text = plain(float);
    if float.is_finite() && !text.contains(['.', 'e']) { text + ".0" } else { text }
}

/// A double without a point where it is whole, as Python prints the parts of a complex number.
fn plain(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    let size = float.abs();
    if size == 0.0 || !size.is_finite() || (SMALL..LARGE).contains(&size) {
        return float.to_string();
    }
    let text = format!("{float:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{mantissa}{}", power(exponent))
}

/// The exponent with its sign, and two digits at least.
fn power(exponent: &str) -> String {
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("e{sign}{digits:0>2}")
}

fn complex(number: Complex<f64>) -> String {
    let (real, imaginary) = (plain(number.re), plain(number.im));
    if number.re == 0.0 && number.re.is_sign_positive() {
        return format!("{imaginary}j");
    }
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    format!("({real}{sign}{imaginary}j)")
}

fn scalar(element: Scalar) -> String {
    match element {
        Scalar::Bool(truth) => self::truth(truth).to_owned(),
        _ => match (numpy::float(element), numpy::complex(element)) {
            (Some(float), _) => self::float(float),
            (None, Some((re, im))) => self::complex(Complex::new(re, im)),
            (None, None) => numpy::integer(element),
        },
    }
}

/// A text as Python writes it down.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            '\t' => quoted += "\\t",
            '\\' => quoted += "\\\\",
            _ if letter == quote => quoted.extend(['\\', letter]),
            _ if letter.is_control() => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(letter)); // writing to a String cannot fail
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push(quote);
    quoted
}

/// Bytes as Python writes them down.
fn data(bytes: &[u8]) -> String {
    let escaped = bytes.iter().map(|&byte| match byte {
        b'\'' => "\\'".to_owned(),
        b'\\' | b'\n' | b'\r' | b'\t' | b' '..=b'~' => std::ascii::escape_default(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    });
    let escaped = escaped.map(|text| if text == "\\\"" { "\"".to_owned() } else { text });
    format!("b'{}'", escaped.collect::<String>())
}

/// An array of text: quoted, and not aligned.
fn text_array(array: &TextArray, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut elements = array.elements();
    numpy::nested(array.shape(), &mut || quoted(&elements.next().unwrap_or_default()), f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Array;

    #[track_caller]
    fn check(value: impl Into<Value>, expect: &str) {
        assert_eq!(value.into().whole().to_string(), expect);
    }

    /// What Python 3.11 prints.
    #[test]
    fn numbers_as_python_prints_them() {
        for (number, expect) in [
            (7.625e-05, "7.625e-05"),
            (1e-4, "0.0001"),
            (9.999e-5, "9.999e-05"),
            (1e16, "1e+16"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1.5e300, "1.5e+300"),
            (-2.5e-7, "-2.5e-07"),
            (5e-324, "5e-324"),
            (1000.0, "1000.0"),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            check(Value::Float(number), expect);
            check(Value::Scalar(number.into()), expect);
        }
        check(Value::Bool(true), "True");
        check(Value::None, "None");
        check(Value::Int(5.into()), "5");
        let complex = |re, im| Value::Complex(Complex::new(re, im));
        check(complex(1.0, -2.0), "(1-2j)");
        check(complex(0.0, 2.0), "2j");
        check(complex(-0.0, 2.0), "(-0+2j)");
        check(complex(1.5, 1e-5), "(1.5+1e-05j)");
        check(complex(f64::NAN, f64::INFINITY), "(nan+infj)");
    }

    /// What numpy 1.26 prints.
    #[test]
    fn scalars_of_numpy_have_their_own_digits() {
        check(Value::Scalar(0.1_f32.into()), "0.1");
        check(Value::Scalar(1e-5_f32.into()), "1e-05");
        check(Value::Scalar(half::f16::from_f64(65504.0).into()), "65500.0");
        check(Value::Scalar(3_u8.into()), "3");
        check(Value::Scalar(false.into()), "False");
        check(Value::Scalar(Complex::new(0.1_f32, -2.0).into()), "(0.1-2j)");
        check(Array::new([], vec![7.625e-05]).unwrap(), "7.625e-05");
    }

    #[test]
    fn lists_text_and_bytes() {
        let text = |text: &str| Value::Text(text.to_owned());
        check(text("it's"), "it's");
        let list =
            vec![Value::Int(1.into()), Value::Float(1e-5), text("it's"), Value::List(vec![Value::None])];
        check(Value::List(list), "[1, 1e-05, \"it's\", [None]]");
        check(Value::List(vec![text("a\nb\\")]), r"['a\nb\\']");
        check(Value::Data(b"a'\"\x00\n".to_vec()), r#"b'a\'"\x00\n'"#);
        let letters = "ab\0c".chars().map(u32::from).collect();
        check(TextArray::new([2], 2, letters).unwrap(), "['ab' '\\x00c']");
    }

    #[test]
    fn defaults_stand_in_a_line() {
        assert_eq!(Value::Float(3.12e-5).as_default(), "3.12e-05");
        assert_eq!(Value::Text("a".into()).as_default(), "'a'");
        let matrix = Value::Array(Array::new([2, 2], vec![1, 2, 3, 4]).unwrap());
        assert_eq!(matrix.as_default(), "…");
    }
}
