// Transforms products: Aᵀ m A. A thread transforms four channels of one tile.
const SIDE = {{side}}u;
struct Parameters {
    height: u32, width: u32, vec4s: u32, across: u32, first: u32, count: u32, other_height: u32, other_width: u32,
}
{{bindings}}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let height = parameters.height;
    let width = parameters.width;
    let vec4s = parameters.vec4s;
    let i = (group.y * groups.x + group.x) * 64u + local;
    let n = parameters.count * vec4s;
    if (i >= n) { return; }
    let c4 = i % vec4s;
    let tile = parameters.first + i / vec4s;
    let py = SIDE * (tile / parameters.across);
    let px = SIDE * (tile % parameters.across);
{{for y x e}}
    let m{{y}}{{x}} = products[{{e}}u * n + i];
{{end y x e}}
{{transform}}
    // A tile at the edge may reach past the map. A pixel outside takes position and value of its neighbour inside, and
    // stores them once more: a condition around the store would cost more.
{{for k}}
    let y{{k}} = min(py + {{k}}u, height - 1u); let x{{k}} = min(px + {{k}}u, width - 1u);
{{end k}}
{{stores}}
}
