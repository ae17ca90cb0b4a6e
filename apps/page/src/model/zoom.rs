//! Defines which part of the picture one sees.

/// The visible part of the picture. Positions in the view are fractions of its width and height, those in the picture likewise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zoom {
    /// How many times as large as the view the picture is.
    pub scale: f64,
    /// The left edge of the visible part.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
}

impl Default for Zoom {
    /// The whole picture.
    fn default() -> Self {
        Self { scale: 1.0, x: 0.0, y: 0.0 }
    }
}

impl Zoom {
    /// Whether the whole picture is visible.
    pub fn is_whole(self) -> bool {
        self.scale <= 1.0
    }

    /// Enlarged by a factor, up to `most`, around a point of the view that stays where it is.
    #[must_use]
    pub fn around(self, (u, v): (f64, f64), factor: f64, most: f64) -> Self {
        let scale = (self.scale * factor).clamp(1.0, most.max(1.0));
        // Less than a hundredth is as good as nothing.
        let scale = if scale < 1.01 { 1.0 } else { scale };
        let moved = |from: f64, at: f64| from + at / self.scale - at / scale;
        Self { scale, x: moved(self.x, u), y: moved(self.y, v) }.within()
    }

    /// With the picture moved by fractions of the view.
    #[must_use]
    pub fn moved(self, right: f64, down: f64) -> Self {
        Self { x: self.x - right / self.scale, y: self.y - down / self.scale, ..self }.within()
    }

    /// Where in the picture a position across the view is.
    pub fn across(self, u: f64) -> f64 {
        self.x + u / self.scale
    }

    /// No part of the view is empty.
    fn within(self) -> Self {
        let most = 1.0 - 1.0 / self.scale;
        Self { x: self.x.clamp(0.0, most), y: self.y.clamp(0.0, most), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let pointer = (0.25, 0.75);
        let once = Zoom::default().around(pointer, 2.0, 40.0);
        let twice = once.around(pointer, 3.0, 40.0);
        for zoom in [once, twice] {
            assert!((zoom.across(pointer.0) - 0.25).abs() < 1e-12, "{zoom:?}");
            assert!((zoom.y + pointer.1 / zoom.scale - 0.75).abs() < 1e-12, "{zoom:?}");
        }
        assert!((twice.scale - 6.0).abs() < 1e-12);
        assert!(
            (twice.around(pointer, 100.0, 40.0).scale - 40.0).abs() < 1e-12,
            "not beyond what is allowed"
        );
    }

    #[test]
    fn the_picture_fills_the_view_wherever_it_is_moved() {
        let zoom = Zoom::default().around((0.5, 0.5), 4.0, 40.0);
        let corner = zoom.moved(100.0, 100.0);
        assert_eq!((corner.x, corner.y), (0.0, 0.0));
        let corner = zoom.moved(-100.0, -100.0);
        assert_eq!((corner.x, corner.y), (0.75, 0.75));
        // From a corner to the whole picture.
        assert_eq!(corner.around((1.0, 0.0), 0.2, 40.0), Zoom::default());
        assert_eq!(Zoom::default().moved(0.5, 0.5), Zoom::default());
    }

    #[test]
    fn a_drag_moves_the_picture_along() {
        let zoom = Zoom::default().around((0.5, 0.5), 4.0, 40.0);
        let dragged = zoom.moved(0.1, 0.0);
        // What was at a quarter of the view is a tenth further right.
        assert!((dragged.across(0.35) - zoom.across(0.25)).abs() < 1e-12);
    }
}
