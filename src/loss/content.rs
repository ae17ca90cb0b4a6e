//! Defines the content target of a layer: the photo's features.

use options::WeightedLayer;
use weights::{Balance, Layer};

use crate::kernels::Map;

/// The content target of one layer.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub layer: Layer,
    pub weight: f32,
    /// ΣP².
    pub power: f32,
    /// P; none where the picture is looked at tile by tile, and the photo with it.
    pub features: Option<Map>,
}

impl Content {
    /// The target of a layer: the features P as they are, if they are of the whole photo, and ΣP².
    pub fn new((layer, weight): WeightedLayer, features: Option<Map>, power: f64, balance: &Balance) -> Self {
        // Never zero: a target without any signal (a black layer) must not divide by it.
        let power = (power as f32).max(f32::MIN_POSITIVE);
        Self { layer, weight: weight * balance.content(), power, features }
    }

    /// α·w/ΣP²: what Σ(F−P)² is multiplied by.
    pub fn factor(&self, alpha: f32) -> f32 {
        alpha * self.weight / self.power
    }
}
