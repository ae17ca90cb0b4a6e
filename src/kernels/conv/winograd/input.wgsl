// Transforms inputs: Bᵀ d B. A thread transforms four channels of one tile.
const SIDE = {{side}}u;
struct Parameters {
    height: u32, width: u32, vec4s: u32, across: u32, first: u32, count: u32, other_height: u32, other_width: u32,
}
{{functions}}
@group(0) @binding(0) var<storage, read> x: array<{{stored}}>;
@group(0) @binding(1) var<storage, read_write> transformed: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

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
    // Zero outside the map: the load is clamped to the map, and the value multiplied by zero. Minus one wraps around to a
    // number that is outside as well.
{{for k}}
    let y{{k}} = py + {{k}}u - 1u; let x{{k}} = px + {{k}}u - 1u;
{{end k}}
{{for y x e}}
    let d{{y}}{{x}} = unpack(x[min(y{{y}} * width + x{{x}}, height * width - 1u) * vec4s + c4])
        * f32((y{{y}} < height) & (x{{x}} < width));
{{end y x e}}
{{transform}}
{{for y x e}}
    transformed[{{e}}u * n + i] = v{{y}}{{x}};
{{end y x e}}
}
