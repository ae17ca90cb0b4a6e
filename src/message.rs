//! What the page and the worker say to each other: plain data, tested natively.

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
}
