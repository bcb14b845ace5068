//! The elementary functions, each written once over [`Lanes`].
//!
//! Errors are below one unit in the last place: arguments are reduced with a low part beside the high one, and
//! a polynomial fits the rest (fitted at Chebyshev nodes with 60 digits). Arguments too large to reduce that
//! way go to the platform's function, lane by lane.

use crate::lanes::{Lanes, MAGIC, SIGN};

/// A function of one operand.
pub(super) trait Kernel1 {
    fn apply<L: Lanes>(x: L) -> L;
}

/// A function of two operands.
pub(super) trait Kernel2 {
    fn apply<L: Lanes>(left: L, right: L) -> L;
}

macro_rules! kernels {
    ($($trait:ident $name:ident($($arg:ident),*) = $body:expr;)*) => {
        $(pub(super) struct $name;
        impl $trait for $name {
            #[inline(always)]
            fn apply<L: Lanes>($($arg: L),*) -> L { $body }
        })*
    };
}

kernels! {
    Kernel2 Add(left, right) = left.add(right);
    Kernel2 Sub(left, right) = left.sub(right);
    Kernel2 Mul(left, right) = left.mul(right);
    Kernel2 Div(left, right) = left.div(right);
    Kernel2 Min(left, right) = L::select(right.is_nan(), right, L::select(right.less(left), right, left));
    Kernel2 Max(left, right) = L::select(right.is_nan(), right, L::select(left.less(right), right, left));
    Kernel2 Less(left, right) = truth(left.less(right));
    Kernel2 LessOrEqual(left, right) = less_or_equal(left, right);
    Kernel2 Equal(left, right) = less_or_equal(left, right).and(less_or_equal(right, left));
    Kernel2 NotEqual(left, right) = not(less_or_equal(left, right).and(less_or_equal(right, left)));
    Kernel2 And(left, right) = left.and(right);
    Kernel2 Or(left, right) = left.or(right);
    Kernel2 AndNot(left, right) = not(left).and(right);
    Kernel1 Square(x) = x.mul(x);
    Kernel1 Neg(x) = x.neg();
    Kernel1 Abs(x) = x.abs();
    Kernel1 Sign(x) = sign(x);
    Kernel1 Floor(x) = x.floor();
    Kernel1 Ceiling(x) = x.ceil();
    Kernel1 Sqrt(x) = x.sqrt();
    Kernel1 Sin(x) = sin_cos(x).0;
    Kernel1 Cos(x) = sin_cos(x).1;
    Kernel1 Exp(x) = exp(x);
    Kernel1 Log(x) = log(x);
    Kernel1 Not(x) = not(x);
    Kernel1 Frac(x) = x.sub(x.floor());
}

/// One, minus one, or zero without a sign; NaN stays.
#[inline(always)]
fn sign<L: Lanes>(x: L) -> L {
    let (zero, one) = (L::splat(0.0), L::splat(1.0));
    let unsigned = L::select(x.is_nan(), x, zero);
    L::select(zero.less(x), one, L::select(x.less(zero), one.neg(), unsigned))
}

// --- truths

/// All bits where it holds, none elsewhere.
#[inline(always)]
fn truth<L: Lanes>(mask: L::Mask) -> L {
    L::select(mask, L::splat_bits(u64::MAX), L::splat(0.0))
}

#[inline(always)]
fn not<L: Lanes>(truth: L) -> L {
    truth.xor(L::splat_bits(u64::MAX))
}

/// Not greater, and neither is NaN.
#[inline(always)]
fn less_or_equal<L: Lanes>(left: L, right: L) -> L {
    let holds = not(truth(right.less(left)));
    let neither = truth::<L>(left.is_nan()).or(truth(right.is_nan()));
    not(neither).and(holds)
}

/// Horner's scheme, the constant coefficient first.
#[inline(always)]
fn polynomial<L: Lanes, const N: usize>(x: L, coefficients: [f64; N]) -> L {
    let mut sum = L::splat(coefficients[N - 1]);
    for coefficient in coefficients[..N - 1].iter().rev() {
        sum = sum.mul_add(x, L::splat(*coefficient));
    }
    sum
}

// --- sine and cosine

/// Above this, three parts of π/2 no longer reduce an argument with full accuracy.
const REDUCIBLE: f64 = 1_073_741_824.0;
/// π/2 in three parts.
const HALF_PI: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33];

/// Returns sine and cosine, from one reduction to the eighth of a turn about zero.
#[inline(always)]
pub(super) fn sin_cos<L: Lanes>(x: L) -> (L, L) {
    let magnitude = x.abs();
    let quadrant = magnitude.mul_add(L::splat(std::f64::consts::FRAC_2_PI), L::splat(MAGIC));
    let turns = quadrant.sub(L::splat(MAGIC));
    let (rest, low) = reduce(magnitude, turns);

    let square = rest.mul(rest);
    let sine = {
        let p = polynomial(
            square,
            [
                -0.16666666666666666,
                0.008333333333330948,
                -0.0001984126983675854,
                2.7557316102534617e-06,
                -2.5051131841288885e-08,
                1.5918129027234598e-10,
            ],
        );
        let correction = square.mul(L::splat(-0.5)).mul_add(low, low);
        rest.add(square.mul(rest).mul_add(p, correction))
    };
    let cosine = {
        let p = polynomial(
            square,
            [
                0.041666666666666664,
                -0.0013888888888887398,
                2.4801587298765665e-05,
                -2.7557317271718644e-07,
                2.0876146266081306e-09,
                -1.1382632258093472e-11,
            ],
        );
        let half = square.mul(L::splat(0.5));
        let high = L::splat(1.0).sub(half);
        let lost = L::splat(1.0).sub(high).sub(half);
        high.add(lost.add(square.mul(square).mul_add(p, rest.mul(low).neg())))
    };

    // An odd quadrant swaps the two; the sine changes sign in quadrants 2 and 3, the cosine in 1 and 2.
    let is_odd = quadrant.shift_left::<63>().top_bit();
    let sine_sign = quadrant.shift_left::<62>().xor(x).and(L::splat_bits(SIGN));
    let cosine_sign = quadrant.shift_left::<62>().xor(quadrant.shift_left::<63>()).and(L::splat_bits(SIGN));
    let mut result =
        (L::select(is_odd, cosine, sine).xor(sine_sign), L::select(is_odd, sine, cosine).xor(cosine_sign));

    let is_large = L::splat(REDUCIBLE).less(magnitude);
    if L::any(is_large) {
        result =
            (L::select(is_large, x.map(f64::sin), result.0), L::select(is_large, x.map(f64::cos), result.1));
    }
    result
}

/// Subtracts whole quarter turns; the second part is what the first one's rounding lost.
#[inline(always)]
fn reduce<L: Lanes>(x: L, turns: L) -> (L, L) {
    let minus = turns.neg();
    let high = minus.mul_add(L::splat(HALF_PI[0]), x); // exact: both are multiples of 2^-52 and they cancel
    let product = turns.mul(L::splat(HALF_PI[1]));
    let product_low = turns.mul_add(L::splat(HALF_PI[1]), product.neg());
    let rest = high.sub(product);
    let borrowed = rest.sub(high);
    let lost = high.sub(rest.sub(borrowed)).sub(product.add(borrowed));
    let low = minus.mul_add(L::splat(HALF_PI[2]), lost.sub(product_low));
    (rest, low)
}

// --- exponential and logarithm

/// ln 2 in two parts, the first with 42 bits, so that its multiples are exact.
const LN_2: [f64; 2] = [0.6931471805598903, 5.497923018708371e-14];

#[inline(always)]
fn exp<L: Lanes>(x: L) -> L {
    let (lowest, highest) = (L::splat(-746.0), L::splat(710.0)); // beyond: zero, infinity
    let x = L::select(x.less(lowest), lowest, L::select(highest.less(x), highest, x));
    let twos = x.mul_add(L::splat(std::f64::consts::LOG2_E), L::splat(MAGIC)).sub(L::splat(MAGIC));
    let minus = twos.neg();
    let high = minus.mul_add(L::splat(LN_2[0]), x);
    let rest = minus.mul_add(L::splat(LN_2[1]), high);
    let low = minus.mul_add(L::splat(LN_2[1]), high.sub(rest));
    let p = polynomial(
        rest,
        [
            0.5000000000000001,
            0.16666666666666669,
            0.041666666666624164,
            0.008333333333330065,
            0.0013888888917196881,
            0.0001984126986304067,
            2.4801521322116825e-05,
            2.7557268480116333e-06,
            2.762007599981065e-07,
            2.5100375924709717e-08,
        ],
    );
    let power = L::splat(1.0).add(rest.add(rest.mul(rest).mul_add(p, low)));
    power.scale(twos)
}

#[inline(always)]
fn log<L: Lanes>(x: L) -> L {
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const TWO_52: u64 = 0x4330_0000_0000_0000;
    let is_tiny = x.less(L::splat(f64::MIN_POSITIVE));
    let scaled = L::select(is_tiny, x.mul(L::splat(18_014_398_509_481_984.0)), x); // 2^54
    let bias = L::select(is_tiny, L::splat(1023.0 + 54.0), L::splat(1023.0));

    // x = 2^twos · mantissa, the mantissa between √½ and √2
    let shifted = scaled.add_bits(L::splat_bits(ONE - ROOT_HALF));
    let twos = shifted.shift_right::<52>().or(L::splat_bits(TWO_52)).sub(L::splat_bits(TWO_52)).sub(bias);
    let mantissa = shifted.and(L::splat_bits((1 << 52) - 1)).add_bits(L::splat_bits(ROOT_HALF));

    let f = mantissa.sub(L::splat(1.0));
    let s = f.div(f.add(L::splat(2.0)));
    let square = s.mul(s);
    let p = polynomial(
        square,
        [
            0.666666666666667,
            0.39999999999898905,
            0.28571428626247325,
            0.2222221109044271,
            0.18182892355102975,
            0.15331614294377022,
            0.14617775381477716,
        ],
    );
    let half = f.mul(f).mul(L::splat(0.5));
    let correction = s.mul_add(half.add(square.mul(p)), twos.mul(L::splat(LN_2[1])));
    let result = twos.mul_add(L::splat(LN_2[0]), half.sub(correction).sub(f).neg());

    // Whatever is not a positive finite number; infinity and NaN stay.
    let zero = L::splat(0.0);
    let not_positive = L::select(x.less(zero), L::splat(f64::NAN), L::splat(f64::NEG_INFINITY));
    let result = L::select(zero.less(x), result, not_positive);
    L::select(x.less(L::splat(f64::INFINITY)), result, x)
}
