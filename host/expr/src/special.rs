//! Special functions of doubles.
//!
//! The error function and the gamma function are those of the `libm` crate, Bessel and Airy functions those of
//! the `complex-bessel` crate (Amos's algorithm); the rest is worked out here. `tests/golden/special.txt` holds
//! reference values with 50 digits; over them the errors stay below these bounds, relative to the value unless
//! it says otherwise:
//!
//! | function | bound | where |
//! |---|---|---|
//! | `erf`, `erfc` | 1 ulp | everywhere |
//! | `erfinv` | 3 ulp | everywhere |
//! | `gamma`, `factorial` | 6 ulp | up to overflow |
//! | `loggamma` | 4 ulp | but next to its zeros below zero |
//! | `digamma` | 8 ulp | but next to its zeros below zero |
//! | `polygamma`, `zeta` | 2e-14 | |
//! | `beta`, `binomial` | 1e-12 | 1e-14 where no argument is beyond 100 |
//! | `besselj`, `bessely` | 5e-14 of the amplitude | argument and order up to 1000 |
//! | `besseli`, `besselk` | 5e-14 | argument and order up to 500 |
//! | `airyai`, `airybi` | 2e-14 of the amplitude | arguments from -50 to 50 |
//! | `legendre`, `chebyshevt`, `hermite`, `laguerre`, `assoc_legendre` | 1e-13 of the largest term | degrees up to 50 |
//! | `elliptic_k`, `elliptic_e` | 4 ulp | |
//! | `Ei`, `expint` | 2e-15 | real orders that are not close to an integer, next to zero: 1e-12 |
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
