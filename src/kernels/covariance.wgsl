// One thread per vec4 of the matrix.

struct Parameters { vec4s: u32, norm: f32 }
@group(0) @binding(0) var<storage, read> gram: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> mean: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> covariance: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let vec4s = parameters.vec4s;
    if (i >= 4u * vec4s * vec4s) { return; }
    let row = i / vec4s;
    covariance[i] = gram[i] - parameters.norm * mean[row / 4u][row % 4u] * mean[i % vec4s];
}
