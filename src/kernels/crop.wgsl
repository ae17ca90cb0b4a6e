// Copies a rectangle, row by row, between maps as they are stored. One thread per vec4.
alias Stored = {{stored}};

struct Parameters { row: u32, count: u32, stride: u32, start: u32, out_stride: u32, out_start: u32 }
@group(0) @binding(0) var<storage, read> map: array<Stored>;
@group(0) @binding(1) var<storage, read_write> out: array<Stored>;
@group(0) @binding(2) var<uniform> parameters: Parameters;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 256u + local;
    if (i >= parameters.count) { return; }
    let y = i / parameters.row;
    let x = i % parameters.row;
    out[parameters.out_start + y * parameters.out_stride + x] = map[parameters.start + y * parameters.stride + x];
}
