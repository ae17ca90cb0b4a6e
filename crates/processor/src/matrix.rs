//! Computes matrix products.

use std::ops::Range;

#[cfg(not(target_family = "wasm"))]
use rayon::prelude::*;

use crate::{
    Epilogue,
    panel::{blocks, multiply, pack, padded},
    view::{Block, View},
};

/// The number of pixels per product, so that the operands fit into the cache of a core.
const BAND: usize = 256;

/// A Gram matrix is computed in at most about so many parts, each a block of columns summed over a range of pixels:
/// enough for all cores, and few enough that they take little memory.
const PARTS: usize = 64;

/// The number of rows per product where a block meets the diagonal of a Gram matrix.
const STEP: usize = 16;

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
    let packed: Vec<_> = blocks(channels)
        .map(|(first, columns)| {
            let mut packed = Vec::with_capacity(channels * padded(columns));
            pack(&matrix[first..], channels, [channels, columns], &mut packed);
            (first, columns, packed)
        })
        .collect();
    each(&mut out, BAND * channels, |band, out| {
        let x = &x[band * BAND * channels..][..out.len()];
        if let Some(offset) = offset {
            for pixel in out.chunks_exact_mut(channels) {
                pixel.iter_mut().zip(offset).for_each(|(sum, offset)| *sum += offset);
            }
        }
        let rows = x.len() / channels;
        let left = View { numbers: x, row: channels, column: 1 };
        for (first, columns, packed) in &packed {
            let block = Block { numbers: packed, row: padded(*columns) };
            multiply(left, block, &mut out[*first..], channels, [rows, channels, *columns], start);
        }
        Epilogue { mask: Some(x), ..Epilogue::default() }.finish(out);
    });
    out
}

/// `factor · xᵀ·x` → `[C, C]`, with x `[pixels, C]`.
///
/// The pixels are divided into parts, and the sums of the parts are added. The parts depend on the size only: the result
/// is the same on any number of threads.
///
/// # Panics
/// If the length of x does not match the number of channels.
pub fn gram(x: &[f32], channels: usize, factor: f32) -> Vec<f32> {
    assert!(x.len().is_multiple_of(channels), "pixels of {channels} channels");
    let pixels = x.len() / channels;
    let most = (PARTS / blocks(channels).count()).max(1);
    let part = pixels.div_ceil(most).next_multiple_of(BAND).max(BAND);
    let tasks: Vec<_> =
        x.chunks(part * channels).flat_map(|x| blocks(channels).map(move |block| (x, block))).collect();
    let sum = |(x, block): &(&[f32], _)| gram_block(x, channels, *block);
    #[cfg(not(target_family = "wasm"))]
    let sums: Vec<_> = tasks.par_iter().map(sum).collect();
    #[cfg(target_family = "wasm")]
    let sums: Vec<_> = tasks.iter().map(sum).collect();

    let mut out = vec![0.0; channels * channels];
    for ((_, (first, columns)), sums) in tasks.into_iter().zip(sums) {
        for (row, sums) in sums.chunks_exact(columns).enumerate() {
            let out = &mut out[row * channels + first..][..columns];
            out.iter_mut().zip(sums).for_each(|(sum, part)| *sum += part);
        }
    }
    for row in 0..channels {
        for column in row..channels {
            let value = factor * out[row * channels + column];
            out[row * channels + column] = value;
            out[column * channels + row] = value;
        }
    }
    out
}

/// A block of columns of xᵀ·x, down to the diagonal: `[rows, columns]`. The entries below the diagonal follow from
/// symmetry, and are only some of them computed.
fn gram_block(x: &[f32], channels: usize, (first, columns): (usize, usize)) -> Vec<f32> {
    let mut out = vec![0.0; (first + columns) * columns];
    let mut packed = Vec::new();
    for (at, x) in x.chunks(BAND * channels).enumerate() {
        let pixels = x.len() / channels;
        pack(&x[first..], channels, [pixels, columns], &mut packed);
        let mut multiply = |rows: Range<usize>, from: usize| {
            let left = View { numbers: &x[rows.start..], row: 1, column: channels };
            let block = Block { numbers: &packed[from..], row: padded(columns) };
            let out = &mut out[rows.start * columns + from..];
            multiply(left, block, out, columns, [rows.len(), pixels, columns - from], at > 0);
        };
        multiply(0..first, 0);
        for from in (0..columns).step_by(STEP) {
            multiply(first + from..first + columns.min(from + STEP), from);
        }
    }
    out
}

/// Calls `run` for each chunk of `length` values, with its index, on all threads.
pub fn each<T: Send>(out: &mut [T], length: usize, run: impl Fn(usize, &mut [T]) + Sync) {
    #[cfg(not(target_family = "wasm"))]
    out.par_chunks_mut(length.max(1)).enumerate().for_each(|(at, piece)| run(at, piece));
    #[cfg(target_family = "wasm")]
    out.chunks_mut(length.max(1)).enumerate().for_each(|(at, piece)| run(at, piece));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::widths::with_each_width;

    fn numbers(count: usize, factor: usize) -> Vec<f32> {
        (0..count).map(|at| (at * factor % 101) as f32 / 101.0 - 0.4).collect()
    }

    /// Pixels and channels: tiny, odd, more than [`BAND`] pixels, more than one block of channels, more than one part.
    const SIZES: [(usize, usize); 7] =
        [(1, 4), (3, 8), (35, 12), (301, 20), (7, 132), (600, 68), (70_001, 4)];

    #[test]
    fn channels_are_mixed_as_by_definition() {
        for (pixels, channels) in SIZES {
            let (x, matrix) = (numbers(pixels * channels, 37), numbers(channels * channels, 29));
            let (offset, add) = (numbers(channels, 31), numbers(pixels * channels, 41));
            let expected: Vec<_> = (0..x.len())
                .map(|at| {
                    let (pixel, channel) = (at / channels, at % channels);
                    let products = (0..channels).map(|k| {
                        f64::from(x[pixel * channels + k]) * f64::from(matrix[k * channels + channel])
                    });
                    (f64::from(u8::from(x[at] > 0.0)), products.sum::<f64>())
                })
                .collect();
            with_each_width(|| {
                let plain = mix(&x, &matrix, channels, None, None);
                let with_all = mix(&x, &matrix, channels, Some(&offset), Some(&add));
                for (at, (mask, sum)) in expected.iter().enumerate() {
                    let more = f64::from(offset[at % channels]) + f64::from(add[at]);
                    assert!((f64::from(plain[at]) - mask * sum).abs() < 1e-5, "{pixels}, {channels}");
                    assert!(
                        (f64::from(with_all[at]) - mask * (sum + more)).abs() < 1e-5,
                        "{pixels}, {channels}"
                    );
                }
            });
        }
    }

    #[test]
    fn a_gram_matrix_is_as_by_definition() {
        for (pixels, channels) in SIZES {
            let x = numbers(pixels * channels, 37);
            let mut expected = vec![0.0; channels * channels];
            for x in x.chunks(channels) {
                for (at, sum) in expected.iter_mut().enumerate() {
                    *sum += 0.5 * f64::from(x[at / channels]) * f64::from(x[at % channels]);
                }
            }
            with_each_width(|| {
                for (&found, &sum) in gram(&x, channels, 0.5).iter().zip(&expected) {
                    assert!(
                        (f64::from(found) - sum).abs() < 1e-5 * (1.0 + sum.abs()),
                        "{pixels}, {channels}"
                    );
                }
            });
        }
    }

    #[test]
    fn a_gram_matrix_is_the_same_on_any_number_of_threads() {
        let x = numbers(1500 * 68, 37);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| gram(&x, 68, 0.5))
        };
        assert_eq!(on(1), on(7));
    }
}
