//! Defines the mask that a visitor draws on a photo with a brush.

/// A mask on a grid of pixels, 0 (not marked) to 255 (fully marked), rows top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrushMask {
    width: usize,
    height: usize,
    values: Vec<u8>,
}

/// The mode of the brush.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Brush {
    /// Adds to the mask.
    #[default]
    Mark,
    /// Removes from the mask.
    Erase,
}

impl BrushMask {
    /// An empty mask of this size in pixels.
    pub fn empty(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0; width * height] }
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

    /// RGBA pixels: this colour, with the mask as alpha.
    pub fn rgba(&self, [red, green, blue]: [u8; 3]) -> Vec<u8> {
        self.values.iter().flat_map(|&value| [red, green, blue, value]).collect()
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
                let value = &mut self.values[y * self.width + x];
                *value = match brush {
                    Brush::Mark => covered.max(*value),
                    Brush::Erase => (255 - covered).min(*value),
                };
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
        assert_eq!(mask.rgba([1, 2, 3]).len(), 800);
    }
}
