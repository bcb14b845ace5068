//! The gamma function and its kin, and the inverse of the error function.

use std::f64::consts::PI;

use super::{hurwitz_zeta, integer};

/// The positive zero of digamma, in two parts.
const ROOT: [f64; 2] = [1.461_632_144_968_362_2, 9.549_995_429_965_697e-17];
/// The derivatives of digamma at its zero, each over the factorial of its order.
const ABOUT_ROOT: [f64; 23] = [
    0.967_672_245_447_621_2,
    -0.442_763_168_983_592_1,
    0.258_499_760_955_651,
    -0.163_942_705_442_406_52,
    0.107_824_050_691_262_37,
    -0.072_199_561_256_454_71,
    0.048_804_288_164_143_11,
    -0.033_161_126_474_847_36,
    0.022_597_648_232_218_104,
    -0.015_424_765_904_948_96,
    0.010_538_791_616_612_175,
    -0.007_204_534_386_356_869,
    0.004_926_781_395_729_853,
    -0.003_369_801_655_439_328,
    0.002_305_126_326_734_928,
    -0.001_576_936_771_430_197_2,
    0.001_078_825_201_916_296_7,
    -0.000_738_070_938_996_005_2,
    0.000_504_953_265_834_602,
    -0.000_345_468_025_106_307_7,
    0.000_236_356_015_640_270_53,
    -0.000_161_706_220_919_748_03,
    0.000_110_633_727_687_474_1,
];
/// Bernoulli numbers B(2k)/2k, of Stirling's series for digamma.
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32760.0,
    1.0 / 12.0,
    -3617.0 / 8160.0,
];

/// Returns the gamma function; at a pole it has no value.
pub(crate) fn gamma(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0 / x;
    }
    if x < 0.0 && x.fract() == 0.0 {
        return f64::NAN;
    }
    // Whole arguments are exact as far as a double holds them, and correctly rounded a little further.
    if let Some(n) = integer(x, 26.0) {
        return (1..n).map(|factor| factor as f64).product();
    }
    libm::tgamma(x)
}

/// Returns the logarithm of the magnitude of the gamma function.
pub(crate) fn log_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

pub(crate) fn factorial(x: f64) -> f64 {
    // Far from zero the sum would be rounded, and the function is steep.
    if x > 1.0 && x.fract() != 0.0 { x * gamma(x) } else { gamma(x + 1.0) }
}

/// Returns the double factorial, by DLMF 5.4.2 where it is not whole.
pub(crate) fn double_factorial(x: f64) -> f64 {
    match integer(x, 300.0) {
        Some(n) if n >= -1 => (1..=n).rev().step_by(2).map(|factor| factor as f64).product(),
        Some(n) if n % 2 == 0 => f64::NAN,
        _ => {
            let scale = (2.0 / PI).powf((1.0 - (PI * x).cos()) / 4.0);
            scale * (x / 2.0).exp2() * gamma(x / 2.0 + 1.0)
        }
    }
}

/// Returns the logarithmic derivative of the gamma function.
///
/// # Source
/// DLMF 5.11.2 beyond 10, 5.5.2 from below that, 5.5.4 below zero; Taylor's series about the positive zero.
pub(crate) fn digamma(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x == 0.0 {
        return -1.0 / x;
    }
    if x < 0.0 {
        if x.fract() == 0.0 || x.is_infinite() {
            return f64::NAN;
        }
        let rest = x - x.round();
        return digamma(1.0 - x) - PI / (PI * rest).tan();
    }
    let distance = (x - ROOT[0]) - ROOT[1];
    if distance.abs() < 0.25 {
        return ABOUT_ROOT.iter().rev().fold(0.0, |sum, coefficient| (sum + coefficient) * distance);
    }
    let (mut x, mut shift) = (x, 0.0);
    while x < 10.0 {
        shift += 1.0 / x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = STIRLING.iter().rev().fold(0.0, |sum, coefficient| (sum + coefficient) * square);
    (x.ln() - 0.5 / x - series) - shift
}

/// Returns the derivatives of digamma.
///
/// # Source
/// DLMF 25.11.12.
pub(crate) fn polygamma(order: f64, x: f64) -> f64 {
    match integer(order, 170.0) {
        Some(0) => digamma(x),
        Some(n) if n > 0 => {
            let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
            sign * factorial(order) * hurwitz_zeta(order + 1.0, x)
        }
        _ => f64::NAN,
    }
}

/// Returns Γ(a) Γ(b) / Γ(a + b).
pub(crate) fn beta(a: f64, b: f64) -> f64 {
    let (larger, smaller) = if a.abs() >= b.abs() { (a, b) } else { (b, a) };
    let quotient = if larger > 0.0 && smaller > 0.0 && larger + smaller > 170.0 {
        ratio_of_gammas(larger, smaller)
    } else {
        gamma(larger) / gamma(larger + smaller)
    };
    let value = quotient * gamma(smaller);
    if value.is_finite() {
        return value;
    }
    if a > 0.0 && b > 0.0 { (log_gamma(a) + log_gamma(b) - log_gamma(a + b)).exp() } else { value }
}

/// Γ(x) / Γ(x + y) for a large x, by Stirling's series (DLMF 5.11.1) term by term, so that nothing large cancels.
fn ratio_of_gammas(x: f64, y: f64) -> f64 {
    let correction = |x: f64| {
        let square = 1.0 / (x * x);
        (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / x
    };
    let sum = x + y;
    let exponent = -(x - 0.5) * (y / x).ln_1p() - y * sum.ln() + y + correction(x) - correction(sum);
    exponent.exp()
}

/// Returns the binomial coefficient; below zero, a whole `k` gives none.
pub(crate) fn binomial(n: f64, k: f64) -> f64 {
    if let Some(k) = integer(k, 1000.0) {
        if k < 0 {
            return 0.0;
        }
        // Symmetric where both are whole.
        let k = if n >= 0.0 && n.fract() == 0.0 && k as f64 > n / 2.0 { n - k as f64 } else { k as f64 };
        if k < 0.0 {
            return 0.0;
        }
        let mut product = 1.0;
        for step in 1..=(k as i64) {
            product = product * (n - k + step as f64) / step as f64;
        }
        return product;
    }
    // 1/((n + 1) B(n - k + 1, k + 1))
    1.0 / ((n + 1.0) * beta(n - k + 1.0, k + 1.0))
}

/// Returns the inverse of the error function.
///
/// # Source
/// Two steps of Halley's method on DLMF 7.2.1 from the approximation of Winitzki; near ±1 on 7.2.2, which does
/// not cancel there.
pub(crate) fn inverse_erf(y: f64) -> f64 {
    let magnitude = y.abs();
    if magnitude > 1.0 || y.is_nan() {
        return f64::NAN;
    }
    if magnitude == 1.0 {
        return f64::INFINITY.copysign(y);
    }
    if magnitude < 1e-8 {
        return y * (PI.sqrt() / 2.0);
    }
    const A: f64 = 0.147;
    let log = ((1.0 - magnitude) * (1.0 + magnitude)).ln();
    let half = 2.0 / (PI * A) + log / 2.0;
    let mut x = ((half * half - log / A).sqrt() - half).sqrt();
    for _ in 0..3 {
        let error =
            if magnitude < 0.5 { libm::erf(x) - magnitude } else { (1.0 - magnitude) - libm::erfc(x) };
        let step = error / (2.0 / PI.sqrt() * (-x * x).exp());
        x -= step / (1.0 + x * step);
    }
    x.copysign(y)
}
