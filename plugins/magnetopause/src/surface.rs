//! The shape of the whole magnetopause.

use crate::{flaring, standoff_distance};

/// Returns the distance of the magnetopause from the Earth's centre in the direction `theta` from the line
/// to the Sun.
///
/// # Units
/// `theta` in `rad`, `b_z` in `nT`, `p_dyn` in `nPa` → `R_E`
///
/// # Errors
/// Where `p_dyn` is not above 0.
///
/// # Source
/// Shue et al. (1998), eqs. (1), (10) and (11), doi:10.1029/98JA01103; the form is that of Shue et al. (1997),
/// doi:10.1029/97JA00196
pub fn magnetopause_distance(theta: f64, b_z: f64, p_dyn: f64) -> Result<f64, String> {
    let (r_0, alpha) = (standoff_distance(b_z, p_dyn)?, flaring(b_z, p_dyn)?);
    Ok(r_0 * (2.0 / (1.0 + theta.cos())).powf(alpha))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_PI_2;

    use super::*;

    #[track_caller]
    fn check(theta: f64, b_z: f64, p_dyn: f64, expected: f64) {
        let found = magnetopause_distance(theta, b_z, p_dyn).unwrap();
        assert!((found / expected - 1.0).abs() < 1e-15, "expected {expected}, found {found}");
    }

    /// Expected values from 30-digit arithmetic (mpmath), from the paper's formula.
    #[test]
    fn agrees_with_arithmetic_of_more_digits() {
        check(FRAC_PI_2, 0.0, 2.0, 15.427_840_293_822_53);
        check(FRAC_PI_2, -15.0, 2.0, 13.307_104_055_976_074);
        check(2.0, 0.0, 2.0, 21.188_678_403_406_15);
        check(2.0, -20.0, 60.0, 12.759_771_507_447_236);
    }

    #[test]
    fn meets_the_standoff_distance_at_the_nose() {
        for (b_z, p_dyn) in [(0.0, 2.0), (-12.0, 7.0), (6.0, 0.3)] {
            assert_eq!(magnetopause_distance(0.0, b_z, p_dyn), standoff_distance(b_z, p_dyn));
        }
    }
}
