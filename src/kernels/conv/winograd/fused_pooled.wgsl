    var value = vec4<f32>();
    if (is_inside) {
        let to = (row * width + column) * outputs + channel;
        value = {{value}};
        y[to] = pack(value);
    }
    // The four pixels of a tile are a window.
    workgroupBarrier();
    if (corner < 4u) { memory[place][oy][ox][of_tile] = array<vec2<f32>, 2>(value.xy, value.zw); }
    workgroupBarrier();
    if (is_inside && corner == 0u && row / 2u < parameters.other_height && column / 2u < parameters.other_width) {
        // An odd last row or column counts twice.
        let right = select(0u, 1u, column + 1u < width);
        let below = select(0u, 1u, row + 1u < parameters.height);
        let b = element(place, 0u, right, of_tile);
        let c = element(place, below, 0u, of_tile);
        let d = element(place, below, right, of_tile);
        pooled[(row / 2u * parameters.other_width + column / 2u) * outputs + channel] = pack(pool(value, b, c, d));
    }
