//! Element types: how each is converted, and the arithmetic that it has.

use half::f16;
use kamodo_value::Buffer;
use num_complex::Complex;

use crate::complex;

/// A type of element.
pub(crate) trait Element: Copy + Send + Sync + 'static {
    /// Converts without loss, as far as promotion chose this type.
    fn from_number<N: Number>(number: N) -> Self;
    /// Wraps the elements of a result.
    fn wrap(elements: Vec<Self>) -> Buffer;
    /// Borrows the elements of a buffer of this type.
    fn slice(buffer: &Buffer) -> Option<&[Self]>;
}

/// What a conversion can ask of an element.
pub(crate) trait Number: Copy {
    /// Truncates to 64 bits.
    fn to_bits64(self) -> u64;
    /// Rounds to a double.
    fn to_double(self) -> f64;
    /// The imaginary part, as a double.
    fn imaginary(self) -> f64 {
        0.0
    }
}

/// Arithmetic that numpy has for a type.
pub(crate) trait Arithmetic: Element {
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn smaller(self, other: Self) -> Self;
    fn larger(self, other: Self) -> Self;
    fn neg(self) -> Self;
}

/// Arithmetic of the integer types.
pub(crate) trait Integer: Arithmetic {
    fn modulo(self, other: Self) -> Self;
    /// By squaring, wrapping; `None` for a negative exponent.
    fn power(self, exponent: Self) -> Option<Self>;
    fn absolute(self) -> Self;
    fn sign(self) -> Self;
}

/// Arithmetic of the real floating types; all but the four operations go through doubles.
pub(crate) trait Real: Arithmetic + Number {
    fn div(self, other: Self) -> Self;
    fn from_double(double: f64) -> Self;
}

macro_rules! elements {
    ($($variant:ident($type:ty) = $from:expr, $bits:expr, $double:expr, $imaginary:expr;)*) => {
        $(impl Element for $type {
            #[inline]
            fn from_number<N: Number>(number: N) -> Self {
                let from: fn(N) -> $type = $from;
                from(number)
            }
            fn wrap(elements: Vec<Self>) -> Buffer { Buffer::$variant(elements) }
            fn slice(buffer: &Buffer) -> Option<&[Self]> {
                if let Buffer::$variant(elements) = buffer { Some(elements) } else { None }
            }
        }
        impl Number for $type {
            #[inline]
            fn to_bits64(self) -> u64 { let bits: fn($type) -> u64 = $bits; bits(self) }
            #[inline]
            fn to_double(self) -> f64 { let double: fn($type) -> f64 = $double; double(self) }
            #[inline]
            fn imaginary(self) -> f64 { let imaginary: fn($type) -> f64 = $imaginary; imaginary(self) }
        })*

        /// Converts a whole buffer; free where it has the type already.
        pub(crate) fn convert<T: Element>(buffer: &Buffer) -> std::borrow::Cow<'_, [T]> {
            if let Some(elements) = T::slice(buffer) {
                return std::borrow::Cow::Borrowed(elements);
            }
            std::borrow::Cow::Owned(match buffer {
                $(Buffer::$variant(elements) => elements.iter().map(|&element| T::from_number(element)).collect(),)*
            })
        }
    };
}

elements! {
    Bool(bool) = |n| n.to_bits64() != 0, |e| e.into(), |e| u8::from(e).into(), |_| 0.0;
    Int8(i8) = |n| n.to_bits64() as i8, |e| e as u64, |e| e.into(), |_| 0.0;
    Int16(i16) = |n| n.to_bits64() as i16, |e| e as u64, |e| e.into(), |_| 0.0;
    Int32(i32) = |n| n.to_bits64() as i32, |e| e as u64, |e| e.into(), |_| 0.0;
    Int64(i64) = |n| n.to_bits64() as i64, |e| e as u64, |e| e as f64, |_| 0.0;
    Uint8(u8) = |n| n.to_bits64() as u8, |e| e.into(), |e| e.into(), |_| 0.0;
    Uint16(u16) = |n| n.to_bits64() as u16, |e| e.into(), |e| e.into(), |_| 0.0;
    Uint32(u32) = |n| n.to_bits64() as u32, |e| e.into(), |e| e.into(), |_| 0.0;
    Uint64(u64) = |n| n.to_bits64(), |e| e, |e| e as f64, |_| 0.0;
    Float16(f16) = |n| f16::from_f64(n.to_double()), |e| e.to_f64() as u64, |e| e.to_f64(), |_| 0.0;
    Float32(f32) = |n| n.to_double() as f32, |e| e as u64, |e| e.into(), |_| 0.0;
    Float64(f64) = |n| n.to_double(), |e| e as u64, |e| e, |_| 0.0;
    Complex64(Complex<f32>) = |n| Complex::new(n.to_double() as f32, n.imaginary() as f32),
        |e| e.re as u64, |e| e.re.into(), |e| e.im.into();
    Complex128(Complex<f64>) = |n| Complex::new(n.to_double(), n.imaginary()), |e| e.re as u64, |e| e.re, |e| e.im;
}

macro_rules! integers {
    ($($type:ty, $negative:expr, $sign:expr;)*) => {
        $(impl Arithmetic for $type {
            #[inline]
            fn add(self, other: Self) -> Self { self.wrapping_add(other) }
            #[inline]
            fn sub(self, other: Self) -> Self { self.wrapping_sub(other) }
            #[inline]
            fn mul(self, other: Self) -> Self { self.wrapping_mul(other) }
            #[inline]
            fn smaller(self, other: Self) -> Self { self.min(other) }
            #[inline]
            fn larger(self, other: Self) -> Self { self.max(other) }
            #[inline]
            fn neg(self) -> Self { self.wrapping_neg() }
        }
        impl Integer for $type {
            /// Has the sign of the divisor; zero where the divisor is.
            #[inline]
            fn modulo(self, other: Self) -> Self {
                if other == 0 { return 0; }
                let rest = self.wrapping_rem(other);
                let negative: fn($type) -> bool = $negative;
                if rest != 0 && negative(rest) != negative(other) { rest.wrapping_add(other) } else { rest }
            }
            #[inline]
            fn power(self, exponent: Self) -> Option<Self> {
                let negative: fn($type) -> bool = $negative;
                if negative(exponent) { return None; }
                let (mut square, mut exponent, mut power): ($type, $type, $type) = (self, exponent, 1);
                while exponent != 0 {
                    if exponent & 1 == 1 { power = power.wrapping_mul(square); }
                    square = square.wrapping_mul(square);
                    exponent >>= 1;
                }
                Some(power)
            }
            #[inline]
            fn absolute(self) -> Self {
                let negative: fn($type) -> bool = $negative;
                if negative(self) { self.wrapping_neg() } else { self }
            }
            #[inline]
            fn sign(self) -> Self { let sign: fn($type) -> $type = $sign; sign(self) }
        })*
    };
}

integers! {
    i8, |e| e < 0, |e| e.signum();
    i16, |e| e < 0, |e| e.signum();
    i32, |e| e < 0, |e| e.signum();
    i64, |e| e < 0, |e| e.signum();
    u8, |_| false, |e| e.min(1);
    u16, |_| false, |e| e.min(1);
    u32, |_| false, |e| e.min(1);
    u64, |_| false, |e| e.min(1);
}

macro_rules! reals {
    ($($type:ty, $widen:expr, $narrow:expr, $from_double:expr;)*) => {
        $(impl Arithmetic for $type {
            #[inline]
            fn add(self, other: Self) -> Self { $narrow($widen(self) + $widen(other)) }
            #[inline]
            fn sub(self, other: Self) -> Self { $narrow($widen(self) - $widen(other)) }
            #[inline]
            fn mul(self, other: Self) -> Self { $narrow($widen(self) * $widen(other)) }
            #[inline]
            fn smaller(self, other: Self) -> Self { if self <= other || self.is_nan() { self } else { other } }
            #[inline]
            fn larger(self, other: Self) -> Self { if self >= other || self.is_nan() { self } else { other } }
            #[inline]
            fn neg(self) -> Self { -self }
        }
        impl Real for $type {
            #[inline]
            fn div(self, other: Self) -> Self { $narrow($widen(self) / $widen(other)) }
            #[inline]
            fn from_double(double: f64) -> Self { $from_double(double) }
        })*
    };
}

reals! {
    f16, f16::to_f32, f16::from_f32, f16::from_f64;
    f32, std::convert::identity, std::convert::identity, (|double: f64| double as f32);
    f64, std::convert::identity, std::convert::identity, std::convert::identity;
}

macro_rules! complexes {
    ($($float:ty),*) => {
        $(impl Arithmetic for Complex<$float> {
            #[inline]
            fn add(self, other: Self) -> Self { self + other }
            #[inline]
            fn sub(self, other: Self) -> Self { self - other }
            #[inline]
            fn mul(self, other: Self) -> Self { self * other }
            #[inline]
            fn smaller(self, other: Self) -> Self { complex::smaller(self, other) }
            #[inline]
            fn larger(self, other: Self) -> Self { complex::larger(self, other) }
            #[inline]
            fn neg(self) -> Self { -self }
        })*
    };
}

complexes!(f32, f64);
