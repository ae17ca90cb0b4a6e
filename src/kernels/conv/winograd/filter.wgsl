// Transforms kernels: G g Gᵀ. A thread transforms the kernels of one input channel and four output channels.
struct Parameters { vec4s: u32 }
@group(0) @binding(0) var<storage, read> weight: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> transformed: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    let n = parameters.vec4s;
    if (i >= n) { return; }
{{for ky kx tap}}
    let g{{ky}}{{kx}} = weight[{{tap}}u * n + i];
{{end ky kx tap}}
{{transform}}
{{for y x e}}
    transformed[{{e}}u * n + i] = u{{y}}{{x}};
{{end y x e}}
}
