const TAPS = 9u;
/// Rows that no map has.
const FAR = 1u << 31u;

/// The row and column of a pixel.
fn position(batch: u32, pixel: u32) -> vec2<u32> {
    let y = pixel / parameters.width;
    return vec2<u32>(y, pixel - y * parameters.width);
}

/// A vec4 of channels of one of nine neighbours: at the row and column of the pixel plus `offset` − 1.
struct Source { offset: vec2<u32>, channel: u32 }

fn source(k: u32) -> Source {
    let inputs = parameters.inputs;
    // A division of small integers, in floats: half a step away from the next integer, rounding does not matter.
    let tap = u32((f32(k) + 0.5) / f32(inputs));
    // A third, rounded down. Past the ninth tap nothing is inside.
    let y = (tap * 11u) >> 5u;
    return Source(vec2<u32>(select(FAR, y, tap < TAPS), tap - 3u * y), k - tap * inputs);
}

/// Zero outside the map, where there is no neighbour. Minus one wraps around to a number that is outside as well.
fn load(position: vec2<u32>, source: Source) -> {{stored}} {
    let at = position + source.offset - 1u;
    let inside = (at.x < parameters.height) & (at.y < parameters.width);
    let pixel = select(0u, at.x * parameters.width + at.y, inside);
    return select({{stored}}(), x[pixel * parameters.inputs + source.channel]{{minus_mean}}, inside);
}
