//! Sine, cosine, exponential and logarithm of float32, with the bits of numpy on a processor that has FMA.
//!
//! numpy (1.17 and later) does not ask the C library for these four, and its results are off the correctly rounded
//! ones by up to 1.5, 1.5, 2.5 and 3.8 ulp. To give the same ones, this takes the same steps in the same order,
//! with the same constants:
//! - sine and cosine: the nearest multiple of π/2 is taken off in three parts (Cody and Waite), each with one fused
//!   multiply-add; polynomials of degrees 9 and 8; beyond a limit of each the C library, as there;
//! - exponential: the nearest multiple of ln 2 is taken off in two parts; a quotient of degrees 5 and 2;
//! - logarithm: a mantissa between √½ and √2; a quotient of degrees 5 and 5.
//!
//! Everything is plain scalar code without branches, which the compiler turns into vectors. A fused multiply-add is
//! rounded once with or without the instruction, so that every processor gives the same bits.

use std::f32::consts::{FRAC_1_SQRT_2, FRAC_2_PI, LN_2, LOG2_E};

use crate::operation::Unary;

/// Beyond this, numpy leaves a sine to the C library.
const MAX_SINE: f32 = 117_435.99;
/// Beyond this, numpy leaves a cosine to the C library.
const MAX_COSINE: f32 = 71_476.06;
/// The exponential is infinite from here on.
const MAX_EXP: f32 = 88.722_84;
/// The exponential is zero down from here.
const MIN_EXP: f32 = -103.972_084;

/// Added to a small float, it leaves the nearest whole number in the low bits.
const MAGIC: f32 = 12_582_912.0; // 1.5 · 2^23
/// π/2 in three parts; the first two have trailing zeros.
const HALF_PI: [f32; 3] = [f32::from_bits(0x3fc9_0fd8), 3.139_164_7e-7, 5.390_302_5e-15];
/// ln 2 in two parts.
const LN_2_PARTS: [f32; 2] = [0.693_145_75, 1.428_606_8e-6];

/// Polynomials, highest degree first.
const SINE: [f32; 4] = [2.840_409_7e-6, -0.000_198_564_91, 0.008_333_397, -0.166_666_67];
const COSINE: [f32; 5] = [2.437_226_6e-5, -0.001_388_652, 0.041_666_62, -0.5, 1.0];
const EXP_ABOVE: [f32; 6] = [0.000_508_276_3, 0.006_757_897, 0.051_145_12, 0.247_361_54, 0.725_766_5, 1.0];
const EXP_BELOW: [f32; 3] = [0.021_595_094, -0.274_233_55, 1.0];
const LOG_ABOVE: [f32; 6] = [0.025_899_792, 0.380_883_78, 1.480_000_6, 2.112_677_6, 1.0, 0.0];
const LOG_BELOW: [f32; 6] = [0.005_875_095_3, 0.154_647_63, 0.986_494_3, 2.453_006, 2.612_677_6, 1.0];

/// Applies a function to each element; `None` for those that numpy computes in another way.
pub(crate) fn apply(operation: Unary, elements: &[f32]) -> Option<Vec<f32>> {
    if !matches!(operation, Unary::Sin | Unary::Cos | Unary::Exp | Unary::Log) {
        return None;
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the features are there. Test: `float32_functions` in `tests/evaluate.rs`.
        return unsafe { map_fma(operation, elements) };
    }
    map(operation, elements)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn map_fma(operation: Unary, elements: &[f32]) -> Option<Vec<f32>> {
    map(operation, elements)
}

#[inline(always)]
fn map(operation: Unary, elements: &[f32]) -> Option<Vec<f32>> {
    Some(match operation {
        Unary::Sin => {
            let sines = elements.iter().map(|&x| sine(x, 0)).collect();
            with_large(elements, sines, MAX_SINE, f32::sin)
        }
        Unary::Cos => {
            let cosines = elements.iter().map(|&x| sine(x, 1)).collect();
            with_large(elements, cosines, MAX_COSINE, f32::cos)
        }
        Unary::Exp => elements.iter().map(|&x| exponential(x)).collect(),
        Unary::Log => elements.iter().map(|&x| logarithm(x)).collect(),
        _ => return None,
    })
}

/// Puts right the results for which the argument was too large, infinite or not a number.
#[inline(always)]
fn with_large(elements: &[f32], mut results: Vec<f32>, limit: f32, function: fn(f32) -> f32) -> Vec<f32> {
    for (&x, result) in elements.iter().zip(&mut results) {
        if x.abs() > limit || x.is_nan() {
            *result = function(x);
        }
    }
    results
}

/// The sine of `x` and some quarters of a turn.
#[inline(always)]
fn sine(x: f32, n_quarters: u32) -> f32 {
    let shifted = x * FRAC_2_PI + MAGIC;
    let whole = shifted - MAGIC;
    let quadrant = shifted.to_bits().wrapping_add(n_quarters);
    let rest = HALF_PI.iter().fold(x, |rest, part| whole.mul_add(-part, rest));
    let square = rest * rest;
    // Adding zero makes a factor of -0 one of +0, so that the sine of -0 stays -0.
    let sine = polynomial(&SINE, square).mul_add(square, 0.0).mul_add(rest, rest);
    let cosine = polynomial(&COSINE, square);
    let magnitude = if quadrant & 1 == 0 { sine } else { cosine };
    if quadrant & 2 == 0 { magnitude } else { 0.0 - magnitude }
}

#[inline(always)]
fn exponential(x: f32) -> f32 {
    let within = if x > MIN_EXP && x < MAX_EXP { x } else { 0.0 };
    let shifted = within * LOG2_E + MAGIC;
    let whole = shifted - MAGIC;
    let exponent = (shifted.to_bits() as i32).wrapping_sub(MAGIC.to_bits() as i32);
    let rest = LN_2_PARTS.iter().fold(within, |rest, part| whole.mul_add(-part, rest));
    let quotient = polynomial(&EXP_ABOVE, rest) / polynomial(&EXP_BELOW, rest);
    // Two factors, each of them normal, since the result may be subnormal: only the second one rounds.
    let half = exponent >> 1;
    let result = quotient * power_of_two(half) * power_of_two(exponent - half);
    if x.is_nan() {
        f32::NAN
    } else if x >= MAX_EXP {
        f32::INFINITY
    } else if x <= MIN_EXP {
        0.0
    } else {
        result
    }
}

#[inline(always)]
fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits((exponent.wrapping_add(127) as u32) << 23)
}

#[inline(always)]
fn logarithm(x: f32) -> f32 {
    const TWO_TO_24: f32 = 16_777_216.0;
    let is_subnormal = x < f32::MIN_POSITIVE;
    let bits = (if is_subnormal { x * TWO_TO_24 } else { x }).to_bits();
    let mantissa = f32::from_bits(bits & 0x007f_ffff | 0.5_f32.to_bits());
    let exponent = (bits >> 23) as i32 - if is_subnormal { 126 + 24 } else { 126 };
    let is_low = mantissa <= FRAC_1_SQRT_2;
    let exponent = (exponent - i32::from(is_low)) as f32;
    let rest = if is_low { mantissa + mantissa } else { mantissa } - 1.0;
    let quotient = polynomial(&LOG_ABOVE, rest) / polynomial(&LOG_BELOW, rest);
    let result = exponent.mul_add(LN_2, quotient);
    if x.is_nan() || x < 0.0 {
        f32::NAN
    } else if x == 0.0 {
        f32::NEG_INFINITY
    } else if x == f32::INFINITY {
        f32::INFINITY
    } else {
        result
    }
}

/// Evaluates by Horner's rule, each step rounded once.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    coefficients[1..].iter().fold(coefficients[0], |value, &next| value.mul_add(x, next))
}
