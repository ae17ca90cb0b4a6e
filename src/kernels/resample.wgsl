// Resizes one axis of a map of vec4s. One thread per vec4 of the result. `taps` has a row for each index on the new axis: the
// first pixel, then the weights.

struct Parameters {
    count: u32,
    // On the other side of the axis, from one pixel to the next: 1 for rows, the width for columns.
    inner: u32,
    length: u32,
    new_length: u32,
    weights: u32,
    // Bit 0: `other`, of the size of `map`, is subtracted from it. Bit 1: `other`, of the size of the result, is added to it.
    // Bit 2: the result is clamped to 0..1.
    flags: u32,
}
@group(0) @binding(0) var<storage, read> map: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var<storage, read> other: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> resized: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    if (i >= parameters.count) { return; }
    let inner = parameters.inner;
    let at = i / inner % parameters.new_length;
    let outer = i / inner / parameters.new_length;
    let row = at * (parameters.weights + 1u);
    let first = (outer * parameters.length + u32(taps[row])) * inner + i % inner;
    var sum = vec4<f32>();
    for (var tap = 0u; tap < parameters.weights; tap++) { // trips: weights
        let weight = taps[row + 1u + tap];
        // Rows of few taps are filled up with zeros, which would reach beyond the map.
        if (weight == 0.0) { continue; }
        let pixel = first + tap * inner;
        var value = map[pixel];
        if ((parameters.flags & 1u) != 0u) { value -= other[pixel]; }
        sum += weight * value;
    }
    if ((parameters.flags & 2u) != 0u) { sum += other[i]; }
    if ((parameters.flags & 4u) != 0u) { sum = clamp(sum, vec4<f32>(), vec4<f32>(1.0)); }
    resized[i] = sum;
}
