//! Chooses the device, among those that the program was built for.

use std::{ffi::OsString, fmt, str::FromStr};

#[cfg(feature = "gpu")]
use impasto::Error;
use impasto::device::{self, Device};

use super::error::StylizeError;

/// What computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The GPU that the system prefers, or whatever driver it has for one.
    Gpu,
    /// A GPU by its number in the list, from 1.
    GpuAt(usize),
    /// The processor.
    Cpu,
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix("gpu:").and_then(|number| number.parse().ok());
        match (text, number) {
            ("cpu", _) => Ok(Self::Cpu),
            ("gpu", _) => Ok(Self::Gpu),
            (_, Some(number)) if number > 0 => Ok(Self::GpuAt(number)),
            _ => Err("a device is gpu, gpu:2 (the second one) or cpu; --device list shows them".to_owned()),
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gpu => out.pad("gpu"),
            Self::GpuAt(number) => out.pad(&format!("gpu:{number}")),
            Self::Cpu => out.pad("cpu"),
        }
    }
}

/// Whether these arguments ask for the list of devices, whatever else they say: `--device list`.
pub fn list_is_asked(arguments: &[OsString]) -> bool {
    let at_once = arguments.iter().any(|argument| argument == "--device=list");
    at_once || arguments.windows(2).any(|pair| pair[0] == "--device" && pair[1] == "list")
}

/// All devices.
pub fn all() -> Vec<DeviceChoice> {
    let gpus = (1..=gpus().len()).map(DeviceChoice::GpuAt);
    gpus.chain(cfg!(feature = "cpu").then_some(DeviceChoice::Cpu)).collect()
}

/// One line for each device: its name for `--device`, and that of the hardware.
pub fn list() -> Vec<String> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let processor = format!("cpu    the processor, {threads} threads");
    let gpus = gpus().into_iter().enumerate().map(|(at, name)| format!("gpu:{}  {name}", at + 1));
    gpus.chain(cfg!(feature = "cpu").then_some(processor)).collect()
}

#[cfg(feature = "gpu")]
fn gpus() -> Vec<String> {
    pollster::block_on(device::gpus())
}

#[cfg(not(feature = "gpu"))]
fn gpus() -> Vec<String> {
    Vec::new()
}

/// The device and its name for the user. A software driver is used only if a GPU is requested explicitly: the CPU
/// engine is faster than a software GPU.
pub async fn open_device(choice: Option<DeviceChoice>) -> Result<(Device, String), StylizeError> {
    match choice {
        Some(DeviceChoice::Cpu) => processor(""),
        Some(DeviceChoice::Gpu) => gpu(None).await,
        Some(DeviceChoice::GpuAt(number)) => gpu(Some(number - 1)).await,
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
async fn gpu(at: Option<usize>) -> Result<(Device, String), StylizeError> {
    let opened = match at {
        Some(at) => device::gpu_at(at).await,
        None => device::gpu().await,
    };
    match opened {
        Ok(gpu) => Ok((gpu.device, gpu.name)),
        Err(Error::NoGpu(why)) => Err(StylizeError::NoGpu(why)),
        Err(other) => Err(other.into()),
    }
}

#[cfg(not(feature = "gpu"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn gpu(_at: Option<usize>) -> Result<(Device, String), StylizeError> {
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
