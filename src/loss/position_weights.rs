//! Defines weights for the features of a layer, one for each position.

use burn::tensor::{Device, Tensor};
use picture::{
    mask::Guide,
    rect::{Rect, Remainder},
};

use crate::kernels::upload;

/// A weight for each position of the features of a layer.
#[derive(Clone, Debug)]
pub(crate) struct PositionWeights {
    guide: Guide,
    /// The number of poolings before the layer.
    poolings: usize,
    /// All weights on the device, `[H, W]`. `None` if the picture is evaluated in tiles.
    whole: Option<Tensor<2>>,
    device: Device,
}

impl PositionWeights {
    /// The weights `guide` of a layer behind `poolings` poolings.
    pub fn new(guide: Guide, poolings: usize, in_tiles: bool, device: &Device) -> Self {
        let whole = (!in_tiles).then(|| on_device(&guide, device));
        Self { guide, poolings, whole, device: device.clone() }
    }

    /// The weights `[H, W]` of the features of a rectangle of pixels; `None`: of the whole picture.
    pub fn of(&self, part: Option<Rect>) -> Tensor<2> {
        match part {
            None => self.whole.clone().unwrap_or_else(|| on_device(&self.guide, &self.device)),
            Some(part) => {
                on_device(&self.guide.cropped(part.behind(self.poolings, Remainder::Kept)), &self.device)
            }
        }
    }
}

/// The weights as a tensor `[H, W]`.
pub(crate) fn on_device(guide: &Guide, device: &Device) -> Tensor<2> {
    upload(guide.values().to_vec(), guide.shape(), device)
}
