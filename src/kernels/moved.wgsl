// One thread per pixel.

struct Parameters { vec4s: u32, length: f32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> direction: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> inward: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> picture: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    if (i >= parameters.vec4s) { return; }
    let zero = vec4<f32>();
    let displacement = select(direction[i], zero, inward[i] == zero);
    picture[i] = clamp(x[i] + parameters.length * displacement, zero, vec4<f32>(1.0));
}
