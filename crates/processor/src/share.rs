//! A convolution in shares, for threads that have no memory in common: each gets what its share needs, and nothing else.

use std::ops::Range;

use crate::Shape;

/// Rows go by fours, which both tiles divide.
const ROWS: usize = 4;

/// The most weights of a layer of which every thread keeps a copy.
const MOST_WEIGHTS: usize = 128 * 128;

/// What one thread computes of a map: some of its rows, or some of its channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Of the map.
    pub rows: Range<usize>,
    /// Channels of what comes out.
    pub outputs: Range<usize>,
}

/// About equal shares, at most `count` of them.
///
/// Narrow layers have large maps, and are shared by rows. Wide ones have nearly all of the weights, and small maps: they are
/// shared by channels, so that each thread keeps a part of the weights and transforms the whole map, which costs little
/// beside its products. Which it is, and the channels, do not depend on the size of the map.
pub fn shares(shape: Shape, count: usize) -> Vec<Share> {
    let Shape { height, inputs, outputs, .. } = shape;
    if inputs * outputs > MOST_WEIGHTS {
        parts(outputs, 4, count).map(|outputs| Share { rows: 0..height, outputs }).collect()
    } else {
        parts(height, ROWS, count).map(|rows| Share { rows, outputs: 0..outputs }).collect()
    }
}

/// `0..length` in at most so many ranges, which begin at multiples of `unit`.
pub fn parts(length: usize, unit: usize, count: usize) -> impl Iterator<Item = Range<usize>> {
    let units = length.div_ceil(unit);
    let count = count.clamp(1, units.max(1));
    (0..count).map(move |at| {
        let [start, end] = [at, at + 1].map(|at| (units * at / count * unit).min(length));
        start..end
    })
}

impl Share {
    /// The convolution that computes this share of a whole one.
    pub fn shape(&self, whole: Shape) -> Shape {
        Shape {
            height: self.rows.len(),
            outputs: self.outputs.len(),
            beyond: [self.rows.start > 0, self.rows.end < whole.height],
            ..whole
        }
    }

    /// Where in the whole `[H, W, in]` that lies what goes in.
    pub fn inputs(&self, whole: Shape) -> Range<usize> {
        let [above, below] = self.shape(whole).beyond.map(usize::from);
        let row = whole.width * whole.inputs;
        (self.rows.start - above) * row..(self.rows.end + below) * row
    }

    /// Puts what was computed into its place in the whole `[H, W, out]`.
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
        // The first is shared by rows, the second by channels.
        for (inputs, outputs) in [(12, 20), (132, 136)] {
            for (height, width) in [(1, 1), (5, 7), (13, 6), (40, 3)] {
                let whole = Shape { height, width, inputs, outputs, beyond: [false; 2] };
                let (x, bias) = (numbers(height * width * inputs, 37), numbers(outputs, 29));
                let (add, mask) =
                    (numbers(height * width * outputs, 31), numbers(height * width * outputs, 17));
                let epilogue = Epilogue { bias: Some(&bias), add: Some(&add), mask: Some(&mask) };
                for places in [16, 36] {
                    let convolve = if places == 16 { convolve_2x2 } else { convolve_4x4 };
                    let kernels = Transformed::new([places, inputs, outputs], |input, output, places| {
                        for (place, value) in places.iter_mut().enumerate() {
                            *value = ((place + 7 * input + 3 * output) * 41 % 101) as f32 / 101.0 - 0.4;
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
