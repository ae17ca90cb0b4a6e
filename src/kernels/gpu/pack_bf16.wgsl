// Rounds to nearest, ties to even.
fn pack(value: vec4<f32>) -> vec2<u32> {
    let bits = bitcast<vec4<u32>>(value);
    let near = bits + 0x7fffu + ((bits >> vec4<u32>(16u)) & vec4<u32>(1u));
    return (near.xz >> vec2<u32>(16u)) | (near.yw & vec2<u32>(0xffff0000u));
}
