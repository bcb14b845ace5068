//! Which field line goes through a place.

use crate::field::check_radius;

/// Returns how far, in Earth radii, the field line through a place is where it crosses the equator: `L`.
///
/// # Units
/// `r` in `R_E`, `mlat` (magnetic latitude) in `rad` → a plain number
///
/// # Errors
/// Where `r` lies within the Earth.
///
/// # Source
/// McIlwain (1961), doi:10.1029/JZ066i011p03681, for a dipole: `r = L cos² λ`
pub fn l_shell(r: f64, mlat: f64) -> Result<f64, String> {
    check_radius(r)?;
    let cosine = mlat.cos();
    Ok(r / (cosine * cosine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(r: f64, mlat: f64, expected: f64) {
        let found = l_shell(r, mlat).unwrap();
        assert!((found / expected - 1.0).abs() < 1e-15, "expected {expected}, found {found}");
    }

    /// Expected values from 30-digit arithmetic (mpmath).
    #[test]
    fn agrees_with_arithmetic_of_more_digits() {
        check(6.6, 0.0, 6.6);
        check(2.0, 1.0, 6.851_037_641_629_52);
        check(4.0, -0.5, 5.193_785_641_638_099);
    }
}
