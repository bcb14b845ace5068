//! Bessel and Airy functions of a real order, from `complex-bessel`.

use complex_bessel as amos;
use num_complex::Complex;

/// Returns J of order `order`.
pub(crate) fn bessel_j(order: f64, x: f64) -> f64 {
    if x.is_nan() || order.is_nan() {
        return f64::NAN;
    }
    if x.is_infinite() {
        return 0.0;
    }
    match of_negative(order, x, 1.0) {
        Some(parity) => parity * bessel_j(order, -x),
        None if x < 0.0 => f64::NAN,
        None => real(amos::besselj(order, x.into()), f64::NAN),
    }
}

/// Returns Y of order `order`; it has no real value below zero.
pub(crate) fn bessel_y(order: f64, x: f64) -> f64 {
    if x.is_nan() || order.is_nan() || x < 0.0 {
        f64::NAN
    } else if x == 0.0 {
        f64::NEG_INFINITY
    } else if x.is_infinite() {
        0.0
    } else {
        real(amos::bessely(order, x.into()), f64::NEG_INFINITY)
    }
}

/// Returns I of order `order`.
pub(crate) fn bessel_i(order: f64, x: f64) -> f64 {
    if x.is_nan() || order.is_nan() {
        return f64::NAN;
    }
    if let Some(parity) = of_negative(order, x, 1.0) {
        return parity * bessel_i(order, -x);
    }
    if x < 0.0 {
        f64::NAN
    } else if x.is_infinite() {
        x
    } else {
        real(amos::besseli(order, x.into()), f64::INFINITY)
    }
}

/// Returns K of order `order`; it has no real value below zero.
pub(crate) fn bessel_k(order: f64, x: f64) -> f64 {
    if x.is_nan() || order.is_nan() || x < 0.0 {
        f64::NAN
    } else if x == 0.0 {
        f64::INFINITY
    } else if x.is_infinite() {
        0.0
    } else {
        real(amos::besselk(order, x.into()), f64::INFINITY)
    }
}

/// Returns Ai.
pub(crate) fn airy_ai(x: f64) -> f64 {
    if x.is_infinite() { 0.0 } else { real(amos::airy(Complex::from(x)), 0.0) }
}

/// Returns Bi.
pub(crate) fn airy_bi(x: f64) -> f64 {
    match x {
        f64::INFINITY => x,
        f64::NEG_INFINITY => 0.0,
        _ => real(amos::biry(Complex::from(x)), f64::INFINITY),
    }
}

/// Returns the sign that a whole order gives to an argument below zero.
fn of_negative(order: f64, x: f64, even: f64) -> Option<f64> {
    if x >= 0.0 || order.fract() != 0.0 {
        return None;
    }
    Some(if order % 2.0 == 0.0 { even } else { -even })
}

fn real(value: Result<Complex<f64>, amos::Error>, beyond: f64) -> f64 {
    match value {
        Ok(value) => value.re,
        Err(amos::Error::Overflow) => beyond,
        Err(_) => f64::NAN,
    }
}

/// The same of complex arguments; an order that is not real has no value.
pub(crate) mod complex {
    use super::*;

    macro_rules! of_real_order {
        ($($name:ident = $function:path;)*) => {
            $(
                pub(crate) fn $name(order: Complex<f64>, z: Complex<f64>) -> Complex<f64> {
                    if order.im == 0.0 { value($function(order.re, z)) } else { value(Err(amos::Error::InvalidInput)) }
                }
            )*
        };
    }

    of_real_order! {
        bessel_j = amos::besselj;
        bessel_y = amos::bessely;
        bessel_i = amos::besseli;
        bessel_k = amos::besselk;
    }

    pub(crate) fn airy_ai(z: Complex<f64>) -> Complex<f64> {
        value(amos::airy(z))
    }

    pub(crate) fn airy_bi(z: Complex<f64>) -> Complex<f64> {
        value(amos::biry(z))
    }

    fn value(value: Result<Complex<f64>, amos::Error>) -> Complex<f64> {
        value.unwrap_or(Complex::new(f64::NAN, f64::NAN))
    }
}
