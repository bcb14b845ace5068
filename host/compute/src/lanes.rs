//! A few doubles side by side: what a kernel is written over.

#![allow(unsafe_code)] // vectors, and the pointers that they read through

/// A vector of doubles, or one.
///
/// Methods are `inline(always)`, so that they become single instructions inside a function that has the
/// instruction set's features.
pub(crate) trait Lanes: Copy {
    /// How many doubles there are, a divisor of the length of a block.
    const COUNT: usize;
    /// A truth for each lane.
    type Mask: Copy;

    /// # Safety
    /// `COUNT` doubles are readable at `from`.
    unsafe fn load(from: *const f64) -> Self;
    /// # Safety
    /// `COUNT` doubles are writable at `to`.
    unsafe fn store(self, to: *mut f64);
    fn splat(value: f64) -> Self;

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    /// `self * factor + term`, rounded once.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    fn sqrt(self) -> Self;
    fn floor(self) -> Self;
    fn ceil(self) -> Self;

    /// Bitwise operations and 64-bit integer addition on the bits of each lane.
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn add_bits(self, other: Self) -> Self;
    fn shift_left<const N: u32>(self) -> Self;
    fn shift_right<const N: u32>(self) -> Self;

    fn less(self, other: Self) -> Self::Mask;
    fn is_nan(self) -> Self::Mask;
    /// The truth of each lane's topmost bit.
    fn top_bit(self) -> Self::Mask;
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    fn any(mask: Self::Mask) -> bool;

    /// Multiplies by two to a whole power, with one rounding.
    #[inline(always)]
    fn scale(self, exponent: Self) -> Self {
        let half = exponent.mul(Self::splat(0.5)).add(Self::splat(MAGIC)).sub(Self::splat(MAGIC));
        self.mul(power_of_two(half)).mul(power_of_two(exponent.sub(half)))
    }

    #[inline(always)]
    fn splat_bits(bits: u64) -> Self {
        Self::splat(f64::from_bits(bits))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.and(Self::splat_bits(!SIGN))
    }

    #[inline(always)]
    fn neg(self) -> Self {
        self.xor(Self::splat_bits(SIGN))
    }

    /// Applies a scalar function lane by lane.
    #[inline(always)]
    fn map(self, function: fn(f64) -> f64) -> Self {
        let mut lanes = [0.0; 8];
        const { assert!(Self::COUNT <= 8) };
        // SAFETY: the array has room for COUNT doubles, which the assertion bounds.
        // Test: `kernels::tests::every_instruction_set_gives_the_same_bits`.
        unsafe {
            self.store(lanes.as_mut_ptr());
            for lane in &mut lanes[..Self::COUNT] {
                *lane = function(*lane);
            }
            Self::load(lanes.as_ptr())
        }
    }

    /// Applies a scalar function of two lane by lane.
    #[inline(always)]
    fn map2(self, other: Self, function: impl Fn(f64, f64) -> f64) -> Self {
        let (mut lanes, mut others) = ([0.0; 8], [0.0; 8]);
        const { assert!(Self::COUNT <= 8) };
        // SAFETY: as in `map`.
        unsafe {
            self.store(lanes.as_mut_ptr());
            other.store(others.as_mut_ptr());
            for (lane, other) in lanes.iter_mut().zip(others).take(Self::COUNT) {
                *lane = function(*lane, other);
            }
            Self::load(lanes.as_ptr())
        }
    }
}

pub(crate) const SIGN: u64 = 1 << 63;

/// Added to a double below 2^51, it leaves the nearest whole number in the low bits.
pub(crate) const MAGIC: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52

/// Two to a whole power between -1022 and 1023.
#[inline(always)]
fn power_of_two<L: Lanes>(exponent: L) -> L {
    exponent.add(L::splat(MAGIC + 1023.0)).shift_left::<52>()
}

impl Lanes for f64 {
    const COUNT: usize = 1;
    type Mask = bool;

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller's.
        unsafe { *from }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller's.
        unsafe { *to = self }
    }
    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self + other
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self - other
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self * other
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self / other
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        f64::mul_add(self, factor, term)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        f64::floor(self)
    }
    #[inline(always)]
    fn ceil(self) -> Self {
        f64::ceil(self)
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() & other.to_bits())
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() | other.to_bits())
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() ^ other.to_bits())
    }
    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self::from_bits(self.to_bits().wrapping_add(other.to_bits()))
    }
    #[inline(always)]
    fn shift_left<const N: u32>(self) -> Self {
        Self::from_bits(self.to_bits() << N)
    }
    #[inline(always)]
    fn shift_right<const N: u32>(self) -> Self {
        Self::from_bits(self.to_bits() >> N)
    }
    #[inline(always)]
    fn less(self, other: Self) -> bool {
        self < other
    }
    #[inline(always)]
    fn is_nan(self) -> bool {
        f64::is_nan(self)
    }
    #[inline(always)]
    fn top_bit(self) -> bool {
        self.to_bits() >> 63 != 0
    }
    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn any(mask: bool) -> bool {
        mask
    }
}
