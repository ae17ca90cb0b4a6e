//! Defines the messages from the page to the engine's worker.

use options::Options;
use serde::{Deserialize, Serialize};

use crate::{
    bench::Depth,
    ids::{JobId, PictureId},
};

/// The picture that a run starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// As given by [`Options::init`].
    Afresh,
    /// The picture of an earlier run. Its RGBA8 pixels are transferred with the request.
    GoOn {
        /// The number of steps already made; the new run continues the count.
        step: u32,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
}

/// A painting of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Styled {
    /// The id of the painting.
    pub picture: PictureId,
    /// Its weight in the blend, relative to the others.
    pub weight: f32,
}

/// A mask or a content map over the photo. Its weights, one byte for each pixel, are sent with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masked {
    /// The id of its weights: equal ids mean equal weights.
    pub id: u32,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
}

/// The location of a network's pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPlace {
    /// The name of its folder in `weights/`, any text; the worker accepts only a `weights::PackName`.
    pub name: String,
    /// The absolute address of its folder where that is not in the site's `weights/`.
    pub elsewhere: Option<String>,
}

/// A message from the page to the engine's worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Start a run. The picture files are sent with the request, not yet decoded.
    Paint {
        /// The id of this run.
        job: JobId,
        /// The options.
        options: Box<Options>,
        /// The network.
        pack: PackPlace,
        /// The id of the photo.
        content: PictureId,
        /// The paintings.
        styles: Vec<Styled>,
        /// The part of the photo to paint; `None` for all of it.
        mask: Option<Masked>,
        /// How strongly the photo is kept at each pixel: 128 as the content weight says, 255 more, 0 less strongly; `None` for
        /// 128 everywhere.
        content_map: Option<Masked>,
        /// The picture to start from.
        start: Start,
    },
    /// Load a network and compile its kernels in advance, for the run that will probably follow. If nothing else is asked for
    /// meanwhile, the network's pace is measured ([`Event::Paced`](crate::Event::Paced)), except on a software GPU.
    Prepare {
        /// The network.
        pack: PackPlace,
        /// The options so far.
        options: Box<Options>,
    },
    /// Choose the GPU algorithms of this network's convolutions again, and store the choice.
    Tune {
        /// The network.
        pack: PackPlace,
        /// The method of choosing.
        by: Tuning,
    },
    /// Measure the device, with each of these networks. Ends with [`Event::MeasuredAll`](crate::Event::MeasuredAll) or a
    /// failure.
    Measure {
        /// The networks.
        packs: Vec<PackPlace>,
        /// How thoroughly.
        depth: Depth,
    },
    /// Stop after the current step and send its picture.
    Stop {
        /// The run to stop. The request is ignored if another run is current.
        job: JobId,
    },
    /// Change the weight α of the content loss, from the next step on.
    SetContentWeight {
        /// The run to change.
        job: JobId,
        /// The new weight of the content loss.
        content_weight: f32,
    },
}

/// How the GPU algorithms of convolutions are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tuning {
    /// By fixed rules, which depend only on whether the GPU is a software implementation.
    Rule,
    /// By measurements on this GPU (the engine's `calibration`).
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
