fn pack(value: vec4<f32>) -> vec4<f32> { return value; }
