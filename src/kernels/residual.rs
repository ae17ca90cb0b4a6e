//! Computes differences from a target, of features or of statistics, and the sum of their squares.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// `(scale · (F − P), partial sums of (F − P)²)` of two maps `[H, W, C]`, or of statistics in the shape of one.
///
/// The sums are a vector whose elements add up to `Σ (F − P)²`; its length depends on the device.
pub fn residual(features: &Map, target: &Map, scale: f32) -> (Map, Tensor<1>) {
    on_device!(features.device(),
        gpu: gpu(features, target, scale),
        cpu: residual_cpu(features, target, scale))
}

/// The twin of [`residual`].
pub fn residual_cpu(features: &Map, target: &Map, scale: f32) -> (Map, Tensor<1>) {
    let difference = features.clone() - target.clone();
    // Row by row: a single sum of so many values in f32 would lose its last digits.
    let [h, w, c] = difference.dims();
    let sums = difference.clone().powi_scalar(2).reshape([h, w * c]).sum_dim(1).reshape([h]);
    (difference * scale, sums)
}

#[cfg(feature = "gpu")]
fn gpu(features: &Map, target: &Map, scale: f32) -> (Map, Tensor<1>) {
    use super::gpu::{Buffer, Shader as _, summing_threads};

    let [h, w, c] = features.dims();
    let vec4s = h * w * c / 4;
    let threads = summing_threads(vec4s);
    let (features, target) = (Buffer::of(features), Buffer::of(target));
    let storage = features.storage();
    let (difference, sums) = (features.new_stored(storage, [h, w, c]), features.new_persistent([threads]));
    Residual(storage).launch(
        threads.div_ceil(64),
        &[&features, &target],
        &[&difference, &sums],
        &[vec4s as u32, threads as u32, scale.to_bits()],
    );
    (difference.into_tensor(), sums.into_tensor())
}

#[cfg(feature = "gpu")]
super::gpu::shader!(Residual(Storage), "residual.wgsl", 64);
