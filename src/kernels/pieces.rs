//! Long sums over few results: cut into pieces that are summed side by side, which are then added up here.

use super::gpu::{Buffer, Wgsl};

/// `norm · Σ pieces`: of `count` pieces one after the other, each of the shape of the result.
pub fn add_up<const D: usize>(pieces: &Buffer, count: usize, norm: f32, shape: [usize; D]) -> Buffer {
    let sum = pieces.new_kept(shape);
    let quads = shape.iter().product::<usize>() / 4;
    Wgsl { name: "add_up", variant: (), text: |()| TEXT.into(), workgroup: [64, 1, 1] }.launch(
        quads.div_ceil(64),
        &[pieces],
        &[&sum],
        &[quads as u32, count as u32, norm.to_bits()],
    );
    sum
}

const TEXT: &str = "
struct Parameters { quads: u32, count: u32, norm: f32 }
@group(0) @binding(0) var<storage, read> pieces: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> sum: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let quads = parameters.quads;
    if (i >= quads) { return; }
    var value = vec4<f32>();
    for (var piece = 0u; piece < parameters.count; piece++) { value += pieces[piece * quads + i]; }
    sum[i] = parameters.norm * value;
}
";
