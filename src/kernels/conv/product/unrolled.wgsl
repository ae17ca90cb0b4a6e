// The product of pixels × input channels with input × output channels, for each matrix of a batch. A thread computes a
// tile of {{pixels}} pixels × {{vec4s}} vec4s of output channels. All of it is unrolled into variables, since arrays
// that are indexed in a loop end up in memory.
struct Parameters {
    height: u32, width: u32, inputs: u32, outputs: u32, columns: u32, rows: u32, batches: u32,
    other_height: u32, other_width: u32, mean_red: f32, mean_green: f32, mean_blue: f32,
}
{{bindings}}
@compute @workgroup_size({{across}}, {{down}})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_id) local: vec3<u32>) {
    let height = parameters.height;
    let width = parameters.width;
    let inputs = parameters.inputs;
    let outputs = parameters.outputs;
    let count = height * width;
    let tile = group.y * groups.x + group.x;
    let row = tile / parameters.columns;
    let batch = row / parameters.rows;
    let channel = ((tile % parameters.columns) * {{across}}u + local.x) * {{vec4s}}u;
    let first = ((row % parameters.rows) * {{down}}u + local.y) * {{pixels}}u;
    if (batch >= parameters.batches || first >= count) { return; }
    let start = batch * count * inputs;
    var w = batch * inputs * 4u * outputs + channel;
    // The last tile may reach past the last pixel: it computes that one again. No load or store has a condition:
    // with conditions SwiftShader compiles for half a minute.
{{for p}}
    let i{{p}} = min(first + {{p}}u, count - 1u);
{{for q}}
    var sum{{p}}_{{q}} = vec4<f32>();
{{end q}}
{{end p}}
{{sum}}{{for p}}
    {
    let to = (batch * count + i{{p}}) * outputs + channel;
{{for q}}
    {{store}}
{{end q}}
    }
{{end p}}
}
