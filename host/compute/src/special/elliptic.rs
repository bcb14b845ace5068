//! Elliptic integrals of the parameter m, by means that double the digits at each step.

use std::f64::consts::{FRAC_PI_2, PI};

/// Returns the complete integral of the first kind.
///
/// # Source
/// DLMF 19.8.5: π/2 over the arithmetic-geometric mean of 1 and √(1 - m).
pub(crate) fn elliptic_k(m: f64) -> f64 {
    if m == 1.0 {
        return f64::INFINITY;
    }
    if m == f64::NEG_INFINITY {
        return 0.0;
    }
    let (mut a, mut g) = (1.0, (1.0 - m).sqrt());
    if g.is_nan() {
        return f64::NAN;
    }
    while (a - g).abs() > 2.0 * f64::EPSILON * a {
        (a, g) = (f64::midpoint(a, g), (a * g).sqrt());
    }
    FRAC_PI_2 / f64::midpoint(a, g)
}

/// Returns the complete integral of the second kind.
///
/// # Source
/// DLMF 19.25.1: by Carlson's R_F and R_D.
pub(crate) fn elliptic_e(m: f64) -> f64 {
    if m == 1.0 {
        return 1.0;
    }
    if m > 1.0 || m.is_nan() {
        return f64::NAN;
    }
    if m == f64::NEG_INFINITY {
        return f64::INFINITY;
    }
    if m < 0.0 {
        // 19.7.4: nothing cancels on the other side of zero.
        return (1.0 - m).sqrt() * elliptic_e(m / (m - 1.0));
    }
    let rest = 1.0 - m;
    // 19.25.1, as a sum of positive terms.
    rest / 3.0 * (carlson_rd(0.0, rest, 1.0) + carlson_rd(0.0, 1.0, rest))
}

/// Returns the incomplete integral of the second kind, of an angle and m.
///
/// # Source
/// DLMF 19.25.9 and 19.2.10.
pub(crate) fn elliptic_e_incomplete(angle: f64, m: f64) -> f64 {
    if !angle.is_finite() || m.is_nan() {
        return f64::NAN;
    }
    let half_turns = (angle / PI).round();
    let rest = angle - half_turns * PI;
    let whole = if half_turns == 0.0 { 0.0 } else { 2.0 * half_turns * elliptic_e(m) };
    let (sine, cosine) = rest.sin_cos();
    let (square, under) = (cosine * cosine, 1.0 - m * sine * sine);
    if under < 0.0 {
        return f64::NAN;
    }
    let part =
        sine * (carlson_rf(square, under, 1.0) - m * sine * sine / 3.0 * carlson_rd(square, under, 1.0));
    whole + part
}

/// Carlson's symmetric integral of the first kind, by duplication (DLMF 19.36.1).
fn carlson_rf(x: f64, y: f64, z: f64) -> f64 {
    let (mut x, mut y, mut z) = (x, y, z);
    let mut mean = (x + y + z) / 3.0;
    while [x, y, z].iter().any(|part| (mean - part).abs() > 1e-3 * mean.abs()) {
        let lambda = (x * y).sqrt() + (y * z).sqrt() + (z * x).sqrt();
        (x, y, z) = ((x + lambda) / 4.0, (y + lambda) / 4.0, (z + lambda) / 4.0);
        mean = (x + y + z) / 3.0;
    }
    let (dx, dy) = (1.0 - x / mean, 1.0 - y / mean);
    let dz = -(dx + dy);
    let (e2, e3) = (dx * dy - dz * dz, dx * dy * dz);
    let series =
        1.0 - e2 / 10.0 + e3 / 14.0 + e2 * e2 / 24.0 - 3.0 * e2 * e3 / 44.0 - 5.0 * e2 * e2 * e2 / 208.0
            + 3.0 * e3 * e3 / 104.0
            + e2 * e2 * e3 / 16.0;
    series / mean.sqrt()
}

/// Carlson's integral of the second kind, by duplication (DLMF 19.36.2).
fn carlson_rd(x: f64, y: f64, z: f64) -> f64 {
    let (mut x, mut y, mut z) = (x, y, z);
    let (mut sum, mut power) = (0.0, 1.0);
    let mut mean = (x + y + 3.0 * z) / 5.0;
    while [x, y, z].iter().any(|part| (mean - part).abs() > 1e-3 * mean.abs()) {
        let lambda = (x * y).sqrt() + (y * z).sqrt() + (z * x).sqrt();
        sum += power / (z.sqrt() * (z + lambda));
        power /= 4.0;
        (x, y, z) = ((x + lambda) / 4.0, (y + lambda) / 4.0, (z + lambda) / 4.0);
        mean = (x + y + 3.0 * z) / 5.0;
    }
    let (dx, dy) = (1.0 - x / mean, 1.0 - y / mean);
    let dz = -(dx + dy) / 3.0;
    let (xy, zz) = (dx * dy, dz * dz);
    let e2 = xy - 6.0 * zz;
    let e3 = (3.0 * xy - 8.0 * zz) * dz;
    let e4 = 3.0 * (xy - zz) * zz;
    let e5 = xy * zz * dz;
    let series =
        1.0 - 3.0 * e2 / 14.0 + e3 / 6.0 + 9.0 * e2 * e2 / 88.0 - 3.0 * e4 / 22.0 - 9.0 * e2 * e3 / 52.0
            + 3.0 * e5 / 26.0
            - e2 * e2 * e2 / 16.0
            + 3.0 * e3 * e3 / 40.0
            + 3.0 * e2 * e4 / 20.0;
    3.0 * sum + power * series / (mean * mean.sqrt())
}
