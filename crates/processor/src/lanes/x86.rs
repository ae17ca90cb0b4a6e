//! Vectors of eight and of sixteen values, of processors with AVX2 and with AVX-512.
//!
//! Their values exist only inside of [`run_8`] and [`run_16`], so that each method may use the instructions.
#![expect(clippy::inline_always, reason = "see `lanes`")]

use std::{
    arch::x86_64::{
        __m256, __m512, _CMP_EQ_OQ, _CMP_GT_OQ, _mm256_add_ps, _mm256_and_ps, _mm256_andnot_ps,
        _mm256_cmp_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_mul_ps, _mm256_set1_ps,
        _mm256_setzero_ps, _mm256_storeu_ps, _mm256_sub_ps, _mm512_add_ps, _mm512_cmp_ps_mask,
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_maskz_mov_ps, _mm512_max_ps, _mm512_mul_ps, _mm512_set1_ps,
        _mm512_setzero_ps, _mm512_storeu_ps, _mm512_sub_ps,
    },
    ops::{Add, Mul, Sub},
    sync::LazyLock,
};

use super::vector::{Lanes, Loop};

#[derive(Clone, Copy)]
struct Eight(__m256);

#[derive(Clone, Copy)]
struct Sixteen(__m512);

/// The number of values in the widest vectors of this CPU.
pub fn width() -> usize {
    static WIDTH: LazyLock<usize> = LazyLock::new(|| {
        let has_256 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        match (is_x86_feature_detected!("avx512f"), has_256) {
            (true, true) => 16,
            (false, true) => 8,
            _ => 4,
        }
    });
    *WIDTH
}

/// # Safety
/// The CPU must have AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub unsafe fn run_8<T: Loop>(task: T) -> T::Output {
    task.run::<Eight>()
}

/// # Safety
/// The CPU must have AVX-512F, AVX2 and FMA.
#[target_feature(enable = "avx512f,avx2,fma")]
pub unsafe fn run_16<T: Loop>(task: T) -> T::Output {
    task.run::<Sixteen>()
}

/// The operators and the methods that are one instruction each.
macro_rules! lanes {
    ($name:ident, $count:literal, $registers:literal, $add:ident, $sub:ident, $mul:ident, $splat:ident, $read:ident,
     $write:ident, $mul_add:ident, $max:ident) => {
        lanes!(operator $name, Add, add, $add);
        lanes!(operator $name, Sub, sub, $sub);
        lanes!(operator $name, Mul, mul, $mul);

        impl Lanes for $name {
            const COUNT: usize = $count;

            const REGISTERS: usize = $registers;

            #[inline(always)]
            fn splat(value: f32) -> Self {
                // SAFETY: the CPU has the instruction, as stated at the top of this file.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            unsafe fn read(from: *const f32) -> Self {
                // SAFETY: likewise, and the caller guarantees that the values are there.
                Self(unsafe { $read(from) })
            }

            #[inline(always)]
            unsafe fn write(self, to: *mut f32) {
                // SAFETY: likewise, and the caller guarantees that there is room.
                unsafe { $write(to, self.0) }
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, sum: Self) -> Self {
                // SAFETY: likewise.
                Self(unsafe { $mul_add(self.0, factor.0, sum.0) })
            }

            #[inline(always)]
            fn max(self, other: Self) -> Self {
                // SAFETY: likewise.
                Self(unsafe { $max(self.0, other.0) })
            }

            #[inline(always)]
            fn where_positive(self, mask: Self) -> Self {
                self.masked(mask)
            }

            #[inline(always)]
            fn divide_by_equality(self, a: Self, b: Self) -> [Self; 2] {
                self.divided(a, b)
            }
        }
    };
    (operator $name:ident, $trait:ident, $method:ident, $instruction:ident) => {
        impl $trait for $name {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: the CPU has the instruction, as stated at the top of this file.
                Self(unsafe { $instruction(self.0, other.0) })
            }
        }
    };
}

lanes!(
    Eight,
    8,
    16,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_fmadd_ps,
    _mm256_max_ps
);
lanes!(
    Sixteen,
    16,
    32,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_fmadd_ps,
    _mm512_max_ps
);

impl Eight {
    #[inline(always)]
    fn masked(self, mask: Self) -> Self {
        // SAFETY: the CPU has the instructions, as stated at the top of this file.
        Self(unsafe {
            let positive = _mm256_cmp_ps::<_CMP_GT_OQ>(mask.0, _mm256_setzero_ps());
            _mm256_and_ps(self.0, positive)
        })
    }

    #[inline(always)]
    fn divided(self, a: Self, b: Self) -> [Self; 2] {
        // SAFETY: likewise.
        unsafe {
            let equal = _mm256_cmp_ps::<_CMP_EQ_OQ>(a.0, b.0);
            [Self(_mm256_and_ps(self.0, equal)), Self(_mm256_andnot_ps(equal, self.0))]
        }
    }
}

impl Sixteen {
    #[inline(always)]
    fn masked(self, mask: Self) -> Self {
        // SAFETY: the CPU has the instructions, as stated at the top of this file.
        Self(unsafe {
            let positive = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(mask.0, _mm512_setzero_ps());
            _mm512_maskz_mov_ps(positive, self.0)
        })
    }

    #[inline(always)]
    fn divided(self, a: Self, b: Self) -> [Self; 2] {
        // SAFETY: likewise.
        unsafe {
            let equal = _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a.0, b.0);
            [Self(_mm512_maskz_mov_ps(equal, self.0)), Self(_mm512_maskz_mov_ps(!equal, self.0))]
        }
    }
}
