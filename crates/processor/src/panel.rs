//! Computes the innermost part of a matrix product: a block of columns of the right matrix, laid out row by row, so that
//! it is read from one end to the other.
#![expect(clippy::inline_always, reason = "see `lanes`")]

use crate::{
    lanes::{Lanes, Loop, array, run},
    view::{Block, View},
};

/// The number of columns of a block: a multiple of the columns that are summed at once, in vectors of every width.
pub const BLOCK: usize = 48;

/// Rows of a block are filled up with zeros to a multiple of this: of the widest vectors.
const WIDEST: usize = if cfg!(target_arch = "x86_64") { 16 } else { 4 };

/// The number of values in a row of a block of so many columns.
pub const fn padded(columns: usize) -> usize {
    columns.next_multiple_of(WIDEST)
}

/// The columns of each block of a matrix: the first, and how many.
pub fn blocks(columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..columns).step_by(BLOCK).map(move |first| (first, BLOCK.min(columns - first)))
}

/// Copies `[rows, columns]` from rows with a stride of `row` values, as a block with rows of [`padded`] length. The rest
/// of each row is whatever was there: it has no influence on the sums of these columns.
pub fn pack(numbers: &[f32], row: usize, [rows, columns]: [usize; 2], packed: &mut Vec<f32>) {
    packed.resize(rows * padded(columns), 0.0);
    for (from, to) in numbers.chunks(row).zip(packed.chunks_exact_mut(padded(columns))) {
        let (from, to) = (from[..columns].as_chunks::<4>().0, to.as_chunks_mut::<4>().0);
        for (from, to) in from.iter().zip(to) {
            *to = *from;
        }
    }
}

/// The length of a slice that holds such a matrix, given the strides of its rows and columns.
fn reach([rows, columns]: [usize; 2], [row, column]: [usize; 2]) -> usize {
    if rows * columns == 0 { 0 } else { (rows - 1) * row + (columns - 1) * column + 1 }
}

/// `[rows, inner]` by a block `[inner, columns]`, written to rows of `out` with a stride of `row` values. Adds to the
/// values there if asked to. The number of columns is a multiple of four, and the block has [`padded`] columns.
///
/// # Panics
/// If a slice is too short.
pub fn multiply(
    left: View,
    block: Block,
    out: &mut [f32],
    row: usize,
    [rows, inner, columns]: [usize; 3],
    add: bool,
) {
    assert!(left.numbers.len() >= reach([rows, inner], [left.row, left.column]));
    assert!(block.numbers.len() >= reach([inner, padded(columns)], [block.row, 1]));
    assert!(row >= columns && out.len() >= reach([rows, columns], [row, 1]));
    assert!(columns.is_multiple_of(4));
    #[cfg(target_arch = "wasm32")]
    if crate::relaxed::multiply(left, block, out, row, [rows, inner, columns], add) {
        return;
    }
    run(WIDEST, Panel { left, block, out, row, rows, inner, columns, add });
}

/// The operands, of lengths that [`multiply`] has checked.
struct Panel<'a> {
    left: View<'a>,
    block: Block<'a>,
    out: &'a mut [f32],
    row: usize,
    rows: usize,
    inner: usize,
    columns: usize,
    add: bool,
}

impl Loop for Panel<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let vectors = self.columns.div_ceil(L::COUNT);
        let mut at = 0;
        while at < vectors {
            let column = at * L::COUNT;
            at += match vectors - at {
                1 => self.columns::<L, 1>(column),
                2 | 4 => self.columns::<L, 2>(column),
                _ => self.columns::<L, 3>(column),
            };
        }
    }
}

impl Panel<'_> {
    /// Sums the columns of so many vectors. Returns their number.
    #[inline(always)]
    fn columns<L: Lanes, const VECTORS: usize>(&mut self, column: usize) -> usize {
        let mut row = 0;
        // As many sums as the registers hold, beside the operands.
        while L::REGISTERS == 32 && row + 8 <= self.rows {
            self.sums::<L, 8, VECTORS>(row, column);
            row += 8;
        }
        while row + 4 <= self.rows {
            self.sums::<L, 4, VECTORS>(row, column);
            row += 4;
        }
        while row < self.rows {
            self.sums::<L, 1, VECTORS>(row, column);
            row += 1;
        }
        VECTORS
    }

    #[inline(always)]
    fn sums<L: Lanes, const ROWS: usize, const VECTORS: usize>(&mut self, row: usize, column: usize) {
        let mut sums = [[L::splat(0.0); VECTORS]; ROWS];
        // SAFETY: `multiply` has checked that the slices are as long as these strides reach.
        unsafe {
            let mut left = [self.left.numbers.as_ptr(); ROWS];
            for (at, left) in left.iter_mut().enumerate() {
                *left = left.wrapping_add((row + at) * self.left.row);
            }
            let mut block = self.block.numbers.as_ptr().wrapping_add(column);
            for k in 0..self.inner {
                let vectors: [L; VECTORS] = array(|at| L::read(block.add(at * L::COUNT)));
                block = block.wrapping_add(self.block.row);
                for at in 0..ROWS {
                    let number = L::splat(*left[at].add(k * self.left.column));
                    for vector in 0..VECTORS {
                        sums[at][vector] = number.mul_add(vectors[vector], sums[at][vector]);
                    }
                }
            }
        }
        for (at, sums) in sums.into_iter().enumerate() {
            for (vector, sum) in sums.into_iter().enumerate() {
                self.store(sum, row + at, column + vector * L::COUNT);
            }
        }
    }

    /// Writes a vector of sums, or as much of it as the matrix is wide.
    #[inline(always)]
    fn store<L: Lanes>(&mut self, sum: L, row: usize, column: usize) {
        let count = L::COUNT.min(self.columns - column);
        let out = &mut self.out[row * self.row + column..][..count];
        if count == L::COUNT {
            let sum = if self.add { L::of(out, 0) + sum } else { sum };
            sum.put(out, 0);
            return;
        }
        let mut sums = [0.0; WIDEST];
        sum.put(&mut sums, 0);
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = if self.add { *out + sum } else { sum };
        }
    }
}
