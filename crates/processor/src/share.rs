//! Defines how a convolution is divided among threads without shared memory. Each thread gets only what its share
//! needs.

use std::ops::Range;

use crate::Shape;

/// Shares have a multiple of four rows, which the sides of both tiles divide.
const ROWS: usize = 4;

/// The maximum number of weights of a layer for which every thread keeps a copy of all of them.
const MOST_WEIGHTS: usize = 128 * 128;

/// The part of a map that one thread computes: a range of rows or of channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Rows of the map.
    pub rows: Range<usize>,
    /// Output channels.
    pub outputs: Range<usize>,
}

/// Divides a convolution into at most `count` shares of about equal size.
///
/// Narrow layers have large maps and are divided by rows. Wide layers have small maps and most of the weights, and
/// are divided by output channels: each thread then keeps only its part of the weights. It transforms the whole map,
/// which costs little compared with its products. Neither the kind of division nor the channels depend on the size of
/// the map.
pub fn shares(shape: Shape, count: usize) -> Vec<Share> {
    let Shape { height, inputs, outputs, .. } = shape;
    if inputs * outputs > MOST_WEIGHTS {
        parts(outputs, 4, count).map(|outputs| Share { rows: 0..height, outputs }).collect()
    } else {
        parts(height, ROWS, count).map(|rows| Share { rows, outputs: 0..outputs }).collect()
    }
}

/// Divides `0..length` into at most `count` ranges that begin at multiples of `unit`.
pub fn parts(length: usize, unit: usize, count: usize) -> impl Iterator<Item = Range<usize>> {
    let units = length.div_ceil(unit);
    let count = count.clamp(1, units.max(1));
    (0..count).map(move |at| {
        let [start, end] = [at, at + 1].map(|at| (units * at / count * unit).min(length));
        start..end
    })
}

impl Share {
    /// The dimensions of the convolution that computes this share.
    pub fn shape(&self, whole: Shape) -> Shape {
        Shape {
            height: self.rows.len(),
            outputs: self.outputs.len(),
            beyond: [self.rows.start > 0, self.rows.end < whole.height],
            ..whole
        }
    }

    /// The range of the whole input `[H, W, in]` that this share needs.
    pub fn inputs(&self, whole: Shape) -> Range<usize> {
        let [above, below] = self.shape(whole).beyond.map(usize::from);
        let row = whole.width * whole.inputs;
        (self.rows.start - above) * row..(self.rows.end + below) * row
    }

    /// Copies the result of this share to where it belongs in the whole output `[H, W, out]`.
    pub fn put(&self, part: &[f32], whole: Shape, out: &mut [f32]) {
        let row = whole.width * whole.outputs;
        let out = &mut out[self.rows.start * row..self.rows.end * row];
        if self.outputs.len() == whole.outputs {
            out.copy_from_slice(part);
            return;
        }
        let pixels = out.chunks_exact_mut(whole.outputs).zip(part.chunks_exact(self.outputs.len()));
        for (out, part) in pixels {
            out[self.outputs.clone()].copy_from_slice(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Epilogue, Transformed, convolve_2x2, convolve_4x4};

    #[test]
    fn every_row_and_channel_is_in_one_share() {
        let narrow = Shape { height: 21, width: 3, inputs: 64, outputs: 36, beyond: [false; 2] };
        let rows: Vec<_> = shares(narrow, 3).into_iter().map(|share| (share.rows, share.outputs)).collect();
        assert_eq!(rows, [(0..8, 0..36), (8..16, 0..36), (16..21, 0..36)]);
        assert_eq!(shares(Shape { height: 5, ..narrow }, 8).len(), 2, "no share is empty");
        assert_eq!(shares(narrow, 1), [Share { rows: 0..21, outputs: 0..36 }]);

        let wide = Shape { inputs: 288, outputs: 232, ..narrow };
        let channels: Vec<_> = shares(wide, 3).into_iter().map(|share| (share.rows, share.outputs)).collect();
        assert_eq!(channels, [(0..21, 0..76), (0..21, 76..152), (0..21, 152..232)]);
    }

    #[test]
    fn shares_together_are_the_whole() {
        let numbers = |count: usize, factor: usize| -> Vec<f32> {
            (0..count).map(|at| (at * factor % 101) as f32 / 101.0 - 0.4).collect()
        };
        // The first is divided by rows, the second by channels.
        for (inputs, outputs) in [(12, 20), (132, 136)] {
            for (height, width) in [(1, 1), (5, 7), (13, 6), (40, 3)] {
                let whole = Shape { height, width, inputs, outputs, beyond: [false; 2] };
                let (x, bias) = (numbers(height * width * inputs, 37), numbers(outputs, 29));
                let (add, mask) =
                    (numbers(height * width * outputs, 31), numbers(height * width * outputs, 17));
                let epilogue = Epilogue { bias: Some(&bias), add: Some(&add), mask: Some(&mask) };
                for elements in [16, 36] {
                    let convolve = if elements == 16 { convolve_2x2 } else { convolve_4x4 };
                    let kernels = Transformed::new([elements, inputs, outputs], |input, output, elements| {
                        for (index, value) in elements.iter_mut().enumerate() {
                            *value = ((index + 7 * input + 3 * output) * 41 % 101) as f32 / 101.0 - 0.4;
                        }
                    });
                    let expected = convolve(&x, &kernels, whole, epilogue);
                    let mut sums = vec![f32::NAN; expected.len()];
                    for share in shares(whole, 3) {
                        let (x, shape) = (&x[share.inputs(whole)], share.shape(whole));
                        let own = kernels.part(share.outputs.clone());
                        let part = convolve(x, &own, shape, Epilogue::default());
                        if share.outputs.start == 0 {
                            assert_eq!(
                                part,
                                convolve(x, &kernels, shape, Epilogue::default()),
                                "the first of all"
                            );
                        }
                        share.put(&part, whole, &mut sums);
                    }
                    epilogue.finish(&mut sums);
                    for (sum, expected) in sums.iter().zip(&expected) {
                        assert!(
                            (sum - expected).abs() <= 1e-4 * (1.0 + expected.abs()),
                            "{whole:?}: {sum}, {expected}"
                        );
                    }
                }
            }
        }
    }
}
