@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let unit = (group.y * groups.x + group.x) * 64u + local;
    if (unit >= parameters.units) { return; }
    let which = layer_of(unit);
    let layer = parameters.layers[which];
    let begin = (unit - layer.first) * 16u;
    var total = 0.0;
    for (var at = begin; at < min(begin + 16u, layer.vec4s); at++) { // trips: 16
        var sum = vec4<f32>();
        for (var part = 0u; part < layer.count; part++) { sum += parts[layer.parts + part * layer.vec4s + at]; } // trips: 256
        total += residual(which, at, sum);
    }
    sums[unit] = layer.factor * total;
}
