//! Functions of real doubles that the C library does not have, or not with the cases of Python and numpy.

use crate::powers;

/// Returns one for what holds, else zero.
pub(crate) fn truth(truth: bool) -> f64 {
    f64::from(u8::from(truth))
}

pub(crate) fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x.abs() } else { x.signum() }
}

/// The step at zero, where it has the value of `at_zero`.
pub(crate) fn heaviside(x: f64, at_zero: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x == 0.0 {
        at_zero
    } else {
        truth(x > 0.0)
    }
}

/// Raises to a power with the special cases of C, and with the bits that a program's constant exponent gives.
#[inline]
pub(crate) fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 2.0 {
        base * base
    } else if exponent == 0.5 && base != f64::NEG_INFINITY {
        base.sqrt() + 0.0 // of the negative zero too it is the positive one
    } else if exponent == -1.0 {
        1.0 / base
    } else if powers::is_whole_power(exponent) {
        powers::whole_power(base, exponent as i32)
    } else {
        base.powf(exponent)
    }
}

/// Returns the remainder that has the sign of the divisor.
pub(crate) fn modulo(dividend: f64, divisor: f64) -> f64 {
    let rest = dividend % divisor;
    if divisor == 0.0 || rest.is_nan() {
        f64::NAN
    } else if rest == 0.0 {
        0.0_f64.copysign(divisor)
    } else if (rest < 0.0) != (divisor < 0.0) {
        rest + divisor
    } else {
        rest
    }
}
