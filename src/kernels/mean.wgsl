// One thread per split of the pixels and vec4 of the channels.
{{storage}}
struct Parameters { pixels: u32, vec4s: u32, splits: u32, chunk: u32 }
@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let vec4s = parameters.vec4s;
    if (i >= parameters.splits * vec4s) { return; }
    let split = i / vec4s;
    let end = min((split + 1u) * parameters.chunk, parameters.pixels);
    var sum = vec4<f32>();
    for (var p = split * parameters.chunk; p < end; p++) { // trips: chunk
        sum += unpack(x[p * vec4s + i % vec4s]);
    }
    sums[i] = sum;
}
