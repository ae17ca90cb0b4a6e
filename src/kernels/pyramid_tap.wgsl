// A pixel is enlarged from two of the coarser side, `share` of it from the second. In whole numbers, since the position in f32
// would be less exact the larger the picture is.
struct Tap { first: u32, second: u32, share: f32 }
fn tap(at: u32, side: u32, coarse_side: u32) -> Tap {
    // (at + 1/2) · coarse_side/side − 1/2, not below 0, in units of 1/(2·side).
    let position = max((2u * at + 1u) * coarse_side, side) - side;
    let first = position / (2u * side);
    return Tap(first, min(first + 1u, coarse_side - 1u), f32(position % (2u * side)) / f32(2u * side));
}
