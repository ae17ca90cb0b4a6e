//! Defines what a vector of any width does, and what a loop over them is.

use std::ops::{Add, Mul, Sub};

/// A vector of [`Self::COUNT`] values.
pub trait Lanes: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// The number of values.
    const COUNT: usize;

    /// The number of vectors that the registers hold.
    const REGISTERS: usize;

    /// A vector of equal values.
    fn splat(value: f32) -> Self;

    /// The vector of the values from there on.
    ///
    /// # Safety
    /// There must be [`Self::COUNT`] values. They need no alignment.
    unsafe fn read(from: *const f32) -> Self;

    /// Writes the values there.
    ///
    /// # Safety
    /// There must be room for [`Self::COUNT`] values. They need no alignment.
    unsafe fn write(self, to: *mut f32);

    /// `self · factor + sum`, rounded once where the CPU can.
    #[must_use]
    fn mul_add(self, factor: Self, sum: Self) -> Self;

    /// The larger of each two values.
    #[must_use]
    fn max(self, other: Self) -> Self;

    /// The values where those of `mask` are positive, elsewhere zero.
    #[must_use]
    fn where_positive(self, mask: Self) -> Self;

    /// The values where those of `a` and `b` are equal, elsewhere zero; and the values that this leaves over.
    fn divide_by_equality(self, a: Self, b: Self) -> [Self; 2];

    /// The vector of the values from index `at` on.
    #[inline(always)]
    fn of(values: &[f32], at: usize) -> Self {
        let values = &values[at..at + Self::COUNT];
        // SAFETY: the slice has that many values.
        unsafe { Self::read(values.as_ptr()) }
    }

    /// Writes the values from index `at` on.
    #[inline(always)]
    fn put(self, values: &mut [f32], at: usize) {
        let values = &mut values[at..at + Self::COUNT];
        // SAFETY: the slice has that many values.
        unsafe { self.write(values.as_mut_ptr()) }
    }
}

/// A loop that can be compiled for each width.
pub trait Loop {
    /// What it computes.
    type Output;

    /// Computes it. Implementations are `#[inline(always)]`, as whatever they call: only then do they use the
    /// instructions of the width.
    fn run<L: Lanes>(self) -> Self::Output;
}
