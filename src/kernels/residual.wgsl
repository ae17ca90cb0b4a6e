// Each thread takes every `threads`-th vec4. Without weights `vec4s_per_pixel` is 0.
{{storage}}
struct Parameters { vec4s: u32, threads: u32, scale: f32, vec4s_per_pixel: u32 }
@group(0) @binding(0) var<storage, read> features: array<Stored>;
@group(0) @binding(1) var<storage, read> wanted: array<Stored>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> difference: array<Stored>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let thread = (group.y * groups.x + group.x) * 64u + local;
    if (thread >= parameters.threads) { return; }
    var sum = 0.0;
    for (var i = thread; i < parameters.vec4s; i += parameters.threads) { // trips: vec4s / threads
        let d = unpack(features[i]) - unpack(wanted[i]);
        var weight = 1.0;
        if (parameters.vec4s_per_pixel > 0u) { weight = weights[i / parameters.vec4s_per_pixel]; }
        difference[i] = pack(parameters.scale * weight * d);
        sum += weight * dot(d, d);
    }
    sums[thread] = sum;
}
