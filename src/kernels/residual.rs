//! Computes differences from a target, of features or of statistics, and the sum of their squares.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// `(scale · m · (F − P), partial sums of m · (F − P)²)` of two maps `[H, W, C]`, or of statistics in the shape of one, and
/// weights m of their positions, `[H, W]`; without them m is 1.
///
/// The sums are a vector whose elements add up to `Σ m · (F − P)²`; its length depends on the device.
pub fn residual(features: &Map, target: &Map, weights: Option<&Tensor<2>>, scale: f32) -> (Map, Tensor<1>) {
    on_device!(features.device(),
        gpu: gpu(features, target, weights, scale),
        cpu: residual_cpu(features, target, weights, scale))
}

/// The twin of [`residual`].
pub fn residual_cpu(
    features: &Map,
    target: &Map,
    weights: Option<&Tensor<2>>,
    scale: f32,
) -> (Map, Tensor<1>) {
    let difference = features.clone() - target.clone();
    let [h, w, c] = difference.dims();
    let weighted = match weights {
        Some(weights) => difference.clone() * weights.clone().reshape([h, w, 1]),
        None => difference.clone(),
    };
    // Row by row: a single sum of so many values in f32 would lose its last digits.
    let sums = (weighted.clone() * difference).reshape([h, w * c]).sum_dim(1).reshape([h]);
    (weighted * scale, sums)
}

#[cfg(feature = "gpu")]
fn gpu(features: &Map, target: &Map, weights: Option<&Tensor<2>>, scale: f32) -> (Map, Tensor<1>) {
    use super::gpu::{Buffer, Shader as _, summing_threads};

    let [h, w, c] = features.dims();
    let vec4s = h * w * c / 4;
    let threads = summing_threads(vec4s);
    let (features, target) = (Buffer::of(features), Buffer::of(target));
    let storage = features.storage();
    let (difference, sums) = (features.new_stored(storage, [h, w, c]), features.new_persistent([threads]));
    // Without weights the features are bound once more, and not read as such. It is the same pipeline for both: a second
    // one would have to be compiled when a run with weights begins.
    let per_pixel = if weights.is_some() { c / 4 } else { 0 };
    let weights = weights.map_or_else(|| features.clone(), Buffer::of);
    Residual(storage).launch(
        threads.div_ceil(64),
        &[&features, &target, &weights],
        &[&difference, &sums],
        &[vec4s as u32, threads as u32, scale.to_bits(), per_pixel as u32],
    );
    (difference.into_tensor(), sums.into_tensor())
}

#[cfg(feature = "gpu")]
super::gpu::shader!(Residual(Storage), "residual.wgsl", 64);
