    // The first of equal values wins: it must exceed the values before it and be no less than those after it.
    let corner = (py - py % 2u) * row + (px - px % 2u) * vec4s + c4;
    let right = select(0u, vec4s, pair.x);
    let below = select(0u, row, pair.y);
    let a = unpack(x[corner]);
    let b = unpack(x[corner + right]);
    let c = unpack(x[corner + below]);
    let d = unpack(x[corner + below + right]);
    let first = (a >= b) & (a >= c) & (a >= d);
    let second = (b > a) & (b >= c) & (b >= d);
    let third = (c > a) & (c > b) & (c >= d);
    let fourth = (d > a) & (d > b) & (d > c);
    let top = select(first, second, vec4<bool>(px % 2u == 1u));
    let bottom = select(third, fourth, vec4<bool>(px % 2u == 1u));
    let routed = select(vec4<f32>(), unpack(gradient[source]), select(top, bottom, vec4<bool>(py % 2u == 1u)));
