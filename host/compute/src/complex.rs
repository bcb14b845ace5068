//! Complex arithmetic as numpy and Python do it.

use num_complex::Complex;
use num_traits::Float;

/// Divides without overflow of the denominator's square (Smith's method).
pub(crate) fn divide<T: Float>(left: Complex<T>, right: Complex<T>) -> Complex<T> {
    let (re, im) = (right.re, right.im);
    if re.abs() >= im.abs() {
        if re.is_zero() && im.is_zero() {
            return Complex::new(left.re / re.abs(), left.im / re.abs());
        }
        let ratio = im / re;
        let scale = T::one() / (re + im * ratio);
        Complex::new((left.re + left.im * ratio) * scale, (left.im - left.re * ratio) * scale)
    } else {
        let ratio = re / im;
        let scale = T::one() / (im + re * ratio);
        Complex::new((left.re * ratio + left.im) * scale, (left.im * ratio - left.re) * scale)
    }
}

/// Raises to a power: small integers by multiplication, so that they are exact where they can be.
pub(crate) fn power(base: Complex<f64>, exponent: Complex<f64>) -> Complex<f64> {
    if exponent.re == 0.0 && exponent.im == 0.0 {
        return Complex::new(1.0, 0.0);
    }
    if base.re == 0.0 && base.im == 0.0 {
        return if exponent.re > 0.0 { Complex::new(0.0, 0.0) } else { Complex::new(f64::NAN, f64::NAN) };
    }
    if exponent.im == 0.0 && exponent.re.fract() == 0.0 && exponent.re.abs() <= 100.0 {
        let power = by_squaring(base, exponent.re.abs() as u32);
        return if exponent.re < 0.0 { divide(Complex::new(1.0, 0.0), power) } else { power };
    }
    let (radius, angle) = (base.re.hypot(base.im), base.im.atan2(base.re));
    let mut length = radius.powf(exponent.re);
    let mut turn = angle * exponent.re;
    if exponent.im != 0.0 {
        length /= (angle * exponent.im).exp();
        turn += exponent.im * radius.ln();
    }
    if length == 0.0 {
        return Complex::new(0.0, 0.0); // whatever the angle, which may be infinite
    }
    Complex::new(length * turn.cos(), length * turn.sin())
}

/// The hyperbolic tangent, also where its parts are beyond the largest double.
pub(crate) fn tanh(z: Complex<f64>) -> Complex<f64> {
    // From here on 1 - tanh² is below half a unit in the last place of one.
    const ONE: f64 = 22.0;
    if z.re.abs() <= ONE || z.re.is_nan() || !z.im.is_finite() {
        return z.tanh();
    }
    let im = 4.0 * z.im.sin() * z.im.cos() * (-2.0 * z.re.abs()).exp();
    Complex::new(1.0_f64.copysign(z.re), im)
}

fn by_squaring(base: Complex<f64>, mut exponent: u32) -> Complex<f64> {
    let (mut square, mut power) = (base, Complex::new(1.0, 0.0));
    while exponent > 0 {
        if exponent & 1 == 1 {
            power *= square;
        }
        square *= square;
        exponent >>= 1;
    }
    power
}

/// Kahan's formula, which takes the side of the branch cut from the sign of a zero.
pub(crate) fn asin(z: Complex<f64>) -> Complex<f64> {
    let (below, above) = roots(z);
    Complex::new(z.re.atan2((below * above).re), (below.conj() * above).im.asinh())
}

pub(crate) fn acos(z: Complex<f64>) -> Complex<f64> {
    let (below, above) = roots(z);
    Complex::new(2.0 * below.re.atan2(above.re), (above.conj() * below).im.asinh())
}

pub(crate) fn logarithm(z: Complex<f64>) -> Complex<f64> {
    Complex::new(z.re.hypot(z.im).ln(), z.im.atan2(z.re))
}

/// Near zero without the cancellation of `exp(z) - 1`.
pub(crate) fn exp_m1(z: Complex<f64>) -> Complex<f64> {
    let half_sine = (z.im / 2.0).sin();
    let real = z.re.exp_m1() * z.im.cos() - 2.0 * half_sine * half_sine;
    Complex::new(real, z.re.exp() * z.im.sin())
}

pub(crate) fn ln_1p(z: Complex<f64>) -> Complex<f64> {
    Complex::new((1.0 + z.re).hypot(z.im).ln(), z.im.atan2(1.0 + z.re))
}

/// The area sine is the arc sine, turned by a quarter: `asinh(z) = i asin(-i z)`.
pub(crate) fn asinh(z: Complex<f64>) -> Complex<f64> {
    let turned = asin(Complex::new(z.im, -z.re));
    Complex::new(-turned.im, turned.re)
}

/// Kahan's formula, which takes the side of the branch cut from the sign of a zero.
pub(crate) fn acosh(z: Complex<f64>) -> Complex<f64> {
    let below = Complex::new(z.re - 1.0, z.im).sqrt();
    let above = Complex::new(z.re + 1.0, z.im).sqrt();
    Complex::new((below.conj() * above).re.asinh(), 2.0 * below.im.atan2(above.re))
}

/// The logarithm of the quotient, part by part, so that the side of the cut is that of the sign of a zero.
pub(crate) fn atanh(z: Complex<f64>) -> Complex<f64> {
    let (x, y) = (z.re, z.im);
    let square = y * y;
    let real = (4.0 * x / ((1.0 - x) * (1.0 - x) + square)).ln_1p() / 4.0;
    let imaginary = (2.0 * y).atan2((1.0 - x) * (1.0 + x) - square) / 2.0;
    Complex::new(real, imaginary)
}

pub(crate) fn atan(z: Complex<f64>) -> Complex<f64> {
    let turned = atanh(Complex::new(-z.im, z.re));
    Complex::new(turned.im, -turned.re)
}

/// The square roots of 1 - z and 1 + z.
fn roots(z: Complex<f64>) -> (Complex<f64>, Complex<f64>) {
    (Complex::new(1.0 - z.re, -z.im).sqrt(), Complex::new(1.0 + z.re, z.im).sqrt())
}

/// numpy 1 gives the sign of the real part, or where that is zero of the imaginary one.
pub(crate) fn sign(z: Complex<f64>) -> Complex<f64> {
    let decisive = if z.re == 0.0 { z.im } else { z.re };
    Complex::new(if decisive == 0.0 || decisive.is_nan() { decisive } else { decisive.signum() }, 0.0)
}

/// Returns the one that numpy's ordering (real part, then imaginary) puts last; NaN wins.
pub(crate) fn larger<T: Float>(left: Complex<T>, right: Complex<T>) -> Complex<T> {
    let is_nan = |z: Complex<T>| z.re.is_nan() || z.im.is_nan();
    if is_nan(left) || (!is_nan(right) && (left.re, left.im) >= (right.re, right.im)) { left } else { right }
}

/// Returns the one that numpy's ordering puts first; NaN wins.
pub(crate) fn smaller<T: Float>(left: Complex<T>, right: Complex<T>) -> Complex<T> {
    let is_nan = |z: Complex<T>| z.re.is_nan() || z.im.is_nan();
    if is_nan(left) || (!is_nan(right) && (left.re, left.im) <= (right.re, right.im)) { left } else { right }
}
