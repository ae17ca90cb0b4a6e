//! Defines a plane of numbers, and what is computed of it: between its pixels, smaller, smoother, its slopes.

use picture::{Picture, grey::luma};

/// A number for each pixel, rows top to bottom.
#[derive(Clone, Debug)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

/// Binomial weights, close to a Gaussian of one pixel.
const SMOOTH: [f32; 5] = [0.0625, 0.25, 0.375, 0.25, 0.0625];

impl Plane {
    pub fn zeros(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0.0; width * height] }
    }

    /// The luma of a picture, from 0 to 255 as the constants of the flow want it.
    pub fn luma(picture: &Picture) -> Self {
        let pixels = picture.rgb().as_chunks::<3>().0.iter();
        let values = pixels.map(|&pixel| 255.0 * luma(pixel)).collect();
        Self { width: picture.width(), height: picture.height(), values }
    }

    /// The plane of what is computed for each pixel.
    pub fn of(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let values = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, values: values.map(|(x, y)| value(x, y)).collect() }
    }

    /// The value at a pixel; outside, that of the nearest one.
    pub fn at(&self, x: isize, y: isize) -> f32 {
        let inside = |at: isize, sides: usize| at.clamp(0, sides as isize - 1) as usize;
        self.values[inside(y, self.height) * self.width + inside(x, self.width)]
    }

    /// Whether a place is within the centres of the outermost pixels.
    pub fn contains(&self, x: f32, y: f32) -> bool {
        (0.0..=(self.width - 1) as f32).contains(&x) && (0.0..=(self.height - 1) as f32).contains(&y)
    }

    /// Between pixels, linear.
    pub fn linear(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (x - left, y - top);
        let (left, top) = (left as isize, top as isize);
        let row = |y: isize| (1.0 - across) * self.at(left, y) + across * self.at(left + 1, y);
        (1.0 - down) * row(top) + down * row(top + 1)
    }

    /// Between pixels, cubic (Catmull-Rom).
    pub fn cubic(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (cubic_weights(x - left), cubic_weights(y - top));
        let (left, top) = (left as isize - 1, top as isize - 1);
        let row = |y: isize| -> f32 { (left..).zip(across).map(|(x, weight)| weight * self.at(x, y)).sum() };
        (top..).zip(down).map(|(y, weight)| weight * row(y)).sum()
    }

    /// Smoothed a little.
    pub fn smoothed(&self) -> Self {
        let across = Self::of(self.width, self.height, |x, y| {
            (x as isize - 2..).zip(SMOOTH).map(|(x, weight)| weight * self.at(x, y as isize)).sum()
        });
        Self::of(self.width, self.height, |x, y| {
            (y as isize - 2..).zip(SMOOTH).map(|(y, weight)| weight * across.at(x as isize, y)).sum()
        })
    }

    /// Every second pixel of every second row, after smoothing: pixel x of it is pixel 2·x here.
    pub fn halved(&self) -> Self {
        let smooth = self.smoothed();
        Self::of(self.width.div_ceil(2), self.height.div_ceil(2), |x, y| {
            smooth.at(2 * x as isize, 2 * y as isize)
        })
    }

    /// The plane at twice the size, as [`Self::halved`] has it.
    pub fn doubled(&self, width: usize, height: usize) -> Self {
        Self::of(width, height, |x, y| self.linear(x as f32 / 2.0, y as f32 / 2.0))
    }

    /// Half the difference of the neighbours of each pixel, across and down.
    pub fn slopes(&self) -> [Self; 2] {
        [(1, 0), (0, 1)].map(|(dx, dy)| {
            Self::of(self.width, self.height, |x, y| {
                let (x, y) = (x as isize, y as isize);
                (self.at(x + dx, y + dy) - self.at(x - dx, y - dy)) / 2.0
            })
        })
    }

    /// The median of each pixel and its eight neighbours.
    pub fn median(&self) -> Self {
        Self::of(self.width, self.height, |x, y| {
            let mut around = [0.0; 9];
            for (at, value) in around.iter_mut().enumerate() {
                *value = self.at((x + at % 3) as isize - 1, (y + at / 3) as isize - 1);
            }
            *around.select_nth_unstable_by(4, f32::total_cmp).1
        })
    }
}

/// The weights of four neighbours of a place at `at` (0..1) between the second and the third.
pub fn cubic_weights(at: f32) -> [f32; 4] {
    let (square, cube) = (at * at, at * at * at);
    [
        0.5 * (2.0 * square - at - cube),
        0.5 * (3.0 * cube - 5.0 * square) + 1.0,
        0.5 * (4.0 * square + at - 3.0 * cube),
        0.5 * (cube - square),
    ]
}
