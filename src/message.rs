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

/// The value of the loss and of its three parts, weights included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// What is minimised: the sum of the others.
    pub total: f32,
    /// How far the picture is from the photo's content.
    pub content: f32,
    /// How far it is from the painting's style.
    pub style: f32,
    /// How restless it is.
    pub tv: f32,
}

/// A picture on its way from the engine to a canvas or a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// How many steps were made.
    pub step: u32,
    /// The losses of the picture before the latest step.
    pub losses: Losses,
    /// `4 · width · height` bytes, rows top to bottom, opaque.
    pub rgba: Vec<u8>,
}
