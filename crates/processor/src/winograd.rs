//! Computes convolutions by Winograd's algorithm: `Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A` (Lavin and Gray, "Fast Algorithms
//! for Convolutional Neural Networks", CVPR 2016, section 4).
//!
//! The transforms process four channels at once. The products are 16 or 36 matrix products per band of tiles.
#![expect(clippy::inline_always, reason = "the transforms are the body of the innermost loop")]

use std::{array::from_fn, ops::Range};

#[cfg(not(target_family = "wasm"))]
use rayon::prelude::*;
use wide::f32x4;

use crate::{Epilogue, Shape, Vec4, matrix::multiply, vec4s, view::View};

/// The number of tiles per band. Small enough for the cache of a core, large enough to amortise the setup of a matrix
/// product.
const BAND: usize = 48;

/// The number of output channels per block of kernels. The kernels of a wide layer do not fit into the cache. Within
/// a block, consecutive reads are contiguous.
const BLOCK: usize = 48;

/// Transformed kernels, `G g Gᵀ`, of 16 or 36 elements each (called elements here).
#[derive(Clone, Debug)]
pub struct Transformed {
    /// For each element and each block of output channels: `[in, channels of the block]`.
    numbers: Vec<f32>,
    elements: usize,
    inputs: usize,
    outputs: usize,
}

impl Transformed {
    /// Transforms kernels: `transform(input, output, elements)` writes the elements of one.
    pub fn new(
        [elements, inputs, outputs]: [usize; 3],
        mut transform: impl FnMut(usize, usize, &mut [f32]),
    ) -> Self {
        let mut new = Self { numbers: vec![0.0; elements * inputs * outputs], elements, inputs, outputs };
        let mut one = vec![0.0; elements];
        // Outputs in the inner loop: they are adjacent in memory.
        for input in 0..inputs {
            for output in 0..outputs {
                transform(input, output, &mut one);
                for (index, &value) in one.iter().enumerate() {
                    let at = new.at(index, input, output);
                    new.numbers[at] = value;
                }
            }
        }
        new
    }

    /// From the values of [`Self::numbers`] and the result of [`Self::dims`].
    ///
    /// # Panics
    /// If the number of values does not match.
    pub fn from_numbers(numbers: Vec<f32>, [elements, inputs, outputs]: [usize; 3]) -> Self {
        assert_eq!(numbers.len(), elements * inputs * outputs, "[{elements}, {inputs}, {outputs}]");
        Self { numbers, elements, inputs, outputs }
    }

    /// The kernels of a range of output channels.
    #[must_use]
    pub fn part(&self, outputs: Range<usize>) -> Self {
        Self::new([self.elements, self.inputs, outputs.len()], |input, output, elements| {
            for (index, value) in elements.iter_mut().enumerate() {
                *value = self.numbers[self.at(index, input, outputs.start + output)];
            }
        })
    }

    /// The numbers of elements, input channels and output channels.
    pub fn dims(&self) -> [usize; 3] {
        [self.elements, self.inputs, self.outputs]
    }

    /// All values, in the order of memory: to send them to another thread.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    fn at(&self, index: usize, input: usize, output: usize) -> usize {
        let first = output / BLOCK * BLOCK;
        (index * self.outputs + first) * self.inputs + input * self.wide(first) + output - first
    }

    /// The number of channels of the block that begins at channel `first`.
    fn wide(&self, first: usize) -> usize {
        BLOCK.min(self.outputs - first)
    }

    /// `[rows, in]` by the matrix `[in, out]` of one element → `[rows, out]`, for the first `outputs` channels.
    fn multiply(&self, index: usize, rows: &[f32], outputs: usize, out: &mut [f32]) {
        let count = rows.len() / self.inputs;
        let left = View { numbers: rows, row: self.inputs, column: 1 };
        for first in (0..outputs).step_by(BLOCK) {
            let wide = self.wide(first);
            let right = View { numbers: &self.numbers[self.at(index, 0, first)..], row: wide, column: 1 };
            let columns = wide.min(outputs - first);
            multiply(left, right, &mut out[first..], outputs, [count, self.inputs, columns], false);
        }
    }
}

/// F(2×2, 3×3) with kernels of 16 elements. x `[H, W, in]`, plus the rows beyond → `[H, W, out]`, the first output
/// channels of `kernels`.
///
/// # Panics
/// If the length of a slice does not match `shape`.
pub fn convolve_2x2(x: &[f32], kernels: &Transformed, shape: Shape, epilogue: Epilogue) -> Vec<f32> {
    convolve::<Two, 2, 4>(x, kernels, shape, epilogue)
}

/// F(4×4, 3×3) with kernels of 36 elements. x `[H, W, in]`, plus the rows beyond → `[H, W, out]`, the first output
/// channels of `kernels`.
///
/// # Panics
/// If the length of a slice does not match `shape`.
pub fn convolve_4x4(x: &[f32], kernels: &Transformed, shape: Shape, epilogue: Epilogue) -> Vec<f32> {
    convolve::<Four, 4, 6>(x, kernels, shape, epilogue)
}

/// The one-dimensional transforms along a side of a tile, for four channels at once.
trait Transform<const SIDE: usize, const INPUTS: usize> {
    /// Bᵀ d.
    fn input(d: [f32x4; INPUTS]) -> [f32x4; INPUTS];
    /// Aᵀ m.
    fn output(m: [f32x4; INPUTS]) -> [f32x4; SIDE];
}

struct Two;

impl Transform<2, 4> for Two {
    #[inline(always)]
    fn input([a, b, c, d]: [f32x4; 4]) -> [f32x4; 4] {
        [a - c, b + c, c - b, b - d]
    }

    #[inline(always)]
    fn output([a, b, c, d]: [f32x4; 4]) -> [f32x4; 2] {
        [a + b + c, b - c - d]
    }
}

struct Four;

impl Transform<4, 6> for Four {
    #[inline(always)]
    fn input([a, b, c, d, e, f]: [f32x4; 6]) -> [f32x4; 6] {
        let (even, odd) = (e - c * 4.0, d - b * 4.0);
        let (near, far) = (e - c, (d - b) * 2.0);
        [a * 4.0 - c * 5.0 + e, even + odd, even - odd, near + far, near - far, b * 4.0 - d * 5.0 + f]
    }

    #[inline(always)]
    fn output([a, b, c, d, e, f]: [f32x4; 6]) -> [f32x4; 4] {
        let (sum, difference) = (b + c, b - c);
        let (sum2, difference2) = (d + e, d - e);
        [a + sum + sum2, difference + difference2 * 2.0, sum + sum2 * 4.0, difference + difference2 * 8.0 + f]
    }
}

fn convolve<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize>(
    x: &[f32],
    kernels: &Transformed,
    shape: Shape,
    epilogue: Epilogue,
) -> Vec<f32> {
    let Shape { height, width, inputs, outputs, beyond } = shape;
    let pixels = height * width;
    let [above, below] = beyond.map(usize::from);
    assert!(inputs.is_multiple_of(4) && outputs.is_multiple_of(4), "channels go by fours: {shape:?}");
    assert_eq!(x.len(), (above + height + below) * width * inputs, "what goes in, for {shape:?}");
    assert_eq!(kernels.dims()[..2], [INPUTS * INPUTS, inputs], "kernels for {shape:?}");
    assert!(outputs <= kernels.outputs, "{} kernels for {shape:?}", kernels.outputs);
    assert!(epilogue.bias.is_none_or(|bias| bias.len() == outputs), "a bias for {shape:?}");
    for map in [epilogue.add, epilogue.mask].into_iter().flatten() {
        assert_eq!(map.len(), pixels * outputs, "a map beside what comes out, for {shape:?}");
    }

    let x = vec4s(x);
    let across = width.div_ceil(SIDE);
    // Whole rows of tiles, so that their output is contiguous.
    let rows = BAND.div_ceil(across.max(1));
    let mut out = vec![0.0; pixels * outputs];

    let scratch = || [inputs, outputs].map(|channels| vec![[0.0; 4]; INPUTS * INPUTS * BAND * channels / 4]);
    let compute = |[transformed, products]: &mut [Vec<Vec4>; 2], (index, out): (usize, &mut [f32])| {
        let start = index * rows * across;
        let end = start + (out.len() / (width * outputs)).div_ceil(SIDE) * across;
        for first in (start..end).step_by(BAND) {
            let band = Band { height, width, first, count: BAND.min(end - first) };
            band.input::<T, SIDE, INPUTS>(x, above, inputs / 4, transformed);
            for index in 0..INPUTS * INPUTS {
                let [from, to] = [inputs, outputs].map(|channels| band.count * channels);
                kernels.multiply(
                    index,
                    &transformed.as_flattened()[index * from..][..from],
                    outputs,
                    &mut products.as_flattened_mut()[index * to..][..to],
                );
            }
            let above = index * rows * SIDE * width * outputs / 4;
            band.output::<T, SIDE, INPUTS>(products, outputs / 4, epilogue, above, out.as_chunks_mut().0);
        }
    };
    let length = (rows * SIDE * width * outputs).max(1);
    #[cfg(not(target_family = "wasm"))]
    out.par_chunks_mut(length).enumerate().for_each_init(scratch, compute);
    #[cfg(target_family = "wasm")]
    {
        let mut scratch = scratch();
        out.chunks_mut(length).enumerate().for_each(|part| compute(&mut scratch, part));
    }
    out
}

/// A range of the tiles of a map, counted row by row.
#[derive(Clone, Copy)]
struct Band {
    height: usize,
    width: usize,
    first: usize,
    count: usize,
}

impl Band {
    /// Each tile of the band, with the position of its first output.
    fn tiles(self, side: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let across = self.width.div_ceil(side);
        (0..self.count).map(move |tile| {
            let number = self.first + tile;
            (tile, number / across * side, number % across * side)
        })
    }

    /// `Bᵀ d B` of each tile → `[elements, tiles, vec4s]`. x has `above` rows above the map; outside of x the input is
    /// zero.
    fn input<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize>(
        self,
        x: &[Vec4],
        above: usize,
        vec4s: usize,
        transformed: &mut [Vec4],
    ) {
        let rows = x.len() / (self.width * vec4s).max(1);
        for (tile, top, left) in self.tiles(SIDE) {
            let inside = |y: usize, x: usize| (1..=rows).contains(&y) && (1..=self.width).contains(&x);
            let from: [[Option<usize>; INPUTS]; INPUTS] = from_fn(|i| {
                from_fn(|j| {
                    let (y, x) = (above + top + i, left + j);
                    inside(y, x).then(|| ((y - 1) * self.width + x - 1) * vec4s)
                })
            });
            for vec4 in 0..vec4s {
                let across = from.map(|row| {
                    T::input(row.map(|index| index.map_or(f32x4::ZERO, |index| x[index + vec4].into())))
                });
                for j in 0..INPUTS {
                    let down = T::input(column(&across, j));
                    for (i, value) in down.into_iter().enumerate() {
                        let index = i * INPUTS + j;
                        transformed[(index * self.count + tile) * vec4s + vec4] = value.to_array();
                    }
                }
            }
        }
    }

    /// `Aᵀ m A` of each tile of the products `[elements, tiles, vec4s]`, written to a part of the map that begins after
    /// `above` vec4s.
    fn output<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize>(
        self,
        products: &[Vec4],
        vec4s: usize,
        epilogue: Epilogue,
        above: usize,
        out: &mut [Vec4],
    ) {
        for (tile, top, left) in self.tiles(SIDE) {
            let [high, wide] = [self.height - top, self.width - left].map(|rest| rest.min(SIDE));
            for vec4 in 0..vec4s {
                let across: [[f32x4; SIDE]; INPUTS] = from_fn(|i| {
                    T::output(from_fn(|j| {
                        let index = i * INPUTS + j;
                        products[(index * self.count + tile) * vec4s + vec4].into()
                    }))
                });
                for j in 0..wide {
                    let down = T::output(column(&across, j));
                    for (i, &sum) in down.iter().enumerate().take(high) {
                        let index = ((top + i) * self.width + left + j) * vec4s + vec4;
                        out[index - above] = epilogue.of(sum, index, vec4);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn column<const HIGH: usize, const WIDE: usize>(rows: &[[f32x4; WIDE]; HIGH], at: usize) -> [f32x4; HIGH] {
    from_fn(|row| rows[row][at])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pseudo-random values in −1..1.
    fn numbers(count: usize, mut seed: u32) -> Vec<f32> {
        let next = |_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(next).collect()
    }

    /// The convolution by its definition; `kernels` are `[3, 3, in, out]`.
    fn by_definition(x: &[f32], kernels: &[f32], shape: Shape) -> Vec<f64> {
        let Shape { height, width, inputs, outputs, .. } = shape;
        let mut out = vec![0.0; height * width * outputs];
        for (index, sums) in out.chunks_mut(outputs).enumerate() {
            for (tap, kernels) in kernels.chunks(inputs * outputs).enumerate() {
                let (row, column) = (index / width + tap / 3, index % width + tap % 3);
                if row == 0 || row > height || column == 0 || column > width {
                    continue;
                }
                let pixel = &x[((row - 1) * width + column - 1) * inputs..][..inputs];
                for (&value, factors) in pixel.iter().zip(kernels.chunks(outputs)) {
                    for (sum, &factor) in sums.iter_mut().zip(factors) {
                        *sum += f64::from(value) * f64::from(factor);
                    }
                }
            }
        }
        out
    }

    /// `G g Gᵀ` of kernels `[3, 3, in, out]`.
    fn transformed(kernels: &[f32], [inputs, outputs]: [usize; 2], g: &[[f64; 3]]) -> Transformed {
        Transformed::new([g.len() * g.len(), inputs, outputs], |input, output, elements| {
            for (index, value) in elements.iter_mut().enumerate() {
                let (row, column) = (g[index / g.len()], g[index % g.len()]);
                let of = |tap: usize| f64::from(kernels[(tap * inputs + input) * outputs + output]);
                *value = (0..9).map(|tap| row[tap / 3] * column[tap % 3] * of(tap)).sum::<f64>() as f32;
            }
        })
    }

    #[test]
    fn both_tiles_convolve_as_by_definition() {
        const G2: [[f64; 3]; 4] = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]];
        let (sixth, twelfth, twentyfourth) = (1.0 / 6.0, 1.0 / 12.0, 1.0 / 24.0);
        let g4 = [
            [0.25, 0.0, 0.0],
            [-sixth, -sixth, -sixth],
            [-sixth, sixth, -sixth],
            [twentyfourth, twelfth, sixth],
            [twentyfourth, -twelfth, sixth],
            [0.0, 0.0, 1.0],
        ];
        for (height, width) in [(1, 1), (2, 5), (4, 4), (7, 211), (53, 3)] {
            let shape = Shape { height, width, inputs: 12, outputs: 100, beyond: [false; 2] };
            let count = height * width;
            let (x, kernels) = (numbers(count * 12, 1), numbers(9 * 12 * 100, 2));
            let (bias, add, mask) = (numbers(100, 3), numbers(count * 100, 4), numbers(count * 100, 5));
            let plain = by_definition(&x, &kernels, shape);
            let epilogue = Epilogue { bias: Some(&bias), add: Some(&add), mask: Some(&mask) };
            let expected = plain.iter().enumerate().map(|(at, sum)| {
                let rectified = (sum + f64::from(bias[at % 100])).max(0.0);
                if mask[at] > 0.0 { rectified + f64::from(add[at]) } else { 0.0 }
            });
            let by_two = convolve_2x2(&x, &transformed(&kernels, [12, 100], &G2), shape, epilogue);
            let by_four = convolve_4x4(&x, &transformed(&kernels, [12, 100], &g4), shape, epilogue);
            for ((expected, two), four) in expected.zip(by_two).zip(by_four) {
                let apart = [two, four].map(|value| (f64::from(value) - expected).abs());
                assert!(apart.iter().all(|&apart| apart < 1e-4), "{shape:?}: {apart:?} from {expected}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "kernels for")]
    fn kernels_of_the_other_tile_are_refused() {
        let shape = Shape { height: 1, width: 1, inputs: 4, outputs: 4, beyond: [false; 2] };
        let kernels = Transformed::new([16, 4, 4], |_, _, _| ());
        convolve_4x4(&[0.0; 4], &kernels, shape, Epilogue::default());
    }
}
