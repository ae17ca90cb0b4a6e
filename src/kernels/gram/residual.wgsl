// Of several Gram matrices: adds up the parts G, subtracts the target A, and sums the squares. A unit of {{span}} vec4s is the
// work of a workgroup, in which four threads share each sum; or of a single thread where barriers are expensive.
struct Layer {
    first: u32, vec4s: u32, parts: u32, count: u32, matrix: u32,
    // Of the parts' sum, of the difference, and of the sum of its squares.
    norm: f32, scale: f32, factor: f32,
}
struct Parameters { layers: array<Layer, {{layers}}>, count: u32, units: u32 }
@group(0) @binding(0) var<storage, read> parts: array<vec4<f32>>;
{{for layer binding}}
@group(0) @binding({{binding}}) var<storage, read> target{{layer}}: array<vec4<f32>>;
{{end layer binding}}
@group(0) @binding({{matrices}}) var<storage, read_write> matrices: array<vec4<f32>>;
@group(0) @binding({{sums}}) var<storage, read_write> sums: array<f32>;
@group(0) @binding({{uniform}}) var<uniform> parameters: Parameters;

fn target_at(layer: u32, at: u32) -> vec4<f32> {
    switch layer {
{{for other}}
        case {{other}}u: { return target{{other}}[at]; }
{{end other}}
        default: { return target0[at]; }
    }
}

fn layer_of(unit: u32) -> u32 {
    var which = 0u;
    for (var k = 1u; k < parameters.count; k++) { which = select(which, k, unit >= parameters.layers[k].first); } // trips: count - 1
    return which;
}

// Writes a vec4 of the difference, given that of the parts' sum. Returns the sum of its squares.
fn residual(which: u32, at: u32, sum: vec4<f32>) -> f32 {
    let difference = parameters.layers[which].norm * sum - target_at(which, at);
    matrices[parameters.layers[which].matrix + at] = parameters.layers[which].scale * difference;
    return dot(difference, difference);
}

{{main}}
