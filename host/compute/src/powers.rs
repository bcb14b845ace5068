//! Whole powers, by multiplication with a low part carried beside the high one.

use crate::lanes::Lanes;

/// Beyond this, C's `pow` is as fast and as accurate.
const MAX_WHOLE_POWER: f64 = 16.0;

/// Whether an exponent is one of [`whole_power`]'s.
#[inline]
pub(crate) fn is_whole_power(exponent: f64) -> bool {
    exponent.fract() == 0.0 && (2.0..=MAX_WHOLE_POWER).contains(&exponent.abs())
}

/// Raises to a whole power, one of [`is_whole_power`].
#[inline(always)]
pub(crate) fn whole_power<L: Lanes>(x: L, exponent: i32) -> L {
    let mut remaining = exponent.unsigned_abs();
    let mut square = (x, L::splat(0.0));
    let mut power = None;
    loop {
        if remaining & 1 == 1 {
            power = Some(power.map_or(square, |power| product(power, square)));
        }
        remaining >>= 1;
        if remaining == 0 {
            break;
        }
        square = product(square, square);
    }
    let (high, low) = power.unwrap_or((L::splat(1.0), L::splat(0.0)));
    if exponent > 0 {
        let sum = high.add(low);
        // Beyond the largest double the low part is meaningless, and the high one right; so it is with a
        // zero, whose sign the sum would lose.
        let sum = L::select(L::splat(0.0).less(high.abs()), sum, high);
        return L::select(sum.is_nan(), high, sum);
    }
    let inverse = L::splat(1.0).div(high);
    let rest = high.neg().mul_add(inverse, L::splat(1.0)).sub(low.mul(inverse));
    let result = inverse.mul_add(rest, inverse);
    let result = L::select(result.is_nan(), inverse, result);
    // A power beyond the largest double may still have a subnormal inverse.
    let is_beyond = L::splat(f64::MAX).less(high.abs());
    if L::any(is_beyond) {
        let slow = x.map2(L::splat(f64::from(exponent)), f64::powf);
        return L::select(is_beyond, slow, result);
    }
    result
}

#[inline(always)]
fn product<L: Lanes>(left: (L, L), right: (L, L)) -> (L, L) {
    let high = left.0.mul(right.0);
    let low = left.0.mul_add(right.0, high.neg());
    (high, left.0.mul_add(right.1, left.1.mul_add(right.0, low)))
}
