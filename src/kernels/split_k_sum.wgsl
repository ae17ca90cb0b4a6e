// One thread per vec4 of the sum.

struct Parameters { vec4s: u32, count: u32, norm: f32 }
@group(0) @binding(0) var<storage, read> parts: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> sum: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let vec4s = parameters.vec4s;
    if (i >= vec4s) { return; }
    var value = vec4<f32>();
    for (var part = 0u; part < parameters.count; part++) { // trips: count
        value += parts[part * vec4s + i];
    }
    sum[i] = parameters.norm * value;
}
