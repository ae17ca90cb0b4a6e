//! Defines the content target of a layer: the features of the photo.

use burn::tensor::{Device, Tensor};
use options::WeightedLayer;
use picture::{
    mask::Mask,
    rect::{Rect, Remainder},
};
use weights::{Balance, Layer};

use super::position_weights::PositionWeights;
use crate::kernels::{Map, squares::Squares};

/// How many times as strongly the photo is kept where a content map is white. Where it is black it is kept that many times
/// less, and in between by a power of it: by 1 at mid grey.
const EMPHASIS: f32 = 5.0;

/// The content target of one layer. The loss is α·w·Σ m·(F−P)²/ΣP², with a weight m for each position from a content map; m
/// is 1 without one. The divisor has no m, so that a map changes nothing where it is grey.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub layer: Layer,
    /// w, with the factor of the scale.
    pub weight: f32,
    /// ΣP², above 0.
    pub power: f32,
    /// P, `[H, W, C]`. `None` if the picture is evaluated in tiles: the features of the photo are then computed for
    /// each tile.
    pub features: Option<Map>,
    /// m; `None` without a content map.
    map: Option<PositionWeights>,
}

/// A content target whose ΣP² has not been read from the device.
pub(crate) struct UnmeasuredContent {
    layer: WeightedLayer,
    features: Option<Map>,
    /// The indices of the sums of squares that add up to ΣP².
    squares: Vec<usize>,
    balance: f32,
}

impl Content {
    /// The target of a layer without tiles so far.
    pub fn unmeasured(layer: WeightedLayer, balance: &Balance) -> UnmeasuredContent {
        UnmeasuredContent { layer, features: None, squares: Vec::new(), balance: balance.content() }
    }

    /// α·w/ΣP²: the factor of Σ m·(F−P)² in the loss. Departure from the paper, where it is ½.
    pub fn factor(&self, alpha: f32) -> f32 {
        alpha * self.weight / self.power
    }

    /// The weights m, `[H, W]`, of the features of a rectangle of pixels (`None`: of the whole picture), if there is a content
    /// map.
    pub fn map(&self, part: Option<Rect>) -> Option<Tensor<2>> {
        self.map.as_ref().map(|map| map.of(part))
    }
}

impl UnmeasuredContent {
    /// Adds the features of a tile without its margin.
    pub fn add(&mut self, features: &Map, squares: &mut Squares) {
        self.squares.push(squares.add(features));
    }

    /// Sets P, if the features cover the whole photo.
    pub fn set_features(&mut self, features: Map) {
        self.features = Some(features);
    }

    /// The target, given all sums of squares, with a content map of the photo's size. `factor` is that of the scale.
    pub fn measured(self, squares: &[f64], map: Option<&Mask>, factor: f32, device: &Device) -> Content {
        let (layer, weight) = self.layer;
        let power: f64 = self.squares.iter().map(|&index| squares[index]).sum();
        Content {
            layer,
            weight: weight * self.balance * factor,
            // Never zero: a layer without any activation, as of a black photo, would otherwise divide by zero.
            power: (power as f32).max(f32::MIN_POSITIVE),
            map: map.map(|map| {
                let poolings = layer.poolings();
                let weights = map.means(poolings, Remainder::Kept, |value| EMPHASIS.powf(2.0 * value - 1.0));
                PositionWeights::new(weights, poolings, self.features.is_none(), device)
            }),
            features: self.features,
        }
    }
}
