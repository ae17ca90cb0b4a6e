// One thread per vec4.
{{storage}}
struct Parameters { vec4s: u32 }
@group(0) @binding(0) var<storage, read> gradient: array<Stored>;
@group(0) @binding(1) var<storage, read> features: array<Stored>;
@group(0) @binding(2) var<storage, read_write> masked: array<Stored>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.vec4s) { return; }
    masked[i] = pack(select(vec4<f32>(), unpack(gradient[i]), unpack(features[i]) > vec4<f32>()));
}
