//! Defines what the worker reports to the page.

use options::Engine;
use picture::{Frame, Losses};
use serde::{Deserialize, Serialize};

use crate::{failure::Failure, ids::JobId, request::Tuning};

/// What the worker reports to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The engine has been loaded and owns its device.
    Ready {
        /// Which build of the worker this is.
        engine: Engine,
        /// What the device calls itself.
        device: String,
        /// Its [`BUILD`](crate::BUILD).
        build: String,
    },
    /// A GPU has been given a network, or was asked to [`Request::Tune`](crate::Request::Tune) it.
    Tuned {
        /// How the algorithms of its convolutions were chosen.
        by: Tuning,
        /// Those that were measured, for people to read.
        algorithms: String,
    },
    /// A run is being prepared.
    Loading {
        /// The run.
        job: JobId,
        /// What is being done for it.
        phase: Phase,
    },
    /// The first step is about to be made.
    Started {
        /// The run.
        job: JobId,
        /// Width of the result in pixels.
        width: usize,
        /// Height of the result in pixels.
        height: usize,
        /// The name of the network, as its pack says.
        network: String,
    },
    /// Steps were made.
    Progress {
        /// The run.
        job: JobId,
        /// How many steps the picture has behind it.
        made: u32,
        /// The number of steps after which the picture had `losses`: one or a few less than `made`.
        step: u32,
        /// The losses of the picture after `step` steps.
        losses: Losses,
    },
    /// A picture to look at; its pixels are transferred beside the event.
    Frame {
        /// The run.
        job: JobId,
        /// The picture, its `rgba` empty.
        frame: Frame,
    },
    /// The run has ended well; its last frame was sent before.
    Done {
        /// The run.
        job: JobId,
        /// Why it ended.
        reason: Ending,
        /// How many steps the picture has behind it.
        step: u32,
        /// The losses of the final picture; `None` if the run was stopped, for they cost one more look.
        losses: Option<Losses>,
    },
    /// The run (or, without a job, the worker itself) cannot go on.
    Failed {
        /// The run; `None` if the engine could not be started at all.
        job: Option<JobId>,
        /// Why, in words that say what to do.
        failure: Failure,
    },
}

/// What is done before the first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The picture files are decoded and scaled.
    Pictures,
    /// The network's weights are fetched and verified.
    Weights {
        /// Bytes that have arrived.
        bytes: u64,
        /// Bytes of the whole pack.
        total: u64,
        /// Whether nothing had to be fetched from the network so far.
        cached: bool,
        /// Whether what has arrived is kept for the next visit.
        kept: bool,
    },
    /// The network's answers to the two pictures are computed.
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
