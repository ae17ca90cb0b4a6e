//! Defines SIMD vectors of several widths by one trait, so that each loop is written once and compiled for each width.
//! [`run`] picks the widest that the CPU has, when the program runs.
#![expect(
    clippy::inline_always,
    reason = "a function may use an instruction set only inside of one that enables it"
)]

mod four;
mod vector;
#[cfg(test)]
pub mod widths;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use vector::{Lanes, Loop};
use wide::f32x4;

/// Runs a loop in the widest vectors that the CPU has, up to `most` values: usually the number of channels.
pub fn run<T: Loop>(most: usize, task: T) -> T::Output {
    #[cfg(test)]
    let most = most.min(widths::MOST.get());
    #[cfg(target_arch = "x86_64")]
    match x86::width().min(most) {
        // SAFETY: the CPU has vectors of that many values.
        16.. => return unsafe { x86::run_16(task) },
        // SAFETY: likewise.
        8.. => return unsafe { x86::run_8(task) },
        _ => {}
    }
    let _ = most;
    task.run::<f32x4>()
}

/// The index of each vector of `count` values, a multiple of four and at least one vector. The last vector overlaps the
/// one before if the width does not divide the count, so what is done with it must not depend on what was written.
#[inline(always)]
pub fn vectors<L: Lanes>(count: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(L::COUNT).map(move |at| at.min(count - L::COUNT))
}

/// An array of these values. As `std::array::from_fn`, which is not inlined always.
#[inline(always)]
pub fn array<L: Lanes, const COUNT: usize>(value: impl Fn(usize) -> L) -> [L; COUNT] {
    let mut values = [L::splat(0.0); COUNT];
    for (at, place) in values.iter_mut().enumerate() {
        *place = value(at);
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The width of the vectors that it runs in.
    struct Width;

    impl Loop for Width {
        type Output = usize;

        #[inline(always)]
        fn run<L: Lanes>(self) -> usize {
            L::COUNT
        }
    }

    /// The ends of the vectors of four channels less than two vectors.
    struct Places;

    impl Loop for Places {
        type Output = Vec<usize>;

        #[inline(always)]
        fn run<L: Lanes>(self) -> Vec<usize> {
            vectors::<L>(2 * L::COUNT - 4).map(|at| at + L::COUNT).collect()
        }
    }

    #[test]
    fn vectors_are_as_wide_as_the_cpu_allows_and_the_channels_fill() {
        #[cfg(target_arch = "x86_64")]
        let widest = x86::width();
        #[cfg(not(target_arch = "x86_64"))]
        let widest = 4;
        for (most, expected) in [(4, 4), (8, 8), (12, 8), (16, 16), (100, 16)] {
            assert_eq!(run(most, Width), widest.min(expected), "{most} channels");
        }
    }

    #[test]
    fn the_last_vector_overlaps_the_one_before() {
        assert_eq!(vectors::<f32x4>(12).collect::<Vec<_>>(), [0, 4, 8]);
        widths::with_each_width(|| {
            let ends = run(16, Places);
            let width = run(16, Width);
            assert_eq!(ends.last(), Some(&(2 * width - 4)), "in vectors of {width}");
        });
    }
}
