//! Complex arithmetic as numpy and Python do it.

use num_complex::Complex;
use num_traits::Float;

use crate::program::Unary;

/// Divides without overflow of the denominator's square (Smith's method).
pub(super) fn divide<T: Float>(left: Complex<T>, right: Complex<T>) -> Complex<T> {
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
pub(super) fn power(base: Complex<f64>, exponent: Complex<f64>) -> Complex<f64> {
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

/// Applies a function; `None` for one that has no complex form.
pub(super) fn function(operation: Unary) -> Option<fn(Complex<f64>) -> Complex<f64>> {
    Some(match operation {
        Unary::Neg => |z| -z,
        Unary::Sign => sign,
        Unary::Sqrt => |z| z.sqrt(),
        Unary::Sin => |z| z.sin(),
        Unary::Cos => |z| z.cos(),
        Unary::Tan => |z| z.tan(),
        Unary::Asin => asin,
        Unary::Acos => acos,
        Unary::Atan => |z| z.atan(),
        Unary::Sinh => |z| z.sinh(),
        Unary::Cosh => |z| z.cosh(),
        Unary::Tanh => |z| z.tanh(),
        Unary::Exp => |z| z.exp(),
        Unary::Log => |z| Complex::new(z.re.hypot(z.im).ln(), z.im.atan2(z.re)),
        Unary::Abs | Unary::Floor | Unary::Ceiling => return None,
    })
}

/// Kahan's formula, which takes the side of the branch cut from the sign of a zero.
fn asin(z: Complex<f64>) -> Complex<f64> {
    let (below, above) = roots(z);
    Complex::new(z.re.atan2((below * above).re), (below.conj() * above).im.asinh())
}

fn acos(z: Complex<f64>) -> Complex<f64> {
    let (below, above) = roots(z);
    Complex::new(2.0 * below.re.atan2(above.re), (above.conj() * below).im.asinh())
}

/// The square roots of 1 - z and 1 + z.
fn roots(z: Complex<f64>) -> (Complex<f64>, Complex<f64>) {
    (Complex::new(1.0 - z.re, -z.im).sqrt(), Complex::new(1.0 + z.re, z.im).sqrt())
}

/// numpy 1 gives the sign of the real part, or where that is zero of the imaginary one.
fn sign(z: Complex<f64>) -> Complex<f64> {
    let decisive = if z.re == 0.0 { z.im } else { z.re };
    Complex::new(if decisive == 0.0 || decisive.is_nan() { decisive } else { decisive.signum() }, 0.0)
}

/// Returns the one that numpy's ordering (real part, then imaginary) puts last; NaN wins.
pub(super) fn larger<T: Float>(left: Complex<T>, right: Complex<T>) -> Complex<T> {
    let is_nan = |z: Complex<T>| z.re.is_nan() || z.im.is_nan();
    if is_nan(left) || (!is_nan(right) && (left.re, left.im) >= (right.re, right.im)) { left } else { right }
}

/// Returns the one that numpy's ordering puts first; NaN wins.
pub(super) fn smaller<T: Float>(left: Complex<T>, right: Complex<T>) -> Complex<T> {
    let is_nan = |z: Complex<T>| z.re.is_nan() || z.im.is_nan();
    if is_nan(left) || (!is_nan(right) && (left.re, left.im) <= (right.re, right.im)) { left } else { right }
}
