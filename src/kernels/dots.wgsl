// Dot products of the vectors a0, a1 and a2 with each vector b. Each thread sums every `threads`-th vec4.
struct Parameters { vec4s: u32, threads: u32 }
{{bindings}}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) local: u32) {
    let i = (group.y * groups.x + group.x) * 64u + local;
    if (i >= parameters.threads) { return; }
{{for a b at}}
    var sum{{a}}{{b}} = 0.0;
{{end a b at}}
    for (var k = i; k < parameters.vec4s; k += parameters.threads) { // trips: vec4s / threads
{{for a}}
        let u{{a}} = a{{a}}[k];
{{end a}}
{{for b}}
        let v{{b}} = b{{b}}[k];
{{end b}}
{{for a b at}}
        sum{{a}}{{b}} += dot(u{{a}}, v{{b}});
{{end a b at}}
    }
{{for a b at}}
    sums[{{at}}u * parameters.threads + i] = sum{{a}}{{b}};
{{end a b at}}
}
