// The pairs row ≤ column of `count` rows, in slots: the first half of the rows, each with `count + 1` slots. A slot beyond the
// end of its row belongs to a row of the second half, counted from the end.
fn pair_slots(count: u32) -> u32 { return (count + 1u) * ((count + 1u) / 2u); }

// Row and column of a slot. The row exceeds the column in the slots that are left over in the middle row of an odd count.
fn pair(slot: u32, count: u32) -> vec2<u32> {
    let row = slot / (count + 1u);
    let at = slot % (count + 1u);
    let length = count - row;
    if (at < length) { return vec2<u32>(row, row + at); }
    if (length == row + 1u) { return vec2<u32>(1u, 0u); }
    return vec2<u32>(length - 1u, length - 1u + at - length);
}
