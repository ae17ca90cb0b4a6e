//! Says what goes wrong in the engine in the page's words.

use impasto::Error;
use protocol::{Failure, technical};

/// What the page tells the visitor.
pub fn failure(error: Error) -> Failure {
    match error {
        Error::NoGpu(why) => Failure::NoWebGpu(why),
        Error::DeviceLost(why) => Failure::DeviceLost(technical(&why)),
        Error::OutOfMemory(why) => Failure::OutOfMemory(technical(&why)),
        Error::Options(_) | Error::AnotherSize => Failure::Options(error.to_string()),
        Error::Channels { .. } => Failure::Weights(error.to_string()),
    }
}
