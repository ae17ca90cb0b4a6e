//! Computes the total variation, which is the mean of squared differences of neighbouring pixels, and its gradient.

use burn::tensor::{Tensor, s};

use super::{Map, on_device};

/// `mean dx² + mean dy²` over the three colours, scaled by `weight`: `(gradient + its gradient, partial sums)`. The former
/// is multiplied by `editable` `[H, W]`, if there is one.
///
/// `picture` and `gradient` are `[H, W, 4]`. `dx` and `dy` are differences of horizontal and vertical
/// neighbours: 3·H·(W−1) and 3·(H−1)·W of them. The elements of the sums add up to the *unweighted* value.
///
/// A GPU computes in place: the memory of `gradient`, which other tensors must not share, is that of the result.
pub fn total_variation(
    picture: &Map,
    gradient: Map,
    editable: Option<&Tensor<2>>,
    weight: f32,
) -> (Map, Tensor<1>) {
    on_device!(picture.device(),
        gpu: gpu(picture, gradient, editable, weight),
        cpu: total_variation_cpu(picture, gradient, editable, weight))
}

/// One over the number of horizontal and of vertical differences; zero where there are none.
fn norms(h: usize, w: usize) -> [f32; 2] {
    [3 * h * (w - 1), 3 * (h - 1) * w].map(|n| if n == 0 { 0.0 } else { 1.0 / n as f32 })
}

/// The twin of [`total_variation`].
pub fn total_variation_cpu(
    picture: &Map,
    gradient: Map,
    editable: Option<&Tensor<2>>,
    weight: f32,
) -> (Map, Tensor<1>) {
    let [h, w, _] = picture.dims();
    let [nx, ny] = norms(h, w);
    let mut out = gradient;
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
    if let Some(editable) = editable {
        out = out * editable.clone().reshape([h, w, 1]);
    }
    (out, sum)
}

#[cfg(feature = "gpu")]
#[expect(clippy::needless_pass_by_value, reason = "written in place")]
fn gpu(picture: &Map, gradient: Map, editable: Option<&Tensor<2>>, weight: f32) -> (Map, Tensor<1>) {
    use super::gpu::{Buffer, Shader as _, summing_threads};

    let [h, w, _] = picture.dims();
    let [nx, ny] = norms(h, w);
    let threads = summing_threads(h * w);
    let (picture, gradient) = (Buffer::of(picture), Buffer::of(&gradient));
    // Where everything is editable the picture itself is bound once more, and not read.
    let mask = editable.map_or_else(|| picture.clone(), Buffer::of);
    let sums = picture.new_persistent([threads]);
    let masked = u32::from(editable.is_some());
    let numbers = [h as u32, w as u32, threads as u32, masked, nx.to_bits(), ny.to_bits(), weight.to_bits()];
    TotalVariation.launch(threads.div_ceil(64), &[&picture, &mask], &[&gradient, &sums], &numbers);
    (gradient.into_tensor(), sums.into_tensor())
}

#[cfg(feature = "gpu")]
super::gpu::shader!(TotalVariation, "total_variation.wgsl", 64);
