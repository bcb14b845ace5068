//! How far the magnetopause stands from the Earth, towards the Sun.

/// Returns the distance of the subsolar point of the magnetopause from the Earth's centre, `r_0`.
///
/// A southward field (`b_z < 0`) erodes the dayside, down to a limit; a northward one hardly moves it.
///
/// # Units
/// `b_z` in `nT` (north-south component of the interplanetary field, GSM), `p_dyn` in `nPa` (dynamic pressure
/// of the solar wind) → `R_E`
///
/// # Errors
/// Where `p_dyn` is not above 0.
///
/// # Source
/// Shue et al. (1998), eq. (10), doi:10.1029/98JA01103
///
/// # Examples
/// ```
/// use kamodo_plugin_magnetopause::standoff_distance;
///
/// let typical = standoff_distance(0.0, 2.0)?;
/// let stormy = standoff_distance(-20.0, 60.0)?;
/// assert!(typical > 10.0 && stormy < 6.6); // within the orbit of geosynchronous satellites
/// # Ok::<_, String>(())
/// ```
pub fn standoff_distance(b_z: f64, p_dyn: f64) -> Result<f64, String> {
    check_pressure(p_dyn)?;
    Ok((10.22 + 1.29 * (0.184 * (b_z + 8.14)).tanh()) * p_dyn.powf(-1.0 / 6.6))
}

/// Refuses a pressure of which no logarithm and no negative power can be taken.
pub(crate) fn check_pressure(p_dyn: f64) -> Result<(), String> {
    if p_dyn <= 0.0 {
        return Err(format!("`p_dyn`: expected a dynamic pressure above 0 nPa, found {p_dyn}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(b_z: f64, p_dyn: f64, expected: f64) {
        let found = standoff_distance(b_z, p_dyn).unwrap();
        assert!((found / expected - 1.0).abs() < 4e-16, "expected {expected}, found {found}");
    }

    /// Expected values from 30-digit arithmetic (mpmath), from the paper's formula.
    #[test]
    fn agrees_with_arithmetic_of_more_digits() {
        check(-8.14, 1.0, 10.22);
        check(0.0, 1.0, 11.387_118_017_307_763);
        check(0.0, 2.0, 10.251_872_972_379_905);
        check(5.0, 0.5, 12.761_982_610_265_397);
        check(-15.0, 2.0, 8.211_975_912_465_254);
        check(-20.0, 60.0, 4.819_565_460_110_134);
    }

    /// The paper's point: eq. (10) keeps to the linear law of Shue et al. (1997), `11.4 + 0.013 b_z`
    /// northward, where that was fitted, and does not fall without limit southward.
    #[test]
    fn follows_the_older_law_northward_and_levels_off_southward() {
        for b_z in [0.0, 2.0, 5.0, 8.0] {
            let older = 11.4 + 0.013 * b_z;
            assert!((standoff_distance(b_z, 1.0).unwrap() - older).abs() < 0.1, "{b_z}");
        }
        let (strong, stronger) =
            (standoff_distance(-40.0, 1.0).unwrap(), standoff_distance(-60.0, 1.0).unwrap());
        assert!((strong - stronger).abs() < 1e-4 && (strong - (10.22 - 1.29)).abs() < 1e-4);
    }
}
