//! Arrays as text, aligned as numpy prints them, and abbreviated unless they are wanted whole.
//!
//! Abbreviated, more than [`WHOLE`] elements are shown by the first and the last three of each dimension. Fractions
//! have at most eight digits; numbers that differ by more than a factor of a thousand, or are very large or very
//! small, are written with exponents, all of them.

use std::fmt::{self, Write};

use crate::{Array, Scalar};

/// Arrays with more elements are abbreviated.
const WHOLE: usize = 1000;
/// How many elements of an abbreviated dimension are shown at each end.
const EDGE: usize = 3;
/// The most letters of a line.
const WIDTH: usize = 75;
/// The most digits of a fraction.
const DIGITS: usize = 8;

/// What all elements of an array have in common as text. It is found in one pass over them, and each is written in a
/// second one, so that no text of a whole array is ever in memory.
enum Layout {
    Float(Width),
    Complex(Width, Width),
    Other { width: usize },
}

/// How floating-point numbers are aligned.
#[derive(Default)]
struct Width {
    /// Whether all have exponents.
    has_exponents: bool,
    /// Before the point, after it, and the exponent.
    before: usize,
    after: usize,
    exponent: usize,
}

/// Prints an array.
pub(super) fn render(array: &Array, is_whole: bool, out: &mut impl Write) -> fmt::Result {
    if array.shape().contains(&0) {
        return out.write_str("[]");
    }
    let is_short = !is_whole && array.len() > WHOLE;
    let mut places = Vec::new();
    if is_short {
        shown(array.shape(), 0, &mut places);
    }
    let place = |index: usize| if is_short { places.get(index).copied() } else { Some(index) };
    let n_shown = if is_short { places.len() } else { array.len() };
    let element = |index| place(index).and_then(|at| array.buffer().get(at));
    let layout = Layout::of(|| (0..n_shown).filter_map(element));
    let mut elements = (0..n_shown).filter_map(element);
    let mut word = || elements.next().map(|element| layout.word(element)).unwrap_or_default();
    dimension(array.shape(), is_short, 1, WIDTH, &mut word, out)
}

/// Prints words in the shape of an array, all of them.
pub(super) fn nested(
    shape: &[usize],
    word: &mut impl FnMut() -> String,
    out: &mut impl Write,
) -> fmt::Result {
    if shape.contains(&0) {
        return out.write_str("[]");
    }
    dimension(shape, false, 1, WIDTH, word, out)
}

/// How many elements of a dimension are shown before and after what is left out, if anything is.
fn ends(length: usize, is_short: bool) -> (usize, usize) {
    if is_short && length > 2 * EDGE { (EDGE, EDGE) } else { (0, length) }
}

/// Collects the flat places of all elements of an abbreviated array that are shown.
fn shown(shape: &[usize], base: usize, places: &mut Vec<usize>) {
    let Some((&length, inner)) = shape.split_first() else { return places.push(base) };
    let stride: usize = inner.iter().product();
    let (first, last) = ends(length, true);
    for at in (0..first).chain(length - last..length) {
        shown(inner, base + at * stride, places);
    }
}

/// Prints one dimension; what stands before its first element is `indent` letters long.
fn dimension(
    shape: &[usize],
    is_short: bool,
    indent: usize,
    width: usize,
    word: &mut impl FnMut() -> String,
    out: &mut impl Write,
) -> fmt::Result {
    let Some((&length, inner)) = shape.split_first() else { return out.write_str(&word()) };
    let (first, last) = ends(length, is_short);
    let n_shown = first + last;
    out.write_char('[')?;
    if !inner.is_empty() {
        let separator = "\n".repeat(inner.len());
        for index in 0..n_shown {
            if index > 0 {
                write!(out, "{separator}{:indent$}", "")?;
            }
            if first > 0 && index == first {
                write!(out, "...{separator}{:indent$}", "")?;
            }
            dimension(inner, is_short, indent + 1, width - 1, word, out)?;
        }
        return out.write_char(']');
    }
    // The letters of the present line, and the blanks that are only written if a word follows on it.
    let (mut n_letters, mut n_blanks) = (indent, 0);
    let mut add = |word: &str, out: &mut dyn Write| {
        if n_letters + word.len() >= width && n_letters > indent {
            write!(out, "\n{:indent$}", "")?;
            n_letters = indent;
        } else {
            write!(out, "{:n_blanks$}", "")?;
        }
        let letters = word.trim_end();
        n_blanks = word.len() - letters.len() + 1;
        n_letters += letters.len() + n_blanks;
        out.write_str(letters)?;
        Ok(n_blanks - 1)
    };
    let mut n_left = 0;
    for index in 0..n_shown {
        if first > 0 && index == first {
            add("...", out)?;
        }
        n_left = add(&word(), out)?;
    }
    write!(out, "{:n_left$}]", "")
}

// === impl Layout ===

impl Layout {
    fn of<I: Iterator<Item = Scalar>>(elements: impl Fn() -> I) -> Self {
        match elements().next() {
            Some(first) if float(first).is_some() => Self::Float(Width::of(|| elements().filter_map(float))),
            Some(first) if complex(first).is_some() => Self::Complex(
                Width::of(|| elements().filter_map(complex).map(|(re, _)| re)),
                Width::of(|| elements().filter_map(complex).map(|(_, im)| im.abs())),
            ),
            _ => {
                let lengths = elements().map(|element| integer(element).len());
                Self::Other { width: lengths.max().unwrap_or(0) }
            }
        }
    }

    fn word(&self, element: Scalar) -> String {
        match (self, float(element), complex(element)) {
            (Self::Float(width), Some(float), _) => width.word(float),
            // The real parts with one width, and the imaginary ones with theirs and a sign each.
            (Self::Complex(reals, sizes), _, Some((re, im))) => {
                let (real, size) = (reals.word(re), sizes.word(im.abs()));
                let sign = if im.is_sign_negative() && !im.is_nan() { '-' } else { '+' };
                let (digits, padding) = (size.trim(), size.len() - size.trim_end().len());
                let indent = size.len() - digits.len() - padding;
                format!("{real}{:indent$}{sign}{digits}j{:padding$}", "", "")
            }
            (Self::Other { width }, ..) => format!("{:>width$}", integer(element)),
            _ => String::new(), // the elements of an array are of one type
        }
    }
}

// === impl Width ===

impl Width {
    fn of<I: Iterator<Item = f64>>(floats: impl Fn() -> I) -> Self {
        let sizes = floats().map(f64::abs).filter(|size| size.is_finite() && *size != 0.0);
        let (least, greatest) =
            sizes.fold((f64::INFINITY, 0.0), |(l, g): (f64, f64), s| (l.min(s), g.max(s)));
        let has_exponents = greatest > 0.0 && (greatest >= 1e8 || least < 1e-4 || greatest / least > 1000.0);
        let mut width = Self { has_exponents, ..Self::default() };
        let mut others = 0; // the longest that is not finite
        for float in floats() {
            match width.parts(float) {
                Some(parts) => {
                    let [before, after, exponent] = parts.map(|part| part.len());
                    width.before = width.before.max(before);
                    width.after = width.after.max(after);
                    width.exponent = width.exponent.max(exponent);
                }
                None => others = others.max(not_finite(float).len()),
            }
        }
        width.before = width.before.max(others.saturating_sub(width.after + 1));
        width
    }

    /// What stands before the point, after it, and the exponent.
    fn parts(&self, float: f64) -> Option<[String; 3]> {
        float.is_finite().then(|| if self.has_exponents { scientific(float) } else { positional(float) })
    }

    fn word(&self, float: f64) -> String {
        let Self { before, after, exponent, .. } = *self;
        match self.parts(float) {
            Some([whole, fraction, power]) => {
                let filler = if self.has_exponents { '0' } else { ' ' };
                let rest: String = std::iter::repeat_n(filler, after - fraction.len()).collect();
                format!("{whole:>before$}.{fraction}{rest}{power}")
            }
            None => format!("{:>1$}", not_finite(float), before + 1 + after + exponent),
        }
    }
}

/// A floating-point number as the double with the same digits.
pub(super) fn float(element: Scalar) -> Option<f64> {
    match element {
        Scalar::Float16(float) => {
            // As few digits as tell it from its neighbours.
            let exact = float.to_f64();
            let least = (0..5).map(|digits| format!("{exact:.digits$e}").parse().unwrap_or(exact));
            let is_it =
                |digits: &f64| Scalar::Float16(float) == Scalar::Float16(half::f16::from_f64(*digits));
            Some(least.into_iter().find(is_it).unwrap_or(exact))
        }
        Scalar::Float32(float) => float.to_string().parse().ok(),
        Scalar::Float64(float) => Some(float),
        _ => None,
    }
}

/// The parts of a complex number.
pub(super) fn complex(element: Scalar) -> Option<(f64, f64)> {
    match element {
        Scalar::Complex64(complex) => {
            Some((float(Scalar::Float32(complex.re))?, float(Scalar::Float32(complex.im))?))
        }
        Scalar::Complex128(complex) => Some((complex.re, complex.im)),
        _ => None,
    }
}

/// An integer or a truth value.
pub(super) fn integer(element: Scalar) -> String {
    match element {
        Scalar::Bool(true) => " True".to_owned(), // also where nothing is false
        Scalar::Bool(false) => "False".to_owned(),
        Scalar::Int8(integer) => integer.to_string(),
        Scalar::Int16(integer) => integer.to_string(),
        Scalar::Int32(integer) => integer.to_string(),
        Scalar::Int64(integer) => integer.to_string(),
        Scalar::Uint8(integer) => integer.to_string(),
        Scalar::Uint16(integer) => integer.to_string(),
        Scalar::Uint32(integer) => integer.to_string(),
        Scalar::Uint64(integer) => integer.to_string(),
        Scalar::Float16(_)
        | Scalar::Float32(_)
        | Scalar::Float64(_)
        | Scalar::Complex64(_)
        | Scalar::Complex128(_) => String::new(), // they have a point
    }
}

fn not_finite(float: f64) -> &'static str {
    if float.is_nan() {
        "nan"
    } else if float > 0.0 {
        "inf"
    } else {
        "-inf"
    }
}

fn positional(float: f64) -> [String; 3] {
    let shortest = float.to_string();
    let text = match shortest.split_once('.') {
        Some((_, fraction)) if fraction.len() > DIGITS => format!("{float:.DIGITS$}"),
        _ => shortest,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    [whole.to_owned(), fraction.trim_end_matches('0').to_owned(), String::new()]
}

fn scientific(float: f64) -> [String; 3] {
    let shortest = format!("{float:e}");
    let is_long = shortest
        .split_once('.')
        .is_some_and(|(_, rest)| rest.split('e').next().is_some_and(|fraction| fraction.len() > DIGITS));
    let text = if is_long { format!("{float:.DIGITS$e}") } else { shortest };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    [whole.to_owned(), fraction.trim_end_matches('0').to_owned(), super::power(exponent)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Buffer, Value};

    fn shown(shape: &[usize], elements: impl Into<Buffer>) -> String {
        Value::Array(Array::new(shape, elements).unwrap()).brief().to_string()
    }

    /// What numpy 1.26 prints of the same arrays.
    #[test]
    fn as_numpy_prints() {
        assert_eq!(shown(&[3], vec![1.0, 2.5, 3.25]), "[1.   2.5  3.25]");
        assert_eq!(shown(&[3], vec![-1_i64, 1, 11]), "[-1  1 11]");
        assert_eq!(shown(&[2], vec![true, false]), "[ True False]");
        assert_eq!(shown(&[2], vec![true, true]), "[ True  True]");
        let halves = [10.72, 0.1].map(half::f16::from_f64).to_vec();
        assert_eq!(shown(&[2], halves), "[10.72  0.1 ]");
        let complex = |re, im| num_complex::Complex::new(re, im);
        assert_eq!(shown(&[2], vec![complex(1.0, -2.0), complex(3.5, 10.25)]), "[1.  -2.j   3.5+10.25j]");
        assert_eq!(shown(&[1], vec![complex(1.0, 0.0)]), "[1.+0.j]");
        assert_eq!(shown(&[2], vec![1.0 / 3.0, 2.0]), "[0.33333333 2.        ]");
        assert_eq!(shown(&[2], vec![1.0, 2.5e10]), "[1.0e+00 2.5e+10]");
        assert_eq!(shown(&[3], vec![f64::NAN, f64::NEG_INFINITY, 1.0]), "[ nan -inf   1.]");
        assert_eq!(shown(&[2], vec![0.1_f32, 1.0]), "[0.1 1. ]");
        assert_eq!(shown(&[2, 2], vec![1.0, 2.0, 3.0, 4.5]), "[[1.  2. ]\n [3.  4.5]]");
        let cube: Vec<i64> = (0..8).collect();
        assert_eq!(shown(&[2, 2, 2], cube), "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]");
        assert_eq!(shown(&[0, 3], Vec::<f64>::new()), "[]");
        assert_eq!(shown(&[2], vec![0.0, 0.0]), "[0. 0.]");
        assert_eq!(shown(&[2], vec![1e-5, 1.0 / 3.0]), "[1.00000000e-05 3.33333333e-01]");
    }

    #[test]
    fn long_ones() {
        let many: Vec<f64> = (0..1001).map(f64::from).collect();
        assert_eq!(shown(&[1001], many), "[   0.    1.    2. ...  998.  999. 1000.]");
        let grid: Vec<i64> = (0..2000).collect();
        assert_eq!(
            shown(&[1000, 2], grid),
            "[[   0    1]\n [   2    3]\n [   4    5]\n ...\n [1994 1995]\n [1996 1997]\n [1998 1999]]"
        );
        let line: Vec<i64> = (0..40).collect();
        assert_eq!(
            shown(&[40], line),
            "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39]"
        );
    }

    #[test]
    fn wanted_whole_they_are_not_abbreviated() {
        let many = Value::Array(Array::vector((0..2000).map(f64::from).collect::<Vec<_>>()));
        let text = many.whole().to_string();
        let numbers =
            text.trim_matches(['[', ']']).split_whitespace().map(|word| word.parse::<f64>().unwrap());
        assert!(numbers.eq((0..2000).map(f64::from)), "{text}");
    }
}
