//! The device that computes: a GPU through WebGPU's interface, or the processor.

use burn::tensor::Device;

#[cfg(feature = "gpu")]
use crate::{kernels, message::Failure};

/// The processor, through Burn's `flex` backend: SIMD, and threads where the target has them.
#[cfg(feature = "cpu")]
pub fn cpu() -> Device {
    Device::flex()
}

/// A GPU, ready for tensors.
#[cfg(feature = "gpu")]
#[derive(Clone, Debug)]
pub struct Gpu {
    /// Burn's handle to it.
    pub device: Device,
    /// What the adapter calls itself, for people to read.
    pub name: String,
    /// Whether the adapter is software: it computes on the processor's cores.
    pub software: bool,
    faults: std::sync::Arc<std::sync::Mutex<Option<Failure>>>,
}

#[cfg(feature = "gpu")]
impl Gpu {
    /// What went wrong on the device since it was opened: the first fault is kept, whatever follows from it.
    pub fn fault(&self) -> Option<Failure> {
        self.faults.lock().ok().and_then(|fault| fault.clone())
    }
}

/// Opens the GPU that the system prefers.
///
/// Device and queue are requested here rather than by Burn, because three of its defaults do not
/// suit a stranger's browser: an error outside of a scope panics, the loss of the device goes
/// unnoticed, and on some systems one buffer serves many tensors.
///
/// # Errors
/// [`Failure::NoWebGpu`] where there is no adapter or it refuses a device.
#[cfg(feature = "gpu")]
pub async fn gpu() -> Result<Gpu, Failure> {
    use std::sync::{Arc, Mutex};

    use burn::tensor::wgpu::{MemoryConfiguration, WgpuSetup, wgpu};

    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = instance
        .request_adapter(&wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        })
        .await
        .map_err(|error| Failure::NoWebGpu(format!("no adapter: {error}")))?;
    let info = adapter.get_info();
    let (device, queue) = adapter
        .request_device(&wgpu::DeviceDescriptor {
            label: Some("impasto"),
            // cubecl takes the adapter's features for the device's own, so it must get them all; only mapping a
            // GPU's memory is slower than not being able to.
            required_features: adapter.features() - wgpu::Features::MAPPABLE_PRIMARY_BUFFERS,
            // SAFETY: no shader of ours uses an experimental feature; cubecl's may, and it asks for the same.
            experimental_features: unsafe { wgpu::ExperimentalFeatures::enabled() },
            required_limits: adapter.limits(),
            ..Default::default()
        })
        .await
        .map_err(|error| Failure::NoWebGpu(format!("the adapter refused a device: {error}")))?;

    let faults = Arc::new(Mutex::new(None));
    let keep = |faults: &Arc<Mutex<Option<Failure>>>, failure: Failure| {
        if let Ok(mut first) = faults.lock() {
            first.get_or_insert(failure);
        }
    };
    let (uncaptured, lost) = (faults.clone(), faults.clone());
    // Without a handler an uncaptured error panics, and with it the page's only worker.
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        keep(
            &uncaptured,
            match error {
                wgpu::Error::OutOfMemory { .. } => Failure::OutOfMemory("the GPU has no more".into()),
                other => Failure::DeviceLost(other.to_string()),
            },
        );
    }));
    device.set_device_lost_callback(move |reason, message| {
        keep(&lost, Failure::DeviceLost(format!("{reason:?}: {message}")));
    });

    let setup = WgpuSetup { backend: info.backend, instance, adapter, device, queue };
    let device = Device::wgpu_options()
        // One buffer per tensor: WebGPU forbids binding one buffer both for reading and for writing.
        .memory_config(MemoryConfiguration::ExclusivePages)
        .setup(setup)
        .init()
        .map_err(|error| Failure::NoWebGpu(error.to_string()))?;
    let name = match (info.name.trim(), info.driver.trim()) {
        ("", "") => "WebGPU".to_owned(),
        (name, "") | ("", name) => name.to_owned(),
        (name, driver) if name.contains(driver) => name.to_owned(),
        (name, driver) => format!("{name} ({driver})"),
    };
    let software = info.device_type == wgpu::DeviceType::Cpu;
    kernels::set_in_software(&device, software);
    Ok(Gpu { device, name, software, faults })
}
