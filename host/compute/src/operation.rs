//! The operations of steps: the name, the cost and the functions of numbers of each, one row an operation.
//!
//! A row has what the operation is of doubles, and behind that what it is of complex numbers if it has values there.
//! What it is of integers, truths and Python's own numbers is with those, in `ufunc` and `python`. An operation that
//! `simd` has no kernel for runs there through its row.

use std::f64::consts::{LN_2, LN_10};

use num_complex::Complex;
use num_traits::{One, Zero};

use crate::{complex, real, special};

/// What an operation costs, by the way in which it is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cost {
    /// A few instructions of a vector unit.
    Instruction,
    /// A function of the C library, or a kernel of as many instructions.
    Elementary,
    /// A function of two doubles of the C library, which has no kernel.
    Pair,
    /// One of the functions of `special`.
    Special,
}

type OfComplex = fn(Complex<f64>) -> Complex<f64>;
type OfTwoComplex = fn(Complex<f64>, Complex<f64>) -> Complex<f64>;

macro_rules! operations {
    (@optional) => { None };
    (@optional $complex:expr) => { Some($complex) };
    (
        $(#[$doc:meta])* $kind:ident, $special:literal ns, $real_type:ty, $complex_type:ty {
            $($variant:ident $name:literal $cost:ident [$real:expr] $([$complex:expr])?;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $kind {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl $kind {
            /// Every one, for the tests of all of them.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name by which a user knows it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the function of doubles: NaN where there is no real value, one if a comparison holds, else zero.
            #[must_use]
            pub fn real(self) -> $real_type {
                match self {
                    $(Self::$variant => $real,)*
                }
            }

            /// Returns the function of complex numbers, or none.
            pub(crate) fn complex(self) -> Option<$complex_type> {
                match self {
                    $(Self::$variant => operations!(@optional $($complex)?),)*
                }
            }

            fn cost(self) -> Cost {
                match self {
                    $(Self::$variant => Cost::$cost,)*
                }
            }

            /// Returns the rough time that an element takes as a double in vectors, and in a typed loop.
            pub(crate) fn nanoseconds(self) -> (f64, f64) {
                match self.cost() {
                    Cost::Instruction => (0.4, 2.0),
                    Cost::Elementary => (2.0, 6.0),
                    Cost::Pair => (15.0, 15.0),
                    Cost::Special => ($special, $special),
                }
            }
        }
    };
}

operations! {
    /// An operation of one operand.
    Unary, 100.0 ns, fn(f64) -> f64, OfComplex {
        Neg "-" Instruction [|x| -x] [|z| -z];
        Not "~" Instruction [|x| f64::from(u8::from(x == 0.0))];
        Abs "Abs" Instruction [f64::abs];
        Sign "sign" Instruction [real::sign] [complex::sign];
        Floor "floor" Instruction [f64::floor];
        Ceiling "ceiling" Instruction [f64::ceil];
        Frac "frac" Instruction [|x| x - x.floor()];
        Sqrt "sqrt" Instruction [f64::sqrt] [|z| z.sqrt()];
        Sin "sin" Elementary [f64::sin] [|z| z.sin()];
        Cos "cos" Elementary [f64::cos] [|z| z.cos()];
        Tan "tan" Elementary [f64::tan] [|z| z.tan()];
        Asin "asin" Elementary [f64::asin] [complex::asin];
        Acos "acos" Elementary [f64::acos] [complex::acos];
        Atan "atan" Elementary [f64::atan] [complex::atan];
        Sinh "sinh" Elementary [f64::sinh] [|z| z.sinh()];
        Cosh "cosh" Elementary [f64::cosh] [|z| z.cosh()];
        Tanh "tanh" Elementary [f64::tanh] [complex::tanh];
        // Those of Rust itself lose digits far from zero.
        Asinh "asinh" Elementary [libm::asinh] [complex::asinh];
        Acosh "acosh" Elementary [libm::acosh] [complex::acosh];
        Atanh "atanh" Elementary [libm::atanh] [complex::atanh];
        Sinc "sinc" Elementary [|x| if x == 0.0 { 1.0 } else { x.sin() / x }] [|z| if z.is_zero() { Complex::one() } else { complex::divide(z.sin(), z) }];
        Exp "exp" Elementary [f64::exp] [|z| z.exp()];
        Expm1 "expm1" Elementary [f64::exp_m1] [complex::exp_m1];
        Log "log" Elementary [f64::ln] [complex::logarithm];
        Log1p "log1p" Elementary [f64::ln_1p] [complex::ln_1p];
        Log2 "log2" Elementary [f64::log2] [|z| complex::logarithm(z) / LN_2];
        Log10 "log10" Elementary [f64::log10] [|z| complex::logarithm(z) / LN_10];
        Heaviside "Heaviside" Instruction [|x| real::heaviside(x, 0.5)];
        Re "re" Instruction [std::convert::identity];
        Im "im" Instruction [|_| 0.0];
        Conjugate "conjugate" Instruction [std::convert::identity];
        Arg "arg" Elementary [|x| 0.0_f64.atan2(x)];
        Factorial "factorial" Special [special::factorial];
        Factorial2 "factorial2" Special [special::double_factorial];
        Gamma "gamma" Special [special::gamma];
        LogGamma "loggamma" Special [special::log_gamma];
        Digamma "digamma" Special [special::digamma];
        Erf "erf" Special [libm::erf];
        Erfc "erfc" Special [libm::erfc];
        Erfinv "erfinv" Special [special::inverse_erf];
        AiryAi "airyai" Special [special::airy_ai] [special::complex::airy_ai];
        AiryBi "airybi" Special [special::airy_bi] [special::complex::airy_bi];
        EllipticK "elliptic_k" Special [special::elliptic_k];
        EllipticE "elliptic_e" Special [special::elliptic_e];
        Ei "Ei" Special [special::exponential_integral];
        Zeta "zeta" Special [special::zeta];
    }
}

operations! {
    /// An operation of two operands. The complex functions have a real order as their first.
    Binary, 200.0 ns, fn(f64, f64) -> f64, OfTwoComplex {
        Add "+" Instruction [|x, y| x + y];
        Sub "-" Instruction [|x, y| x - y];
        Mul "*" Instruction [|x, y| x * y];
        Div "/" Instruction [|x, y| x / y];
        Pow "**" Pair [real::power];
        Mod "%" Pair [real::modulo];
        Min "Min" Instruction [|x, y| if x <= y || x.is_nan() { x } else { y }];
        Max "Max" Instruction [|x, y| if x >= y || x.is_nan() { x } else { y }];
        Atan2 "atan2" Pair [f64::atan2];
        Hypot "hypot" Pair [f64::hypot];
        Heaviside "Heaviside" Pair [real::heaviside];
        Lt "<" Instruction [|x, y| real::truth(x < y)];
        Le "<=" Instruction [|x, y| real::truth(x <= y)];
        Gt ">" Instruction [|x, y| real::truth(x > y)];
        Ge ">=" Instruction [|x, y| real::truth(x >= y)];
        Eq "==" Instruction [|x, y| real::truth(x == y)];
        Ne "!=" Instruction [|x, y| real::truth(x != y)];
        And "&" Instruction [|x, y| real::truth(x != 0.0 && y != 0.0)];
        Or "|" Instruction [|x, y| real::truth(x != 0.0 || y != 0.0)];
        Binomial "binomial" Special [special::binomial];
        Polygamma "polygamma" Special [special::polygamma];
        Beta "beta" Special [special::beta];
        BesselJ "besselj" Special [special::bessel_j] [special::complex::bessel_j];
        BesselY "bessely" Special [special::bessel_y] [special::complex::bessel_y];
        BesselI "besseli" Special [special::bessel_i] [special::complex::bessel_i];
        BesselK "besselk" Special [special::bessel_k] [special::complex::bessel_k];
        Legendre "legendre" Special [special::legendre];
        ChebyshevT "chebyshevt" Special [special::chebyshev_t];
        ChebyshevU "chebyshevu" Special [special::chebyshev_u];
        Hermite "hermite" Special [special::hermite];
        Laguerre "laguerre" Special [special::laguerre];
        EllipticE "elliptic_e" Special [special::elliptic_e_incomplete];
        Expint "expint" Special [special::expint];
        Zeta "zeta" Special [special::hurwitz_zeta];
    }
}

/// An operation of three operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ternary {
    /// The second operand if the first is true, else the third.
    Select,
    /// The associated Legendre function of a degree, an order and an argument.
    AssocLegendre,
}

/// An operation that makes one element of each row along the last axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// The sum of the elements.
    Sum,
    /// The mean of the elements.
    Mean,
    /// The least element.
    Min,
    /// The greatest element.
    Max,
    /// The root of the sum of the squares.
    Norm,
}

// === impl Unary ===

impl Unary {
    /// Returns whether it is one of the functions of `special`.
    #[cfg(test)]
    pub(crate) fn is_special(self) -> bool {
        self.cost() == Cost::Special
    }
}

// === impl Binary ===

impl Binary {
    /// Returns whether it is one of the functions of `special`.
    pub(crate) fn is_special(self) -> bool {
        self.cost() == Cost::Special
    }

    /// Returns whether it compares.
    pub(crate) fn is_relation(self) -> bool {
        matches!(self, Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::Eq | Self::Ne)
    }

    /// Returns whether its results are true or false.
    pub(crate) fn is_truth(self) -> bool {
        self.is_relation() || matches!(self, Self::And | Self::Or)
    }
}

// === impl Ternary ===

impl Ternary {
    /// Returns the name by which a user knows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Select => "Piecewise",
            Self::AssocLegendre => "assoc_legendre",
        }
    }

    /// Returns the rough time that an element takes as a double in vectors, and in a typed loop.
    pub(crate) fn nanoseconds(self) -> (f64, f64) {
        match self {
            Self::Select => (1.0, 3.0),
            Self::AssocLegendre => (200.0, 200.0),
        }
    }
}

// === impl Reduction ===

impl Reduction {
    /// Returns the name by which a user knows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Max => "max",
            Self::Norm => "norm",
        }
    }
}
