// The sum of vectors, each times its factor. One thread per vec4.
struct Parameters {
    vec4s: u32, factor0: f32, factor1: f32, factor2: f32, factor3: f32, factor4: f32, factor5: f32, factor6: f32
}
{{bindings}}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    if (i >= parameters.vec4s) { return; }
    sum[i] = {{sum}};
}
