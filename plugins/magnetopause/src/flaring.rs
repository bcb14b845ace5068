//! How much the tail of the magnetopause opens.

use crate::standoff::check_pressure;

/// Returns the level of tail flaring, `α`: 0 is a sphere, above 0.5 the tail opens for ever.
///
/// # Units
/// `b_z` in `nT`, `p_dyn` in `nPa` → a plain number
///
/// # Errors
/// Where `p_dyn` is not above 0.
///
/// # Source
/// Shue et al. (1998), eq. (11), doi:10.1029/98JA01103
pub fn flaring(b_z: f64, p_dyn: f64) -> Result<f64, String> {
    check_pressure(p_dyn)?;
    Ok((0.58 - 0.007 * b_z) * (1.0 + 0.024 * p_dyn.ln()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(b_z: f64, p_dyn: f64, expected: f64) {
        let found = flaring(b_z, p_dyn).unwrap();
        assert!((found / expected - 1.0).abs() < 4e-16, "expected {expected}, found {found}");
    }

    /// Expected values from 30-digit arithmetic (mpmath), from the paper's formula.
    #[test]
    fn agrees_with_arithmetic_of_more_digits() {
        check(0.0, 1.0, 0.58);
        check(10.0, 1.0, 0.51);
        check(-5.0, 2.0, 0.625_230_852_385_064_8);
        check(-20.0, 60.0, 0.790_750_274_035_197_9);
        check(5.0, 0.5, 0.535_933_634_878_275_9);
    }
}
