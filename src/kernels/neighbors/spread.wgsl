// Adds the rows of a gradient to their pixels, each without its share of their sum. One thread per vec4 of a row; no two rows
// have the same pixel.
{{storage}}
struct Parameters { vec4s: u32, vec4s_per_row: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> sum: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> places: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> map: array<Stored>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    if (i >= parameters.vec4s) { return; }
    let per_row = parameters.vec4s_per_row;
    let place = places[i / per_row];
    if (place.x < 0.0) { return; }
    let channel = i % per_row;
    let at = u32(place.x) * per_row + channel;
    map[at] = pack(unpack(map[at]) + rows[i] - place.y * sum[channel]);
}
