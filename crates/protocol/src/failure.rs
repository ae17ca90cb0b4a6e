//! Defines what the worker says where a run cannot start or go on.

use serde::{Deserialize, Serialize};

/// Why a run could not start or go on, in words that say what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
pub enum Failure {
    /// The browser (or the machine) offers no usable GPU interface.
    #[error("WebGPU is not available here ({0})")]
    NoWebGpu(String),
    /// The GPU went away while it was working.
    #[error("the GPU stopped answering ({0}); press Paint again to go on from the last frame")]
    DeviceLost(String),
    /// The picture does not fit into the memory of the device.
    #[error("not enough memory for this size ({0}); choose a smaller one")]
    OutOfMemory(String),
    /// A file is not a picture that can be read.
    #[error("this file cannot be read as a picture ({0}); try a JPEG, PNG or WebP")]
    Decode(String),
    /// The network's weights are missing or damaged.
    #[error("{0}")]
    Weights(String),
    /// The options contradict themselves or are out of range.
    #[error("{0}")]
    Options(String),
    /// The losses are no numbers any more.
    #[error("the optimisation ran away after {0} steps; start afresh, with a strength nearer to the middle")]
    Diverged(u32),
    /// Page and worker are not of the same build.
    #[error("the site was updated meanwhile; save what you want to keep and reload the page")]
    Outdated,
    /// The engine broke down: a fault of the program, not of the visitor.
    #[error("the engine broke down ({0}); press Paint again to start it anew")]
    Crashed(String),
}

impl Failure {
    /// The variant's name, as in JSON and in the page's `data-kind`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoWebGpu(_) => "no_web_gpu",
            Self::DeviceLost(_) => "device_lost",
            Self::OutOfMemory(_) => "out_of_memory",
            Self::Decode(_) => "decode",
            Self::Weights(_) => "weights",
            Self::Options(_) => "options",
            Self::Diverged(_) => "diverged",
            Self::Outdated => "outdated",
            Self::Crashed(_) => "crashed",
        }
    }

    /// Whether the worker (or its device) is beyond use, so that the next run needs a new one.
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::NoWebGpu(_) | Self::DeviceLost(_) | Self::OutOfMemory(_) | Self::Crashed(_))
    }
}
