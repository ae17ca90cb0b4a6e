//! Rectangles of pixels, and a large picture cut into them.
//!
//! What the network says about a pixel depends on those around it, so a tile is looked at together with a margin; what it
//! says about the margin itself is left to the neighbouring tiles.

use std::ops::Range;

/// What becomes of an odd last row or column where a map is halved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remainder {
    /// It is pooled by itself, as in Caffe, with which VGG-19 was trained. So are pictures looked at that are painted:
    /// else up to fifteen rows mean nothing to the deep layers, and take on any colour, a bright line along the border.
    Kept,
    /// It is left out, as in torchvision. So are paintings looked at, of which only the statistics are wanted.
    Dropped,
}

impl Remainder {
    /// What becomes of a length behind so many halvings.
    pub const fn behind(self, length: usize, poolings: usize) -> usize {
        match self {
            Self::Kept => length.div_ceil(1 << poolings),
            Self::Dropped => length >> poolings,
        }
    }
}

/// A rectangle of pixels or of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub struct Rect {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Rect {
    /// All of a picture of this size (width, height).
    pub const fn whole((width, height): (usize, usize)) -> Self {
        Self { x: 0, y: 0, width, height }
    }

    /// How many pixels there are.
    pub const fn pixels(self) -> usize {
        self.width * self.height
    }

    /// What becomes of it behind so many 2×2 poolings. Its left and upper edges are multiples of what they halve, and so
    /// are its right and lower ones, but for those of the picture.
    #[must_use]
    pub const fn behind(self, poolings: usize, remainder: Remainder) -> Self {
        Self {
            x: self.x >> poolings,
            y: self.y >> poolings,
            width: remainder.behind(self.width, poolings),
            height: remainder.behind(self.height, poolings),
        }
    }

    /// The same rectangle, seen from the corner of another one around it.
    #[must_use]
    pub const fn within(self, outer: Self) -> Self {
        Self { x: self.x - outer.x, y: self.y - outer.y, ..self }
    }

    /// Where its rows lie in a picture of this width.
    pub fn rows(self, width: usize) -> impl Iterator<Item = Range<usize>> {
        (self.y..self.y + self.height).map(move |y| y * width + self.x..y * width + self.x + self.width)
    }
}

/// A part of a picture, and what is looked at for its sake; in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The part.
    pub inner: Rect,
    /// The part and its margin, as far as there is one.
    pub outer: Rect,
}

/// Four poolings: features of all layers begin at multiples of this.
pub const GRID: usize = 16;

/// The margin in pixels. conv5_1 sees 85 pixels around a place, but the outer ones hardly count: their weight falls off
/// like a bell, and the tiles lie elsewhere at the next step.
pub const MARGIN: usize = 64;

/// Cuts a picture of this size (width, height) into tiles of `side` pixels, a multiple of [`GRID`], the first of which
/// ends `offset` pixels from the left and upper edges (multiples of [`GRID`], below `side`; 0 for a whole one).
pub fn tiles(size: (usize, usize), side: usize, offset: (usize, usize)) -> Vec<Tile> {
    let across = spans(size.0, side, offset.0);
    let down = spans(size.1, side, offset.1);
    let with_margin = |span: &Range<usize>, length: usize| {
        span.start.saturating_sub(MARGIN)..(span.end + MARGIN).min(length)
    };
    let rect =
        |x: &Range<usize>, y: &Range<usize>| Rect { x: x.start, y: y.start, width: x.len(), height: y.len() };
    let pairs = down.iter().flat_map(|y| across.iter().map(move |x| (x, y)));
    let tile =
        |(x, y)| Tile { inner: rect(x, y), outer: rect(&with_margin(x, size.0), &with_margin(y, size.1)) };
    pairs.map(tile).collect()
}

/// A length cut into pieces of at most `side`.
fn spans(length: usize, side: usize, offset: usize) -> Vec<Range<usize>> {
    let first = if offset == 0 { side } else { offset };
    let mut spans = Vec::new();
    let mut end = 0;
    while end < length {
        let next = if end == 0 { first } else { end.saturating_add(side) }.min(length);
        spans.push(end..next);
        end = next;
    }
    // What is narrower than a feature of the deepest layer says nothing by itself: it goes with its neighbour.
    if spans.len() > 1
        && let Some(sliver) = spans.pop_if(|span| span.len() < GRID)
        && let Some(last) = spans.last_mut()
    {
        last.end = sliver.end;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_pixel_once_and_keep_to_the_grid() {
        for size in [(300, 200), (64, 64), (65, 16), (129, 517), (17, 1000), (145, 80)] {
            for offset in [(0, 0), (16, 48), (32, 0)] {
                let mut covered = vec![0; size.0 * size.1];
                for Tile { inner, outer } in tiles(size, 64, offset) {
                    for row in inner.rows(size.0) {
                        covered[row].iter_mut().for_each(|times| *times += 1);
                    }
                    for (edge, length) in
                        [(inner.x, size.0), (outer.x, size.0), (inner.y, size.1), (outer.y, size.1)]
                    {
                        assert!(edge % GRID == 0 && edge < length);
                    }
                    for (end, length) in [(inner.x + inner.width, size.0), (outer.y + outer.height, size.1)] {
                        assert!(end % GRID == 0 || end == length, "{end} of {length}");
                    }
                    assert!(inner.width.min(inner.height) >= GRID, "{inner:?} of {size:?}");
                    assert_eq!(inner.x - outer.x, inner.x.min(MARGIN));
                }
                assert!(covered.iter().all(|&times| times == 1), "{size:?}, {offset:?}");
            }
        }
    }

    #[test]
    fn features_of_all_tiles_are_those_of_the_picture() {
        let size = (333, 250);
        for (poolings, remainder) in (0..5).flat_map(|n| [(n, Remainder::Kept), (n, Remainder::Dropped)]) {
            let whole = Rect::whole(size).behind(poolings, remainder).pixels();
            let sum: usize = tiles(size, 96, (32, 64))
                .iter()
                .map(|tile| {
                    let inner = tile.inner.within(tile.outer).behind(poolings, remainder);
                    let outer = tile.outer.behind(poolings, remainder);
                    assert!(inner.x + inner.width <= outer.width && inner.y + inner.height <= outer.height);
                    inner.pixels()
                })
                .sum();
            assert_eq!(sum, whole, "behind {poolings} poolings, remainder {remainder:?}");
        }
    }
}
