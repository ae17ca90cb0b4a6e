// Adds to the gradient in place. Each thread takes every `threads`-th pixel.

struct Parameters { height: u32, width: u32, threads: u32, masked: u32, norm_x: f32, norm_y: f32, weight: f32 }
@group(0) @binding(0) var<storage, read> picture: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> editable: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let thread = (group.y * groups.x + group.x) * 64u + local;
    if (thread >= parameters.threads) { return; }
    let width = parameters.width;
    let count = parameters.height * width;
    var sum = 0.0;
    for (var i = thread; i < count; i += parameters.threads) { // trips: height * width / threads
        let px = i % width;
        let here = picture[i];
        // Each pixel sums the squared differences to its right and lower neighbour; its gradient depends on all four
        // neighbours. At an edge the neighbour is the pixel itself.
        let left = here - picture[i - u32(px > 0u)];
        let right = picture[i + u32(px + 1u < width)] - here;
        let above = here - picture[i - select(0u, width, i >= width)];
        let below = picture[i + select(0u, width, i + width < count)] - here;
        sum += parameters.norm_x * dot(right, right) + parameters.norm_y * dot(below, below);
        var value = gradient[i] + 2.0 * parameters.weight
            * (parameters.norm_x * (left - right) + parameters.norm_y * (above - below));
        if (parameters.masked == 1u) { value *= editable[i]; }
        gradient[i] = value;
    }
    sums[thread] = sum;
}
