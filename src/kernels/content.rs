//! How far features are from those of the photo.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// `(scale · (F − P), partial sums of (F − P)²)`, both maps `[H, W, C]`.
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
    let sum = difference.clone().powi_scalar(2).sum();
    (difference * scale, sum)
}

#[cfg(feature = "gpu")]
fn gpu(features: &Map, target: &Map, scale: f32) -> (Map, Tensor<1>) {
    use super::gpu::{Buffer, Wgsl};

    let [h, w, c] = features.dims();
    let quads = h * w * c / 4;
    // A thread takes 16 quads, so that the sums stay few.
    let groups = quads.div_ceil(256 * 16);
    let (features, target) = (Buffer::of(features), Buffer::of(target));
    let (difference, sums) = (features.new_like([h, w, c]), features.new_like([groups]));
    Wgsl { name: "content_residual", variant: (), text: |()| TEXT.into(), workgroup: [256, 1, 1] }.launch(
        groups,
        &[&features, &target],
        &[&difference, &sums],
        &[quads as u32, groups as u32, scale.to_bits()],
    );
    (difference.into_tensor(), sums.into_tensor())
}

#[cfg(feature = "gpu")]
const TEXT: &str = "
struct Parameters { quads: u32, groups: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> features: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> wanted: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> difference: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

var<workgroup> squares: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let index = group.y * groups.x + group.x;
    var sum = 0.0;
    for (var i = index * 256u + local; i < parameters.quads; i += parameters.groups * 256u) {
        let d = features[i] - wanted[i];
        difference[i] = parameters.scale * d;
        sum += dot(d, d);
    }
    squares[local] = sum;
    workgroupBarrier();
    for (var half = 128u; half > 0u; half /= 2u) {
        if (local < half) { squares[local] += squares[local + half]; }
        workgroupBarrier();
    }
    if (local == 0u && index < parameters.groups) { sums[index] = squares[0]; }
}
";
