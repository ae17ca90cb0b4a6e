//! Converts errors of the engine to failures of the protocol.

use impasto::Error;
use protocol::{Failure, technical};

/// The failure to report for an error.
pub fn failure(error: Error) -> Failure {
    match error {
        Error::NoGpu(why) => Failure::NoWebGpu(why),
        Error::DeviceLost(why) => Failure::DeviceLost(technical(&why)),
        Error::OutOfMemory(why) => Failure::OutOfMemory(technical(&why)),
        Error::Options(_) | Error::AnotherSize => Failure::Options(error.to_string()),
        Error::Channels { .. } => Failure::Weights(error.to_string()),
    }
}
