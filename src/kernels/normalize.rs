//! A picture as the network wants it: the training set's mean is taken away.

use burn::tensor::{Tensor, TensorData};

use super::{Map, on_device};

/// `picture − mean`, per channel. `[H, W, 4]` → `[H, W, 4]`; the fourth channel stays zero.
pub fn normalize(picture: &Map, mean: [f32; 3]) -> Map {
    on_device!(picture.device(), gpu: gpu(picture, mean), cpu: cpu(picture, mean))
}

/// The twin.
pub fn cpu(picture: &Map, mean: [f32; 3]) -> Map {
    let mean = TensorData::new(vec![mean[0], mean[1], mean[2], 0.0], [1, 1, 4]);
    picture.clone() - Tensor::from_data(mean, &picture.device())
}

#[cfg(feature = "gpu")]
fn gpu(picture: &Map, mean: [f32; 3]) -> Map {
    use super::gpu::{Buffer, Wgsl};

    let [h, w, _] = picture.dims();
    let x = Buffer::of(picture);
    let y = x.new_like([h, w, 4]);
    let [r, g, b] = mean.map(f32::to_bits);
    Wgsl { name: "normalize", variant: (), text: |()| TEXT.into(), workgroup: [256, 1, 1] }.launch(
        (h * w).div_ceil(256),
        &[&x],
        &[&y],
        &[r, g, b, 0, (h * w) as u32],
    );
    y.into_tensor()
}

#[cfg(feature = "gpu")]
const TEXT: &str = "
struct Parameters { mean: vec4<f32>, pixels: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.pixels) { return; }
    y[i] = x[i] - parameters.mean;
}
";
