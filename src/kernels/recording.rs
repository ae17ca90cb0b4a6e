//! Records the launches of a computation, to replay them.

use burn::tensor::Device;

use crate::error::Error;

/// Launches that are recorded once and replayed on the same buffers.
///
/// A launch looks up its pipeline and makes a bind group, in a browser through several calls into JavaScript. A replay only
/// encodes the dispatches. While the recording lives, no other work gets the memory of its buffers.
#[derive(Debug)]
pub struct Recording(#[cfg(feature = "gpu")] super::gpu::Recording);

impl Recording {
    /// Runs `work` and records its launches instead of executing them, with what it returned. The returned tensors and
    /// those that `work` reads must live as long as the recording is replayed, and be changed in place only.
    ///
    /// Returns `None` if `work` cannot be recorded: because the device is a CPU, or because `work` uploads values or needs
    /// memory that is not reserved yet. Nothing was executed in this case. `work` should have run once before, so that its
    /// memory is reserved.
    pub fn of<T>(device: &Device, work: impl FnOnce() -> T) -> Option<(Self, T)> {
        #[cfg(feature = "gpu")]
        if super::runs_wgsl(device) {
            return super::gpu::Recording::of(device, work)
                .map(|(recording, result)| (Self(recording), result));
        }
        let _ = (device, work);
        None
    }

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
