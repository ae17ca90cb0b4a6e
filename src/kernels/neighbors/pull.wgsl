// Finds the nearest target of a row among those of the spans, and what pulls the row there. One workgroup per row.

struct Parameters { rows: u32, vec4s: u32, spans: u32, factor: f32, least: f32 }
@group(0) @binding(0) var<storage, read> units: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> lengths: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> best: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read> places: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> pulls: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;
@group(0) @binding(7) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let row = group.y * groups.x + group.x;
    if (row >= parameters.rows) { return; }
    // Spans come in the order of their targets: the first of equals is the lowest.
    var nearest = best[row * parameters.spans];
    for (var span = 1u; span < parameters.spans; span++) { // trips: spans
        let other = best[row * parameters.spans + span];
        if (other.x > nearest.x) { nearest = other; }
    }
    let weight = places[row].y;
    let length = lengths[row];
    var scale = -parameters.factor * weight / length;
    if (length <= parameters.least) { scale = 0.0; }
    let start = row * parameters.vec4s;
    let wanted = u32(nearest.y) * parameters.vec4s;
    for (var i = local; i < parameters.vec4s; i += 64u) { // trips: vec4s / 64
        pulls[start + i] = scale * (targets[wanted + i] - nearest.x * units[start + i]);
    }
    if (local == 0u) { losses[row] = weight * (1.0 - nearest.x); }
}
