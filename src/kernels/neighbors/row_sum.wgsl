// Sums rows, each times the weight of its place. A workgroup sums four vec4s of the rows, with 16 threads each.

struct Parameters { rows: u32, vec4s: u32, weighted: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> places: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

var<workgroup> parts: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let first = (group.y * groups.x + group.x) * 4u;
    if (first >= parameters.vec4s) { return; }
    let column = first + local % 4u;
    var sum = vec4<f32>();
    if (column < parameters.vec4s) {
        for (var row = local / 4u; row < parameters.rows; row += 16u) { // trips: rows / 16
            var weight = 1.0;
            if (parameters.weighted == 1u) { weight = places[row].y; }
            sum += weight * rows[row * parameters.vec4s + column];
        }
    }
    parts[local] = sum;
    workgroupBarrier();
    if (local < 4u && column < parameters.vec4s) {
        for (var part = 1u; part < 16u; part++) { sum += parts[local + 4u * part]; } // trips: 15
        sums[column] = sum;
    }
}
