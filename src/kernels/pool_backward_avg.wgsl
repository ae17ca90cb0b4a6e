    // An odd last row or column counts twice in its window.
    let share = select(vec2<f32>(1.0), vec2<f32>(0.5), pair);
    let routed = share.x * share.y * unpack(gradient[source]);
