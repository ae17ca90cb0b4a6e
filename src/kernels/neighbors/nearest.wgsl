// The nearest target of each row among the {{span}} of a span, with its score: the dot product, fused with its maximum. A
// workgroup compares 32 rows with 64 targets at a time. A thread has four of the rows, eight apart, and eight of the targets, eight
// apart. Both are staged in the memory of the workgroup, four vec4s of each at a time, ordered so that the threads that read at
// once read side by side.

struct Parameters { rows: u32, targets: u32, vec4s: u32, blocks: u32, spans: u32 }
@group(0) @binding(0) var<storage, read> units: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> targets: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> best: array<vec2<f32>>;
@group(0) @binding(3) var<uniform> parameters: Parameters;

var<workgroup> left: array<vec4<f32>, 128>; // [4 vec4s, 32 rows]
var<workgroup> right: array<vec4<f32>, 256>; // [4 vec4s, 64 targets]
var<workgroup> tops: array<vec2<f32>, 256>; // [32 rows, 8 threads]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let unit = group.y * groups.x + group.x;
    let p = parameters;
    if (unit >= p.blocks * p.spans) { return; }
    let first_row = unit / p.spans * 32u;
    let span = unit % p.spans;
    let end = min((span + 1u) * {{span}}u, p.targets);
    let x = local % 8u;
    let y = local / 8u;
{{for r}}
    var top{{r}} = vec2<f32>(-3.0e38, f32(span * {{span}}u));
{{end r}}
    for (var first = span * {{span}}u; first < end; first += 64u) { // trips: 4
{{for r}}
{{for c}}
        var s{{r}}_{{c}} = 0.0;
{{end c}}
{{end r}}
        for (var k = 0u; k < p.vec4s; k += 4u) { // trips: vec4s / 4
            for (var i = local; i < 128u; i += 64u) { // trips: 2
                let row = first_row + i / 4u;
                let at = k + i % 4u;
                var value = vec4<f32>();
                if (row < p.rows && at < p.vec4s) { value = units[row * p.vec4s + at]; }
                left[i % 4u * 32u + i / 4u] = value;
            }
            for (var i = local; i < 256u; i += 64u) { // trips: 4
                let row = first + i / 4u;
                let at = k + i % 4u;
                var value = vec4<f32>();
                if (row < end && at < p.vec4s) { value = targets[row * p.vec4s + at]; }
                right[i % 4u * 64u + i / 4u] = value;
            }
            workgroupBarrier();
            for (var kk = 0u; kk < 4u; kk++) { // trips: 4
{{for c}}
                let t{{c}} = right[kk * 64u + x + 8u * {{c}}u];
{{end c}}
{{for r}}
                let u{{r}} = left[kk * 32u + y + 8u * {{r}}u];
{{for c}}
                s{{r}}_{{c}} += dot(u{{r}}, t{{c}});
{{end c}}
{{end r}}
            }
            workgroupBarrier();
        }
        // Targets in ascending order: the first of equals stays.
{{for c}}
        if (first + x + 8u * {{c}}u < end) {
            let index = f32(first + x + 8u * {{c}}u);
{{for r}}
            if (s{{r}}_{{c}} > top{{r}}.x) { top{{r}} = vec2<f32>(s{{r}}_{{c}}, index); }
{{end r}}
        }
{{end c}}
    }
{{for r}}
    tops[(y + 8u * {{r}}u) * 8u + x] = top{{r}};
{{end r}}
    workgroupBarrier();
    if (local < 32u && first_row + local < p.rows) {
        var nearest = tops[local * 8u];
        for (var other = 1u; other < 8u; other++) { // trips: 7
            let top = tops[local * 8u + other];
            if (top.x > nearest.x || (top.x == nearest.x && top.y < nearest.y)) { nearest = top; }
        }
        best[(first_row + local) * p.spans + span] = nearest;
    }
}
