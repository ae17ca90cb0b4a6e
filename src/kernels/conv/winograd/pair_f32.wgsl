fn pair(two: vec2<f32>) -> vec2<f32> {
    return two;
}
