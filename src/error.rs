//! Defines the errors of the engine. The applications add what a visitor or a user of the command line can do about
//! them.

use options::OptionsError;
use weights::Layer;

/// The reason why a run cannot start or continue.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The machine or the browser offers no usable GPU.
    #[error("there is no GPU to compute on ({0})")]
    NoGpu(String),
    /// The GPU was lost, or refused work, during a computation.
    #[error("the GPU stopped answering ({0})")]
    DeviceLost(String),
    /// The run does not fit into the memory of the device.
    #[error("not enough memory for this size ({0}); choose a smaller one")]
    OutOfMemory(String),
    /// The options are out of range or contradictory, or the pictures do not match them.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The picture to restart from does not have the size of the result.
    #[error("the picture to go on from has another size")]
    AnotherSize,
    /// The number of output channels of a layer is not a multiple of four, as the kernels need.
    #[error("{layer} of the network \"{network}\" has {channels} channels: the engine needs a multiple of 4")]
    Channels {
        /// The layer.
        layer: Layer,
        /// The name of the network.
        network: String,
        /// Its number of output channels.
        channels: usize,
    },
}
