//! Computes convolutions by Winograd's algorithm: `Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A` (Lavin and Gray, "Fast Algorithms
//! for Convolutional Neural Networks", CVPR 2016, section 4).
//!
//! The transforms process a vector of channels at once. The products are 16 or 36 matrix products per band of tiles.

mod band;
mod transform;
mod transformed;

use std::{cell::RefCell, ops::Range};

#[cfg(not(target_family = "wasm"))]
use rayon::prelude::*;

use self::{
    band::{Band, Input, Output},
    transform::{Four, Transform, Two},
};
use crate::{Epilogue, Shape, lanes::run, matrix::each, panel::BLOCK, share::parts};

pub use self::transformed::Transformed;

/// The largest number of tiles per band. Small enough for the cache of a core, large enough to amortise the reading of
/// the kernels.
const BAND: usize = 48;

thread_local! {
    /// The transformed tiles of a band and their products. Kept, since new memory is slow: at most 4 MiB a thread.
    static SCRATCH: RefCell<[Vec<f32>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
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

/// The number of threads that compute a convolution together.
fn threads() -> usize {
    #[cfg(not(target_family = "wasm"))]
    return rayon::current_num_threads();
    #[cfg(target_family = "wasm")]
    1
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
    assert!(outputs <= kernels.dims()[2], "{} kernels for {shape:?}", kernels.dims()[2]);
    assert!(epilogue.bias.is_none_or(|bias| bias.len() == outputs), "a bias for {shape:?}");
    for map in [epilogue.add, epilogue.mask].into_iter().flatten() {
        assert_eq!(map.len(), pixels * outputs, "a map beside what comes out, for {shape:?}");
    }
    if pixels * outputs == 0 {
        return Vec::new();
    }
    let work = Work { x, kernels, shape, epilogue, rows: rows_of_tiles::<SIDE>(shape) };
    let bands = height.div_ceil(SIDE).div_ceil(work.rows);
    // Where a small map has fewer bands than there are threads, they divide the channels.
    let parts: Vec<_> = parts(outputs, BLOCK, threads().div_ceil(bands)).collect();
    match &parts[..] {
        [whole] => work.compute::<T, SIDE, INPUTS>(whole.clone()),
        parts => {
            let compute = |part: &Range<usize>| work.compute::<T, SIDE, INPUTS>(part.clone());
            #[cfg(not(target_family = "wasm"))]
            let computed: Vec<_> = parts.par_iter().map(compute).collect();
            #[cfg(target_family = "wasm")]
            let computed: Vec<_> = parts.iter().map(compute).collect();
            let mut out = vec![0.0; pixels * outputs];
            for (part, computed) in parts.iter().zip(computed) {
                let pixels = out.chunks_exact_mut(outputs).zip(computed.chunks_exact(part.len()));
                pixels.for_each(|(out, computed)| out[part.clone()].copy_from_slice(computed));
            }
            out
        }
    }
}

/// The number of rows of tiles of a band. Bands have whole rows, so that their output is contiguous, and all threads get
/// about equally many.
fn rows_of_tiles<const SIDE: usize>(shape: Shape) -> usize {
    let [high, wide] = [shape.height, shape.width].map(|side| side.div_ceil(SIDE));
    let bands = (high * wide).div_ceil(BAND);
    high.div_ceil(bands.next_multiple_of(threads())).max(1).min(BAND.div_ceil(wide))
}

/// A convolution.
struct Work<'a> {
    x: &'a [f32],
    kernels: &'a Transformed,
    shape: Shape,
    epilogue: Epilogue<'a>,
    /// Rows of tiles in a band.
    rows: usize,
}

impl Work<'_> {
    /// The channels `part` of the result: `[H, W, channels of the part]`.
    fn compute<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize>(
        &self,
        part: Range<usize>,
    ) -> Vec<f32> {
        let Shape { height, width, inputs, .. } = self.shape;
        let outputs = part.len();
        let mut out = vec![0.0; height * width * outputs];
        let most = BAND.min(width.div_ceil(SIDE) * self.rows);
        let lengths = [inputs, outputs].map(|channels| INPUTS * INPUTS * most * channels);
        each(&mut out, self.rows * SIDE * width * outputs, |index, out| {
            SCRATCH.with_borrow_mut(|scratch| {
                for (scratch, length) in scratch.iter_mut().zip(lengths) {
                    scratch.resize(scratch.len().max(length), 0.0);
                }
                self.band::<T, SIDE, INPUTS>(scratch, index, part.clone(), out);
            });
        });
        out
    }

    /// One band of rows of tiles.
    fn band<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize>(
        &self,
        [transformed, products]: &mut [Vec<f32>; 2],
        index: usize,
        part: Range<usize>,
        out: &mut [f32],
    ) {
        let Shape { height, width, inputs, outputs, .. } = self.shape;
        let across = width.div_ceil(SIDE);
        let start = index * self.rows * across;
        let end = start + (out.len() / (width * part.len())).div_ceil(SIDE) * across;
        // A row may be longer than a band: then in pieces of about equal length.
        let most = (end - start).div_ceil((end - start).div_ceil(BAND)).next_multiple_of(8).min(BAND);
        for first in (start..end).step_by(most) {
            let band = Band { height, width, first, count: most.min(end - first) };
            let above = usize::from(self.shape.beyond[0]);
            let input = Input::<T, SIDE, INPUTS>::new(band, self.x, above, inputs, transformed);
            run(inputs, input);
            for index in 0..INPUTS * INPUTS {
                let [from, to] = [inputs, part.len()].map(|channels| band.count * channels);
                self.kernels.multiply(
                    index,
                    &transformed[index * from..][..from],
                    part.clone(),
                    &mut products[index * to..][..to],
                );
            }
            let above = index * self.rows * SIDE;
            let (epilogue, part) = (self.epilogue, part.clone());
            let output =
                Output::<T, SIDE, INPUTS>::new(band, products, outputs, part.clone(), epilogue, above, out);
            run(part.len(), output);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::widths::with_each_width;

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
        // Tiny, odd and prime; more than a band in a row; with channels that fill vectors, and that do not; more than a
        // block of channels.
        for (height, width, inputs, outputs) in [
            (1, 1, 12, 100),
            (2, 5, 4, 28),
            (4, 4, 68, 4),
            (7, 211, 12, 20),
            (53, 3, 20, 64),
            (23, 29, 32, 48),
        ] {
            let shape = Shape { height, width, inputs, outputs, beyond: [false; 2] };
            let count = height * width;
            let (x, kernels) = (numbers(count * inputs, 1), numbers(9 * inputs * outputs, 2));
            let bias = numbers(outputs, 3);
            let (add, mask) = (numbers(count * outputs, 4), numbers(count * outputs, 5));
            let plain = by_definition(&x, &kernels, shape);
            let epilogue = Epilogue { bias: Some(&bias), add: Some(&add), mask: Some(&mask) };
            let expected = plain.iter().enumerate().map(|(at, sum)| {
                let rectified = (sum + f64::from(bias[at % outputs])).max(0.0);
                if mask[at] > 0.0 { rectified + f64::from(add[at]) } else { 0.0 }
            });
            let expected: Vec<_> = expected.collect();
            with_each_width(|| {
                let two = transformed(&kernels, [inputs, outputs], &G2);
                let four = transformed(&kernels, [inputs, outputs], &g4);
                let by_two = convolve_2x2(&x, &two, shape, epilogue);
                let by_four = convolve_4x4(&x, &four, shape, epilogue);
                for ((expected, two), four) in expected.iter().zip(by_two).zip(by_four) {
                    let apart = [two, four].map(|value| (f64::from(value) - expected).abs());
                    assert!(apart.iter().all(|&apart| apart < 2e-4), "{shape:?}: {apart:?} from {expected}");
                }
            });
        }
    }

    #[test]
    fn the_first_of_more_kernels_may_be_used() {
        let kernels = numbers(9 * 8 * 100, 2);
        let all = transformed(&kernels, [8, 100], &[[1.0, 0.0, 0.0]; 4]);
        let x = numbers(35 * 8, 1);
        for outputs in [4, 20, 48, 52] {
            let shape = Shape { height: 5, width: 7, inputs: 8, outputs, beyond: [false; 2] };
            let some = convolve_2x2(&x, &all.part(0..outputs), shape, Epilogue::default());
            assert_eq!(convolve_2x2(&x, &all, shape, Epilogue::default()), some, "{outputs} of 100");
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
