// One thread per pixel.

struct Parameters { vec4s: u32 }
@group(0) @binding(0) var<storage, read> to: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> origin: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradient_before: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> displacement: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> change: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> inward: array<vec4<f32>>;
@group(0) @binding(7) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    if (i >= parameters.vec4s) { return; }
    let zero = vec4<f32>();
    let x = to[i];
    let g = gradient[i];
    let s = x - origin[i];
    displacement[i] = s;
    change[i] = select(g - gradient_before[i], zero, s == zero);
    let outward = ((x <= zero) & (g > zero)) | ((x >= vec4<f32>(1.0)) & (g < zero));
    inward[i] = select(g, zero, outward);
}
