//! Defines one enum for each option that is a choice among named values, and the written form of each value. The
//! written form is the same on the command line, in addresses, in attributes and in messages.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{error::OptionsError, number::Number};

/// The 2×2 pooling (stride 2) between the blocks of the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// Maximum of the four values, as in VGG-19 itself.
    #[default]
    Max,
    /// Mean of the four values: smoother gradients (Gatys et al. 2015, section 2).
    Avg,
}

/// Which statistics of a layer's features are the style of a painting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StyleLoss {
    /// The Gram matrix (Gatys et al. 2015).
    #[default]
    Gram,
    /// The means and the covariances, each one half of the loss. Flat areas stay calmer, and colours are closer to the
    /// painting. A Gram matrix, the mean of the products, does not distinguish a channel with a small response
    /// everywhere from a channel with a strong response in a few places. (Style as moments of a distribution: Li et al.
    /// 2017, "Demystifying Neural Style Transfer".)
    Moments,
    /// The Gram matrix, and the features themselves: each feature of the picture, at conv3_1 and conv4_1, is compared
    /// with the nearest one of the painting. The Gram matrix decides how much there is of everything, the neighbours
    /// what a single stroke looks like (the engine's `loss`).
    Neighbors,
}

/// The orientations in which a painting gives neighbours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turns {
    /// As it hangs.
    #[default]
    None,
    /// As it hangs, and turned by one, two and three quarters: strokes follow the forms of the photo more freely.
    Quarters,
}

/// Whether steps are made on a Laplacian pyramid (the engine's `optimizer::adam`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pyramid {
    /// Every pixel makes steps of its own.
    Off,
    /// So do the pixels of five coarser levels, whose steps are enlarged and added.
    On,
}

/// What is enlarged from one size to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enlarged {
    /// The difference from the photo, which then contributes its detail.
    #[default]
    Difference,
    /// The picture itself: detail of the photo that a smaller size did not show is painted, or lost.
    Picture,
}

/// What the network sees beyond the edges of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Padding {
    /// More of the picture: a bleed of [`Options::BLEED`](crate::Options::BLEED) pixels is painted along and cut off.
    Bleed,
    /// Zeros at each layer, as in the paper.
    Zero,
}

/// The picture that the optimisation starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// The photo.
    #[default]
    Content,
    /// Uniform noise, generated from [`Options::seed`](crate::Options::seed).
    Noise,
    /// The mean of photo and noise: less bound to the photo than the photo itself, more than noise.
    Mixture,
}

/// The sequence of sizes at which the picture is optimised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// The final size from the first step on, with a constant step size (Gatys et al. 2015).
    Single,
    /// From a small size up to the final one (the crate `schedule`): the same quality for less work, and an early
    /// preview.
    #[default]
    CoarseToFine,
}

/// The algorithm that updates the picture from the gradient of the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimizer {
    /// Adam (Kingma and Ba 2015): small steps of even size, little memory.
    #[default]
    Adam,
    /// L-BFGS (the engine's `optimizer::lbfgs`), as in the paper: steps from an estimate of the curvature, more memory.
    Lbfgs,
}

/// The condition that ends a run before its last step (the engine's `stop`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// None: all steps are made.
    #[default]
    Steps,
    /// The loss at the final size has levelled off.
    Level,
    /// The loss at the final size is at most this value; finite and above 0.
    Loss(f32),
}

/// Where the colours of the result come from (`picture::color`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// From the painting, as part of its style.
    #[default]
    Painting,
    /// From the painting, after its colour distribution has been matched to that of the photo.
    Match,
    /// From the photo, pixel by pixel: the picture is painted in the painting's colours, of which only the luminance stays.
    Keep,
    /// As `Keep`, but photo and painting are looked at in grey, so that colours have no part in the style.
    Luminance,
}

/// Reads `steps`, `level` or a loss.
impl FromStr for Until {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        match text {
            "steps" => Ok(Self::Steps),
            "level" => Ok(Self::Level),
            _ => Number::of(text).map(Self::Loss).ok_or_else(|| OptionsError::Choice {
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

/// Implements `FromStr` and `Display` for an enum, with one written name for each variant.
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
written_as!(StyleLoss is "style loss", one of "gram, moments or neighbors": Gram = "gram", Moments = "moments", Neighbors = "neighbors");
written_as!(Turns is "set of turns", one of "none or quarters": None = "none", Quarters = "quarters");
written_as!(Pyramid is "pyramid", one of "off or on": Off = "off", On = "on");
written_as!(Enlarged is "enlargement", one of "difference or picture": Difference = "difference", Picture = "picture");
written_as!(Padding is "padding", one of "bleed or zero": Bleed = "bleed", Zero = "zero");
written_as!(Pooling is "pooling", one of "max or avg": Max = "max", Avg = "avg");
written_as!(Init is "start", one of "content, noise or mixture": Content = "content", Noise = "noise", Mixture = "mixture");
written_as!(Optimizer is "optimizer", one of "adam or lbfgs": Adam = "adam", Lbfgs = "lbfgs");
written_as!(Color is "colour", one of "painting, match, keep or luminance": Painting = "painting", Match = "match", Keep = "keep", Luminance = "luminance");
