//! Computes Gram matrices: the products of channels, summed over all pixels.
//!
//! The output is small (C × C) and the sum is long (H·W). So the pixels are split into chunks that are summed in
//! parallel (split-K), and the partial sums are added.

use burn::tensor::Tensor;

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

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use super::{Map, Tensor};
    use crate::kernels::{
        gpu::{Buffer, Shader as _, shader},
        split_k::split_k_sum,
    };

    /// The most values that the partial products may have: 8 MiB.
    const PARTS: usize = 1 << 21;

    /// The partial products and how many there are.
    fn partial(features: &Map) -> (Buffer, usize) {
        let [h, w, c] = features.dims();
        let pixels = h * w;
        // Enough splits to occupy a GPU on narrow layers; few enough that they fit.
        let most = (PARTS / (c * c)).max(1);
        let splits = pixels.div_ceil(128).min(most);
        let chunk = pixels.div_ceil(splits);
        let splits = pixels.div_ceil(chunk);
        let x = Buffer::of(features);
        let out = x.new_persistent([PARTS.max(c * c)]); // one size for all layers, so that all share it
        let tiles = (c / 4).div_ceil(2);
        GramPartial(x.storage()).launch(
            (tiles * tiles * splits).div_ceil(64),
            &[&x],
            &[&out],
            &[pixels as u32, (c / 4) as u32, tiles as u32, splits as u32, chunk as u32],
        );
        (out, splits)
    }

    pub fn gram_matrix(features: &Map) -> Tensor<2> {
        let [h, w, c] = features.dims();
        let (parts, splits) = partial(features);
        split_k_sum(&parts, splits, 1.0 / (c * h * w) as f32, [c, c]).into_tensor()
    }

    shader!(GramPartial(Storage), "gram.wgsl", 64);
}
