//! Defines the result: a displacement for each pixel.

use crate::plane::Plane;

/// A displacement in pixels for each pixel of a frame: where it is in the other frame, seen from where it is in this one.
#[derive(Clone, Debug)]
pub struct Flow {
    pub(crate) across: Plane,
    pub(crate) down: Plane,
}

impl Flow {
    pub(crate) fn still(width: usize, height: usize) -> Self {
        Self { across: Plane::zeros(width, height), down: Plane::zeros(width, height) }
    }

    /// Width and height in pixels.
    pub const fn size(&self) -> (usize, usize) {
        (self.across.width, self.across.height)
    }

    /// The displacement to the right and downwards of the pixel in column `x` of row `y`.
    ///
    /// # Panics
    /// If it is outside.
    pub fn at(&self, x: usize, y: usize) -> (f32, f32) {
        let (width, height) = self.size();
        assert!(x < width && y < height, "a pixel of the frame");
        (self.across.values[y * width + x], self.down.values[y * width + x])
    }

    /// The flow of a frame of twice the size.
    pub(crate) fn doubled(&self, width: usize, height: usize) -> Self {
        let twice = |plane: &Plane| {
            let mut plane = plane.doubled(width, height);
            for value in &mut plane.values {
                *value *= 2.0;
            }
            plane
        };
        Self { across: twice(&self.across), down: twice(&self.down) }
    }
}
