//! What the visitor chose, with defaults that need no touching and errors that say what to do.

use serde::{Deserialize, Serialize};

use crate::layer::Layer;

/// How large a picture is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// The long side in pixels; the aspect ratio is kept and nothing is enlarged.
    LongSide(u32),
    /// As the file is: not resampled at all.
    Original,
}

/// How the maps between the blocks are halved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The largest of four: what VGG-19 was trained with.
    #[default]
    Max,
    /// The mean of four: smoother gradients (Gatys et al. 2015, section 2).
    Avg,
}

/// What the optimisation starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// The photo.
    #[default]
    Content,
    /// Uniform noise from [`Options::seed`].
    Noise,
}

/// Adam's constants (Kingma and Ba 2015), for a picture with values 0..1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdamOptions {
    /// Step size, in units of the 0..1 pixel range.
    pub learning_rate: f32,
    /// Decay of the first moment, in 0..1.
    pub beta1: f32,
    /// Decay of the second moment, in 0..1.
    pub beta2: f32,
    /// Added to the root of the second moment.
    pub epsilon: f32,
}

impl Default for AdamOptions {
    fn default() -> Self {
        Self { learning_rate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }
    }
}

/// A layer and its weight in the content or the style loss.
pub type WeightedLayer = (Layer, f32);

/// Everything that a visitor may choose about a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// The size of the photo and of the result.
    pub size: Size,
    /// The size of the painting; as `size` where it is `None`.
    pub style_size: Option<Size>,
    /// How many optimiser steps are made.
    pub steps: u32,
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
    /// Max or average pooling.
    pub pooling: Pooling,
    /// What the optimisation starts from.
    pub init: Init,
    /// Seeds the noise of [`Init::Noise`].
    pub seed: u64,
    /// The optimiser's constants.
    pub adam: AdamOptions,
}

impl Default for Options {
    fn default() -> Self {
        use Layer::{Conv1_1, Conv2_1, Conv3_1, Conv4_1, Conv4_2, Conv5_1};
        Self {
            size: Size::LongSide(256),
            style_size: None,
            steps: 100,
            content_weight: 0.1,
            style_weight: 1.0,
            tv_weight: 0.3,
            content_layers: vec![(Conv4_2, 1.0)],
            style_layers: [Conv1_1, Conv2_1, Conv3_1, Conv4_1, Conv5_1].map(|layer| (layer, 0.2)).to_vec(),
            pooling: Pooling::default(),
            init: Init::default(),
            seed: 0,
            adam: AdamOptions::default(),
        }
    }
}
