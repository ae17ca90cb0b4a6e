fn {{name}}(stored: vec2<u32>) -> vec4<f32> {
    let even = stored << vec2<u32>(16u);
    let odd = stored & vec2<u32>(0xffff0000u);
    return bitcast<vec4<f32>>(vec4<u32>(even.x, odd.x, even.y, odd.y));
}
