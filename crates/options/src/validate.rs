//! Defines the validation of options: ranges, combinations, and the smallest size of a picture.

use picture::{Size, rect::GRID};
use weights::Layer;

use crate::{
    check::{check_positive, check_weight},
    choices::{Init, Optimizer, Padding, Pyramid, StyleLoss, Until},
    error::{MIN_SIDE, OptionsError},
    layers::deepest,
    ranges::MOST_PASSES,
    table::{AdamOptions, Options},
};

/// The factor of the content weight beside neighbours. α is then 0.35 by default; in trials 0.3 to 0.4 kept the photo about
/// as well as 0.1 beside Gram matrices alone.
const BESIDE_NEIGHBORS: f32 = 3.5;

impl Options {
    /// The layers whose features are compared with their nearest ones of the painting.
    pub const NEIGHBOR_LAYERS: [Layer; 2] = [Layer::Conv3_1, Layer::Conv4_1];

    /// The smallest side, in pixels, of a photo or a painting after scaling. Four poolings halve it, and conv5_1 must
    /// be left with one pixel.
    pub const MIN_SIDE: usize = MIN_SIDE;

    /// The bleed of [`Padding::Bleed`] in pixels. Zeros beyond the edges change the outer sixteen pixels.
    pub const BLEED: usize = 16;

    /// Checks that a run with these options is possible. The sizes of the pictures are checked separately
    /// ([`Options::check_sides`]).
    ///
    /// # Errors
    /// The first [`OptionsError`] found: a size too small, no steps, a weight or constant out of its range (NaN
    /// included), a layer listed twice, or no loss with a weight.
    pub fn validate(&self) -> Result<(), OptionsError> {
        let finish_from = self.finish_from.map(Size::LongSide);
        for (what, size) in
            [("size", Some(self.size)), ("style size", self.style_size), ("size to finish from", finish_from)]
        {
            match size {
                Some(Size::LongSide(side)) if (side as usize) < Self::MIN_SIDE => {
                    return Err(OptionsError::SizeTooSmall { what, side });
                }
                _ => {}
            }
        }
        if let Some(tile) = self.tile.filter(|&tile| tile < 64 || !(tile as usize).is_multiple_of(GRID)) {
            return Err(OptionsError::Tile { tile });
        }
        if self.steps == 0 {
            return Err(OptionsError::NoSteps);
        }
        if self.smooth_colors > MOST_PASSES {
            return Err(OptionsError::Passes { passes: self.smooth_colors });
        }
        if let Until::Loss(loss) = self.until {
            check_positive("loss to stop at", loss)?;
        }

        let mut total = 0.0; // sum of all weights: at 0 there is nothing to optimise
        let parts = [
            ("content", self.content_weight, &self.content_layers),
            ("style", self.style_weight, &self.style_layers),
        ];
        for (part, strength, layers) in parts {
            check_weight(part, None, strength)?;
            for (position, &(layer, weight)) in layers.iter().enumerate() {
                check_weight(part, Some(layer), weight)?;
                if layers[..position].iter().any(|&(earlier, _)| earlier == layer) {
                    return Err(OptionsError::LayerTwice { part, layer });
                }
                total += strength * weight;
            }
        }
        check_positive("content falloff", self.content_falloff)?;
        check_weight("neighbors", None, self.neighbors_weight)?;
        if self.has_neighbors() {
            total += self.style_weight * self.neighbors_weight;
        }
        check_weight("tv", None, self.tv_weight)?;
        if total == 0.0 {
            return Err(OptionsError::NothingToDo);
        }

        let AdamOptions { learning_rate, beta1, beta2, epsilon } = self.adam;
        check_positive("learning rate", learning_rate)?;
        check_positive("epsilon", epsilon)?;
        for (what, value) in [("beta1", beta1), ("beta2", beta2)] {
            if !(0.0..1.0).contains(&value) {
                return Err(OptionsError::Decay { what, value });
            }
        }
        Ok(())
    }

    /// Whether the style loss has a weight and layers.
    pub fn has_style(&self) -> bool {
        self.style_weight > 0.0 && (self.has_neighbors() || !self.style_layers.is_empty())
    }

    /// Whether features are compared with their nearest ones of the painting.
    pub fn has_neighbors(&self) -> bool {
        self.style_loss == StyleLoss::Neighbors && self.neighbors_weight > 0.0
    }

    /// The deepest layer of the style loss.
    pub fn deepest_style_layer(&self) -> Layer {
        let layers = deepest(&self.style_layers);
        if self.has_neighbors() { layers.max(Self::NEIGHBOR_LAYERS[1]) } else { layers }
    }

    /// α: the factor of the content loss. Neighbours rewrite the photo more than Gram matrices do, so the same content
    /// weight counts for more beside them.
    pub fn alpha(&self) -> f32 {
        match self.style_loss {
            StyleLoss::Gram | StyleLoss::Moments => self.content_weight,
            StyleLoss::Neighbors => BESIDE_NEIGHBORS * self.content_weight,
        }
    }

    /// Whether Adam makes its steps on a pyramid.
    pub fn has_pyramid(&self) -> bool {
        let default = if self.style_loss == StyleLoss::Neighbors { Pyramid::On } else { Pyramid::Off };
        self.optimizer == Optimizer::Adam && self.pyramid.unwrap_or(default) == Pyramid::On
    }

    /// The pixels beyond each edge that are painted along and cut off.
    pub fn bleed(&self) -> usize {
        let default = if self.init == Init::Noise { Padding::Bleed } else { Padding::Zero };
        match self.padding.unwrap_or(default) {
            Padding::Bleed => Self::BLEED,
            Padding::Zero => 0,
        }
    }

    /// The deepest layer that is evaluated on the picture. The content layers count even where their weight is 0, since
    /// the weight can be changed during a run.
    pub fn deepest_layer(&self) -> Layer {
        let content = deepest(&self.content_layers);
        if self.has_style() { content.max(self.deepest_style_layer()) } else { content }
    }

    /// Checks that a picture is large enough for the network. `what` is "photo" or "painting"; the sides are those
    /// after scaling, in pixels.
    ///
    /// # Errors
    /// [`OptionsError::PictureTooSmall`] where a side is below [`Options::MIN_SIDE`].
    pub fn check_sides(what: &'static str, width: usize, height: usize) -> Result<(), OptionsError> {
        if width.min(height) < Self::MIN_SIDE {
            return Err(OptionsError::PictureTooSmall { what, width, height });
        }
        Ok(())
    }
}
