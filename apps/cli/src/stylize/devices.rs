//! Chooses the device.

use impasto::{
    Error,
    device::{self, Device},
};

use super::{args::DeviceKind, error::StylizeError};

/// The device and its name for the user. A software driver is used only if a GPU is requested explicitly: the CPU
/// engine is faster than a software GPU.
pub async fn open_device(kind: Option<DeviceKind>) -> Result<(Device, String), StylizeError> {
    let processor = |why: &str| (device::cpu(), format!("the processor{why}"));
    match kind {
        Some(DeviceKind::Cpu) => Ok(processor("")),
        Some(DeviceKind::Gpu) => match device::gpu().await {
            Ok(gpu) => Ok((gpu.device, gpu.name)),
            Err(Error::NoGpu(why)) => Err(StylizeError::NoGpu(why)),
            Err(other) => Err(other.into()),
        },
        None => Ok(match device::gpu().await {
            Ok(gpu) if !gpu.software => (gpu.device, gpu.name),
            Ok(gpu) => processor(&format!(" (there is no GPU, only a software driver, {})", gpu.name)),
            Err(_) => processor(" (no GPU was found)"),
        }),
    }
}
