// Partial sums of squares. Each thread takes every `threads`-th vec4.
{{storage}}
struct Parameters { vec4s: u32, threads: u32 }
@group(0) @binding(0) var<storage, read> map: array<Stored>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let thread = (group.y * groups.x + group.x) * 64u + local;
    if (thread >= parameters.threads) { return; }
    var sum = 0.0;
    for (var i = thread; i < parameters.vec4s; i += parameters.threads) { // trips: vec4s / threads
        let value = unpack(map[i]);
        sum += dot(value, value);
    }
    sums[thread] = sum;
}
