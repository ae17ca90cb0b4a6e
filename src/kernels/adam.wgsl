// A step of Adam, in place. One thread per pixel.

struct Parameters {
    learning_rate: f32, beta1: f32, beta2: f32, epsilon: f32,
    correction1: f32, correction2: f32, pixels: u32,
}
@group(0) @binding(0) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> first: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> second: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    let p = parameters;
    if (i >= p.pixels) { return; }
    let g = gradient[i];
    let m = p.beta1 * first[i] + (1.0 - p.beta1) * g;
    let v = p.beta2 * second[i] + (1.0 - p.beta2) * g * g;
    first[i] = m;
    second[i] = v;
    let root = sqrt(v / p.correction2) + p.epsilon;
    x[i] = clamp(x[i] - p.learning_rate * (m / p.correction1) / root, vec4<f32>(), vec4<f32>(1.0));
}
