//! Arrays as text, abbreviated and aligned as numpy prints them.
//!
//! More than [`WHOLE`] elements are shown by the first and the last three of each dimension. Fractions have
//! at most eight digits; numbers that differ by more than a factor of a thousand, or are very large or very
//! small, are written with exponents, all of them.

use kamodo_value::{Array, Scalar};

/// Arrays with more elements are abbreviated.
const WHOLE: usize = 1000;
/// How many elements of an abbreviated dimension are shown at each end.
const EDGE: usize = 3;
/// The most letters of a line.
const WIDTH: usize = 75;
/// The most digits of a fraction.
const DIGITS: usize = 8;

/// Renders an array.
pub(super) fn render(array: &Array) -> String {
    if array.shape().contains(&0) {
        return "[]".to_owned();
    }
    let is_short = array.len() > WHOLE;
    let mut places = Vec::new();
    shown(array.shape(), is_short, 0, &mut places);
    let elements: Vec<Scalar> = places.iter().filter_map(|&at| array.buffer().get(at)).collect();
    let mut words = words(&elements).into_iter();
    dimension(array.shape(), is_short, " ", WIDTH, &mut words)
}

/// The places in a dimension that are shown before and after what is left out, if anything is.
fn ends(length: usize, is_short: bool) -> (usize, usize) {
    if is_short && length > 2 * EDGE { (EDGE, EDGE) } else { (0, length) }
}

/// Collects the flat places of all elements that are shown.
fn shown(shape: &[usize], is_short: bool, base: usize, places: &mut Vec<usize>) {
    let Some((&length, inner)) = shape.split_first() else { return places.push(base) };
    let stride: usize = inner.iter().product();
    let (first, last) = ends(length, is_short);
    for at in (0..first).chain(length - last..length) {
        shown(inner, is_short, base + at * stride, places);
    }
}

/// Renders one dimension; what stands before its first element is as long as `indent`.
fn dimension(
    shape: &[usize],
    is_short: bool,
    indent: &str,
    width: usize,
    words: &mut impl Iterator<Item = String>,
) -> String {
    let Some((&length, inner)) = shape.split_first() else { return words.next().unwrap_or_default() };
    let (first, last) = ends(length, is_short);
    let n_shown = first + last;
    let mut text = String::new();
    if !inner.is_empty() {
        let separator = "\n".repeat(inner.len());
        for index in 0..n_shown {
            if first > 0 && index == first {
                text += &format!("{indent}...{separator}");
            }
            let deeper = format!("{indent} ");
            text += indent;
            text += &dimension(inner, is_short, &deeper, width - 1, words);
            if index + 1 < n_shown {
                text += &separator;
            }
        }
    } else {
        let mut line = indent.to_owned();
        let mut add = |line: &mut String, word: &str| {
            if line.len() + word.len() >= width && line.len() > indent.len() {
                text += line.trim_end();
                text.push('\n');
                *line = indent.to_owned();
            }
            *line += word;
        };
        for index in 0..n_shown {
            if first > 0 && index == first {
                add(&mut line, "...");
                line.push(' ');
            }
            add(&mut line, &words.next().unwrap_or_default());
            if index + 1 < n_shown {
                line.push(' ');
            }
        }
        text += &line;
    }
    format!("[{}]", &text[indent.len()..])
}

/// Writes the elements with one width.
fn words(elements: &[Scalar]) -> Vec<String> {
    let floats: Option<Vec<f64>> = elements.iter().map(|element| float(*element)).collect();
    let complex: Option<Vec<(f64, f64)>> = elements.iter().map(|element| complex(*element)).collect();
    match (floats, complex) {
        (Some(floats), _) => float_words(&floats),
        (None, Some(complex)) => complex_words(&complex),
        (None, None) => aligned(elements.iter().map(|element| other(*element)).collect()),
    }
}

/// Writes complex numbers: the real parts with one width, and the imaginary ones with theirs and a sign each.
fn complex_words(numbers: &[(f64, f64)]) -> Vec<String> {
    let (reals, sizes): (Vec<f64>, Vec<f64>) = numbers.iter().map(|(re, im)| (*re, im.abs())).unzip();
    let parts = float_words(&reals).into_iter().zip(float_words(&sizes)).zip(numbers);
    let words = parts.map(|((real, size), (_, im))| {
        let sign = if im.is_sign_negative() && !im.is_nan() { '-' } else { '+' };
        let (digits, padding) = (size.trim(), size.len() - size.trim_end().len());
        let indent = size.len() - digits.len() - padding;
        format!("{real}{:indent$}{sign}{digits}j{:padding$}", "", "")
    });
    words.collect()
}

fn aligned(words: Vec<String>) -> Vec<String> {
    let width = words.iter().map(String::len).max().unwrap_or(0);
    words.into_iter().map(|word| format!("{word:>width$}")).collect()
}

/// A floating-point number as the double with the same digits.
fn float(element: Scalar) -> Option<f64> {
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
fn complex(element: Scalar) -> Option<(f64, f64)> {
    match element {
        Scalar::Complex64(complex) => {
            Some((float(Scalar::Float32(complex.re))?, float(Scalar::Float32(complex.im))?))
        }
        Scalar::Complex128(complex) => Some((complex.re, complex.im)),
        _ => None,
    }
}

fn other(element: Scalar) -> String {
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
        | Scalar::Complex128(_) => String::new(), // see `words`
    }
}

fn float_words(floats: &[f64]) -> Vec<String> {
    let sizes = floats.iter().map(|float| float.abs()).filter(|size| size.is_finite() && *size != 0.0);
    let (least, greatest) = sizes.fold((f64::INFINITY, 0.0), |(l, g): (f64, f64), s| (l.min(s), g.max(s)));
    let is_wide = greatest > 0.0 && (greatest >= 1e8 || least < 1e-4 || greatest / least > 1000.0);
    // Before the point, after it, and the exponent.
    let parts: Vec<Option<[String; 3]>> = floats
        .iter()
        .map(|&float| float.is_finite().then(|| if is_wide { scientific(float) } else { positional(float) }))
        .collect();
    let longest = |part: usize| parts.iter().flatten().map(|parts| parts[part].len()).max().unwrap_or(0);
    let (mut before, after, exponent) = (longest(0), longest(1), longest(2));
    let others = floats.iter().filter(|float| !float.is_finite()).map(|float| not_finite(*float).len());
    before = before.max(others.max().unwrap_or(0).saturating_sub(after + 1));
    let words = floats.iter().zip(&parts).map(|(float, parts)| match parts {
        Some([whole, fraction, power]) => {
            let filler = if is_wide { '0' } else { ' ' };
            let rest: String = std::iter::repeat_n(filler, after - fraction.len()).collect();
            format!("{whole:>before$}.{fraction}{rest}{power}")
        }
        None => format!("{:>1$}", not_finite(*float), before + 1 + after + exponent),
    });
    words.collect()
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
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let power = format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    [whole.to_owned(), fraction.trim_end_matches('0').to_owned(), power]
}

#[cfg(test)]
mod tests {
    use kamodo_value::Buffer;

    use super::*;

    fn shown(shape: &[usize], elements: impl Into<Buffer>) -> String {
        render(&Array::new(shape, elements).unwrap())
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
        insta::assert_snapshot!(shown(&[40], line), @"
        [ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
         24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39]
        ");
    }
}
