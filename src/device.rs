//! The device that computes: a GPU through WebGPU's interface, or the processor.

#[cfg(feature = "gpu")]
use std::sync::{Arc, Mutex};

pub use burn::tensor::Device;

#[cfg(feature = "gpu")]
use crate::{error::Error, kernels};

/// The first fault of a device.
#[cfg(feature = "gpu")]
type Faults = Arc<Mutex<Option<Error>>>;

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
    /// WebGPU's handle to it.
    pub requested: burn::tensor::wgpu::wgpu::Device,
    faults: Faults,
}

#[cfg(feature = "gpu")]
impl Gpu {
    /// What went wrong on the device since it was opened: the first fault is kept, whatever follows from it.
    pub fn fault(&self) -> Option<Error> {
        self.faults.lock().ok().and_then(|fault| fault.clone())
    }
}

/// A device that was requested from an adapter, and that Burn does not know yet.
#[cfg(feature = "gpu")]
#[derive(Debug)]
pub struct Requested(burn::tensor::wgpu::WgpuSetup);

/// Opens the GPU that the system prefers.
///
/// # Errors
/// [`Error::NoGpu`] where there is no adapter, it refuses a device, or Burn refuses that.
#[cfg(feature = "gpu")]
pub async fn gpu() -> Result<Gpu, Error> {
    request().await?.open()
}

/// Requests a device from the adapter that the system prefers.
///
/// It is requested here rather than by Burn, because three of Burn's defaults do not suit a stranger's browser: an error
/// outside of a scope panics, the loss of the device goes unnoticed, and on some systems one buffer serves many tensors.
///
/// # Errors
/// [`Error::NoGpu`] where there is no adapter or it refuses a device.
#[cfg(feature = "gpu")]
pub async fn request() -> Result<Requested, Error> {
    use burn::tensor::wgpu::{WgpuSetup, wgpu};

    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = instance
        .request_adapter(&wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        })
        .await
        .map_err(|error| Error::NoGpu(format!("no adapter: {error}")))?;
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
        .map_err(|error| Error::NoGpu(format!("the adapter refused a device: {error}")))?;
    Ok(Requested(WgpuSetup { backend: adapter.get_info().backend, instance, adapter, device, queue }))
}

#[cfg(feature = "gpu")]
impl Requested {
    /// Makes it a device of Burn's. This asks the adapter what it can do, and waits for nothing.
    ///
    /// # Errors
    /// [`Error::NoGpu`] where Burn refuses the device.
    pub fn open(self) -> Result<Gpu, Error> {
        use burn::tensor::wgpu::{MemoryConfiguration, wgpu};

        let info = self.0.adapter.get_info();
        let requested = self.0.device.clone();
        let device = Device::wgpu_options()
            // One buffer per tensor: WebGPU forbids binding one buffer both for reading and for writing.
            .memory_config(MemoryConfiguration::ExclusivePages)
            .setup(self.0)
            .init()
            .map_err(|error| Error::NoGpu(error.to_string()))?;
        let faults = Arc::default();
        watch(&requested, &faults);
        let software = info.device_type == wgpu::DeviceType::Cpu;
        kernels::set_in_software(&device, software);
        Ok(Gpu { device, name: name(&info), software, faults, requested })
    }
}

/// Keeps the first fault of a device in `faults`.
///
/// To be called once cubecl has made its server of the device, which it does at once: it installs a handler of its own, which
/// panics, and wgpu has place for one.
#[cfg(feature = "gpu")]
fn watch(device: &burn::tensor::wgpu::wgpu::Device, faults: &Faults) {
    use burn::tensor::wgpu::wgpu;

    let uncaptured = faults.clone();
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        keep(&uncaptured, failure_of(&error));
    }));
    // In a browser cubecl is told, too. Natively there is place for one callback, which is left to cubecl: it then refuses to
    // read from the device, which is an error like any other.
    #[cfg(target_family = "wasm")]
    {
        let lost = faults.clone();
        device.set_device_lost_callback(move |reason, message| {
            keep(&lost, Error::DeviceLost(format!("{reason:?}: {message}")));
        });
    }
}

/// What an error of WebGPU's is to a run: of memory there may be enough for a smaller one, and all else leaves a device that
/// did not do what it was asked.
#[cfg(feature = "gpu")]
fn failure_of(error: &burn::tensor::wgpu::wgpu::Error) -> Error {
    use burn::tensor::wgpu::wgpu;

    match error {
        wgpu::Error::OutOfMemory { .. } => Error::OutOfMemory("the GPU has no more".into()),
        other => Error::DeviceLost(other.to_string()),
    }
}

/// Notes a fault, unless there was one before, which it then follows from.
#[cfg(feature = "gpu")]
fn keep(faults: &Faults, failure: Error) {
    if let Ok(mut first) = faults.lock() {
        first.get_or_insert(failure);
    }
}

/// What an adapter calls itself, for people to read.
#[cfg(feature = "gpu")]
fn name(info: &burn::tensor::wgpu::wgpu::AdapterInfo) -> String {
    match (info.name.trim(), info.driver.trim()) {
        ("", "") => "WebGPU".to_owned(),
        (name, "") | ("", name) => name.to_owned(),
        (name, driver) if name.contains(driver) => name.to_owned(),
        (name, driver) => format!("{name} ({driver})"),
    }
}

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use burn::tensor::wgpu::wgpu;

    use super::{Error, Faults, failure_of, keep};

    #[test]
    fn the_first_error_is_kept_by_its_kind() {
        let source = || Box::new(std::fmt::Error);
        let faults = Faults::default();
        keep(&faults, failure_of(&wgpu::Error::OutOfMemory { source: source() }));
        let description = "In Device::create_bind_group".to_owned();
        let follows = failure_of(&wgpu::Error::Validation { source: source(), description });
        assert!(
            matches!(&follows, Error::DeviceLost(why) if why.contains("create_bind_group")),
            "{follows:?}"
        );
        keep(&faults, follows);
        assert!(matches!(*faults.lock().unwrap(), Some(Error::OutOfMemory(_))));
    }
}
