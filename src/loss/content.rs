//! Defines the content target of a layer: the features of the photo.

use options::WeightedLayer;
use weights::{Balance, Layer};

use crate::kernels::Map;

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

impl Content {
    /// The target of a layer, with `power` = ΣP². `features` are P, if they cover the whole photo.
    pub fn new((layer, weight): WeightedLayer, features: Option<Map>, power: f64, balance: &Balance) -> Self {
        // Never zero: a layer without any activation, as of a black photo, would otherwise divide by zero.
        let power = (power as f32).max(f32::MIN_POSITIVE);
        Self { layer, weight: weight * balance.content(), power, features }
    }

    /// α·w/ΣP²: the factor of Σ(F−P)² in the loss. Departure from the paper, where it is ½.
    pub fn factor(&self, alpha: f32) -> f32 {
        alpha * self.weight / self.power
    }
}
