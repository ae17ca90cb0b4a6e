//! Enlarges maps to the next finer level of a pyramid, and carries gradients to the next coarser one.
//!
//! U is the bilinear enlargement with half-pixel centres: pixel i of a side of n pixels lies at (i + ½)·m/n − ½ of the coarser
//! side of m, and beyond the first and the last centre the border is repeated. A gradient is carried by its adjoint Uᵀ, with
//! the same weights: ⟨U p, g⟩ = ⟨p, Uᵀ g⟩.

use burn::tensor::{Tensor, TensorData};
use picture::resample::{Filter, taps};

use super::{Map, on_device};

/// The most halvings: with six levels the coarsest pixel is as wide as 32 of the picture's.
const HALVINGS: usize = 5;
/// The least side of a level.
const LEAST: usize = 4;

/// The sizes `[H, W]` of the levels of a picture, the finest first. Each is half of the one before, rounded down.
pub fn levels(size: [usize; 2]) -> Vec<[usize; 2]> {
    let halved = |size: &[usize; 2]| Some(size.map(|side| side / 2)).filter(|[h, w]| *h.min(w) >= LEAST);
    std::iter::successors(Some(size), halved).take(HALVINGS + 1).collect()
}

/// Uᵀ: the gradient with respect to a coarser map of size `to` `[H, W]`, from that with respect to its enlargement.
pub fn reduced(gradient: &Map, to: [usize; 2]) -> Map {
    on_device!(gradient.device(),
        gpu: gpu::reduced(gradient, to),
        cpu: cpu::reduced(gradient, to),
        twin: reduced_cpu(gradient, to))
}

/// The twin of [`reduced`]: products with a matrix for each axis.
pub fn reduced_cpu(gradient: &Map, [h, w]: [usize; 2]) -> Map {
    let [from_h, from_w, c] = gradient.dims();
    let matrix = |from: usize, to: usize| {
        let mut values = vec![0.0; to * from];
        for (column, taps) in taps(to, from, Filter::Bilinear).into_iter().enumerate() {
            for (row, weight) in taps.weights.iter().enumerate() {
                values[(taps.first + row) * from + column] = *weight;
            }
        }
        Tensor::<2>::from_data(TensorData::new(values, [to, from]), &gradient.device())
    };
    let flat = gradient.clone().reshape([from_h, from_w * c]);
    let columns = matrix(from_h, h).matmul(flat).reshape([h, from_w, c]);
    matrix(from_w, w).unsqueeze::<3>().matmul(columns)
}

/// U: a map enlarged to the size `to` `[H, W]` of the next finer level. On a GPU this is a part of the step of Adam.
#[cfg(any(feature = "cpu", feature = "stock"))]
pub fn enlarged(map: &Map, [h, w]: [usize; 2]) -> Map {
    super::resample::resample(map, (w, h), Filter::Bilinear, 1.0)
}

#[cfg(feature = "cpu")]
mod cpu {
    use super::{Filter, Map, taps};
    use crate::kernels::cpu::{Numbers, tensor};

    pub fn reduced(gradient: &Map, [h, w]: [usize; 2]) -> Map {
        let [from_h, from_w, _] = gradient.dims();
        let gradient = Numbers::of(gradient);
        let pixels = gradient.all().as_chunks::<4>().0;
        let across = taps(w, from_w, Filter::Bilinear);
        let mut reduced = vec![[0.0; 4]; h * w];
        for (row, down) in pixels.chunks_exact(from_w).zip(taps(h, from_h, Filter::Bilinear)) {
            // A row is reduced first, then shared between the rows that it was enlarged from.
            let mut narrow = vec![[0.0; 4]; w];
            for (pixel, taps) in row.iter().zip(&across) {
                for (at, weight) in (taps.first..).zip(&taps.weights) {
                    add(&mut narrow[at], *weight, pixel);
                }
            }
            for (at, weight) in (down.first..).zip(&down.weights) {
                reduced[at * w..][..w]
                    .iter_mut()
                    .zip(&narrow)
                    .for_each(|(sum, pixel)| add(sum, *weight, pixel));
            }
        }
        tensor(reduced.into_flattened(), [h, w, 4])
    }

    fn add(sum: &mut [f32; 4], weight: f32, pixel: &[f32; 4]) {
        sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += weight * value);
    }
}

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use super::Map;
    use crate::kernels::{
        gpu::{Buffer, Shader},
        template::fill,
    };

    /// The WGSL function `tap`: which two pixels of the coarser level a pixel is enlarged from.
    pub const TAP: &str = include_str!("pyramid_tap.wgsl");

    pub fn reduced(gradient: &Map, [h, w]: [usize; 2]) -> Map {
        let [from_h, from_w, _] = gradient.dims();
        let gradient = Buffer::of(gradient);
        let reduced = gradient.new_like([h, w, 4]);
        let parameters = [from_w, from_h, w, h].map(|number| number as u32);
        Reduce.launch((h * w).div_ceil(64), &[&gradient], &[&reduced], &parameters);
        reduced.into_tensor()
    }

    /// The adjoint of the enlargement.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Reduce;

    impl Shader for Reduce {
        fn workgroup(self) -> [u32; 3] {
            [64, 1, 1]
        }

        fn text(self) -> String {
            fill(include_str!("pyramid.wgsl"), &[("tap", &TAP)])
        }

        fn variants(_: &[(usize, usize)]) -> Vec<Self> {
            vec![Self]
        }
    }
}
