//! Defines rectangles of pixels, and the tiles that a large picture is cut into.
//!
//! Features depend on the pixels around them, so each tile is computed with a margin. The features of the margin
//! itself are discarded: they belong to the neighbouring tiles.

use std::ops::Range;

/// How a 2×2 pooling treats an odd last row or column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remainder {
    /// It is pooled by itself, as in Caffe, with which VGG-19 was trained. Used for the optimised picture and the
    /// photo. Otherwise deep layers would ignore up to fifteen rows of pixels, which nothing would then constrain:
    /// they become a bright line along the border.
    Kept,
    /// It is left out, as in torchvision. Used for paintings, of which only statistics are needed.
    Dropped,
}

impl Remainder {
    /// The length after `poolings` poolings.
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
    /// The whole of a picture of this size (width, height).
    pub const fn whole((width, height): (usize, usize)) -> Self {
        Self { x: 0, y: 0, width, height }
    }

    /// The number of pixels.
    pub const fn pixels(self) -> usize {
        self.width * self.height
    }

    /// The rectangle of features after `poolings` 2×2 poolings. All edges must be multiples of 2^poolings, except
    /// those at the right and lower border of the picture.
    #[must_use]
    pub const fn behind(self, poolings: usize, remainder: Remainder) -> Self {
        Self {
            x: self.x >> poolings,
            y: self.y >> poolings,
            width: remainder.behind(self.width, poolings),
            height: remainder.behind(self.height, poolings),
        }
    }

    /// The rectangle in coordinates relative to `outer`, which contains it.
    #[must_use]
    pub const fn within(self, outer: Self) -> Self {
        Self { x: self.x - outer.x, y: self.y - outer.y, ..self }
    }

    /// The range of indices of each row in a picture of this width, stored row by row.
    pub fn rows(self, width: usize) -> impl Iterator<Item = Range<usize>> {
        (self.y..self.y + self.height).map(move |y| y * width + self.x..y * width + self.x + self.width)
    }
}

/// A tile of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The tile without its margin. These rectangles cover the picture once.
    pub inner: Rect,
    /// The tile with its margin, clipped to the picture.
    pub outer: Rect,
}

/// 2⁴ pixels, since there are four poolings: rectangles that start at multiples of it start at whole features in all
/// layers.
pub const GRID: usize = 16;

/// The margin in pixels. The receptive field of conv5_1 reaches 85 pixels to each side, but the influence of its
/// outer pixels is negligible, and tile positions change with each step.
pub const MARGIN: usize = 64;

/// Cuts a picture of this size (width, height) into tiles. `side` is the maximum side of a tile without margin, in
/// pixels, a multiple of [`GRID`]. `offset` is the width and height of the first tile: multiples of [`GRID`] below
/// `side`, where 0 stands for `side`.
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

/// Divides a length into ranges of at most `side`, plus a remainder shorter than [`GRID`].
fn spans(length: usize, side: usize, offset: usize) -> Vec<Range<usize>> {
    let first = if offset == 0 { side } else { offset };
    let mut spans = Vec::new();
    let mut end = 0;
    while end < length {
        let next = if end == 0 { first } else { end.saturating_add(side) }.min(length);
        spans.push(end..next);
        end = next;
    }
    // A range shorter than one feature of the deepest layer has no feature of its own: merge it with its neighbour.
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
