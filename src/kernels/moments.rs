//! The mean and the covariance of features, and the way back from them.
//!
//! They come from the Gram matrix, which is the mean of the products: what is left of it without the product of the
//! means is the covariance, so the features themselves are looked at no more than once for each.

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

/// `add − μᵀ·matrix`, `[C]`: what is added to features times the matrix, so that it is their distance from the mean that is
/// multiplied.
pub fn offset(mean: &Tensor<1>, matrix: &Tensor<2>, add: &Tensor<1>) -> Tensor<1> {
    on_device!(mean.device(), gpu: gpu::offset(mean, matrix, add), cpu: offset_cpu(mean, matrix, add))
}

/// The twin of [`offset`].
pub fn offset_cpu(mean: &Tensor<1>, matrix: &Tensor<2>, add: &Tensor<1>) -> Tensor<1> {
    let [c] = mean.dims();
    add.clone() - mean.clone().reshape([1, c]).matmul(matrix.clone()).reshape([c])
}

#[cfg(feature = "gpu")]
mod gpu {
    use super::{Map, Tensor};
    use crate::kernels::{
        Storage,
        gpu::{Buffer, Wgsl},
        pieces::add_up,
    };

    pub fn mean(features: &Map) -> Tensor<1> {
        let [h, w, c] = features.dims();
        let (pixels, quads) = (h * w, c / 4);
        // As for Gram matrices: pieces side by side, then their sum.
        let chunk = pixels.div_ceil(pixels.div_ceil(64).min(512));
        let pieces = pixels.div_ceil(chunk);
        let x = Buffer::of(features);
        let sums = x.new_like([pieces, c]);
        let text = |storage: Storage| storage.written(PARTIAL);
        Wgsl { name: "mean_partial", variant: x.storage(), text, workgroup: [64, 1, 1] }.launch(
            (pieces * quads).div_ceil(64),
            &[&x],
            &[&sums],
            &[pixels as u32, quads as u32, pieces as u32, chunk as u32],
        );
        add_up(&sums, pieces, 1.0 / pixels as f32, [c]).into_tensor()
    }

    const PARTIAL: &str = "
struct Parameters { pixels: u32, quads: u32, pieces: u32, chunk: u32 }
@group(0) @binding(0) var<storage, read> x: array<Quad>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let quads = parameters.quads;
    if (i >= parameters.pieces * quads) { return; }
    let piece = i / quads;
    let end = min((piece + 1u) * parameters.chunk, parameters.pixels);
    var sum = vec4<f32>();
    for (var p = piece * parameters.chunk; p < end; p++) { sum += load(x[p * quads + i % quads]); }
    sums[i] = sum;
}
";

    pub fn covariance(gram: &Tensor<2>, mean: &Tensor<1>) -> Tensor<2> {
        let [c, _] = gram.dims();
        let (gram, mean) = (Buffer::of(gram), Buffer::of(mean));
        let covariance = gram.new_kept([c, c]);
        Wgsl { name: "covariance", variant: (), text: |()| COVARIANCE.into(), workgroup: [64, 1, 1] }.launch(
            (c * c / 4).div_ceil(64),
            &[&gram, &mean],
            &[&covariance],
            &[(c / 4) as u32, (1.0 / c as f32).to_bits()],
        );
        covariance.into_tensor()
    }

    const COVARIANCE: &str = "
struct Parameters { quads: u32, norm: f32 }
@group(0) @binding(0) var<storage, read> gram: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> mean: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> covariance: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let quads = parameters.quads;
    if (i >= 4u * quads * quads) { return; }
    let row = i / quads;
    covariance[i] = gram[i] - parameters.norm * mean[row / 4u][row % 4u] * mean[i % quads];
}
";

    pub fn offset(mean: &Tensor<1>, matrix: &Tensor<2>, add: &Tensor<1>) -> Tensor<1> {
        let [c] = mean.dims();
        let inputs = [Buffer::of(mean), Buffer::of(matrix), Buffer::of(add)];
        let offset = inputs[0].new_like([c]);
        Wgsl { name: "offset", variant: (), text: |()| OFFSET.into(), workgroup: [64, 1, 1] }.launch(
            (c / 4).div_ceil(64),
            &inputs.each_ref(),
            &[&offset],
            &[(c / 4) as u32],
        );
        offset.into_tensor()
    }

    const OFFSET: &str = "
struct Parameters { quads: u32 }
@group(0) @binding(0) var<storage, read> mean: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> matrix: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> add: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> offset: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = group.x * 64u + local;
    let quads = parameters.quads;
    if (i >= quads) { return; }
    var value = add[i];
    for (var k = 0u; k < quads; k++) {
        let m = mean[k];
        let at = 4u * k * quads + i;
        value -= m.x * matrix[at] + m.y * matrix[at + quads] + m.z * matrix[at + 2u * quads] + m.w * matrix[at + 3u * quads];
    }
    offset[i] = value;
}
";
}
