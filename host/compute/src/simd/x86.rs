//! The vectors of AVX2 with FMA, and of AVX-512.

use std::arch::x86_64::*;

use crate::lanes::Lanes;

/// Four doubles; made only where AVX2 and FMA are there.
#[derive(Clone, Copy)]
pub(super) struct Avx2(__m256d);

/// Eight doubles; made only where AVX-512 F and DQ are there.
#[derive(Clone, Copy)]
pub(super) struct Avx512(__m512d);

macro_rules! instructions {
    ($($name:ident($($arg:ident),*) = $body:expr;)*) => {
        $(#[inline(always)]
        fn $name(self $(, $arg: Self)*) -> Self {
            let this = self.0;
            $(let $arg = $arg.0;)*
            // SAFETY: the instructions exist, since `block` makes values of this type only after it has found
            // the features. Test: `kernels::tests::every_instruction_set_gives_the_same_bits`.
            Self(unsafe { $body(this $(, $arg)*) })
        })*
    };
}

macro_rules! bits {
    ($to:ident, $from:ident, $operation:expr) => {
        |left, right| $from($operation($to(left), $to(right)))
    };
}

impl Lanes for Avx2 {
    const COUNT: usize = 4;
    type Mask = __m256d;

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller's, and the features as in `instructions!`.
        Self(unsafe { _mm256_loadu_pd(from) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller's, and the features as in `instructions!`.
        unsafe { _mm256_storeu_pd(to, self.0) }
    }
    #[inline(always)]
    fn splat(value: f64) -> Self {
        // SAFETY: as in `instructions!`.
        Self(unsafe { _mm256_set1_pd(value) })
    }

    instructions! {
        add(other) = _mm256_add_pd;
        sub(other) = _mm256_sub_pd;
        mul(other) = _mm256_mul_pd;
        div(other) = _mm256_div_pd;
        mul_add(factor, term) = _mm256_fmadd_pd;
        sqrt() = _mm256_sqrt_pd;
        floor() = _mm256_floor_pd;
        ceil() = _mm256_ceil_pd;
        and(other) = _mm256_and_pd;
        or(other) = _mm256_or_pd;
        xor(other) = _mm256_xor_pd;
        add_bits(other) = bits!(_mm256_castpd_si256, _mm256_castsi256_pd, _mm256_add_epi64);
    }

    #[inline(always)]
    fn shift_left<const N: u32>(self) -> Self {
        // SAFETY: as in `instructions!`.
        Self(unsafe {
            _mm256_castsi256_pd(_mm256_sll_epi64(_mm256_castpd_si256(self.0), _mm_cvtsi32_si128(N as i32)))
        })
    }
    #[inline(always)]
    fn shift_right<const N: u32>(self) -> Self {
        // SAFETY: as in `instructions!`.
        Self(unsafe {
            _mm256_castsi256_pd(_mm256_srl_epi64(_mm256_castpd_si256(self.0), _mm_cvtsi32_si128(N as i32)))
        })
    }
    #[inline(always)]
    fn less(self, other: Self) -> __m256d {
        // SAFETY: as in `instructions!`.
        unsafe { _mm256_cmp_pd::<_CMP_LT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn is_nan(self) -> __m256d {
        // SAFETY: as in `instructions!`.
        unsafe { _mm256_cmp_pd::<_CMP_UNORD_Q>(self.0, self.0) }
    }
    #[inline(always)]
    fn top_bit(self) -> __m256d {
        self.0 // blending and `movemask` look at the topmost bit only
    }
    #[inline(always)]
    fn select(mask: __m256d, yes: Self, no: Self) -> Self {
        // SAFETY: as in `instructions!`.
        Self(unsafe { _mm256_blendv_pd(no.0, yes.0, mask) })
    }
    #[inline(always)]
    fn any(mask: __m256d) -> bool {
        // SAFETY: as in `instructions!`.
        unsafe { _mm256_movemask_pd(mask) != 0 }
    }
}

impl Lanes for Avx512 {
    const COUNT: usize = 8;
    type Mask = __mmask8;

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: the caller's, and the features as in `instructions!`.
        Self(unsafe { _mm512_loadu_pd(from) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: the caller's, and the features as in `instructions!`.
        unsafe { _mm512_storeu_pd(to, self.0) }
    }
    #[inline(always)]
    fn splat(value: f64) -> Self {
        // SAFETY: as in `instructions!`.
        Self(unsafe { _mm512_set1_pd(value) })
    }

    instructions! {
        add(other) = _mm512_add_pd;
        sub(other) = _mm512_sub_pd;
        mul(other) = _mm512_mul_pd;
        div(other) = _mm512_div_pd;
        mul_add(factor, term) = _mm512_fmadd_pd;
        sqrt() = _mm512_sqrt_pd;
        floor() = _mm512_roundscale_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>;
        ceil() = _mm512_roundscale_pd::<{ _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC }>;
        and(other) = bits!(_mm512_castpd_si512, _mm512_castsi512_pd, _mm512_and_si512);
        or(other) = bits!(_mm512_castpd_si512, _mm512_castsi512_pd, _mm512_or_si512);
        xor(other) = bits!(_mm512_castpd_si512, _mm512_castsi512_pd, _mm512_xor_si512);
        add_bits(other) = bits!(_mm512_castpd_si512, _mm512_castsi512_pd, _mm512_add_epi64);
        scale(exponent) = _mm512_scalef_pd;
    }

    #[inline(always)]
    fn shift_left<const N: u32>(self) -> Self {
        // SAFETY: as in `instructions!`.
        Self(unsafe { _mm512_castsi512_pd(_mm512_slli_epi64::<N>(_mm512_castpd_si512(self.0))) })
    }
    #[inline(always)]
    fn shift_right<const N: u32>(self) -> Self {
        // SAFETY: as in `instructions!`.
        Self(unsafe { _mm512_castsi512_pd(_mm512_srli_epi64::<N>(_mm512_castpd_si512(self.0))) })
    }
    #[inline(always)]
    fn less(self, other: Self) -> __mmask8 {
        // SAFETY: as in `instructions!`.
        unsafe { _mm512_cmp_pd_mask::<_CMP_LT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn is_nan(self) -> __mmask8 {
        // SAFETY: as in `instructions!`.
        unsafe { _mm512_cmp_pd_mask::<_CMP_UNORD_Q>(self.0, self.0) }
    }
    #[inline(always)]
    fn top_bit(self) -> __mmask8 {
        // SAFETY: as in `instructions!`; this one is of DQ.
        unsafe { _mm512_movepi64_mask(_mm512_castpd_si512(self.0)) }
    }
    #[inline(always)]
    fn select(mask: __mmask8, yes: Self, no: Self) -> Self {
        // SAFETY: as in `instructions!`.
        Self(unsafe { _mm512_mask_blend_pd(mask, no.0, yes.0) })
    }
    #[inline(always)]
    fn any(mask: __mmask8) -> bool {
        mask != 0
    }
}
