//! Repeats a computation on a device. From the second time on its launches are replayed from a recording.

use burn::tensor::Device;

use crate::{
    error::Error,
    kernels::recording::{Recording, Rehearsal},
};

/// A computation that is the same each time: it reads the same tensors and writes its results to the same ones.
#[derive(Debug, Default)]
pub enum Repeated<T> {
    /// It did not run yet.
    #[default]
    New,
    /// It ran once.
    Rehearsed(Rehearsal),
    /// It is recorded, with its results.
    Recorded(Recording, T),
    /// It cannot be recorded.
    Refused,
}

impl<T: Clone> Repeated<T> {
    /// Runs the computation. `work` must be the same each time, until [`Self::default`] replaces this value.
    ///
    /// The results of one run must be dropped, or never be read again, before the next: they have the same memory.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device refuses.
    pub fn run(&mut self, device: &Device, work: impl Fn() -> T) -> Result<T, Error> {
        match std::mem::replace(self, Self::Refused) {
            Self::New => {
                let (rehearsal, result) = Rehearsal::of(work);
                *self = Self::Rehearsed(rehearsal);
                Ok(result)
            }
            Self::Rehearsed(rehearsal) => {
                let Some((recording, result)) = rehearsal.record(device, &work)? else { return Ok(work()) };
                self.replay(recording, result)
            }
            Self::Recorded(recording, result) if recording.is_of_this_thread() => {
                self.replay(recording, result)
            }
            Self::Recorded(..) | Self::Refused => Ok(work()),
        }
    }

    fn replay(&mut self, recording: Recording, result: T) -> Result<T, Error> {
        recording.replay()?;
        *self = Self::Recorded(recording, result.clone());
        Ok(result)
    }
}
