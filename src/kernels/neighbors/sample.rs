//! Defines samples of features: where they come from, and what pulls at them.

use burn::tensor::Tensor;

/// The least length of a centred feature. A shorter one has no direction, and nothing pulls at it.
pub const LEAST: f32 = 1e-6;

/// Where a row of a sample lies in a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The index of the pixel, rows top to bottom; `None` if the row comes from elsewhere, or from nowhere.
    pub pixel: Option<usize>,
    /// The weight w of the row, from 0 up. Those of all rows add up to 1, or are all 0.
    pub weight: f32,
}

/// A sample of features without their mean.
#[derive(Clone, Debug)]
pub struct Sample {
    /// u, `[N, C]`.
    pub units: Tensor<2>,
    /// r, `[N]`.
    pub lengths: Tensor<1>,
}

/// What pulls at the features of a sample.
#[derive(Clone, Debug)]
pub struct Pull {
    /// g, `[N, C]`.
    pub rows: Tensor<2>,
    /// Σ g, `[C]`.
    pub sum: Tensor<1>,
}
