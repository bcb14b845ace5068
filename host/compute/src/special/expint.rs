//! Exponential integrals.

use super::{gamma, integer};

/// Euler's γ.
const EULER: f64 = 0.577_215_664_901_532_9;
/// The zero of Ei, in two parts.
const ROOT: [f64; 2] = [0.372_507_410_781_366_6, 1.314_018_341_438_602_8e-17];

/// Returns Ei, minus infinite at zero.
///
/// # Source
/// DLMF 6.6.2 up to 40, taken about the zero so that nothing cancels there; 6.12.2 beyond; 6.2.6 below zero.
pub(crate) fn exponential_integral(x: f64) -> f64 {
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    if x < 0.0 {
        return -expint(1.0, -x);
    }
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x > 40.0 {
        let half = (x / 2.0).exp(); // the whole overflows before the result does
        return half / x * asymptotic(x) * half;
    }
    // ln(x/root) + Σ (x^k - root^k)/(k k!), the differences of powers by recurrence.
    let distance = (x - ROOT[0]) - ROOT[1];
    let mut difference = distance;
    let (mut power_of_root, mut factorial, mut sum) = (ROOT[0], 1.0, 0.0);
    for k in 1..200 {
        let k = f64::from(k);
        factorial *= k;
        let term = difference / (k * factorial);
        sum += term;
        if term.abs() < f64::EPSILON * sum.abs() / 16.0 {
            break;
        }
        difference = x * difference + distance * power_of_root;
        power_of_root *= ROOT[0];
    }
    let ratio = x / ROOT[0];
    if (0.5..2.0).contains(&ratio) { (distance / ROOT[0]).ln_1p() + sum } else { ratio.ln() + sum }
}

/// Σ k!/x^k, as long as it falls.
fn asymptotic(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..60 {
        let next = term * f64::from(k) / x;
        if next > term || next < f64::EPSILON / 8.0 {
            break;
        }
        term = next;
        sum += term;
    }
    sum
}

/// Returns the generalised exponential integral of a real order, for arguments from zero.
///
/// # Source
/// DLMF 8.19.17 (the continued fraction) beyond 1, below that 8.19.8 for a whole order and 8.19.10 for others.
pub(crate) fn expint(order: f64, x: f64) -> f64 {
    if order.is_nan() || x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return if order > 1.0 { 1.0 / (order - 1.0) } else { f64::INFINITY };
    }
    if x.is_infinite() {
        return 0.0;
    }
    if order == 0.0 {
        return (-x).exp() / x;
    }
    if order < 0.0 {
        return of_negative_order(order, x);
    }
    if x > 1.0 || order > 50.0 {
        return (-x).exp() * fraction(order, x);
    }
    match integer(order, 50.0) {
        Some(order) => of_whole_order(order, x),
        None => of_broken_order(order, x),
    }
}

/// Goes down from an order between 0 and 1: x E(p) = e^-x - p E(p + 1) (DLMF 8.19.12).
fn of_negative_order(order: f64, x: f64) -> f64 {
    if order < -500.0 {
        return f64::NAN;
    }
    if x > 40.0 {
        return (-x).exp() * fraction(order, x);
    }
    let mut p = order - order.floor();
    let mut value = expint(p, x);
    while p > order {
        p -= 1.0;
        value = ((-x).exp() - p * value) / x;
    }
    value
}

/// Lentz's method on 1/(x + p/(1 + 1/(x + (p+1)/(1 + 2/(x + …))))), contracted to its even part.
fn fraction(order: f64, x: f64) -> f64 {
    let mut b = x + order;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut value = d;
    for k in 1..2000 {
        let k = f64::from(k);
        let a = -k * (order - 1.0 + k);
        b += 2.0;
        d = 1.0 / (a * d + b);
        c = b + a / c;
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

fn of_whole_order(order: i64, x: f64) -> f64 {
    let (mut power, mut sum) = (1.0, 0.0);
    let last = order - 1;
    for k in 0..80 {
        if k != last {
            let term = power / (k - last) as f64;
            sum -= term;
            if k > last && term.abs() < f64::EPSILON * sum.abs() / 16.0 {
                break;
            }
        }
        power *= -x / (k + 1) as f64;
    }
    let mut harmonic = -EULER;
    let mut factor = 1.0;
    for k in 1..=last {
        harmonic += 1.0 / k as f64;
        factor *= -x / k as f64;
    }
    factor * (harmonic - x.ln()) + sum
}

fn of_broken_order(order: f64, x: f64) -> f64 {
    let (mut power, mut sum) = (1.0, 0.0);
    for k in 0..80 {
        let k = f64::from(k);
        let term = power / (1.0 - order + k);
        sum += term;
        if k > order && term.abs() < f64::EPSILON * sum.abs() / 16.0 {
            break;
        }
        power *= -x / (k + 1.0);
    }
    gamma::gamma(1.0 - order) * x.powf(order - 1.0) - sum
}
