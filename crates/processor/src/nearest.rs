//! Finds the nearest rows of a matrix, by the dot product.

use crate::{
    matrix::each,
    panel::{BLOCK, blocks, multiply, padded},
    view::{Block, View},
};

/// The number of rows per product, so that the products of a block stay in the cache.
const BAND: usize = 64;

/// For each of `rows` `[N, C]` the largest dot product with one of `others` `[M, C]`, and the index of that row: the lowest
/// one if several are as near. The matrix of all products is never stored.
///
/// # Panics
/// If there are no others, or if a length does not match the number of channels.
pub fn nearest(rows: &[f32], others: &[f32], channels: usize) -> Vec<(f32, usize)> {
    assert!(rows.len().is_multiple_of(channels) && others.len().is_multiple_of(channels), "rows of channels");
    let count = others.len() / channels;
    assert!(count > 0, "others to choose from");
    let packed: Vec<_> = blocks(count.next_multiple_of(4))
        .map(|(first, columns)| {
            let mut packed = vec![0.0; channels * padded(columns)];
            for (column, other) in others.chunks_exact(channels).skip(first).take(columns).enumerate() {
                packed[column..]
                    .iter_mut()
                    .step_by(padded(columns))
                    .zip(other)
                    .for_each(|(to, from)| *to = *from);
            }
            (first, columns, packed)
        })
        .collect();
    let mut found = vec![(f32::NEG_INFINITY, 0); rows.len() / channels];
    each(&mut found, BAND, |band, found| {
        let left = View { numbers: &rows[band * BAND * channels..], row: channels, column: 1 };
        let mut products = [0.0; BAND * BLOCK];
        for (first, columns, packed) in &packed {
            let block = Block { numbers: packed, row: padded(*columns) };
            multiply(left, block, &mut products, *columns, [found.len(), channels, *columns], false);
            for (best, products) in found.iter_mut().zip(products.chunks_exact(*columns)) {
                // The last block is filled up with zeros, which are no others.
                for (index, &product) in (*first..count).zip(products) {
                    if product > best.0 {
                        *best = (product, index);
                    }
                }
            }
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::widths::with_each_width;

    #[test]
    fn the_nearest_row_is_the_first_of_the_largest_products() {
        // Tiny, odd, prime, more than one band, more than one block.
        for (rows, others, channels) in
            [(1, 1, 4), (3, 2, 8), (7, 5, 12), (67, 97, 20), (130, 150, 8), (65, 49, 4)]
        {
            // Small whole numbers: products are exact, and many are equal.
            let numbers = |count: usize, factor: usize| -> Vec<f32> {
                (0..count).map(|at| (at * factor % 101 % 5) as f32 - 2.0).collect()
            };
            let (u, t) = (numbers(rows * channels, 37), numbers(others * channels, 29));
            let expected: Vec<_> = u
                .chunks(channels)
                .map(|u| {
                    let products =
                        t.chunks(channels).map(|t| u.iter().zip(t).map(|(a, b)| a * b).sum::<f32>());
                    let mut best = (f32::NEG_INFINITY, 0);
                    for (index, product) in products.enumerate() {
                        if product > best.0 {
                            best = (product, index);
                        }
                    }
                    best
                })
                .collect();
            with_each_width(|| {
                assert_eq!(nearest(&u, &t, channels), expected, "{rows}, {others}, {channels}");
            });
        }
    }
}
