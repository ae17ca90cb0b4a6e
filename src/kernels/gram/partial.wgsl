// Partial Gram matrices without barriers, on which software adapters spend more than on the sums. A thread computes 8 × 8
// entries over one split of the pixels. The matrix is symmetric: a tile below the diagonal is the mirror image of one above
// it, and only those above are enumerated.
{{storage}}
struct Parameters { pixels: u32, vec4s: u32, tiles: u32, splits: u32, chunk: u32, first: u32 }
@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

{{pair}}
// 4 × 4 entries, given by rows, and their mirror image.
fn store(start: u32, row: u32, column: u32, entries: mat4x4<f32>) {
    let vec4s = parameters.vec4s;
    let mirrored = transpose(entries);
    let above = start + row * 4u * vec4s + column;
    let below = start + column * 4u * vec4s + row;
    out[above] = entries[0];
    out[above + vec4s] = entries[1];
    out[above + 2u * vec4s] = entries[2];
    out[above + 3u * vec4s] = entries[3];
    out[below] = mirrored[0];
    out[below + vec4s] = mirrored[1];
    out[below + 2u * vec4s] = mirrored[2];
    out[below + 3u * vec4s] = mirrored[3];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let tiles = parameters.tiles;
    let vec4s = parameters.vec4s;
    let slots = pair_slots(tiles);
    let split = i / slots;
    let tile = pair(i % slots, tiles);
    if (split >= parameters.splits || tile.x > tile.y) { return; }
    // An odd number of vec4s leaves the last tile half empty: it computes the last vec4 twice.
    let r0 = tile.x * 2u;
    let r1 = min(r0 + 1u, vec4s - 1u);
    let c0 = tile.y * 2u;
    let c1 = min(c0 + 1u, vec4s - 1u);
    var s00 = vec4<f32>(); var s01 = vec4<f32>(); var s10 = vec4<f32>(); var s11 = vec4<f32>();
    var s20 = vec4<f32>(); var s21 = vec4<f32>(); var s30 = vec4<f32>(); var s31 = vec4<f32>();
    var s40 = vec4<f32>(); var s41 = vec4<f32>(); var s50 = vec4<f32>(); var s51 = vec4<f32>();
    var s60 = vec4<f32>(); var s61 = vec4<f32>(); var s70 = vec4<f32>(); var s71 = vec4<f32>();
    let end = min((split + 1u) * parameters.chunk, parameters.pixels);
    for (var p = split * parameters.chunk; p < end; p++) { // trips: chunk
        let at = p * vec4s;
        let a = unpack(x[at + r0]);
        let b = unpack(x[at + r1]);
        let u = unpack(x[at + c0]);
        let v = unpack(x[at + c1]);
{{add}}    }
    let start = parameters.first + split * vec4s * 4u * vec4s;
    store(start, r0, c0, mat4x4<f32>(s00, s10, s20, s30));
    let wide = c0 + 1u < vec4s;
    let high = r0 + 1u < vec4s;
    if (wide) { store(start, r0, c1, mat4x4<f32>(s01, s11, s21, s31)); }
    if (high) { store(start, r1, c0, mat4x4<f32>(s40, s50, s60, s70)); }
    if (wide & high) { store(start, r1, c1, mat4x4<f32>(s41, s51, s61, s71)); }
}
