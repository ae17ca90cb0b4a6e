//! Chooses the device, among those that the program was built for.

#[cfg(feature = "gpu")]
use impasto::Error;
use impasto::device::{self, Device};

use super::{args::DeviceKind, error::StylizeError};

/// The device and its name for the user. A software driver is used only if a GPU is requested explicitly: the CPU
/// engine is faster than a software GPU.
pub async fn open_device(kind: Option<DeviceKind>) -> Result<(Device, String), StylizeError> {
    match kind {
        Some(DeviceKind::Cpu) => processor(""),
        Some(DeviceKind::Gpu) => gpu().await,
        None => any().await,
    }
}

#[cfg(feature = "cpu")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it fails")]
fn processor(why: &str) -> Result<(Device, String), StylizeError> {
    Ok((device::cpu(), format!("the processor{why}")))
}

#[cfg(not(feature = "cpu"))]
fn processor(_why: &str) -> Result<(Device, String), StylizeError> {
    Err(StylizeError::NoProcessor)
}

#[cfg(feature = "gpu")]
async fn gpu() -> Result<(Device, String), StylizeError> {
    match device::gpu().await {
        Ok(gpu) => Ok((gpu.device, gpu.name)),
        Err(Error::NoGpu(why)) => Err(StylizeError::NoGpu(why)),
        Err(other) => Err(other.into()),
    }
}

#[cfg(not(feature = "gpu"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn gpu() -> Result<(Device, String), StylizeError> {
    Err(StylizeError::NoGpu("this program was built without it".to_owned()))
}

#[cfg(feature = "gpu")]
async fn any() -> Result<(Device, String), StylizeError> {
    match device::gpu().await {
        Ok(gpu) if !gpu.software => Ok((gpu.device, gpu.name)),
        Ok(gpu) => processor(&format!(" (there is no GPU, only a software driver, {})", gpu.name)),
        Err(_) => processor(" (no GPU was found)"),
    }
}

#[cfg(not(feature = "gpu"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn any() -> Result<(Device, String), StylizeError> {
    processor("")
}
