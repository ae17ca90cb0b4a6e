//! Defines the messages from the engine's worker to the page.

use options::Engine;
use picture::{Frame, Losses};
use serde::{Deserialize, Serialize};

use crate::{bench::Table, failure::Failure, ids::JobId, request::Tuning};

/// A message from the engine's worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The engine is loaded and its device is open.
    Ready {
        /// The build of the worker.
        engine: Engine,
        /// The name of the device.
        device: String,
        /// The worker's [`BUILD`](crate::BUILD).
        build: String,
    },
    /// The GPU has received a network, or has finished a [`Request::Tune`](crate::Request::Tune).
    Tuned {
        /// How the algorithms of the convolutions were chosen.
        by: Tuning,
        /// The measured algorithms, as text for visitors.
        algorithms: String,
    },
    /// The pace of a network was measured, after a [`Request::Prepare`](crate::Request::Prepare).
    Paced {
        /// The name of its folder in `weights/`.
        pack: String,
        /// The build of the worker.
        engine: Engine,
        /// Seconds of a step for a million pixels.
        pace: f64,
    },
    /// A run is being prepared.
    Loading {
        /// The run.
        job: JobId,
        /// The current phase.
        phase: Phase,
    },
    /// The first step is about to begin.
    Started {
        /// The run.
        job: JobId,
        /// Width of the result in pixels.
        width: usize,
        /// Height of the result in pixels.
        height: usize,
        /// The name of the network, from its pack.
        network: String,
    },
    /// Steps have been made.
    Progress {
        /// The run.
        job: JobId,
        /// The number of steps made so far, those of a continued run included.
        made: u32,
        /// The step that `losses` belong to: one or a few less than `made`.
        step: u32,
        /// The losses of the picture after `step` steps.
        losses: Losses,
    },
    /// A picture to show. Its pixels are transferred with the event.
    Frame {
        /// The run.
        job: JobId,
        /// The picture; its `rgba` is empty.
        frame: Frame,
    },
    /// The run has ended without a failure. Its last frame was sent before.
    Done {
        /// The run.
        job: JobId,
        /// Why it ended.
        reason: Ending,
        /// The number of steps of the final picture.
        step: u32,
        /// The losses of the final picture; `None` for a stopped run, since they would need another forward pass.
        losses: Option<Losses>,
    },
    /// A part of what [`Request::Measure`](crate::Request::Measure) asked for is measured.
    Measured {
        /// The results.
        table: Table,
    },
    /// Everything that [`Request::Measure`](crate::Request::Measure) asked for is measured.
    MeasuredAll,
    /// The run has failed, or the worker itself, outside a run.
    Failed {
        /// The run; `None` if the worker failed outside a run.
        job: Option<JobId>,
        /// The failure.
        failure: Failure,
    },
}

/// A phase of the preparation of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The picture files are decoded and scaled.
    Pictures,
    /// The network's weights are fetched and verified.
    Weights {
        /// Bytes received so far.
        bytes: u64,
        /// Bytes of the whole pack.
        total: u64,
        /// Whether everything so far came from the cache.
        cached: bool,
        /// Whether everything so far could be stored in the cache.
        kept: bool,
    },
    /// The target features of the photo and the paintings are computed.
    Targets,
}

/// Why a run ended without a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All steps were made.
    Finished,
    /// The visitor stopped it.
    Stopped,
}
