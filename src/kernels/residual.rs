//! How far features are from those of the photo, and statistics from those of the painting.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// `(scale · (F − P), partial sums of (F − P)²)` of two maps `[H, W, C]`, or of statistics that are laid out as one.
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
    // Row by row: a sum of this many in f32 would be off by its last digits.
    let [h, w, c] = difference.dims();
    let sums = difference.clone().powi_scalar(2).reshape([h, w * c]).sum_dim(1).reshape([h]);
    (difference * scale, sums)
}

#[cfg(feature = "gpu")]
fn gpu(features: &Map, target: &Map, scale: f32) -> (Map, Tensor<1>) {
    use super::{
        Storage,
        gpu::{Buffer, Wgsl, summing_threads},
    };

    let [h, w, c] = features.dims();
    let quads = h * w * c / 4;
    let threads = summing_threads(quads);
    let (features, target) = (Buffer::of(features), Buffer::of(target));
    let storage = features.storage();
    let (difference, sums) = (features.new_stored(storage, [h, w, c]), features.new_kept([threads]));
    let text = |storage: Storage| storage.written(TEXT);
    Wgsl { name: "residual", variant: storage, text, workgroup: [64, 1, 1] }.launch(
        threads.div_ceil(64),
        &[&features, &target],
        &[&difference, &sums],
        &[quads as u32, threads as u32, scale.to_bits()],
    );
    (difference.into_tensor(), sums.into_tensor())
}

#[cfg(feature = "gpu")]
const TEXT: &str = "
struct Parameters { quads: u32, threads: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> features: array<Quad>;
@group(0) @binding(1) var<storage, read> wanted: array<Quad>;
@group(0) @binding(2) var<storage, read_write> difference: array<Quad>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let thread = (group.y * groups.x + group.x) * 64u + local;
    if (thread >= parameters.threads) { return; }
    var sum = 0.0;
    for (var i = thread; i < parameters.quads; i += parameters.threads) {
        let d = load(features[i]) - load(wanted[i]);
        difference[i] = keep(parameters.scale * d);
        sum += dot(d, d);
    }
    sums[thread] = sum;
}
";
