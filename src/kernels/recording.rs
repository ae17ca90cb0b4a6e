//! Records the launches of a computation, to replay them.

use burn::tensor::Device;

use crate::error::Error;

/// A computation that ran once. Its memory is reserved: the same computation can be recorded.
#[derive(Debug)]
pub struct Rehearsal(#[cfg(feature = "gpu")] super::gpu::Rehearsal);

/// Launches that are recorded once and replayed on the same buffers.
///
/// A launch looks up its pipeline and makes a bind group, in a browser through several calls into JavaScript. A replay only
/// encodes the dispatches. While the recording lives, no other work gets the memory of its buffers.
#[derive(Debug)]
pub struct Recording(#[cfg(feature = "gpu")] super::gpu::Recording);

impl Rehearsal {
    /// Runs `work`, on any device.
    pub fn of<T>(work: impl FnOnce() -> T) -> (Self, T) {
        #[cfg(feature = "gpu")]
        let (rehearsal, result) = super::gpu::Rehearsal::of(work);
        #[cfg(feature = "gpu")]
        return (Self(rehearsal), result);
        #[cfg(not(feature = "gpu"))]
        (Self(), work())
    }

    /// Records the launches of the same `work` instead of executing them. What it returned the first time must be dropped
    /// before, since it gets the same memory. The returned tensors and those that `work` reads must live as long as the
    /// recording is replayed, and be changed in place only.
    ///
    /// Returns `None` if `work` cannot be recorded: because the device is a CPU, or because `work` uploads values. Nothing
    /// was executed in this case, either.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if recording fails. The tensors that `work` reads are lost then.
    pub fn record<T>(
        self,
        device: &Device,
        work: impl FnOnce() -> T,
    ) -> Result<Option<(Recording, T)>, Error> {
        #[cfg(feature = "gpu")]
        if super::runs_wgsl(device) {
            let recorded = self.0.record(device, work)?;
            return Ok(recorded.map(|(recording, result)| (Recording(recording), result)));
        }
        let _ = (device, work);
        Ok(None)
    }
}

impl Recording {
    /// Whether it was made on this thread. On another one it cannot be replayed, since a device orders the work of each
    /// thread only.
    pub fn is_of_this_thread(&self) -> bool {
        #[cfg(feature = "gpu")]
        return self.0.is_of_this_thread();
        #[cfg(not(feature = "gpu"))]
        true
    }

    /// Queues the recorded launches. Does not wait for the device.
    ///
    /// # Panics
    /// If the recording is not [of this thread](Self::is_of_this_thread).
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if the device refuses.
    pub fn replay(&self) -> Result<(), Error> {
        #[cfg(feature = "gpu")]
        return self.0.replay();
        #[cfg(not(feature = "gpu"))]
        Ok(())
    }
}
