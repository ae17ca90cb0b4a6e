//! Computes the innermost part of a matrix product with relaxed SIMD, which has a fused multiply-add where the CPU
//! has one. `build.rs` compiles it to a module of its own.
#![no_std]

use core::{
    arch::wasm32::{
        f32x4_add, f32x4_relaxed_madd, f32x4_splat, v128, v128_load, v128_load32_splat, v128_store,
    },
    array::from_fn,
    panic::PanicInfo,
};

mod operands;

use operands::Operands;

/// Computes the product of these operands. Vectors need no alignment.
///
/// # Safety
/// All reads must be within memory, and so must all writes. The output must not overlap the inputs or `operands`.
#[unsafe(no_mangle)]
#[target_feature(enable = "relaxed-simd")]
pub unsafe extern "C" fn panel(operands: *const Operands) {
    // SAFETY: the caller guarantees it, as stated above.
    unsafe {
        // A copy, which the writes below cannot alias: it stays in registers.
        let operands = *operands;
        match operands.columns {
            // Sums and operands fit into 15 registers however the compiler orders them. With four rows of three vectors
            // it was slower by a twelfth.
            12 => compute::<3, 3>(operands),
            8 => compute::<4, 2>(operands),
            _ => compute::<6, 1>(operands),
        }
    }
}

#[inline]
#[target_feature(enable = "relaxed-simd")]
unsafe fn compute<const ROWS: usize, const VECTORS: usize>(operands: Operands) {
    let together = operands.rows - operands.rows % ROWS;
    // SAFETY: as for `panel`.
    unsafe {
        for first in (0..together).step_by(ROWS) {
            sums::<ROWS, VECTORS>(operands, first);
        }
        for row in together..operands.rows {
            sums::<1, VECTORS>(operands, row);
        }
    }
}

/// Computes `ROWS` rows from `first` on.
#[inline]
#[target_feature(enable = "relaxed-simd")]
unsafe fn sums<const ROWS: usize, const VECTORS: usize>(operands: Operands, first: usize) {
    let Operands { inner, out, out_row, left, left_row, left_column, mut right, right_row, add, .. } =
        operands;
    let mut sums = [[f32x4_splat(0.0); VECTORS]; ROWS];
    // SAFETY: as for `panel`.
    unsafe {
        let mut left: [*const f32; ROWS] = from_fn(|row| left.add((first + row) * left_row));
        for _ in 0..inner {
            let vectors: [v128; VECTORS] = from_fn(|at| v128_load(right.cast::<v128>().add(at)));
            right = right.add(right_row);
            for row in 0..ROWS {
                let number = v128_load32_splat(left[row].cast());
                left[row] = left[row].add(left_column);
                for at in 0..VECTORS {
                    sums[row][at] = f32x4_relaxed_madd(number, vectors[at], sums[row][at]);
                }
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            let out = out.add((first + row) * out_row).cast::<v128>();
            for (at, sum) in sums.into_iter().enumerate() {
                let there = if add { v128_load(out.add(at)) } else { f32x4_splat(0.0) };
                v128_store(out.add(at), f32x4_add(there, sum));
            }
        }
    }
}

/// Required without `std`; nothing here panics.
#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
