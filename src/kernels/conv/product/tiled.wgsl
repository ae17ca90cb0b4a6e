// The product of pixels × input channels with input × output channels, for each matrix of a batch, on hardware.
//
// A workgroup computes a block of {{down}} · PIXELS pixels × {{across}} · VEC4S vec4s of output channels. For DEPTH vec4s of
// input channels at a time, all its threads copy their part of both matrices to workgroup memory, and each multiplies what
// it needs of it. There are two copies: while one is multiplied, the next is loaded.
//
// A thread computes the pixels and channels whose number is its own plus a multiple of the threads across or down. So
// adjacent threads read and write adjacent memory. The sums are variables, since arrays that are indexed in a loop end up
// in memory.
struct Parameters {
    height: u32, width: u32, inputs: u32, outputs: u32, columns: u32, rows: u32, batches: u32,
    other_height: u32, other_width: u32, mean_red: f32, mean_green: f32, mean_blue: f32,
}
{{bindings}}
const THREADS = {{threads}}u;
const DEPTH = {{depth}}u;
/// Pixels that the threads copy at once.
const ROWS = THREADS / DEPTH;
const PIXELS = {{pixels}}u * DOWN;
const VEC4S = {{vec4s}}u * ACROSS;
const ACROSS = {{across}}u;
const DOWN = {{down}}u;
// The last index is a thread's place in the workgroup, and the only one that is not a constant where much is read. So the
// check of indices that browsers insert is done once.
const SIZE_X = ({{copies_x}}u * ROWS + DOWN - 1u) / DOWN * DEPTH;
const SIZE_WEIGHT = ({{copies_weight}}u * THREADS + ACROSS - 1u) / ACROSS;
var<workgroup> tile_x: array<array<array<vec4<f32>, DOWN>, SIZE_X>, 2>;
var<workgroup> tile_weight: array<array<array<vec4<f32>, ACROSS>, SIZE_WEIGHT>, 2>;
{{gather}}
@compute @workgroup_size({{across}}, {{down}})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32, @builtin(local_invocation_id) thread: vec3<u32>) {
    let inputs = parameters.inputs;
    let outputs = parameters.outputs;
    let count = parameters.height * parameters.width;
    let tile = group.y * groups.x + group.x;
    let row = tile / parameters.columns;
    let batch = row / parameters.rows;
    if (batch >= parameters.batches) { return; }
    let first_pixel = (row % parameters.rows) * PIXELS;
    let first_channel = (tile % parameters.columns) * VEC4S;
    // The last block may reach past the last pixel or channel: it loads that one again, and stores nothing.
{{for i}}
    let position{{i}} = position(batch, min(first_pixel + local / DEPTH + {{i}}u * ROWS, count - 1u));
{{end i}}
{{for n}}
    let element{{n}} = local + {{n}}u * THREADS;
    var at{{n}} = (batch * 4u * TAPS * inputs + element{{n}} / VEC4S) * outputs
        + min(first_channel + element{{n}} % VEC4S, outputs - 1u);
{{end n}}
    let last = parameters.batches * 4u * TAPS * inputs * outputs - 1u;
{{for p}}
{{for q}}
    var sum{{p}}_{{q}} = vec4<f32>();
{{end q}}
{{end p}}
    // In the first step nothing is multiplied yet.
    let source0 = source(local % DEPTH);
{{for i}}
    let row{{i}} = local / DEPTH + {{i}}u * ROWS;
    let to{{i}} = row{{i}} / DOWN * DEPTH + local % DEPTH;
    tile_x[0][to{{i}}][row{{i}} % DOWN] = unpack(load(position{{i}}, source0));
{{end i}}
{{for n}}
    tile_weight[0][element{{n}} / ACROSS][element{{n}} % ACROSS] = weight[min(at{{n}}, last)];
{{end n}}
    workgroupBarrier();
    let steps = (TAPS * inputs + DEPTH - 1u) / DEPTH;
    for (var step = 1u; step <= steps; step++) { // trips: {{taps}} * inputs / {{depth}}
    // Past the end x counts as zero, and so the weights do not matter.
    let next = source(step * DEPTH + local % DEPTH);
{{for i}}
    let x{{i}} = load(position{{i}}, next);
{{end i}}
{{for n}}
    at{{n}} += 4u * DEPTH * outputs;
    let weight{{n}} = weight[min(at{{n}}, last)];
{{end n}}
    let filled = step & 1u;
    let used = 1u - filled;
{{for k}}
{{for p}}
    let x{{k}}_{{p}} = tile_x[used][{{p}}u * DEPTH + {{k}}u][thread.y];
{{end p}}
{{for j}}
{{for q}}
    let w{{k}}_{{j}}_{{q}} = tile_weight[used][({{k}}u * 4u + {{j}}u) * {{vec4s}}u + {{q}}u][thread.x];
{{end q}}
{{for p}}
{{for q}}
    sum{{p}}_{{q}} = fma(vec4<f32>(x{{k}}_{{p}}[{{j}}]), w{{k}}_{{j}}_{{q}}, sum{{p}}_{{q}});
{{end q}}
{{end p}}
{{end j}}
{{end k}}
{{for i}}
    tile_x[filled][to{{i}}][row{{i}} % DOWN] = unpack(x{{i}});
{{end i}}
{{for n}}
    tile_weight[filled][element{{n}} / ACROSS][element{{n}} % ACROSS] = weight{{n}};
{{end n}}
    workgroupBarrier();
    }
{{for p}}
    {
    let pixel = first_pixel + {{p}}u * DOWN + thread.y;
    if (pixel < count) {
{{for q}}
    {
    let channel = first_channel + {{q}}u * ACROSS + thread.x;
    if (channel < outputs) {
    let to = (batch * count + pixel) * outputs + channel;
    {{store}}
    }
    }
{{end q}}
    }
    }
{{end p}}
}
