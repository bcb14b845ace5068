//! Where a field line meets the ground.

/// Returns the magnetic latitude, north, at which the field line of `L` meets the Earth's surface: `Λ`.
///
/// # Units
/// `l` a plain number → `rad`
///
/// # Errors
/// Where `l` is below 1: such a field line stays within the Earth.
///
/// # Source
/// Walt (1994), Introduction to Geomagnetically Trapped Radiation, chapter 3: `cos² Λ = 1 / L`
pub fn invariant_latitude(l: f64) -> Result<f64, String> {
    if l < 1.0 {
        return Err(format!("`L`: expected at least 1, a field line that leaves the Earth, found {l}"));
    }
    // The arc tangent keeps its digits near L = 1, where the arc cosine loses half of them.
    Ok((l - 1.0).sqrt().atan())
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_3, FRAC_PI_4};

    use super::*;

    #[track_caller]
    fn check(l: f64, expected: f64) {
        let found = invariant_latitude(l).unwrap();
        assert!((found - expected).abs() <= 4e-16 * expected, "expected {expected}, found {found}");
    }

    /// Expected values from 30-digit arithmetic (mpmath).
    #[test]
    fn agrees_with_arithmetic_of_more_digits() {
        check(1.0, 0.0);
        check(2.0, FRAC_PI_4);
        check(4.0, FRAC_PI_3);
        check(6.6, 1.170_979_662_844_679_4);
        check(10.0, 1.249_045_772_398_254_4);
    }
}
