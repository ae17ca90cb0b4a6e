//! Winograd's convolutions on the processor: four channels at once through the transforms, and the products by `gemm`,
//! the library that Burn's own operations compute with.

use std::array::from_fn;

use burn::tensor::Tensor;
#[cfg(feature = "threads")]
use rayon::prelude::*;
use wide::f32x4;

use crate::kernels::{
    Map,
    conv::{Algorithm, Tile},
    cpu::{self, Numbers, Quad},
};

/// Tiles that go through the transforms and the products together: few enough for a core's cache, and as many as make
/// a product worth its preparation.
const BAND: usize = 48;

/// The algorithm for a convolution of so many channels.
///
/// The fewer they are, the more of the time goes to the transforms, which take as long for each channel. The wide layers
/// have most of the weights, and small maps: 4×4 tiles would need 4 times the memory of the weights, and save little.
pub fn choose(inputs: usize, outputs: usize) -> Algorithm {
    if inputs.min(outputs) < 16 {
        Algorithm::Direct
    } else if inputs.max(outputs) <= 256 {
        Algorithm::Winograd(Tile::Four)
    } else {
        Algorithm::Winograd(Tile::Two)
    }
}

/// `G g Gᵀ` of each kernel: `[places, in, out]` of weights that `at(output, input, y, x)` gives.
pub fn transform(
    inputs: usize,
    outputs: usize,
    tile: Tile,
    at: impl Fn(usize, usize, usize, usize) -> f32,
) -> Tensor<3> {
    let (g, side) = (tile.g(), tile.inputs());
    let mut transformed = vec![0.0; tile.places() * inputs * outputs];
    for input in 0..inputs {
        for output in 0..outputs {
            let kernel: [[f32; 3]; 3] = from_fn(|y| from_fn(|x| at(output, input, y, x)));
            for (place, row, column) in (0..tile.places()).map(|place| (place, place / side, place % side)) {
                let across = kernel.map(|taps| (0..3).map(|x| taps[x] * g[column][x]).sum::<f32>());
                let value = (0..3).map(|y| g[row][y] * across[y]).sum();
                transformed[(place * inputs + input) * outputs + output] = value;
            }
        }
    }
    cpu::tensor(transformed, [tile.places(), inputs, outputs])
}

/// What happens to a sum before it is stored: see [`super::super::epilogue`], whose twin this is.
pub struct Epilogue {
    bias: Option<Numbers>,
    add: Option<Numbers>,
    features: Option<Numbers>,
}

impl Epilogue {
    /// Of a layer's bias, whose ReLU follows; of the gradient of the losses at the layer below, and of its features.
    pub fn new(bias: Option<&Tensor<1>>, add: Option<&Map>, features: Option<&Map>) -> Self {
        Self { bias: bias.map(Numbers::of), add: add.map(Numbers::of), features: features.map(Numbers::of) }
    }

    fn quads(&self) -> Ends<'_> {
        let [bias, add, features] =
            [&self.bias, &self.add, &self.features].map(|numbers| numbers.as_ref().map(Numbers::quads));
        Ends { bias, add, features }
    }
}

#[derive(Clone, Copy)]
struct Ends<'a> {
    bias: Option<&'a [Quad]>,
    add: Option<&'a [Quad]>,
    features: Option<&'a [Quad]>,
}

impl Ends<'_> {
    /// Of the sum at this place of the map, and of its channels.
    #[inline]
    fn of(self, mut sum: f32x4, place: usize, quad: usize) -> Quad {
        if let Some(bias) = self.bias {
            sum = (sum + f32x4::from(bias[quad])).max(f32x4::ZERO);
        }
        if let Some(add) = self.add {
            sum += f32x4::from(add[place]);
        }
        if let Some(features) = self.features {
            sum &= f32x4::from(features[place]).simd_gt(f32x4::ZERO);
        }
        sum.to_array()
    }
}

/// The transforms along one side of a tile, of four channels at once.
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

/// `[H, W, in]` by `[places, in, out]` → `[H, W, out]`.
pub fn convolve(x: &Map, weight: &Tensor<3>, epilogue: &Epilogue) -> Map {
    if weight.dims()[0] == Tile::Two.places() {
        convolve_by::<Two, 2, 4>(x, weight, epilogue)
    } else {
        convolve_by::<Four, 4, 6>(x, weight, epilogue)
    }
}

fn convolve_by<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize>(
    x: &Map,
    weight: &Tensor<3>,
    epilogue: &Epilogue,
) -> Map {
    let [height, width, _] = x.dims();
    let [places, inputs, outputs] = weight.dims();
    let (x, weight) = (Numbers::of(x), Numbers::of(weight));
    let (x, weight, ends) = (x.quads(), weight.all(), epilogue.quads());
    let across = width.div_ceil(SIDE);
    // Whole rows of tiles, so that what comes out of them lies together.
    let rows = BAND.div_ceil(across);
    let mut out = vec![0.0; height * width * outputs];

    let scratch = || [inputs, outputs].map(|channels| vec![[0.0; 4]; places * BAND * channels / 4]);
    let compute = |[transformed, products]: &mut [Vec<Quad>; 2], (index, out): (usize, &mut [f32])| {
        let start = index * rows * across;
        let end = start + (out.len() / (width * outputs)).div_ceil(SIDE) * across;
        for first in (start..end).step_by(BAND) {
            let band = Band { height, width, first, count: BAND.min(end - first) };
            band.input::<T, SIDE, INPUTS>(x, inputs / 4, transformed);
            for place in 0..places {
                let [from, to] = [inputs, outputs].map(|channels| band.count * channels);
                product(
                    &transformed.as_flattened()[place * from..][..from],
                    &weight[place * inputs * outputs..][..inputs * outputs],
                    &mut products.as_flattened_mut()[place * to..][..to],
                    [band.count, inputs, outputs],
                );
            }
            let above = index * rows * SIDE * width * outputs / 4;
            band.output::<T, SIDE, INPUTS>(products, outputs / 4, ends, above, out.as_chunks_mut().0);
        }
    };
    let length = rows * SIDE * width * outputs;
    #[cfg(feature = "threads")]
    out.par_chunks_mut(length).enumerate().for_each_init(scratch, compute);
    #[cfg(not(feature = "threads"))]
    {
        let mut scratch = scratch();
        out.chunks_mut(length).enumerate().for_each(|part| compute(&mut scratch, part));
    }
    cpu::tensor(out, [height, width, outputs])
}

/// Some of the tiles that a map is cut into, which are counted row by row.
#[derive(Clone, Copy)]
struct Band {
    height: usize,
    width: usize,
    first: usize,
    count: usize,
}

impl Band {
    /// Each tile with the place of its first result.
    fn tiles(self, side: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let across = self.width.div_ceil(side);
        (0..self.count).map(move |tile| {
            let number = self.first + tile;
            (tile, number / across * side, number % across * side)
        })
    }

    /// Bᵀ d B of each tile: `[places, tiles, quads]` of the map x, which is zero outside.
    fn input<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize>(
        self,
        x: &[Quad],
        quads: usize,
        transformed: &mut [Quad],
    ) {
        for (tile, top, left) in self.tiles(SIDE) {
            let inside = |y: usize, x: usize| (1..=self.height).contains(&y) && (1..=self.width).contains(&x);
            let from: [[Option<usize>; INPUTS]; INPUTS] = from_fn(|i| {
                from_fn(|j| {
                    let (y, x) = (top + i, left + j);
                    inside(y, x).then(|| ((y - 1) * self.width + x - 1) * quads)
                })
            });
            for quad in 0..quads {
                let across = from.map(|row| {
                    T::input(row.map(|place| place.map_or(f32x4::ZERO, |place| x[place + quad].into())))
                });
                for j in 0..INPUTS {
                    let down = T::input(from_fn(|i| across[i][j]));
                    for (i, value) in down.into_iter().enumerate() {
                        let place = i * INPUTS + j;
                        transformed[(place * self.count + tile) * quads + quad] = value.to_array();
                    }
                }
            }
        }
    }

    /// Aᵀ m A of each tile of the products `[places, tiles, quads]`, into a part of the map, `above` which there are so
    /// many quads.
    fn output<T: Transform<SIDE, INPUTS>, const SIDE: usize, const INPUTS: usize>(
        self,
        products: &[Quad],
        quads: usize,
        ends: Ends,
        above: usize,
        out: &mut [Quad],
    ) {
        for (tile, top, left) in self.tiles(SIDE) {
            let [high, wide] = [self.height - top, self.width - left].map(|rest| rest.min(SIDE));
            for quad in 0..quads {
                let across: [[f32x4; SIDE]; INPUTS] = from_fn(|i| {
                    T::output(from_fn(|j| {
                        let place = i * INPUTS + j;
                        products[(place * self.count + tile) * quads + quad].into()
                    }))
                });
                for j in 0..wide {
                    let down = T::output(from_fn(|i| across[i][j]));
                    for (i, &sum) in down.iter().enumerate().take(high) {
                        let place = ((top + i) * self.width + left + j) * quads + quad;
                        out[place - above] = ends.of(sum, place, quad);
                    }
                }
            }
        }
    }
}

/// `[rows, inner]` by `[inner, columns]`.
fn product(left: &[f32], right: &[f32], out: &mut [f32], [rows, inner, columns]: [usize; 3]) {
    assert!(left.len() == rows * inner && right.len() == inner * columns && out.len() == rows * columns);
    // gemm writes along columns, so it is told of the transposed matrices.
    // SAFETY: the lengths are those that the strides reach, and the slices do not overlap.
    unsafe {
        gemm::gemm(
            columns,
            rows,
            inner,
            out.as_mut_ptr(),
            columns as isize,
            1,
            false,
            right.as_ptr(),
            columns as isize,
            1,
            left.as_ptr(),
            inner as isize,
            1,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
