    // The first of equal values wins: it must exceed the values before it and be no less than those after it.
    let to_a = select(vec4<f32>(), gradient, (a >= b) & (a >= c) & (a >= d));
    let to_b = select(vec4<f32>(), gradient, (b > a) & (b >= c) & (b >= d));
    let to_c = select(vec4<f32>(), gradient, (c > a) & (c > b) & (c >= d));
    let to_d = select(vec4<f32>(), gradient, (d > a) & (d > b) & (d > c));
