// Copies pixels of a map to the rows of a sample. One thread per vec4 of a row.
{{storage}}
struct Parameters { vec4s: u32, vec4s_per_row: u32, fresh: u32 }
@group(0) @binding(0) var<storage, read> map: array<Stored>;
@group(0) @binding(1) var<storage, read> places: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> rows: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    if (i >= parameters.vec4s) { return; }
    let per_row = parameters.vec4s_per_row;
    let pixel = places[i / per_row].x;
    if (pixel >= 0.0) {
        rows[i] = unpack(map[u32(pixel) * per_row + i % per_row]);
    } else if (parameters.fresh == 1u) {
        rows[i] = vec4<f32>();
    }
}
