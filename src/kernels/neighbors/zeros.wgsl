// One thread per vec4 of the map.
{{storage}}
struct Parameters { vec4s: u32 }
@group(0) @binding(0) var<storage, read_write> map: array<Stored>;
@group(0) @binding(1) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.vec4s) { return; }
    map[i] = pack(vec4<f32>());
}
