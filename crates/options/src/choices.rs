//! Defines the choices among which a visitor picks: an enum for each, with the names that it has wherever it is written.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::OptionsError;

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
