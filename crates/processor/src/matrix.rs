//! Computes matrix products.

#[cfg(not(target_family = "wasm"))]
use rayon::prelude::*;

use crate::{Epilogue, view::View};

/// The number of pixels per product, so that the operands fit into the cache of a core.
const BAND: usize = 256;

/// The number of rows of a Gram matrix per product. The entries left of such a block follow from symmetry.
const ROWS: usize = 64;

/// `(x·matrix + offset + add) · [x > 0]` → `[pixels, C]`, with x `[pixels, C]`, matrix `[C, C]`, offset `[C]` and add
/// `[pixels, C]`.
///
/// # Panics
/// If the length of a slice does not match the number of channels.
pub fn mix(
    x: &[f32],
    matrix: &[f32],
    channels: usize,
    offset: Option<&[f32]>,
    add: Option<&[f32]>,
) -> Vec<f32> {
    assert_eq!(matrix.len(), channels * channels, "a matrix for {channels} channels");
    assert!(offset.is_none_or(|offset| offset.len() == channels), "an offset for {channels} channels");
    assert!(
        x.len().is_multiple_of(channels) && add.is_none_or(|add| add.len() == x.len()),
        "maps as long as each other"
    );
    let mut out = match add {
        Some(add) => add.to_vec(),
        None => vec![0.0; x.len()],
    };
    let start = offset.is_some() || add.is_some();
    each(&mut out, BAND * channels, |band, out| {
        let x = &x[band * BAND * channels..][..out.len()];
        if let Some(offset) = offset {
            for pixel in out.chunks_exact_mut(channels) {
                pixel.iter_mut().zip(offset).for_each(|(sum, offset)| *sum += offset);
            }
        }
        let rows = x.len() / channels;
        let left = View { numbers: x, row: channels, column: 1 };
        let right = View { numbers: matrix, row: channels, column: 1 };
        multiply(left, right, out, channels, [rows, channels, channels], start);
        Epilogue { mask: Some(x), ..Epilogue::default() }.finish(out);
    });
    out
}

/// `factor · xᵀ·x` → `[C, C]`, with x `[pixels, C]`.
///
/// # Panics
/// If the length of x does not match the number of channels.
pub fn gram(x: &[f32], channels: usize, factor: f32) -> Vec<f32> {
    assert!(x.len().is_multiple_of(channels), "pixels of {channels} channels");
    let pixels = x.len() / channels;
    let mut out = vec![0.0; channels * channels];
    each(&mut out, ROWS * channels, |band, out| {
        let first = band * ROWS;
        let (rows, columns) = (out.len() / channels, channels - first);
        let left = View { numbers: &x[first.min(x.len())..], row: 1, column: channels };
        let right = View { row: channels, column: 1, ..left };
        multiply(left, right, &mut out[first..], channels, [rows, pixels, columns], false);
    });
    for row in 0..channels {
        for column in 0..=row {
            let value = factor * out[column * channels + row];
            out[column * channels + row] = value;
            out[row * channels + column] = value;
        }
    }
    out
}

/// Calls `run` for each chunk of `length` values, with its index, on all threads.
pub fn each(out: &mut [f32], length: usize, run: impl Fn(usize, &mut [f32]) + Sync) {
    #[cfg(not(target_family = "wasm"))]
    out.par_chunks_mut(length.max(1)).enumerate().for_each(|(at, piece)| run(at, piece));
    #[cfg(target_family = "wasm")]
    out.chunks_mut(length.max(1)).enumerate().for_each(|(at, piece)| run(at, piece));
}

/// The length of a slice that holds such a matrix, given the strides of its rows and columns.
fn reach([rows, columns]: [usize; 2], [row, column]: [usize; 2]) -> usize {
    if rows * columns == 0 { 0 } else { (rows - 1) * row + (columns - 1) * column + 1 }
}

/// `[rows, inner]` by `[inner, columns]`, written to rows with a stride of `row` values. Adds to the values there if
/// asked to.
pub fn multiply(
    left: View,
    right: View,
    out: &mut [f32],
    row: usize,
    [rows, inner, columns]: [usize; 3],
    add: bool,
) {
    assert!(left.numbers.len() >= reach([rows, inner], [left.row, left.column]));
    assert!(right.numbers.len() >= reach([inner, columns], [right.row, right.column]));
    assert!(row >= columns && out.len() >= reach([rows, columns], [row, 1]));
    #[cfg(target_arch = "wasm32")]
    if crate::relaxed::multiply(left, right, out, row, [rows, inner, columns], add) {
        return;
    }
    // gemm writes along columns, so it is told of the transposed matrices.
    // SAFETY: the slices are as long as the strides reach, and do not overlap.
    unsafe {
        gemm::gemm(
            columns,
            rows,
            inner,
            out.as_mut_ptr(),
            row as isize,
            1,
            add,
            right.numbers.as_ptr(),
            right.row as isize,
            right.column as isize,
            left.numbers.as_ptr(),
            left.row as isize,
            left.column as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, factor: usize) -> Vec<f32> {
        (0..count).map(|at| (at * factor % 101) as f32 / 101.0 - 0.4).collect()
    }

    /// Pixels and channels: tiny, odd, more than [`BAND`] pixels, more than [`ROWS`] channels.
    const SIZES: [(usize, usize); 6] = [(1, 4), (3, 8), (35, 12), (301, 20), (7, 132), (600, 68)];

    #[test]
    fn channels_are_mixed_as_by_definition() {
        for (pixels, channels) in SIZES {
            let (x, matrix) = (numbers(pixels * channels, 37), numbers(channels * channels, 29));
            let (offset, add) = (numbers(channels, 31), numbers(pixels * channels, 41));
            let plain = mix(&x, &matrix, channels, None, None);
            let with_all = mix(&x, &matrix, channels, Some(&offset), Some(&add));
            for at in 0..x.len() {
                let (pixel, channel) = (at / channels, at % channels);
                let products = (0..channels)
                    .map(|k| f64::from(x[pixel * channels + k]) * f64::from(matrix[k * channels + channel]));
                let sum: f64 = products.sum();
                let mask = f64::from(u8::from(x[at] > 0.0));
                let more = f64::from(offset[channel]) + f64::from(add[at]);
                assert!((f64::from(plain[at]) - mask * sum).abs() < 1e-5, "{pixels}, {channels}");
                assert!((f64::from(with_all[at]) - mask * (sum + more)).abs() < 1e-5, "{pixels}, {channels}");
            }
        }
    }

    #[test]
    fn a_gram_matrix_is_as_by_definition() {
        for (pixels, channels) in SIZES {
            let x = numbers(pixels * channels, 37);
            let found = gram(&x, channels, 0.5);
            for (at, &found) in found.iter().enumerate() {
                let (row, column) = (at / channels, at % channels);
                let products = x.chunks(channels).map(|x| f64::from(x[row]) * f64::from(x[column]));
                let sum = 0.5 * products.sum::<f64>();
                assert!((f64::from(found) - sum).abs() < 1e-5 * (1.0 + sum.abs()), "{pixels}, {channels}");
            }
        }
    }
}
