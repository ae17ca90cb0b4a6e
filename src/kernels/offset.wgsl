// One thread per vec4 of the offset.

struct Parameters { vec4s: u32 }
@group(0) @binding(0) var<storage, read> mean: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> matrix: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> add: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> offset: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let i = group.x * 64u + local;
    let vec4s = parameters.vec4s;
    if (i >= vec4s) { return; }
    var value = add[i];
    for (var k = 0u; k < vec4s; k++) { // trips: vec4s
        let m = mean[k];
        let at = 4u * k * vec4s + i;
        value -= m.x * matrix[at] + m.y * matrix[at + vec4s] + m.z * matrix[at + 2u * vec4s] + m.w * matrix[at + 3u * vec4s];
    }
    offset[i] = value;
}
