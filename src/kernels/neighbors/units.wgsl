// Subtracts the mean from rows and divides them by their lengths. One workgroup per row.

struct Parameters { rows: u32, vec4s: u32, least: f32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> mean: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> units: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> lengths: array<f32>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

var<workgroup> squares: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let row = group.y * groups.x + group.x;
    if (row >= parameters.rows) { return; }
    let start = row * parameters.vec4s;
    var square = 0.0;
    for (var i = local; i < parameters.vec4s; i += 64u) { // trips: vec4s / 64
        let d = rows[start + i] - mean[i];
        square += dot(d, d);
    }
    squares[local] = square;
    workgroupBarrier();
    square = 0.0;
    for (var part = 0u; part < 64u; part++) { square += squares[part]; } // trips: 64
    let length = max(sqrt(square), parameters.least);
    for (var i = local; i < parameters.vec4s; i += 64u) { // trips: vec4s / 64
        units[start + i] = (rows[start + i] - mean[i]) / length;
    }
    if (local == 0u) { lengths[row] = length; }
}
