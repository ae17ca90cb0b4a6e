/// Stores the gradients of a window of up to four features, given that of the pooled one in this row and column.
fn unpool(gradient: vec4<f32>, row: u32, column: u32, vec4s: u32, channel: u32) {
    let width = parameters.other_width;
    let has_right = 2u * column + 1u < width;
    let has_below = 2u * row + 1u < parameters.other_height;
    // An odd last row or column is its own neighbour.
    let right = select(0u, vec4s, has_right);
    let below = select(0u, width * vec4s, has_below);
    let at = 2u * (row * width + column) * vec4s + channel;
    let a = unpack_output(features[at]);
    let b = unpack_output(features[at + right]);
    let c = unpack_output(features[at + below]);
    let d = unpack_output(features[at + below + right]);
{{shares}}    y[at] = pack(select(vec4<f32>(), to_a + {{add_a}}, a > vec4<f32>()));
    if (has_right) { y[at + right] = pack(select(vec4<f32>(), to_b + {{add_b}}, b > vec4<f32>())); }
    if (has_below) { y[at + below] = pack(select(vec4<f32>(), to_c + {{add_c}}, c > vec4<f32>())); }
    if (has_right & has_below) {
        y[at + below + right] = pack(select(vec4<f32>(), to_d + {{add_d}}, d > vec4<f32>()));
    }
}
