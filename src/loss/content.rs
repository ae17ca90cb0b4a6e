//! Defines the content target of a layer: the features of the photo.

use options::WeightedLayer;
use weights::{Balance, Layer};

use crate::kernels::{Map, squares::Squares};

/// The content target of one layer. The loss is α·w·Σ(F−P)²/ΣP².
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub layer: Layer,
    pub weight: f32,
    /// ΣP², above 0.
    pub power: f32,
    /// P, `[H, W, C]`. `None` if the picture is evaluated in tiles: the features of the photo are then computed for
    /// each tile.
    pub features: Option<Map>,
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

    /// α·w/ΣP²: the factor of Σ(F−P)² in the loss. Departure from the paper, where it is ½.
    pub fn factor(&self, alpha: f32) -> f32 {
        alpha * self.weight / self.power
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

    /// The target, given all sums of squares.
    pub fn measured(self, squares: &[f64]) -> Content {
        let (layer, weight) = self.layer;
        let power: f64 = self.squares.iter().map(|&index| squares[index]).sum();
        Content {
            layer,
            weight: weight * self.balance,
            // Never zero: a layer without any activation, as of a black photo, would otherwise divide by zero.
            power: (power as f32).max(f32::MIN_POSITIVE),
            features: self.features,
        }
    }
}
