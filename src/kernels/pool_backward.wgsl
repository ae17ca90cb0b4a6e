// 2×2 pooling backward. One thread per vec4 of the gradient with respect to the input.
{{storage}}
struct Parameters { height: u32, width: u32, vec4s: u32, out_height: u32, out_width: u32 }
{{bindings}}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    let vec4s = parameters.vec4s;
    let row = parameters.width * vec4s;
    if (i >= parameters.height * row) { return; }
    let c4 = i % vec4s;
    let px = (i / vec4s) % parameters.width;
    let py = i / row;
    let source = ((py / 2u) * parameters.out_width + px / 2u) * vec4s + c4;
    // Whether the window has a second column and a second row.
    let pair = vec2<u32>(px | 1u, py | 1u) < vec2<u32>(parameters.width, parameters.height);
{{routed}}    let sum = routed + {{added}};
    out[i] = pack(select(vec4<f32>(), sum, unpack(x[i]) > vec4<f32>()));
}
