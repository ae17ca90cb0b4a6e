// Partial Gram matrices of several maps, in one dispatch. A workgroup computes a block of 32 × 32 entries over one split of
// the pixels. It stages strips of 32 pixels in workgroup memory. Four groups of 16 threads take every fourth pixel each; a
// thread computes 8 × 8 entries. The matrix is symmetric: only blocks above the diagonal are computed, the others are their
// mirror images.
{{storage}}
struct Layer { first: u32, pixels: u32, vec4s: u32, blocks: u32, splits: u32, chunk: u32, start: u32, unused: u32 }
struct Parameters { layers: array<Layer, {{layers}}>, count: u32 }
{{for layer}}
@group(0) @binding({{layer}}) var<storage, read> x{{layer}}: array<Stored>;
{{end layer}}
@group(0) @binding({{layers}}) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding({{after}}) var<uniform> parameters: Parameters;

// vec4s of a staged pixel: 32 channels, and one vec4 that keeps neighbours off each other's banks.
const PITCH = 9u;
// Where the columns are, behind the 32 pixels of the rows.
const COLUMNS = 288u;
var<workgroup> staged: array<vec4<f32>, 576>;

{{pair}}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let unit = group.y * groups.x + group.x;
    var which = 0u;
    for (var k = 1u; k < parameters.count; k++) { which = select(which, k, unit >= parameters.layers[k].first); } // trips: count - 1
    let layer = parameters.layers[which];
    let vec4s = layer.vec4s;
    let slots = pair_slots(layer.blocks);
    let split = (unit - layer.first) / slots;
    let block = pair((unit - layer.first) % slots, layer.blocks);
    if (split >= layer.splits || block.x > block.y) { return; }

    let lane = local / 16u;
    let row = local % 16u / 4u * 2u;
    let column = local % 4u * 2u;
    // Where a thread loads: a vec4 of the rows and one of the columns, of every eighth pixel. Channels beyond the last are
    // copies of it, and not stored.
    let staged_at = local / 8u * PITCH + local % 8u;
    let from_row = min(block.x * 8u + local % 8u, vec4s - 1u);
    let from_column = min(block.y * 8u + local % 8u, vec4s - 1u);
{{for r}}
    var s{{r}}0 = vec4<f32>(); var s{{r}}1 = vec4<f32>();
{{end r}}
    let end = min((split + 1u) * layer.chunk, layer.pixels);
    for (var strip = split * layer.chunk; strip < end; strip += 32u) { // trips: 4
        // The map is the same for all threads of a workgroup.
{{for load pixel}}
        let pixel{{load}} = strip + local / 8u + {{pixel}}u;
        let at{{load}} = min(pixel{{load}}, layer.pixels - 1u) * vec4s;
        var r{{load}}: Stored; var c{{load}}: Stored;
{{end load pixel}}
        switch which {
{{for other}}
            case {{other}}u: {
{{for load}}
                r{{load}} = x{{other}}[at{{load}} + from_row]; c{{load}} = x{{other}}[at{{load}} + from_column];
{{end load}}
            }
{{end other}}
            default: {
{{for load}}
                r{{load}} = x0[at{{load}} + from_row]; c{{load}} = x0[at{{load}} + from_column];
{{end load}}
            }
        }
        workgroupBarrier();
{{for load pixel}}
        let inside{{load}} = f32(pixel{{load}} < end);
        staged[staged_at + {{pixel}}u * PITCH] = inside{{load}} * unpack(r{{load}});
        staged[COLUMNS + staged_at + {{pixel}}u * PITCH] = inside{{load}} * unpack(c{{load}});
{{end load pixel}}
        workgroupBarrier();
        for (var p = lane; p < 32u; p += 4u) { // trips: 8
            let a = staged[p * PITCH + row];
            let b = staged[p * PITCH + row + 1u];
            let u = staged[COLUMNS + p * PITCH + column];
            let v = staged[COLUMNS + p * PITCH + column + 1u];
{{add}}        }
    }

    // The sums of the four groups: in four rounds, in which a thread adds up one vec4 of the quarter of 4 × 4 entries that
    // it stores. Rounds use the workgroup's memory by turns.
    workgroupBarrier();
    let sum_at = lane * 64u + local % 16u;
{{for r below base}}
    staged[{{base}}u + local] = s{{r}}0;
    staged[{{base}}u + 64u + local] = s{{r}}1;
    staged[{{base}}u + 128u + local] = s{{below}}0;
    staged[{{base}}u + 192u + local] = s{{below}}1;
    workgroupBarrier();
    let e{{r}} = staged[{{base}}u + sum_at] + staged[{{base}}u + sum_at + 16u]
        + staged[{{base}}u + sum_at + 32u] + staged[{{base}}u + sum_at + 48u];
{{end r below base}}
    let r = block.x * 8u + row + lane / 2u;
    let c = block.y * 8u + column + lane % 2u;
    if (r >= vec4s || c >= vec4s) { return; }
    let start = layer.start + split * vec4s * 4u * vec4s;
    let above = start + r * 4u * vec4s + c;
    out[above] = e0;
    out[above + vec4s] = e1;
    out[above + 2u * vec4s] = e2;
    out[above + 3u * vec4s] = e3;
    if (block.x < block.y) {
        let mirrored = transpose(mat4x4<f32>(e0, e1, e2, e3));
        let below = start + c * 4u * vec4s + r;
        out[below] = mirrored[0];
        out[below + vec4s] = mirrored[1];
        out[below + 2u * vec4s] = mirrored[2];
        out[below + 3u * vec4s] = mirrored[3];
    }
}
