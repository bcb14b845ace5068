//! Riemann's and Hurwitz's zeta functions, by the summation of Euler and Maclaurin.

use std::f64::consts::PI;

use super::gamma;

/// B(2k)/(2k)!
const BERNOULLI: [f64; 13] = [
    0.083_333_333_333_333_33,
    -0.001_388_888_888_888_889,
    3.306_878_306_878_307e-5,
    -8.267_195_767_195_768e-7,
    2.087_675_698_786_81e-8,
    -5.284_190_138_687_493e-10,
    1.338_253_653_068_467_9e-11,
    -3.389_680_296_322_582_7e-13,
    8.586_062_056_277_845e-15,
    -2.174_868_698_558_062e-16,
    5.509_002_828_360_229_5e-18,
    -1.395_446_468_581_252_3e-19,
    3.534_707_039_629_467e-21,
];

/// Returns Riemann's zeta function of a real argument.
///
/// # Source
/// DLMF 25.2.9 from 0 on, 25.4.2 below.
pub(crate) fn zeta(s: f64) -> f64 {
    if s == 1.0 {
        return f64::INFINITY;
    }
    if s < 0.0 {
        if s % 2.0 == 0.0 {
            return 0.0;
        }
        let quarter_turns = s % 4.0;
        let sine = (PI / 2.0 * quarter_turns).sin();
        return 2.0 * (2.0 * PI).powf(s - 1.0) * sine * gamma::gamma(1.0 - s) * zeta(1.0 - s);
    }
    if s > 60.0 {
        return 1.0;
    }
    sum(s, 1.0)
}

/// Returns Hurwitz's zeta function of real arguments; below zero a second one that is whole is a pole.
///
/// # Source
/// DLMF 25.11.5, and 25.11.3 below zero.
pub(crate) fn hurwitz_zeta(s: f64, a: f64) -> f64 {
    if s.is_nan() || a.is_nan() {
        return f64::NAN;
    }
    if s == 1.0 {
        return f64::INFINITY;
    }
    if a == 1.0 {
        return zeta(s);
    }
    if a > 0.0 {
        return if s < 0.0 { f64::NAN } else { sum(s, a) };
    }
    if a.fract() == 0.0 {
        return f64::INFINITY;
    }
    if s.fract() != 0.0 || s < 1.0 || a < -10_000.0 {
        return f64::NAN;
    }
    let (mut a, mut shift) = (a, 0.0);
    while a < 0.0 {
        shift += a.powf(-s);
        a += 1.0;
    }
    shift + sum(s, a)
}

fn sum(s: f64, a: f64) -> f64 {
    const TERMS: u32 = 12;
    let mut terms = [0.0; TERMS as usize];
    for (k, term) in (0..TERMS).zip(&mut terms) {
        *term = (a + f64::from(k)).powf(-s);
    }
    let end = a + f64::from(TERMS);
    let power = end.powf(-s);
    let mut tail = end * power / (s - 1.0) + power / 2.0;
    let mut factor = s * power / end;
    for (k, coefficient) in (1..).zip(BERNOULLI) {
        let term = factor * coefficient;
        tail += term;
        if term.abs() < f64::EPSILON * tail.abs() / 16.0 {
            break;
        }
        let twice = f64::from(2 * k);
        factor *= (s + twice - 1.0) * (s + twice) / (end * end);
    }
    // From the smallest on.
    terms.iter().rev().fold(tail, |sum, term| sum + term)
}
