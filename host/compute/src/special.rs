//! Special functions of doubles.
//!
//! The error function and the gamma function are those of the `libm` crate, Bessel and Airy functions those of
//! the `complex-bessel` crate (Amos's algorithm); the rest is worked out here. `docs/functions.md` has a bound of the
//! error of each, which `host/expr/tests/special.rs` checks over reference values with 50 digits.
//!
//! Where a function has no real value it is NaN, at a pole infinite where it has one sign round it.

mod bessel;
mod elliptic;
mod expint;
mod gamma;
mod polynomial;
mod zeta;

pub(crate) use bessel::{airy_ai, airy_bi, bessel_i, bessel_j, bessel_k, bessel_y, complex};
pub(crate) use elliptic::{elliptic_e, elliptic_e_incomplete, elliptic_k};
pub(crate) use expint::{expint, exponential_integral};
pub(crate) use gamma::{
    beta, binomial, digamma, double_factorial, factorial, gamma, inverse_erf, log_gamma, polygamma,
};
pub(crate) use polynomial::{assoc_legendre, chebyshev_t, chebyshev_u, hermite, laguerre, legendre};
pub(crate) use zeta::{hurwitz_zeta, zeta};

/// Returns the integer that a double is, where it is one of at most `limit`.
fn integer(x: f64, limit: f64) -> Option<i64> {
    (x.fract() == 0.0 && x.abs() <= limit).then_some(x as i64)
}
