fn {{name}}(stored: vec4<f32>) -> vec4<f32> { return stored; }
