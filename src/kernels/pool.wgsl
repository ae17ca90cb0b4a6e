// 2×2 pooling. One thread per vec4 of the output.
{{storage}}
struct Parameters { height: u32, width: u32, vec4s: u32, out_height: u32, out_width: u32 }
@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read_write> y: array<Stored>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    let vec4s = parameters.vec4s;
    if (i >= parameters.out_height * parameters.out_width * vec4s) { return; }
    let c4 = i % vec4s;
    let px = (i / vec4s) % parameters.out_width;
    let py = i / (vec4s * parameters.out_width);
    // An odd last row or column counts twice: it is its own neighbour.
    let right = select(0u, vec4s, 2u * px + 1u < parameters.width);
    let below = select(0u, parameters.width * vec4s, 2u * py + 1u < parameters.height);
    let at = 2u * (py * parameters.width + px) * vec4s + c4;
    let a = unpack(x[at]);
    let b = unpack(x[at + right]);
    let c = unpack(x[at + below]);
    let d = unpack(x[at + below + right]);
    y[i] = pack({{combine}});
}
