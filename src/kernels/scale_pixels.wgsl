// One thread per vec4 of the map.
{{storage}}
struct Parameters { vec4s: u32, vec4s_per_pixel: u32, adds: u32 }
@group(0) @binding(0) var<storage, read> map: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> add: array<Stored>;
@group(0) @binding(3) var<storage, read_write> out: array<Stored>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.vec4s) { return; }
    var value = weights[i / parameters.vec4s_per_pixel] * unpack(map[i]);
    if (parameters.adds == 1u) { value += unpack(add[i]); }
    out[i] = pack(value);
}
