//! Computes the total variation, which is the mean of squared differences of neighbouring pixels, and its gradient.

use burn::tensor::{Tensor, s};

use super::{Map, on_device};

/// `mean dx² + mean dy²` over the three colours, scaled by `weight`: `(gradient + its gradient, partial sums)`.
///
/// `picture` and `gradient` are `[H, W, 4]`. `dx` and `dy` are differences of horizontal and vertical
/// neighbours: 3·H·(W−1) and 3·(H−1)·W of them. The elements of the sums add up to the *unweighted* value.
pub fn total_variation(picture: &Map, gradient: &Map, weight: f32) -> (Map, Tensor<1>) {
    on_device!(picture.device(),
        gpu: gpu(picture, gradient, weight),
        cpu: total_variation_cpu(picture, gradient, weight))
}

/// One over the number of horizontal and of vertical differences; zero where there are none.
fn norms(h: usize, w: usize) -> [f32; 2] {
    [3 * h * (w - 1), 3 * (h - 1) * w].map(|n| if n == 0 { 0.0 } else { 1.0 / n as f32 })
}

/// The twin of [`total_variation`].
pub fn total_variation_cpu(picture: &Map, gradient: &Map, weight: f32) -> (Map, Tensor<1>) {
    let [h, w, _] = picture.dims();
    let [nx, ny] = norms(h, w);
    let mut out = gradient.clone();
    let mut sum = Tensor::zeros([1], &picture.device());
    if w > 1 {
        let dx = picture.clone().slice(s![.., 1.., ..]) - picture.clone().slice(s![.., ..-1, ..]);
        sum = sum + dx.clone().powi_scalar(2).sum() * nx;
        let dx = dx * (2.0 * weight * nx);
        out = out.clone().slice_assign(s![.., 1.., ..], out.slice(s![.., 1.., ..]) + dx.clone());
        out = out.clone().slice_assign(s![.., ..-1, ..], out.slice(s![.., ..-1, ..]) - dx);
    }
    if h > 1 {
        let dy = picture.clone().slice(s![1.., .., ..]) - picture.clone().slice(s![..-1, .., ..]);
        sum = sum + dy.clone().powi_scalar(2).sum() * ny;
        let dy = dy * (2.0 * weight * ny);
        out = out.clone().slice_assign(s![1.., .., ..], out.slice(s![1.., .., ..]) + dy.clone());
        out = out.clone().slice_assign(s![..-1, .., ..], out.slice(s![..-1, .., ..]) - dy);
    }
    (out, sum)
}

#[cfg(feature = "gpu")]
fn gpu(picture: &Map, gradient: &Map, weight: f32) -> (Map, Tensor<1>) {
    use super::gpu::{Buffer, Shader as _, summing_threads};

    let [h, w, _] = picture.dims();
    let [nx, ny] = norms(h, w);
    let threads = summing_threads(h * w);
    let (picture, gradient) = (Buffer::of(picture), Buffer::of(gradient));
    let (out, sums) = (picture.new_like([h, w, 4]), picture.new_persistent([threads]));
    TotalVariation.launch(
        threads.div_ceil(64),
        &[&picture, &gradient],
        &[&out, &sums],
        &[h as u32, w as u32, threads as u32, nx.to_bits(), ny.to_bits(), weight.to_bits()],
    );
    (out.into_tensor(), sums.into_tensor())
}

#[cfg(feature = "gpu")]
super::gpu::shader!(TotalVariation, "total_variation.wgsl", 64);
