//! Special functions of doubles.
//!
//! The error function and the gamma function are those of the `libm` crate, Bessel and Airy functions those of
//! the `complex-bessel` crate (Amos's algorithm); the rest is worked out here. `host/expr/tests/golden/special.txt` holds
//! reference values with 50 digits; over them the errors stay below these bounds, relative to the value unless
//! it says otherwise (`host/expr/tests/special.rs` checks them):
//!
//! | function | bound | where |
//! |---|---|---|
//! | `erf`, `erfc` | 1 ulp, 2 ulp | everywhere |
//! | `erfinv` | 7e-16 | everywhere |
//! | `gamma`, `factorial` | 1.5e-15 | up to overflow |
//! | `loggamma` | 9e-16 | from 0 on |
//! | `digamma` | 3e-15 | but next to its zeros below zero |
//! | `polygamma`, `zeta` | 2e-14 | orders up to 7; arguments from -20 |
//! | `beta`, `binomial` | 1e-13, 1e-14 | arguments up to 90 |
//! | `besselj`, `bessely` | 4e-13 of the amplitude | arguments up to 1000, orders up to 100 |
//! | `besseli`, `besselk` | 1e-13 | arguments up to 500, orders up to 100 |
//! | `airyai`, `airybi` | 5e-14 of the amplitude | arguments from -50 to 50 |
//! | `legendre`, `chebyshevt`, `hermite`, `laguerre`, `assoc_legendre` | 1e-13 of the largest term | degrees up to 50 |
//! | `elliptic_k`, `elliptic_e` | 9e-16, 2e-15 | parameters from -50 |
//! | `Ei`, `expint` | 3e-15, 1e-14 | up to overflow; orders from -2.5 to 10 |
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
