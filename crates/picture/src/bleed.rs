//! Extends pictures and masks by a bleed: a strip beyond each edge that is cut off in the end, as in print. It starts as the
//! mirror image of what is inside.

use crate::rect::Rect;

/// The strips beyond the edges, in pixels: that at the left and at the right, and that above and below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bleed {
    /// At the left and at the right.
    pub across: usize,
    /// Above and below.
    pub down: usize,
}

impl Bleed {
    /// The same at each edge.
    pub const fn all_around(pixels: usize) -> Self {
        Self { across: pixels, down: pixels }
    }

    /// The size (width, height) of a picture of this size with its bleed.
    pub const fn around(self, (width, height): (usize, usize)) -> (usize, usize) {
        (width + 2 * self.across, height + 2 * self.down)
    }

    /// The rectangle of a picture of `size` (width, height) inside its bleed.
    pub const fn inside(self, (width, height): (usize, usize)) -> Rect {
        Rect { x: self.across, y: self.down, width, height }
    }

    /// The values of a picture of `size` (width, height), row by row, with its bleed.
    pub(crate) fn extended<T: Copy>(self, values: &[T], size: (usize, usize)) -> Vec<T> {
        self.sources(size).map(|at| values[at]).collect()
    }

    /// The gradient with respect to a picture of `size` (width, height), from that with respect to the picture with its bleed,
    /// both row by row: the adjoint of the extension.
    ///
    /// # Panics
    /// If there is no value for each pixel.
    pub fn folded(self, gradient: &[[f32; 3]], size: (usize, usize)) -> Vec<[f32; 3]> {
        let (width, height) = self.around(size);
        assert_eq!(gradient.len(), width * height, "a value for each pixel");
        let mut sums = vec![[0.0; 3]; size.0 * size.1];
        for (at, value) in self.sources(size).zip(gradient) {
            sums[at].iter_mut().zip(value).for_each(|(sum, value)| *sum += value);
        }
        sums
    }

    /// For each pixel of the picture with its bleed, row by row, the index of the pixel that it starts as.
    fn sources(self, (width, height): (usize, usize)) -> impl Iterator<Item = usize> {
        let rows = 0..height + 2 * self.down;
        rows.flat_map(move |y| {
            let row = mirrored(y, self.down, height) * width;
            (0..width + 2 * self.across).map(move |x| row + mirrored(x, self.across, width))
        })
    }
}

/// The position in a line of `length` pixels at which a mirror image in its ends has the pixel `at`, counted from `before`
/// pixels in front of the line. The pixels at the ends are not repeated; a bleed longer than the line is mirrored again.
const fn mirrored(at: usize, before: usize, length: usize) -> usize {
    let period = if length > 1 { 2 * (length - 1) } else { 1 };
    // As many whole periods as make the difference positive.
    let at = (at + before * (period - 1)) % period;
    if at < length { at } else { period - at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Picture, mask::Mask};

    #[test]
    fn a_bleed_mirrors_the_picture() {
        let line = |before: usize, length: usize| -> Vec<usize> {
            (0..length + 2 * before).map(|at| mirrored(at, before, length)).collect()
        };
        assert_eq!(line(2, 4), [2, 1, 0, 1, 2, 3, 2, 1]);
        assert_eq!(line(3, 2), [1, 0, 1, 0, 1, 0, 1, 0]);
        assert_eq!(line(2, 1), [0; 5]);
        assert_eq!(line(0, 3), [0, 1, 2]);
    }

    #[test]
    fn what_is_inside_the_bleed_is_the_picture() {
        for (size, bleed) in [((7, 5), Bleed::all_around(3)), ((4, 3), Bleed { across: 5, down: 2 })] {
            let picture = Picture::noise(size.0, size.1, 1);
            let extended = picture.extended(bleed);
            assert_eq!(extended.size(), bleed.around(size));
            assert_eq!(extended.crop(bleed.inside(size)), picture);
            let mask = Mask::of(&picture);
            assert_eq!(mask.extended(bleed), Mask::of(&extended));
        }
    }

    #[test]
    fn folding_is_the_adjoint_of_extending() {
        let (size, bleed) = ((5, 4), Bleed { across: 6, down: 2 });
        let (picture, other) = (Picture::noise(5, 4, 1), Picture::noise(17, 8, 2));
        let dot = |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
        let folded = bleed.folded(other.rgb().as_chunks().0, size);
        let [one, two] =
            [dot(picture.extended(bleed).rgb(), other.rgb()), dot(picture.rgb(), folded.as_flattened())];
        assert!((one - two).abs() < 1e-4 * one, "{one} and {two}");
    }
}
