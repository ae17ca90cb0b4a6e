//! Defines what a visitor draws on a photo with a brush: a mask, and a map of where the photo is kept.

/// A mask and a content map on a grid of pixels, rows top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrushMask {
    width: usize,
    height: usize,
    /// The mask, 0 (not marked) to 255 (fully marked).
    values: Vec<u8>,
    /// The content map, -127 (the photo is kept less), 0 (as elsewhere) to 127 (more).
    map: Vec<i8>,
}

/// The mode of the brush.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Brush {
    /// Adds to the mask.
    #[default]
    Mark,
    /// Keeps more of the photo.
    Keep,
    /// Keeps less of it.
    Free,
    /// Removes all of these.
    Erase,
}

impl BrushMask {
    /// An empty mask and map of this size in pixels.
    pub fn empty(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0; width * height], map: vec![0; width * height] }
    }

    /// Width and height in pixels.
    pub const fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.values.iter().all(|&value| value == 0)
    }

    /// The complement: 255 where nothing is marked, 0 where a pixel is fully marked; one byte per pixel.
    pub fn unmarked(&self) -> Vec<u8> {
        self.values.iter().map(|value| 255 - value).collect()
    }

    /// Whether the map is 0 everywhere.
    pub fn map_is_empty(&self) -> bool {
        self.map.iter().all(|&value| value == 0)
    }

    /// The content map as the engine takes it: 255 where more of the photo is kept, 128 where as much as elsewhere, 1 where
    /// less; one byte per pixel.
    pub fn content_map(&self) -> Vec<u8> {
        self.map.iter().map(|value| value.wrapping_add(-128) as u8).collect()
    }

    /// RGBA pixels: the colour of marked parts, of those that are kept more, or of those that are kept less, with the mask or
    /// the map as alpha.
    pub fn rgba(&self, [marked, kept, free]: [[u8; 3]; 3]) -> Vec<u8> {
        let pixel = |(&value, &map): (&u8, &i8)| {
            let mapped = map.unsigned_abs() * 2;
            let [red, green, blue] = if value >= mapped {
                marked
            } else if map > 0 {
                kept
            } else {
                free
            };
            [red, green, blue, value.max(mapped)]
        };
        self.values.iter().zip(&self.map).flat_map(pixel).collect()
    }

    /// Draws a line with a round brush; points and radius in pixels. The edge is antialiased over one pixel.
    pub fn draw(&mut self, from: (f32, f32), to: (f32, f32), radius: f32, brush: Brush) {
        let radius = radius.max(0.5);
        let reach = |a: f32, b: f32, length: usize| {
            let low = (a.min(b) - radius - 1.0).max(0.0) as usize;
            let high = (a.max(b) + radius + 2.0).max(0.0) as usize;
            low.min(length)..high.min(length)
        };
        for y in reach(from.1, to.1, self.height) {
            for x in reach(from.0, to.0, self.width) {
                let away = distance((x as f32 + 0.5, y as f32 + 0.5), from, to);
                let covered = ((radius - away + 0.5).clamp(0.0, 1.0) * 255.0).round() as u8;
                self.apply(y * self.width + x, covered, brush);
            }
        }
    }

    /// Keeps more of the photo in an ellipse with a soft edge; centre and radii in pixels.
    pub fn keep_ellipse(&mut self, (x, y): (f32, f32), (across, down): (f32, f32)) {
        for at in 0..self.map.len() {
            let (column, row) = ((at % self.width) as f32 + 0.5, (at / self.width) as f32 + 0.5);
            let away = ((column - x) / across).hypot((row - y) / down);
            self.apply(at, ((1.3 - away) / 0.6 * 255.0) as u8, Brush::Keep); // the conversion clamps
        }
    }

    /// Changes the pixel `at`, which the brush covers by 0 to 255.
    fn apply(&mut self, at: usize, covered: u8, brush: Brush) {
        let half = (covered / 2) as i8;
        if half == 0 {
            return;
        }
        let (value, map) = (&mut self.values[at], &mut self.map[at]);
        match brush {
            Brush::Mark => *value = covered.max(*value),
            Brush::Keep => *map = half.max(*map),
            Brush::Free => *map = (-half).min(*map),
            Brush::Erase => {
                *value = (255 - covered).min(*value);
                *map = (*map).clamp(half - 127, 127 - half);
            }
        }
    }

    /// Inverts the mask.
    pub fn invert(&mut self) {
        for value in &mut self.values {
            *value = 255 - *value;
        }
    }
}

/// The distance of a point from the segment between two others.
fn distance(point: (f32, f32), from: (f32, f32), to: (f32, f32)) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let along =
        if length == 0.0 { 0.0 } else { ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length };
    let along = along.clamp(0.0, 1.0);
    (point.0 - from.0 - along * dx).hypot(point.1 - from.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(mask: &BrushMask) -> f32 {
        mask.values.iter().map(|&value| f32::from(value) / 255.0).sum()
    }

    #[test]
    fn a_dot_is_a_disc_and_a_stroke_a_band_with_round_ends() {
        let mut mask = BrushMask::empty(100, 60);
        assert!(mask.is_empty());
        mask.draw((30.0, 30.0), (30.0, 30.0), 10.0, Brush::Mark);
        let disc = std::f32::consts::PI * 100.0;
        assert!((sum(&mask) / disc - 1.0).abs() < 0.02, "{}", sum(&mask));
        mask.draw((30.0, 30.0), (70.0, 30.0), 10.0, Brush::Mark);
        assert!((sum(&mask) / (disc + 800.0) - 1.0).abs() < 0.02, "{}", sum(&mask));
        // Marking is idempotent, and erasing removes all of it.
        let once = mask.clone();
        mask.draw((70.0, 30.0), (30.0, 30.0), 10.0, Brush::Mark);
        assert_eq!(mask, once);
        mask.draw((30.0, 30.0), (70.0, 30.0), 12.0, Brush::Erase);
        assert!(mask.is_empty());
    }

    #[test]
    fn strokes_beyond_the_edge_are_cut_off() {
        let mut mask = BrushMask::empty(20, 10);
        mask.draw((-500.0, -500.0), (-100.0, 3.0), 5.0, Brush::Mark);
        assert!(mask.is_empty());
        mask.draw((-5.0, 5.0), (1e6, 5.0), 50.0, Brush::Mark);
        assert!(mask.unmarked().iter().all(|&value| value == 0));
        mask.invert();
        assert!(mask.is_empty());
        assert_eq!(mask.rgba([[1; 3]; 3]).len(), 800);
    }

    #[test]
    fn the_latest_stroke_says_whether_more_or_less_is_kept() {
        let mut mask = BrushMask::empty(30, 10);
        let mut stroke = |x, brush| {
            mask.draw((x, 5.0), (x, 5.0), 4.0, brush);
            let map = mask.content_map();
            [5, 15, 25].map(|x| map[5 * 30 + x])
        };
        assert_eq!(stroke(5.0, Brush::Keep), [255, 128, 128]);
        assert_eq!(stroke(15.0, Brush::Free), [255, 1, 128]);
        assert_eq!(stroke(5.0, Brush::Free), [1, 1, 128]);
        assert_eq!(stroke(5.0, Brush::Keep), [255, 1, 128]);
        assert_eq!(stroke(15.0, Brush::Erase), [255, 128, 128]);
        assert!(mask.is_empty() && !mask.map_is_empty(), "the mask is another thing");
        mask.draw((25.0, 5.0), (25.0, 5.0), 4.0, Brush::Mark);
        let rgba = mask.rgba([[1; 3], [2; 3], [3; 3]]);
        assert_eq!(
            [5, 15, 25].map(|x| [rgba[4 * (150 + x)], rgba[4 * (150 + x) + 3]]),
            [[2, 254], [1, 0], [1, 255]]
        );
        mask.draw((0.0, 5.0), (30.0, 5.0), 20.0, Brush::Erase);
        assert!(mask.is_empty() && mask.map_is_empty());
    }

    #[test]
    fn a_face_is_kept_with_a_soft_edge() {
        let mut mask = BrushMask::empty(60, 40);
        mask.keep_ellipse((30.0, 20.0), (10.0, 15.0));
        let map = mask.content_map();
        let row: Vec<u8> = (30..60).map(|x| map[20 * 60 + x]).collect();
        assert!(row.is_sorted_by(|a, b| a >= b) && row[0] == 255 && row[29] == 128, "{row:?}");
        assert!((180..205).contains(&row[9]), "half as much at the radius: {row:?}");
        assert_eq!((map[5 * 60 + 30] > 180, map[38 * 60 + 30] > 150), (true, false));
    }
}
