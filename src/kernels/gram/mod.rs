//! Computes Gram matrices: the products of channels, summed over all pixels.
//!
//! The output is small (C × C) and the sum is long (H·W). So the pixels are split into chunks that are summed in
//! parallel (split-K), and the partial sums are added.
//!
//! A step compares the matrices of several layers with their targets. On a GPU that is one dispatch for the parts of all of
//! them, since each alone would leave most of a large GPU idle, and one for their sums ([`residuals`]).

mod compared;
#[cfg(feature = "gpu")]
pub(super) mod gpu;

use burn::tensor::Tensor;

pub use self::compared::Compared;
use super::{Map, on_device};

/// `G = Fᵀ·F / (C·H·W)` with F as pixels × channels. `[H, W, C]` → `[C, C]` (Gatys et al. 2015, eq. 3,
/// divided by the number of summands so that pictures of all sizes compare).
pub fn gram_matrix(features: &Map) -> Tensor<2> {
    on_device!(features.device(),
        gpu: gpu::gram_matrix(features),
        cpu: cpu::gram_matrix(features),
        twin: gram_matrix_cpu(features))
}

/// The twin of [`gram_matrix`].
pub fn gram_matrix_cpu(features: &Map) -> Tensor<2> {
    let [h, w, c] = features.dims();
    let flat = features.clone().reshape([h * w, c]);
    flat.clone().transpose().matmul(flat) / (c * h * w) as f32
}

/// Of each layer the residual `scale·(G − A)` `[C, C]`, and partial sums of `Σ factor·Σ(G − A)²` over all layers.
///
/// The features are all stored in the same way. The sums are vectors whose elements all add up to the value; number and
/// lengths depend on the device.
pub fn residuals(layers: &[Compared]) -> (Vec<Tensor<2>>, Vec<Tensor<1>>) {
    if layers.is_empty() {
        return Default::default();
    }
    on_device!(layers[0].features.device(), gpu: gpu::residuals(layers), cpu: residuals_cpu(layers))
}

/// The twin of [`residuals`].
pub fn residuals_cpu(layers: &[Compared]) -> (Vec<Tensor<2>>, Vec<Tensor<1>>) {
    let residual = |&Compared { features, target, scale, factor }: &Compared| {
        let difference = gram_matrix(features) - target.clone();
        // Row by row, as in the twin of `residual`.
        let sums = difference.clone().powi_scalar(2).sum_dim(1).reshape([-1]) * factor;
        (difference * scale, sums)
    };
    layers.iter().map(residual).unzip()
}

#[cfg(feature = "cpu")]
mod cpu {
    use super::{Map, Tensor};
    use crate::kernels::cpu::{Numbers, helpers, tensor};

    pub fn gram_matrix(features: &Map) -> Tensor<2> {
        let [h, w, c] = features.dims();
        let (x, factor) = (Numbers::of(features), 1.0 / (c * h * w) as f32);
        let helped = helpers().and_then(|helpers| helpers.gram(x.all(), c, factor));
        tensor(helped.unwrap_or_else(|| processor::gram(x.all(), c, factor)), [c, c])
    }
}
