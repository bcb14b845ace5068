//! The functions of real doubles, one at a time: those of the platform's C library, and [`crate::special`].

use crate::operation::{Binary, Unary};
use crate::powers;
use crate::special;

/// Returns the function of one double.
pub fn unary(operation: Unary) -> fn(f64) -> f64 {
    match operation {
        Unary::Neg => |x| -x,
        Unary::Not => |x| f64::from(u8::from(x == 0.0)),
        Unary::Abs => f64::abs,
        Unary::Sign => sign,
        Unary::Floor => f64::floor,
        Unary::Ceiling => f64::ceil,
        Unary::Frac => |x| x - x.floor(),
        Unary::Sqrt => f64::sqrt,
        Unary::Sin => f64::sin,
        Unary::Cos => f64::cos,
        Unary::Tan => f64::tan,
        Unary::Asin => f64::asin,
        Unary::Acos => f64::acos,
        Unary::Atan => f64::atan,
        Unary::Sinh => f64::sinh,
        Unary::Cosh => f64::cosh,
        Unary::Tanh => f64::tanh,
        // Those of Rust's own library lose digits far from zero.
        Unary::Asinh => libm::asinh,
        Unary::Acosh => libm::acosh,
        Unary::Atanh => libm::atanh,
        Unary::Sinc => |x| if x == 0.0 { 1.0 } else { x.sin() / x },
        Unary::Exp => f64::exp,
        Unary::Expm1 => f64::exp_m1,
        Unary::Log => f64::ln,
        Unary::Log1p => f64::ln_1p,
        Unary::Log2 => f64::log2,
        Unary::Log10 => f64::log10,
        Unary::Heaviside => |x| heaviside(x, 0.5),
        Unary::Re | Unary::Conjugate => std::convert::identity,
        Unary::Im => |_| 0.0,
        Unary::Arg => |x| 0.0_f64.atan2(x),
        Unary::Factorial => special::factorial,
        Unary::Factorial2 => special::double_factorial,
        Unary::Gamma => special::gamma,
        Unary::LogGamma => special::log_gamma,
        Unary::Digamma => special::digamma,
        Unary::Erf => libm::erf,
        Unary::Erfc => libm::erfc,
        Unary::Erfinv => special::inverse_erf,
        Unary::AiryAi => special::airy_ai,
        Unary::AiryBi => special::airy_bi,
        Unary::EllipticK => special::elliptic_k,
        Unary::EllipticE => special::elliptic_e,
        Unary::Ei => special::exponential_integral,
        Unary::Zeta => special::zeta,
    }
}

/// Returns the function of two doubles; a comparison is one where it holds and zero elsewhere.
pub fn binary(operation: Binary) -> fn(f64, f64) -> f64 {
    match operation {
        Binary::Add => |x, y| x + y,
        Binary::Sub => |x, y| x - y,
        Binary::Mul => |x, y| x * y,
        Binary::Div => |x, y| x / y,
        Binary::Pow => power,
        Binary::Mod => modulo,
        Binary::Min => |x, y| if x <= y || x.is_nan() { x } else { y },
        Binary::Max => |x, y| if x >= y || x.is_nan() { x } else { y },
        Binary::Atan2 => f64::atan2,
        Binary::Hypot => f64::hypot,
        Binary::Heaviside => heaviside,
        Binary::Lt => |x, y| one_if(x < y),
        Binary::Le => |x, y| one_if(x <= y),
        Binary::Gt => |x, y| one_if(x > y),
        Binary::Ge => |x, y| one_if(x >= y),
        Binary::Eq => |x, y| one_if(x == y),
        Binary::Ne => |x, y| one_if(x != y),
        Binary::And => |x, y| one_if(x != 0.0 && y != 0.0),
        Binary::Or => |x, y| one_if(x != 0.0 || y != 0.0),
        Binary::Binomial => special::binomial,
        Binary::Polygamma => special::polygamma,
        Binary::Beta => special::beta,
        Binary::BesselJ => special::bessel_j,
        Binary::BesselY => special::bessel_y,
        Binary::BesselI => special::bessel_i,
        Binary::BesselK => special::bessel_k,
        Binary::Legendre => special::legendre,
        Binary::ChebyshevT => special::chebyshev_t,
        Binary::ChebyshevU => special::chebyshev_u,
        Binary::Hermite => special::hermite,
        Binary::Laguerre => special::laguerre,
        Binary::EllipticE => special::elliptic_e_incomplete,
        Binary::Expint => special::expint,
        Binary::Zeta => special::hurwitz_zeta,
    }
}

fn one_if(truth: bool) -> f64 {
    f64::from(u8::from(truth))
}

fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x.abs() } else { x.signum() }
}

/// The step at zero, where it has the value of `at_zero`.
fn heaviside(x: f64, at_zero: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x == 0.0 {
        at_zero
    } else {
        one_if(x > 0.0)
    }
}

/// Raises to a power with the special cases of C, and with the bits that a program's constant exponent gives.
#[inline]
pub(crate) fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 2.0 {
        base * base
    } else if exponent == 0.5 && base != f64::NEG_INFINITY {
        base.sqrt() + 0.0 // of the negative zero too it is the positive one
    } else if exponent == -1.0 {
        1.0 / base
    } else if powers::is_whole_power(exponent) {
        powers::whole_power(base, exponent as i32)
    } else {
        base.powf(exponent)
    }
}

/// Returns the remainder that has the sign of the divisor.
pub(crate) fn modulo(dividend: f64, divisor: f64) -> f64 {
    let rest = dividend % divisor;
    if divisor == 0.0 || rest.is_nan() {
        f64::NAN
    } else if rest == 0.0 {
        0.0_f64.copysign(divisor)
    } else if (rest < 0.0) != (divisor < 0.0) {
        rest + divisor
    } else {
        rest
    }
}
