//! The field of a dipole at the Earth's centre.

/// The field on the Earth's equator, in nT: `sqrt(g10² + g11² + h11²)` of IGRF-13 for 2020,
/// `g10 = -29404.8`, `g11 = -1450.9`, `h11 = 4652.5`.
///
/// # Source
/// Alken et al. (2021), doi:10.1186/s40623-020-01288-x
pub const EQUATORIAL_FIELD_NT: f64 = 29_805.9;

/// Returns the component away from the Earth's centre, `B_r`.
///
/// # Units
/// `r` in `R_E`, `mlat` (magnetic latitude) in `rad`, `b_0` (field on the Earth's equator) in `nT` → `nT`
///
/// # Errors
/// Where `r` lies within the Earth.
///
/// # Source
/// Kivelson and Russell (1995), Introduction to Space Physics, section 6.2: `B_r = -2 B_0 r^-3 sin λ`
pub fn radial_field(r: f64, mlat: f64, b_0: f64) -> Result<f64, String> {
    check_radius(r)?;
    Ok(-2.0 * b_0 * mlat.sin() / (r * r * r))
}

/// Returns the northward component, `B_λ`.
///
/// # Units
/// As [`radial_field`].
///
/// # Errors
/// Where `r` lies within the Earth.
///
/// # Source
/// As [`radial_field`]: `B_λ = B_0 r^-3 cos λ`
pub fn northward_field(r: f64, mlat: f64, b_0: f64) -> Result<f64, String> {
    check_radius(r)?;
    Ok(b_0 * mlat.cos() / (r * r * r))
}

/// Returns the strength of the field, `|B|`.
///
/// # Units
/// As [`radial_field`].
///
/// # Errors
/// Where `r` lies within the Earth.
///
/// # Source
/// As [`radial_field`]: `|B| = B_0 r^-3 (1 + 3 sin² λ)^(1/2)`
pub fn field_strength(r: f64, mlat: f64, b_0: f64) -> Result<f64, String> {
    check_radius(r)?;
    let sine = mlat.sin();
    Ok(b_0 * (1.0 + 3.0 * sine * sine).sqrt() / (r * r * r))
}

/// Refuses a place within the Earth, where its field is no dipole's.
pub(crate) fn check_radius(r: f64) -> Result<(), String> {
    if r < 1.0 {
        return Err(format!("`r`: expected at least 1 R_E, the Earth's surface, found {r}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_PI_2;

    use super::*;

    #[test]
    fn the_equatorial_field_is_that_of_the_coefficients() {
        let [g10, g11, h11] = [-29_404.8_f64, -1_450.9, 4_652.5];
        assert_eq!((g10.hypot(g11).hypot(h11) * 10.0).round() / 10.0, EQUATORIAL_FIELD_NT);
    }

    #[track_caller]
    fn check(r: f64, mlat: f64, expected: [f64; 3]) {
        let b_0 = 29_950.0;
        let found = [radial_field, northward_field, field_strength].map(|field| field(r, mlat, b_0).unwrap());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-15 * b_0, "expected {expected}, found {found}");
        }
    }

    /// Expected values from 30-digit arithmetic (mpmath).
    #[test]
    fn agrees_with_arithmetic_of_more_digits() {
        check(1.0, 0.0, [0.0, 29_950.0, 29_950.0]);
        check(1.0, FRAC_PI_2, [-59_900.0, 0.0, 59_900.0]); // twice as strong at the pole, downward
        check(6.6, 0.0, [0.0, 104.175_362_439_825_25, 104.175_362_439_825_25]);
        check(2.0, 1.0, [-6_300.513_998_749_125, 2_022.756_757_593_848, 6_617.251_812_408_628]);
        check(4.0, -0.5, [448.712_340_037_371_25, 410.681_214_509_635_36, 608.277_752_390_240_4]);
    }

    #[test]
    fn components_make_up_the_strength() {
        for (r, mlat) in [(1.0, 0.3), (3.5, -1.2), (10.0, 0.9)] {
            let components =
                radial_field(r, mlat, 1e4).unwrap().hypot(northward_field(r, mlat, 1e4).unwrap());
            assert!((components / field_strength(r, mlat, 1e4).unwrap() - 1.0).abs() < 1e-15);
        }
    }
}
