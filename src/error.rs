//! Defines what can go wrong in the engine. The shells around it say what a visitor, or a user of the command line, can do.

use options::OptionsError;
use weights::Layer;

/// Why a run cannot start or go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The machine (or the browser) offers no usable GPU interface.
    #[error("there is no GPU to compute on ({0})")]
    NoGpu(String),
    /// The GPU went away, or refused work, while it was computing.
    #[error("the GPU stopped answering ({0})")]
    DeviceLost(String),
    /// The picture does not fit into the memory of the device.
    #[error("not enough memory for this size ({0}); choose a smaller one")]
    OutOfMemory(String),
    /// The options, or the pictures for them, contradict themselves or are out of range.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The picture to go on from is not of the result's size.
    #[error("the picture to go on from has another size")]
    AnotherSize,
    /// A layer of the network has a number of channels that no kernel handles.
    #[error("{layer} of the network \"{network}\" has {channels} channels: the engine needs a multiple of 4")]
    Channels {
        /// The convolution.
        layer: Layer,
        /// What the network calls itself.
        network: String,
        /// The number of its output channels.
        channels: usize,
    },
}
