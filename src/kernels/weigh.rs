//! Maps that count more in some places than in others.

use burn::tensor::Tensor;

use super::{Map, on_device};

/// `weights[p] · map[p, c] + add[p, c]`: a map `[H, W, C]` weighted pixel by pixel, `[H, W]`.
pub fn weigh(map: &Map, weights: &Tensor<2>, add: Option<&Map>) -> Map {
    on_device!(map.device(), gpu: gpu(map, weights, add), cpu: weigh_cpu(map, weights, add))
}

/// The twin of [`weigh`].
pub fn weigh_cpu(map: &Map, weights: &Tensor<2>, add: Option<&Map>) -> Map {
    let [h, w, _] = map.dims();
    let weighted = map.clone() * weights.clone().reshape([h, w, 1]);
    match add {
        Some(add) => weighted + add.clone(),
        None => weighted,
    }
}

#[cfg(feature = "gpu")]
fn gpu(map: &Map, weights: &Tensor<2>, add: Option<&Map>) -> Map {
    use super::{
        Storage,
        gpu::{Buffer, Wgsl},
    };

    let [h, w, c] = map.dims();
    let quads = h * w * c / 4;
    let (map, weights) = (Buffer::of(map), Buffer::of(weights));
    // Where nothing is added the map itself is bound once more, and not read.
    let added = add.map_or_else(|| map.clone(), Buffer::of);
    let out = map.new_stored(map.storage(), [h, w, c]);
    let text = |storage: Storage| storage.written(TEXT);
    Wgsl { name: "weigh", variant: map.storage(), text, workgroup: [256, 1, 1] }.launch(
        quads.div_ceil(256),
        &[&map, &weights, &added],
        &[&out],
        &[quads as u32, (c / 4) as u32, u32::from(add.is_some())],
    );
    out.into_tensor()
}

#[cfg(feature = "gpu")]
const TEXT: &str = "
struct Parameters { quads: u32, quads_per_pixel: u32, adds: u32 }
@group(0) @binding(0) var<storage, read> map: array<Quad>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> add: array<Quad>;
@group(0) @binding(3) var<storage, read_write> out: array<Quad>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.quads) { return; }
    var value = weights[i / parameters.quads_per_pixel] * load(map[i]);
    if (parameters.adds == 1u) { value += load(add[i]); }
    out[i] = keep(value);
}
";
