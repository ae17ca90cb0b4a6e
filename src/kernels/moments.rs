//! Computes the mean and the covariance of features, and the gradient through them.
//!
//! The Gram matrix is the mean of the products of channels. Minus the product of the means it is the covariance. So
//! the features are read twice: once for the Gram matrix, once for the means.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// The mean of each channel: `[H, W, C]` → `[C]`.
pub fn mean(features: &Map) -> Tensor<1> {
    on_device!(features.device(), gpu: gpu::mean(features), cpu: mean_cpu(features))
}

/// The twin of [`mean`].
pub fn mean_cpu(features: &Map) -> Tensor<1> {
    let [h, w, c] = features.dims();
    features.clone().reshape([h * w, c]).mean_dim(0).reshape([c])
}

/// `G − μμᵀ/C`: the covariance, divided by C as the Gram matrix G `[C, C]` is.
pub fn covariance(gram: &Tensor<2>, mean: &Tensor<1>) -> Tensor<2> {
    on_device!(gram.device(), gpu: gpu::covariance(gram, mean), cpu: covariance_cpu(gram, mean))
}

/// The twin of [`covariance`].
pub fn covariance_cpu(gram: &Tensor<2>, mean: &Tensor<1>) -> Tensor<2> {
    let [c, _] = gram.dims();
    let (column, row) = (mean.clone().reshape([c, 1]), mean.clone().reshape([1, c]));
    gram.clone() - column * row / c as f32
}

/// `add − μᵀ·matrix`, of vectors `[C]` and a matrix `[C, C]` → `[C]`: the offset with which features times the matrix become
/// features minus their mean, times the matrix, plus `add`.
pub fn offset(mean: &Tensor<1>, matrix: &Tensor<2>, add: &Tensor<1>) -> Tensor<1> {
    on_device!(mean.device(), gpu: gpu::offset(mean, matrix, add), cpu: offset_cpu(mean, matrix, add))
}

/// The twin of [`offset`].
pub fn offset_cpu(mean: &Tensor<1>, matrix: &Tensor<2>, add: &Tensor<1>) -> Tensor<1> {
    let [c] = mean.dims();
    add.clone() - mean.clone().reshape([1, c]).matmul(matrix.clone()).reshape([c])
}

#[cfg(feature = "gpu")]
pub(super) mod gpu {
    use super::{Map, Tensor};
    use crate::kernels::{
        gpu::{Buffer, Shader as _, shader},
        split_k::split_k_sum,
    };

    pub fn mean(features: &Map) -> Tensor<1> {
        let [h, w, c] = features.dims();
        let (pixels, vec4s) = (h * w, c / 4);
        // As for Gram matrices: partial sums in parallel, then their sum.
        let chunk = pixels.div_ceil(pixels.div_ceil(64).min(512));
        let splits = pixels.div_ceil(chunk);
        let x = Buffer::of(features);
        let sums = x.new_like([splits, c]);
        MeanPartial(x.storage()).launch(
            (splits * vec4s).div_ceil(64),
            &[&x],
            &[&sums],
            &[pixels as u32, vec4s as u32, splits as u32, chunk as u32],
        );
        split_k_sum(&sums, splits, 1.0 / pixels as f32, [c]).into_tensor()
    }

    pub fn covariance(gram: &Tensor<2>, mean: &Tensor<1>) -> Tensor<2> {
        let [c, _] = gram.dims();
        let (gram, mean) = (Buffer::of(gram), Buffer::of(mean));
        let covariance = gram.new_persistent([c, c]);
        Covariance.launch(
            (c * c / 4).div_ceil(64),
            &[&gram, &mean],
            &[&covariance],
            &[(c / 4) as u32, (1.0 / c as f32).to_bits()],
        );
        covariance.into_tensor()
    }

    pub fn offset(mean: &Tensor<1>, matrix: &Tensor<2>, add: &Tensor<1>) -> Tensor<1> {
        let [c] = mean.dims();
        let inputs = [Buffer::of(mean), Buffer::of(matrix), Buffer::of(add)];
        let offset = inputs[0].new_like([c]);
        Offset.launch((c / 4).div_ceil(64), &inputs.each_ref(), &[&offset], &[(c / 4) as u32]);
        offset.into_tensor()
    }

    shader!(MeanPartial(Storage), "mean.wgsl", 64);
    shader!(Covariance, "covariance.wgsl", 64);
    shader!(Offset, "offset.wgsl", 64);
}
