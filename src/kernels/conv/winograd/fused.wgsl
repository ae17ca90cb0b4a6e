// A Winograd convolution of 2×2 tiles in one launch, on hardware: inputs are transformed to the memory of the workgroup,
// multiplied there, and transformed back.
//
// A workgroup computes a block of TILES tiles × VEC4S vec4s of output channels, one vec4 of input channels at a time. A thread
// computes one of the 16 elements of the transformed tiles, for {{pixels}} tiles × {{vec4s}} vec4s of channels, those whose
// number is its own plus a multiple of the threads across or down. While one vec4 of input channels is multiplied, the next
// is loaded.
struct Parameters {
    height: u32, width: u32, inputs: u32, outputs: u32, columns: u32, rows: u32, tiles_across: u32,
    other_height: u32, other_width: u32,
}
{{bindings}}
const THREADS = {{threads}}u;
const ACROSS = {{across}}u;
const DOWN = {{down}}u;
const TILES = {{pixels}}u * DOWN;
const VEC4S = {{vec4s}}u * ACROSS;
// Workgroup memory: {{pixels}} places of transformed inputs, then those of kernels; in each the rows and columns of the elements, and
// of each element a vec4 for each thread across or down, in two halves, since a thread transforms two channels. Browsers check
// every index that is not a constant, so those are few, and the same all the time.
const LAST = {{last}}u;
var<workgroup> memory: array<array<array<array<array<vec2<f32>, 2>, LAST>, 4>, 4>, {{places}}>;

fn element(place: u32, y: u32, x: u32, last: u32) -> vec4<f32> {
    return vec4<f32>(memory[place][y][x][last][0], memory[place][y][x][last][1]);
}

/// Two channels as they are stored.
{{pair}}
@compute @workgroup_size({{threads}})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let width = parameters.width;
    let inputs = parameters.inputs;
    let outputs = parameters.outputs;
    let count = parameters.height * width;
    let block = group.y * groups.x + group.x;
    if (block >= parameters.columns * parameters.rows) { return; }
    let first_tile = block / parameters.columns * TILES;
    let first_channel = block % parameters.columns * VEC4S;
    let tiles = (parameters.height + 1u) / 2u * parameters.tiles_across;
    let ey = local / (4u * ACROSS * DOWN);
    let ex = local / (ACROSS * DOWN) % 4u;
    let across = local % ACROSS;
    let down = local / ACROSS % DOWN;
    // What a thread transforms: of two channels of a tile of 4×4 inputs, one row of the result. It is the sum of two rows of
    // the inputs, or their difference, times zero where there are none. The loads are clamped to the map.
{{for i}}
    let item{{i}} = local + {{i}}u * THREADS;
    let half{{i}} = item{{i}} % 2u;
    let to_tile{{i}} = item{{i}} / 2u % TILES;
    let to_row{{i}} = item{{i}} / (2u * TILES);
    let tile{{i}} = min(first_tile + to_tile{{i}}, tiles - 1u);
    let ty{{i}} = 2u * (tile{{i}} / parameters.tiles_across) - 1u;
    let tx{{i}} = 2u * (tile{{i}} % parameters.tiles_across) - 1u;
    let py{{i}} = ty{{i}} + select(select(1u, 2u, to_row{{i}} == 2u), 0u, to_row{{i}} == 0u);
    let qy{{i}} = ty{{i}} + select(select(2u, 1u, to_row{{i}} == 2u), 3u, to_row{{i}} == 3u);
    let p{{i}} = f32(py{{i}} < parameters.height);
    let q{{i}} = select(-1.0, 1.0, to_row{{i}} == 1u) * f32(qy{{i}} < parameters.height);
    let c{{i}}_0 = f32(tx{{i}} < width);
    let c{{i}}_2 = f32(tx{{i}} + 2u < width);
    let c{{i}}_3 = -f32(tx{{i}} + 3u < width);
{{for x}}
    let a{{i}}_{{x}} = min(py{{i}} * width + tx{{i}} + {{x}}u, count - 1u) * 2u * inputs + half{{i}};
    let b{{i}}_{{x}} = min(qy{{i}} * width + tx{{i}} + {{x}}u, count - 1u) * 2u * inputs + half{{i}};
    var u{{i}}_{{x}} = x[a{{i}}_{{x}}];
    var v{{i}}_{{x}} = x[b{{i}}_{{x}}];
{{end x}}
{{end i}}
    // What it copies of the kernels.
{{for n}}
    let copy{{n}} = local + {{n}}u * THREADS;
    let of_channel{{n}} = copy{{n}} % VEC4S;
    let of_input{{n}} = copy{{n}} / VEC4S % 4u;
    let of_element{{n}} = copy{{n}} / (4u * VEC4S);
    let at{{n}} = (min(of_element{{n}}, 15u) * 4u * inputs + of_input{{n}}) * outputs
        + min(first_channel + of_channel{{n}}, outputs - 1u);
    var weight{{n}} = weight[at{{n}}];
{{end n}}
{{for p}}
{{for q}}
    var sum{{p}}_{{q}} = vec4<f32>();
{{end q}}
{{end p}}
    for (var k = 0u; k < inputs; k++) { // trips: inputs
    workgroupBarrier();
{{for i}}
    {
{{for x}}
    let t{{x}} = p{{i}} * pair(u{{i}}_{{x}}) + q{{i}} * pair(v{{i}}_{{x}});
{{end x}}
    let r2 = c{{i}}_2 * t2;
    let s0 = c{{i}}_0 * t0 - r2;
    let s1 = t1 + r2;
    let s2 = r2 - t1;
    let s3 = c{{i}}_3 * t3 + t1;
    {{if_item}}
{{for x}}
    memory[to_tile{{i}} / DOWN][to_row{{i}}][{{x}}u][to_tile{{i}} % DOWN][half{{i}}] = s{{x}};
{{end x}}
    {{end_item}}
    }
{{end i}}
{{for n}}
    {{if_copy}}
    {
    let place = {{pixels}}u + of_input{{n}} * {{vec4s}}u + of_channel{{n}} / ACROSS;
    memory[place][of_element{{n}} / 4u][of_element{{n}} % 4u][of_channel{{n}} % ACROSS] =
        array<vec2<f32>, 2>(weight{{n}}.xy, weight{{n}}.zw);
    }
    {{end_copy}}
{{end n}}
    workgroupBarrier();
    // After the last vec4 of channels it does not matter what is loaded.
    let next = min(k + 1u, inputs - 1u);
{{for i}}
{{for x}}
    u{{i}}_{{x}} = x[a{{i}}_{{x}} + 2u * next];
    v{{i}}_{{x}} = x[b{{i}}_{{x}} + 2u * next];
{{end x}}
{{end i}}
{{for n}}
    weight{{n}} = weight[at{{n}} + 4u * outputs * next];
{{end n}}
{{for p}}
    let x{{p}} = vec4<f32>(memory[{{p}}u][ey][ex][down][0], memory[{{p}}u][ey][ex][down][1]);
{{end p}}
{{for j}}
{{for q}}
    let w{{j}}_{{q}} = vec4<f32>(memory[{{pixels}}u + {{j}}u * {{vec4s}}u + {{q}}u][ey][ex][across][0],
        memory[{{pixels}}u + {{j}}u * {{vec4s}}u + {{q}}u][ey][ex][across][1]);
{{end q}}
{{for p}}
{{for q}}
    sum{{p}}_{{q}} = fma(vec4<f32>(x{{p}}[{{j}}]), w{{j}}_{{q}}, sum{{p}}_{{q}});
{{end q}}
{{end p}}
{{end j}}
    }
    // Back: in rounds of two of a thread's tiles. Each thread then adds up one pixel of a tile.
    let item = local % (2u * VEC4S * DOWN);
    let corner = local / (2u * VEC4S * DOWN);
    let place = item / DOWN;
    let of_tile = item % DOWN;
    let oy = min(corner / 2u, 1u);
    let ox = corner % 2u;
    let sign_y = select(1.0, -1.0, oy == 1u);
    let sign_x = select(1.0, -1.0, ox == 1u);
    let channel = first_channel + place % VEC4S;
{{for first second}}
    {
    workgroupBarrier();
{{for q}}
    memory[across + {{q}}u * ACROSS][ey][ex][down] =
        array<vec2<f32>, 2>(sum{{first}}_{{q}}.xy, sum{{first}}_{{q}}.zw);
    memory[VEC4S + across + {{q}}u * ACROSS][ey][ex][down] =
        array<vec2<f32>, 2>(sum{{second}}_{{q}}.xy, sum{{second}}_{{q}}.zw);
{{end q}}
    workgroupBarrier();
    let tile = first_tile + ({{first}}u + place / VEC4S) * DOWN + of_tile;
    let row = tile / parameters.tiles_across * 2u + oy;
    let column = tile % parameters.tiles_across * 2u + ox;
{{for r}}
    let m{{r}} = element(place, oy + {{r}}u, ox, of_tile)
        + sign_x * (element(place, oy + {{r}}u, ox + 1u, of_tile) + element(place, oy + {{r}}u, ox + 2u, of_tile));
{{end r}}
    let sum = m0 + sign_y * (m1 + m2);
    let is_inside = corner < 4u && tile < tiles && channel < outputs && row < parameters.height && column < width;
{{finish}}
    }
{{end first second}}
}
