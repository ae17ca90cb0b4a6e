//! Defines what the page asks of the worker.

use options::Options;
use serde::{Deserialize, Serialize};

use crate::ids::{JobId, PictureId};

/// What a run starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// As [`Options::init`] says.
    Afresh,
    /// An earlier run's picture, whose RGBA8 pixels are transferred beside the request.
    GoOn {
        /// How many steps that picture has behind it; this run counts on from there.
        step: u32,
        /// Its width in pixels.
        width: usize,
        /// Its height in pixels.
        height: usize,
    },
}

/// A painting that takes part in a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Styled {
    /// Identifies the painting.
    pub picture: PictureId,
    /// How much of its style is in the blend, next to the others.
    pub weight: f32,
}

/// A mask over the photo; its weights, a byte for each pixel, travel beside the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masked {
    /// Equal ids mean the same mask.
    pub id: u32,
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
}

/// Where a network's pack is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPlace {
    /// The name of its folder in `weights/`; the worker takes plain names only
    /// (`weights::PackName`).
    pub name: String,
    /// The whole address of its folder where that is not in the site's `weights/`.
    pub elsewhere: Option<String>,
}

/// What the page asks of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Paint. The picture files travel beside it, unread.
    Paint {
        /// The page's number for this run.
        job: JobId,
        /// What the visitor chose.
        options: Box<Options>,
        /// The network.
        pack: PackPlace,
        /// Identifies the photo.
        content: PictureId,
        /// The paintings.
        styles: Vec<Styled>,
        /// Where the photo is painted, if not everywhere.
        mask: Option<Masked>,
        /// What the run starts from.
        start: Start,
    },
    /// Load a network in advance: whoever opens the page will most likely paint with it. Nothing is reported.
    Prepare {
        /// The network.
        pack: PackPlace,
    },
    /// Choose anew by which algorithms the GPU computes this network's convolutions, and remember that.
    Tune {
        /// The network.
        pack: PackPlace,
        /// How to choose.
        by: Tuning,
    },
    /// Stop after the step that is being made, and send its picture.
    Stop {
        /// The run to stop; another one is left alone.
        job: JobId,
    },
    /// Change α from the next step on.
    SetContentWeight {
        /// The run that it is meant for.
        job: JobId,
        /// The new weight of the content loss.
        content_weight: f32,
    },
}

/// How the algorithms are chosen that compute convolutions on a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tuning {
    /// By a rule, which knows only whether the GPU is software.
    Rule,
    /// By what was measured on this GPU (the engine's `calibration`).
    Measurement,
}

impl Tuning {
    /// The name in the page's `data-by`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Measurement => "measurement",
        }
    }
}
