var<workgroup> shared_sums: array<vec4<f32>, 64>;
var<workgroup> squares: array<f32, 16>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let unit = group.y * groups.x + group.x;
    if (unit >= parameters.units) { return; }
    let which = layer_of(unit);
    let layer = parameters.layers[which];
    let at = (unit - layer.first) * 16u + local % 16u;
    var sum = vec4<f32>();
    if (at < layer.vec4s) {
        for (var part = local / 16u; part < layer.count; part += 4u) { sum += parts[layer.parts + part * layer.vec4s + at]; } // trips: 64
    }
    shared_sums[local] = sum;
    workgroupBarrier();
    if (local < 16u) {
        var square = 0.0;
        if (at < layer.vec4s) {
            sum += shared_sums[local + 16u] + shared_sums[local + 32u] + shared_sums[local + 48u];
            square = residual(which, at, sum);
        }
        squares[local] = square;
    }
    workgroupBarrier();
    if (local == 0u) {
        var total = 0.0;
        for (var k = 0u; k < 16u; k++) { total += squares[k]; } // trips: 16
        sums[unit] = layer.factor * total;
    }
}
