//! Vectors of four values, which every target has: SSE2, NEON, SIMD128 of WebAssembly.
#![expect(clippy::inline_always, reason = "see `lanes`")]

use wide::f32x4;

use super::vector::Lanes;

impl Lanes for f32x4 {
    const COUNT: usize = 4;

    const REGISTERS: usize = if cfg!(target_arch = "aarch64") { 32 } else { 16 };

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self::splat(value)
    }

    #[inline(always)]
    unsafe fn read(from: *const f32) -> Self {
        // SAFETY: the caller guarantees that the values are there.
        Self::new(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn write(self, to: *mut f32) {
        // SAFETY: the caller guarantees that there is room.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self.to_array()) }
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, sum: Self) -> Self {
        self.mul_add(factor, sum)
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.fast_max(other)
    }

    #[inline(always)]
    fn where_positive(self, mask: Self) -> Self {
        self & mask.simd_gt(Self::ZERO)
    }

    #[inline(always)]
    fn divide_by_equality(self, a: Self, b: Self) -> [Self; 2] {
        let equal = a.simd_eq(b);
        [self & equal, self & !equal]
    }
}
