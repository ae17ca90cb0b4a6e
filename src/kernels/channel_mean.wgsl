// One thread per pixel.
struct Parameters { pixels: u32 }
@group(0) @binding(0) var<storage, read> map: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> mean: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.pixels) { return; }
    let value = map[i];
    mean[i] = vec4<f32>(vec3<f32>((value.x + value.y + value.z) / 3.0), 0.0);
}
