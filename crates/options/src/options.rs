//! What the visitor chose, with defaults that need no touching and errors that say what to do.

use picture::{Size, crop::Crop, rect::GRID};
use serde::{Deserialize, Serialize};
use weights::Layer;

use crate::{
    check::{check_positive, check_weight},
    choices::{Color, Init, Optimizer, Pooling, Schedule, StyleLoss, Until},
    error::{MIN_SIDE, OptionsError},
    layers::{WeightedLayer, deepest},
};

/// Adam's constants (Kingma and Ba 2015), for a picture with values 0..1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamOptions {
    /// Step size, in units of the 0..1 pixel range.
    pub learning_rate: f32,
    /// Decay of the first moment, in 0..1; in runs of several scales 0.8 at most ([`crate::schedule`]).
    pub beta1: f32,
    /// Decay of the second moment, in 0..1; in runs of several scales 0.8 at most ([`crate::schedule`]).
    pub beta2: f32,
    /// Added to the root of the second moment.
    pub epsilon: f32,
}

impl Default for AdamOptions {
    fn default() -> Self {
        Self { learning_rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }
    }
}

/// Everything that a visitor may choose about a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// The size of the photo and of the result.
    pub size: Size,
    /// The size of the painting; as `size` where it is `None`.
    pub style_size: Option<Size>,
    /// Which part of each painting is looked at; all of it where it is `None`.
    pub style_crop: Option<Crop>,
    /// How many optimiser steps are made at most, at all sizes together.
    pub steps: u32,
    /// What ends the run before that.
    pub until: Until,
    /// At which sizes they are made.
    pub schedule: Schedule,
    /// α of the paper: the weight of the content loss.
    pub content_weight: f32,
    /// β of the paper: the weight of the style loss.
    pub style_weight: f32,
    /// τ: the weight of the total variation.
    pub tv_weight: f32,
    /// The layers of the content loss, each with its weight.
    pub content_layers: Vec<WeightedLayer>,
    /// The layers of the style loss, each with its weight.
    pub style_layers: Vec<WeightedLayer>,
    /// What the style loss compares.
    pub style_loss: StyleLoss,
    /// Max or average pooling.
    pub pooling: Pooling,
    /// The side in pixels of the tiles that a large picture is looked at in; as it suits a GPU with little memory where it
    /// is `None`.
    pub tile: Option<u32>,
    /// What the optimisation starts from.
    pub init: Init,
    /// Whose colours the result has.
    pub color: Color,
    /// Seeds the noise of [`Init::Noise`] and [`Init::Mixture`].
    pub seed: u64,
    /// How the picture is changed.
    pub optimizer: Optimizer,
    /// Adam's constants.
    pub adam: AdamOptions,
}

impl Default for Options {
    fn default() -> Self {
        use Layer::{Conv1_1, Conv2_1, Conv3_1, Conv4_1, Conv4_2, Conv5_1};
        Self {
            size: Size::LongSide(256),
            style_size: None,
            style_crop: None,
            steps: 100,
            until: Until::default(),
            schedule: Schedule::default(),
            content_weight: 0.1,
            style_weight: 1.0,
            tv_weight: 0.3,
            content_layers: vec![(Conv4_2, 1.0)],
            style_layers: [Conv1_1, Conv2_1, Conv3_1, Conv4_1, Conv5_1].map(|layer| (layer, 0.2)).to_vec(),
            style_loss: StyleLoss::default(),
            pooling: Pooling::default(),
            tile: None,
            init: Init::default(),
            color: Color::default(),
            seed: 0,
            optimizer: Optimizer::default(),
            adam: AdamOptions::default(),
        }
    }
}

impl Options {
    /// The smallest side, in pixels, that a photo or a painting may have once it is scaled: four
    /// poolings halve it, and conv5_1 must be left with one pixel.
    pub const MIN_SIDE: usize = MIN_SIDE;

    /// Checks that a run with these options makes sense, apart from the pictures themselves (see
    /// [`Options::check_sides`]).
    ///
    /// # Errors
    /// The first [`OptionsError`] found: a size too small, no steps, a weight or constant out of
    /// its range (NaN included), a layer named twice, or losses that are all switched off.
    pub fn validate(&self) -> Result<(), OptionsError> {
        for (what, size) in [("size", Some(self.size)), ("style size", self.style_size)] {
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
        if let Until::Loss(loss) = self.until {
            check_positive("loss to stop at", loss)?;
        }

        let mut pull = 0.0; // How strongly the picture is drawn towards anything at all.
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
                pull += strength * weight;
            }
        }
        check_weight("tv", None, self.tv_weight)?;
        if pull == 0.0 {
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

    /// Whether there is a style loss.
    pub fn has_style(&self) -> bool {
        self.style_weight > 0.0 && !self.style_layers.is_empty()
    }

    /// The deepest layer of the style loss.
    pub fn deepest_style_layer(&self) -> Layer {
        deepest(&self.style_layers)
    }

    /// The deepest layer that the picture is looked at with. The content's counts even where its weight is zero: it can be
    /// changed while a picture is painted.
    pub fn deepest_layer(&self) -> Layer {
        let content = deepest(&self.content_layers);
        if self.has_style() { content.max(self.deepest_style_layer()) } else { content }
    }

    /// Checks that a picture, already scaled, is large enough for the network: `what` is "photo" or
    /// "painting", the sides are in pixels.
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
