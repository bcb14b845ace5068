//! Orthogonal polynomials, by the recurrences of DLMF 18.9.1; where the degree is not whole, by their series.

use super::integer;

/// Degrees beyond this are not worked out by recurrence.
const MAX_DEGREE: f64 = 10_000.0;
/// Terms of a series.
const MAX_TERMS: u32 = 10_000;

/// Returns Legendre's P.
pub(crate) fn legendre(degree: f64, x: f64) -> f64 {
    let degree = if degree < -0.5 { -1.0 - degree } else { degree }; // DLMF 14.9.5
    match integer(degree, MAX_DEGREE) {
        Some(n) => recur(n, 1.0, x, |k, last, before| ((2.0 * k + 1.0) * x * last - k * before) / (k + 1.0)),
        None => series_of_legendre(degree, x),
    }
}

/// F(-ν, ν + 1; 1; (1 - x)/2), DLMF 14.3.1.
fn series_of_legendre(degree: f64, x: f64) -> f64 {
    if x <= -1.0 || x >= 3.0 || !degree.is_finite() {
        return f64::NAN;
    }
    let z = (1.0 - x) / 2.0;
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 0..MAX_TERMS {
        let k = f64::from(k);
        term *= (k - degree) * (k + degree + 1.0) / ((k + 1.0) * (k + 1.0)) * z;
        sum += term;
        if term.abs() < f64::EPSILON * sum.abs() / 16.0 && k > degree.abs() {
            break;
        }
    }
    sum
}

/// Returns the associated Legendre function with the phase of Condon and Shortley.
///
/// # Source
/// DLMF 14.7.8, 14.10.3 upwards in the degree, and 14.9.3 for an order below zero.
pub(crate) fn assoc_legendre(degree: f64, order: f64, x: f64) -> f64 {
    let degree = if degree < -0.5 { -1.0 - degree } else { degree };
    let (Some(n), Some(m)) = (integer(degree, MAX_DEGREE), integer(order, MAX_DEGREE)) else {
        return f64::NAN;
    };
    let magnitude = m.abs();
    if magnitude > n {
        return 0.0;
    }
    let square = (1.0 - x) * (1.0 + x);
    if square < 0.0 && magnitude % 2 == 1 {
        return f64::NAN; // imaginary there
    }
    let mut value = if magnitude % 2 == 0 { 1.0 } else { -square.sqrt() };
    for _ in 0..magnitude / 2 {
        value *= square;
    }
    for k in 1..=magnitude {
        value *= (2 * k - 1) as f64;
    }
    let (mut before, mut last) = (0.0, value);
    for k in magnitude..n {
        let (k, order) = (k as f64, magnitude as f64);
        let next = ((2.0 * k + 1.0) * x * last - (k + order) * before) / (k + 1.0 - order);
        (before, last) = (last, next);
    }
    if m < 0 {
        let ratio: f64 = (n - magnitude + 1..=n + magnitude).map(|k| 1.0 / k as f64).product();
        last *= if magnitude % 2 == 0 { ratio } else { -ratio };
    }
    last
}

/// Returns Chebyshev's polynomial of the first kind.
pub(crate) fn chebyshev_t(degree: f64, x: f64) -> f64 {
    match integer(degree, 1000.0) {
        Some(n) => recur(n.abs(), 1.0, x, |_, last, before| 2.0 * x * last - before),
        None if x.abs() <= 1.0 => (degree * x.acos()).cos(),
        None if x > 1.0 => (degree * libm::acosh(x)).cosh(),
        None => f64::NAN,
    }
}

/// Returns Chebyshev's polynomial of the second kind.
pub(crate) fn chebyshev_u(degree: f64, x: f64) -> f64 {
    match integer(degree, 1000.0) {
        Some(-1) => 0.0,
        Some(n) if n < -1 => -chebyshev_u(-2.0 - degree, x),
        Some(n) => recur(n, 1.0, 2.0 * x, |_, last, before| 2.0 * x * last - before),
        None if x.abs() < 1.0 => {
            let angle = x.acos();
            ((degree + 1.0) * angle).sin() / angle.sin()
        }
        None if x == 1.0 => degree + 1.0,
        None => f64::NAN,
    }
}

/// Returns Hermite's polynomial, as the physicists have it; it has no value where the degree is not whole.
pub(crate) fn hermite(degree: f64, x: f64) -> f64 {
    match integer(degree, MAX_DEGREE) {
        Some(n) if n >= 0 => recur(n, 1.0, 2.0 * x, |k, last, before| 2.0 * (x * last - k * before)),
        _ => f64::NAN,
    }
}

/// Returns Laguerre's polynomial.
pub(crate) fn laguerre(degree: f64, x: f64) -> f64 {
    match integer(degree, MAX_DEGREE) {
        Some(n) if n < 0 => x.exp() * laguerre(-1.0 - degree, -x), // DLMF 13.2.39
        Some(n) => {
            recur(n, 1.0, 1.0 - x, |k, last, before| ((2.0 * k + 1.0 - x) * last - k * before) / (k + 1.0))
        }
        None => series_of_laguerre(degree, x),
    }
}

/// M(-ν, 1, x), DLMF 18.11.2.
fn series_of_laguerre(degree: f64, x: f64) -> f64 {
    if !degree.is_finite() || !x.is_finite() {
        return f64::NAN;
    }
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 0..MAX_TERMS {
        let k = f64::from(k);
        term *= (k - degree) / ((k + 1.0) * (k + 1.0)) * x;
        sum += term;
        if term.abs() < f64::EPSILON * sum.abs() / 16.0 && k > degree.abs() {
            break;
        }
    }
    sum
}

/// Goes up from the first two to the `n`-th; `next` is told the degree of the last one.
fn recur(n: i64, first: f64, second: f64, next: impl Fn(f64, f64, f64) -> f64) -> f64 {
    if n == 0 {
        return first;
    }
    let (mut before, mut last) = (first, second);
    for k in 1..n {
        (before, last) = (last, next(k as f64, last, before));
    }
    last
}
