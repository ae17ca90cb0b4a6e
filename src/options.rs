//! What the visitor chose, with defaults that need no touching and errors that say what to do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    crop::Crop,
    layer::{Layer, UnknownLayer},
    rect::GRID,
};

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

/// What about a layer's features is a painting's style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StyleLoss {
    /// Their Gram matrix: Gatys et al. (2015).
    #[default]
    Gram,
    /// Their means and their covariances, one half of the loss each: calm places stay calmer, and colours truer to the
    /// painting. A Gram matrix, the mean of the products, cannot tell a channel that responds a little everywhere from one
    /// that responds strongly here and there. (Style as moments of a distribution: Li et al. 2017, "Demystifying Neural
    /// Style Transfer".)
    Moments,
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
    /// The mean of both: freer than the photo, truer than noise.
    Mixture,
}

/// At which sizes the picture is painted on the way to the one that is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// At the wanted size from the first step on, with a constant step size: Gatys et al. (2015).
    Single,
    /// From small to the wanted size (see [`crate::schedule`]): as good a picture for less work, and sooner to be seen.
    #[default]
    CoarseToFine,
}

/// How the picture is changed, once it is known in which direction the loss falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Adam (Kingma and Ba 2015): small, even steps, and little memory.
    #[default]
    Adam,
    /// L-BFGS ([`crate::lbfgs`]): the paper's, with long steps towards where the loss seems to be least.
    Lbfgs,
}

/// When a run is over before its last step ([`crate::until`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// Never.
    #[default]
    Steps,
    /// Once the loss, at the wanted size, hardly falls any more.
    Level,
    /// Once the loss, at the wanted size, is this or less.
    Loss(f32),
}

/// Whose colours the result has ([`crate::color`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// The painting's: they belong to its style.
    #[default]
    Painting,
    /// The painting's, once its palette has been made that of the photo.
    Match,
    /// The photo's, place by place: only light and shade are painted.
    Keep,
}

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
    /// is `None` ([`Options::tile_side`]).
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
    pub const MIN_SIDE: usize = 16;

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

    /// The most pixels that are looked at as a whole where nobody chose a tile: 1024×1024, a gigabyte.
    pub const MOST_AT_ONCE: usize = 1 << 20;

    /// The side of the tiles, in pixels, that a picture of this size (width, height) is looked at in ([`crate::rect`]);
    /// `None` where it is looked at as a whole.
    ///
    /// The larger a tile is, the less is looked at twice; but a picture of 2048×2048 itself takes so much of a gigabyte
    /// that with tiles of 512 a run came to 1101 MiB (`tests/memory.rs`, after a step).
    pub fn tile_side(&self, (width, height): (usize, usize)) -> Option<usize> {
        let suitable = if width * height > 3 << 20 { 432 } else { 512 };
        let side = self.tile.map_or(suitable, |side| side as usize);
        let is_large = self.tile.is_some() || width * height > Self::MOST_AT_ONCE;
        (is_large && side < width.max(height)).then_some(side)
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

fn check_positive(what: &'static str, value: f32) -> Result<(), OptionsError> {
    if value > 0.0 && value.is_finite() { Ok(()) } else { Err(OptionsError::NotPositive { what, value }) }
}

/// Checks how much of a painting is in a blend.
pub(crate) fn check_painting_weight(weight: f32) -> Result<(), OptionsError> {
    check_positive("weight of a painting", weight)
}

/// What is wrong with the options, in words that say what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OptionsError {
    /// A long side below [`Options::MIN_SIDE`].
    #[error("the {what} of {side} pixels is too small: choose at least {}", Options::MIN_SIDE)]
    SizeTooSmall {
        /// "size" or "style size".
        what: &'static str,
        /// The long side that was asked for.
        side: u32,
    },
    /// A picture whose short side is below [`Options::MIN_SIDE`] once it is scaled.
    #[error(
        "the {what} would be {width}×{height} pixels, and each side needs at least {}: choose a larger size, or crop a picture that is this long and narrow",
        Options::MIN_SIDE
    )]
    PictureTooSmall {
        /// "photo" or "painting".
        what: &'static str,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// A picture too small for the layers that were chosen.
    #[error(
        "the {what} is {width}×{height} pixels, but {layer} needs {least} on each side: choose a larger size"
    )]
    TooSmallForLayer {
        /// "photo" or "painting".
        what: &'static str,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The deepest layer that looks at it.
        layer: Layer,
        /// What each side needs.
        least: usize,
    },
    /// A side of tiles that does not fit the network's poolings.
    #[error("tiles of {tile} pixels cannot be painted: choose a multiple of {GRID}, at least 64")]
    Tile {
        /// The side that was asked for, in pixels.
        tile: u32,
    },
    /// A mask that leaves nothing to paint.
    #[error("the mask leaves nothing to paint: what is white in it is painted, what is black stays as it is")]
    EmptyMask,
    /// A mask of another size than the photo.
    #[error(
        "the {what} is {}×{} pixels and the photo {}×{}: make a mask from the photo itself, so that the two fit",
        .mask.0, .mask.1, .photo.0, .photo.1
    )]
    MaskSize {
        /// "mask" or "opacity".
        what: &'static str,
        /// Of the photo, in pixels.
        photo: (usize, usize),
        /// Of the mask, in pixels.
        mask: (usize, usize),
    },
    /// A style loss and nothing that has a style.
    #[error("there is no painting: name one, or switch the style off (a style weight of 0)")]
    NoPainting,
    /// A mask tells only two things from each other.
    #[error(
        "a mask tells two paintings from each other, not {paintings}: leave out the mask, or keep two of them"
    )]
    TooManyForMask {
        /// How many there are.
        paintings: usize,
    },
    /// Zero steps.
    #[error("no steps would be made: choose at least 1 (100 is a good number)")]
    NoSteps,
    /// A weight that is negative, infinite or not a number.
    #[error("the {part} weight{} is {value}: choose 0 or more", of_layer(*.layer))]
    Weight {
        /// "content", "style" or "tv".
        part: &'static str,
        /// The layer whose weight it is; `None` for the weight of the whole part.
        layer: Option<Layer>,
        /// The offender.
        value: f32,
    },
    /// A layer that is listed more than once.
    #[error("the {part} layers name {layer} twice: keep one of them and add up the weights")]
    LayerTwice {
        /// "content" or "style".
        part: &'static str,
        /// The layer.
        layer: Layer,
    },
    /// Neither the content nor the style has any weight.
    #[error(
        "neither the photo nor the painting has any weight: give at least one layer a weight above 0, and the content or the style too"
    )]
    NothingToDo,
    /// A number that must be above 0: a constant of the optimiser, the loss to stop at, or the weight of a painting.
    #[error("the {what} is {value}: choose a finite number above 0")]
    NotPositive {
        /// Which constant.
        what: &'static str,
        /// The offender.
        value: f32,
    },
    /// A decay of the optimiser outside 0..1.
    #[error("{what} is {value}: choose a number from 0 up to, but not including, 1")]
    Decay {
        /// "beta1" or "beta2".
        what: &'static str,
        /// The offender.
        value: f32,
    },
    /// A name in a list of layers that is none.
    #[error(transparent)]
    UnknownLayer(#[from] UnknownLayer),
    /// A weight in a list of layers that is no number.
    #[error("\"{text}\" is no weight for {layer}: write {layer}=0.2, for example")]
    LayerWeight {
        /// The layer.
        layer: Layer,
        /// What was written after the equals sign.
        text: String,
    },
    /// A choice that is not among the names known.
    #[error("\"{found}\" is no {what}: choose {choices}")]
    Choice {
        /// "size", "end", "schedule", "style loss", "pooling", "start", "colour", "optimizer", "set of layers",
        /// "experiment" or "part of the painting".
        what: &'static str,
        /// What was written.
        found: String,
        /// What may be written.
        choices: &'static str,
    },
}

/// The deepest of some layers; conv1_1 if there is none.
pub fn deepest(layers: &[WeightedLayer]) -> Layer {
    layers.iter().map(|&(layer, _)| layer).max().unwrap_or(Layer::Conv1_1)
}

fn of_layer(layer: Option<Layer>) -> String {
    layer.map_or_else(String::new, |layer| format!(" of {layer}"))
}

fn check_weight(part: &'static str, layer: Option<Layer>, value: f32) -> Result<(), OptionsError> {
    if value >= 0.0 && value.is_finite() { Ok(()) } else { Err(OptionsError::Weight { part, layer, value }) }
}

/// Reads a list such as `conv1_1=0.2,conv2_1=0.2`. A weight that is left out is 1; `none` is the
/// empty list.
///
/// # Errors
/// [`OptionsError::UnknownLayer`] and [`OptionsError::LayerWeight`] for what cannot be read,
/// [`OptionsError::Weight`] for a negative or infinite weight, [`OptionsError::LayerTwice`] with the
/// part "listed" for repetitions.
pub fn parse_layers(list: &str) -> Result<Vec<WeightedLayer>, OptionsError> {
    let mut layers: Vec<WeightedLayer> = Vec::new();
    if list.trim() == "none" {
        return Ok(layers);
    }
    for entry in list.split(',') {
        let (name, weight) = match entry.split_once('=') {
            Some((name, weight)) => (name, Some(weight.trim())),
            None => (entry, None),
        };
        let layer: Layer = name.trim().parse()?;
        let weight = match weight {
            None => 1.0,
            Some(text) => {
                text.parse().map_err(|_| OptionsError::LayerWeight { layer, text: text.to_owned() })?
            }
        };
        check_weight("listed", Some(layer), weight)?;
        if layers.iter().any(|&(earlier, _)| earlier == layer) {
            return Err(OptionsError::LayerTwice { part: "listed", layer });
        }
        layers.push((layer, weight));
    }
    Ok(layers)
}

/// Writes a list of layers so that [`parse_layers`] reads it back: `conv1_1=0.2,conv2_1=0.2`.
pub fn format_layers(layers: &[WeightedLayer]) -> String {
    if layers.is_empty() {
        return "none".to_owned();
    }
    let entries: Vec<String> = layers.iter().map(|(layer, weight)| format!("{layer}={weight}")).collect();
    entries.join(",")
}

/// Reads "original" or the long side in pixels.
impl FromStr for Size {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        if text == "original" {
            return Ok(Self::Original);
        }
        text.parse().map(Self::LongSide).map_err(|_| OptionsError::Choice {
            what: "size",
            found: text.to_owned(),
            choices: "a number of pixels for the long side, or original",
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongSide(side) => write!(f, "{side}"),
            Self::Original => f.write_str("original"),
        }
    }
}

/// Reads "steps", "level" or a loss.
impl FromStr for Until {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        match text {
            "steps" => Ok(Self::Steps),
            "level" => Ok(Self::Level),
            _ => text.parse().map(Self::Loss).map_err(|_| OptionsError::Choice {
                what: "end",
                found: text.to_owned(),
                choices: "steps (all are made), level (until the loss hardly falls) or a loss, such as 0.05",
            }),
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps => f.write_str("steps"),
            Self::Level => f.write_str("level"),
            Self::Loss(loss) => write!(f, "{loss}"),
        }
    }
}

/// How the variants of a choice are written, in options, addresses and messages.
macro_rules! written_as {
    ($choice:ident is $what:literal, one of $choices:literal: $($variant:ident = $name:literal),+) => {
        impl FromStr for $choice {
            type Err = OptionsError;

            fn from_str(text: &str) -> Result<Self, OptionsError> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(OptionsError::Choice { what: $what, found: text.to_owned(), choices: $choices }),
                }
            }
        }

        impl fmt::Display for $choice {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $name,)+
                })
            }
        }
    };
}
pub(crate) use written_as;

written_as!(Schedule is "schedule", one of "single or coarse-to-fine": Single = "single", CoarseToFine = "coarse-to-fine");
written_as!(StyleLoss is "style loss", one of "gram or moments": Gram = "gram", Moments = "moments");
written_as!(Pooling is "pooling", one of "max or avg": Max = "max", Avg = "avg");
written_as!(Init is "start", one of "content, noise or mixture": Content = "content", Noise = "noise", Mixture = "mixture");
written_as!(Optimizer is "optimizer", one of "adam or lbfgs": Adam = "adam", Lbfgs = "lbfgs");
written_as!(Color is "colour", one of "painting, match or keep": Painting = "painting", Match = "match", Keep = "keep");
