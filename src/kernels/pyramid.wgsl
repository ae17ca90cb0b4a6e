// The adjoint of the bilinear enlargement. One thread per pixel of the coarser level gathers from all pixels that it is a part
// of when it is enlarged.
{{tap}}
struct Parameters { width: u32, height: u32, coarse_width: u32, coarse_height: u32 }
@group(0) @binding(0) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> reduced: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

// The weight of pixel `coarse` in pixel `at`.
fn weight(at: u32, side: u32, coarse: u32, coarse_side: u32) -> f32 {
    let taps = tap(at, side, coarse_side);
    var sum = 0.0;
    if (taps.first == coarse) { sum += 1.0 - taps.share; }
    if (taps.second == coarse) { sum += taps.share; }
    return sum;
}

// The pixels that may have a weight: from the first to before the second.
fn range(coarse: u32, side: u32, coarse_side: u32) -> vec2<u32> {
    let first = max((max(2u * coarse, 1u) - 1u) * side / (2u * coarse_side), 1u) - 1u;
    return vec2<u32>(first, min(side, (2u * coarse + 3u) * side / (2u * coarse_side) + 1u));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let p = parameters;
    if (i >= p.coarse_width * p.coarse_height) { return; }
    let x = i % p.coarse_width;
    let y = i / p.coarse_width;
    let columns = range(x, p.width, p.coarse_width);
    let rows = range(y, p.height, p.coarse_height);
    var sum = vec4<f32>();
    for (var row = rows.x; row < rows.y; row++) { // trips: 6
        var line = vec4<f32>();
        for (var column = columns.x; column < columns.y; column++) { // trips: 6
            line += weight(column, p.width, x, p.coarse_width) * gradient[row * p.width + column];
        }
        sum += weight(row, p.height, y, p.coarse_height) * line;
    }
    reduced[i] = sum;
}
