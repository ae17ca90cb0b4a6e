    // Over the nine neighbours of each pixel.
{{for p}}
    let py{{p}} = i{{p}} / width; let px{{p}} = i{{p}} % width;
{{end p}}
    for (var tap = 0u; tap < 9u; tap++) { // trips: 9
    let dy = tap / 3u; let dx = tap % 3u;
    // Outside the map the input counts as zero: the load is clamped to the map, and the value multiplied by zero. Minus
    // one wraps around to a number that is outside as well.
{{for p}}
    let ny{{p}} = py{{p}} + dy - 1u; let nx{{p}} = px{{p}} + dx - 1u;
    let in{{p}} = f32((ny{{p}} < height) & (nx{{p}} < width));
    let at{{p}} = start + min(ny{{p}} * width + nx{{p}}, count - 1u) * inputs;
{{end p}}
    for (var k = 0u; k < inputs; k++) { // trips: inputs
{{for p}}
    let x{{p}} = (unpack(x[at{{p}} + k]){{minus_mean}}) * in{{p}};
{{end p}}
{{multiply}}    }
    }
