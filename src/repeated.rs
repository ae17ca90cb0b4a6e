//! Repeats a computation on a device. From the third time on its launches are replayed from a recording.

use burn::tensor::Device;

use crate::{error::Error, kernels::recording::Recording};

/// A computation that is the same each time: it reads the same tensors and writes its results to the same ones.
#[derive(Debug, Default)]
pub enum Repeated<T> {
    /// It did not run yet.
    #[default]
    New,
    /// It ran once, which reserved its memory.
    Warm,
    /// It is recorded, with its results.
    Recorded(Recording, T),
    /// It cannot be recorded.
    Refused,
}

impl<T: Clone> Repeated<T> {
    /// Runs the computation. `work` must be the same each time, until [`Self::default`] replaces this value.
    ///
    /// The next run overwrites the tensors of the result. Before the second run those of the first should be dropped:
    /// recording fails if memory for both is needed.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device refuses.
    pub fn run(&mut self, device: &Device, work: impl Fn() -> T) -> Result<T, Error> {
        if matches!(self, Self::Recorded(recording, _) if !recording.is_of_this_thread()) {
            *self = Self::Warm;
        }
        if matches!(self, Self::Warm) {
            *self = match Recording::of(device, &work) {
                Some((recording, result)) => Self::Recorded(recording, result),
                None => Self::Refused,
            };
        }
        match self {
            Self::New => {
                *self = Self::Warm;
                Ok(work())
            }
            Self::Recorded(recording, result) => recording.replay().map(|()| result.clone()),
            Self::Warm | Self::Refused => Ok(work()),
        }
    }
}
