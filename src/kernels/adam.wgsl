// A step of Adam, in place. One thread per pixel. On a pyramid a level adds the step of the next coarser one, enlarged; all
// but the finest leave theirs in `x`, which is no picture then.
{{tap}}
struct Parameters {
    learning_rate: f32, beta1: f32, beta2: f32, epsilon: f32,
    correction1: f32, correction2: f32,
    width: u32, height: u32,
    // 0: there is no coarser level.
    coarse_width: u32, coarse_height: u32,
    // Bit 0: a coarser level of a pyramid. Bit 1: the picture changes only where `editable` is 1.
    flags: u32,
}
@group(0) @binding(0) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> coarse: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> editable: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> first: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> second: array<vec4<f32>>;
@group(0) @binding(6) var<uniform> parameters: Parameters;

fn enlarged(i: u32) -> vec4<f32> {
    let p = parameters;
    let column = tap(i % p.width, p.width, p.coarse_width);
    let row = tap(i / p.width, p.height, p.coarse_height);
    let above = row.first * p.coarse_width;
    let below = row.second * p.coarse_width;
    return mix(
        mix(coarse[above + column.first], coarse[above + column.second], column.share),
        mix(coarse[below + column.first], coarse[below + column.second], column.share),
        row.share);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    let p = parameters;
    if (i >= p.width * p.height) { return; }
    let g = gradient[i];
    let m = p.beta1 * first[i] + (1.0 - p.beta1) * g;
    let v = p.beta2 * second[i] + (1.0 - p.beta2) * g * g;
    first[i] = m;
    second[i] = v;
    let root = sqrt(v / p.correction2) + p.epsilon;
    var step = p.learning_rate * (m / p.correction1) / root;
    if (p.coarse_width > 0u) { step += enlarged(i); }
    if ((p.flags & 1u) != 0u) {
        x[i] = step;
        return;
    }
    if ((p.flags & 2u) != 0u) { step *= editable[i]; }
    x[i] = clamp(x[i] - step, vec4<f32>(), vec4<f32>(1.0));
}
