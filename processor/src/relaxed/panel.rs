//! The innermost part of a matrix product, with relaxed SIMD: a multiplication and an addition are one instruction, where
//! the processor has such a one. `build.rs` makes a module of it.
#![no_std]

use core::{
    arch::wasm32::{
        f32x4_add, f32x4_relaxed_madd, f32x4_splat, v128, v128_load, v128_load32_splat, v128_store,
    },
    array::from_fn,
    panic::PanicInfo,
};

/// Rows of sums that are computed together. With three vectors beside each other, and all that they are computed of, they
/// fit into 15 registers in whatever order the compiler has them come: four rows would be slower by a twelfth.
const ROWS: usize = 3;

/// `[rows, inner]` by `[inner, columns]`, of 4, 8 or 12 columns, added to what is there if that is wanted. So many numbers lie
/// between two rows of each, and between two columns of the left one.
///
/// Vectors may begin at any number: the instructions ask for no alignment.
///
/// # Safety
/// What is read must lie in memory, and what is written nowhere in it.
#[unsafe(no_mangle)]
#[target_feature(enable = "relaxed-simd")]
pub unsafe extern "C" fn panel(
    rows: usize,
    inner: usize,
    columns: usize,
    out: *mut f32,
    out_row: usize,
    left: *const f32,
    left_row: usize,
    left_column: usize,
    right: *const f32,
    right_row: usize,
    add: bool,
) {
    let panel = Panel { rows, inner, out, out_row, left, left_row, left_column, right, right_row, add };
    // SAFETY: as the caller says.
    unsafe {
        match columns {
            12 => panel.compute::<3>(),
            8 => panel.compute::<2>(),
            _ => panel.compute::<1>(),
        }
    }
}

struct Panel {
    rows: usize,
    inner: usize,
    out: *mut f32,
    out_row: usize,
    left: *const f32,
    left_row: usize,
    left_column: usize,
    right: *const f32,
    right_row: usize,
    add: bool,
}

impl Panel {
    #[inline]
    #[target_feature(enable = "relaxed-simd")]
    unsafe fn compute<const VECTORS: usize>(&self) {
        let groups = self.rows / ROWS;
        // SAFETY: as for `panel`.
        unsafe {
            for group in 0..groups {
                self.sums::<ROWS, VECTORS>(self.left.add(group * ROWS * self.left_row), group * ROWS);
            }
            let left = self.left.add(groups * ROWS * self.left_row);
            for row in 0..self.rows % ROWS {
                self.sums::<1, VECTORS>(left.add(row * self.left_row), groups * ROWS + row);
            }
        }
    }

    /// Of some rows, which begin with this one, and at `left`.
    #[inline]
    #[target_feature(enable = "relaxed-simd")]
    unsafe fn sums<const ROWS: usize, const VECTORS: usize>(&self, left: *const f32, first: usize) {
        let mut sums = [[f32x4_splat(0.0); VECTORS]; ROWS];
        // SAFETY: as for `panel`.
        unsafe {
            let mut left: [*const f32; ROWS] = from_fn(|row| left.add(row * self.left_row));
            let mut right = self.right;
            for _ in 0..self.inner {
                let vectors: [v128; VECTORS] = from_fn(|at| v128_load(right.cast::<v128>().add(at)));
                right = right.add(self.right_row);
                for row in 0..ROWS {
                    let number = v128_load32_splat(left[row].cast());
                    left[row] = left[row].add(self.left_column);
                    for at in 0..VECTORS {
                        sums[row][at] = f32x4_relaxed_madd(number, vectors[at], sums[row][at]);
                    }
                }
            }
            for (row, sums) in sums.into_iter().enumerate() {
                let out = self.out.add((first + row) * self.out_row).cast::<v128>();
                for (at, sum) in sums.into_iter().enumerate() {
                    let there = if self.add { v128_load(out.add(at)) } else { f32x4_splat(0.0) };
                    v128_store(out.add(at), f32x4_add(there, sum));
                }
            }
        }
    }
}

/// There is nothing here that panics.
#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
