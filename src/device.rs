//! Defines the devices that compute: a GPU through WebGPU, or the CPU. Turns errors of a GPU into [`Error`]s.

#[cfg(feature = "gpu")]
use std::{
    future::poll_fn,
    sync::{Arc, Mutex},
    task::{Poll, Waker},
};

pub use burn::tensor::Device;

#[cfg(feature = "gpu")]
use crate::{
    error::Error,
    kernels,
    memory::{Room, set_room},
};

/// The first error of a device, and who waits for it.
#[cfg(feature = "gpu")]
#[derive(Debug, Default)]
struct First {
    fault: Option<Error>,
    waiting: Option<Waker>,
}

#[cfg(feature = "gpu")]
type Faults = Arc<Mutex<First>>;

/// The CPU, through Burn's `flex` backend: SIMD, and threads where the target has them.
#[cfg(feature = "cpu")]
pub fn cpu() -> Device {
    Device::flex()
}

/// A GPU that is ready for tensors.
#[cfg(feature = "gpu")]
#[derive(Clone, Debug)]
pub struct Gpu {
    /// Burn's handle.
    pub device: Device,
    /// The name of the adapter, for display.
    pub name: String,
    /// Whether the adapter is software, which computes on the CPU's cores.
    pub software: bool,
    /// WebGPU's handle.
    pub requested: burn::tensor::wgpu::wgpu::Device,
    /// WebGPU's queue of the device.
    pub queue: burn::tensor::wgpu::wgpu::Queue,
    faults: Faults,
}

#[cfg(feature = "gpu")]
impl Gpu {
    /// The first error on the device since it was opened. Later errors are usually its consequences.
    pub fn fault(&self) -> Option<Error> {
        self.faults.lock().ok().and_then(|first| first.fault.clone())
    }

    /// Waits for the first error on the device, also while it has nothing to do. One caller can wait at a time.
    pub fn failed(&self) -> impl Future<Output = Error> + use<> {
        let faults = self.faults.clone();
        poll_fn(move |context| {
            let Ok(mut first) = faults.lock() else { return Poll::Pending };
            if let Some(fault) = first.fault.clone() {
                return Poll::Ready(fault);
            }
            first.waiting = Some(context.waker().clone());
            Poll::Pending
        })
    }
}

/// A device that was requested from an adapter, but is not registered with Burn yet.
#[cfg(feature = "gpu")]
#[derive(Debug)]
pub struct Requested(burn::tensor::wgpu::WgpuSetup);

/// Opens the GPU that the system prefers.
///
/// # Errors
/// [`Error::NoGpu`] if there is no adapter, or if the adapter or Burn refuses the device.
#[cfg(feature = "gpu")]
pub async fn gpu() -> Result<Gpu, Error> {
    request().await?.open()
}

/// Requests a device from the adapter that the system prefers.
///
/// # Errors
/// [`Error::NoGpu`] if there is no adapter, or if it refuses the device.
#[cfg(feature = "gpu")]
pub async fn request() -> Result<Requested, Error> {
    use burn::tensor::wgpu::wgpu;

    let instance = instance();
    let adapter = instance
        .request_adapter(&wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        })
        .await
        .map_err(|error| Error::NoGpu(format!("no adapter: {error}")))?;
    request_of(instance, adapter).await
}

/// The names of the GPUs of this machine, those in hardware first. Browsers do not list theirs.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
pub async fn gpus() -> Vec<String> {
    adapters(&instance()).await.iter().map(|adapter| name(&adapter.get_info())).collect()
}

/// Opens one of the GPUs of this machine, by its place among [`gpus`], from 0.
///
/// # Errors
/// [`Error::NoGpu`] if there are not so many, or if the adapter or Burn refuses the device.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
pub async fn gpu_at(at: usize) -> Result<Gpu, Error> {
    let instance = instance();
    let mut adapters = adapters(&instance).await;
    if at >= adapters.len() {
        return Err(Error::NoGpu(format!(
            "number {} was asked for, and this machine has {}",
            at + 1,
            adapters.len()
        )));
    }
    request_of(instance, adapters.swap_remove(at)).await?.open()
}

/// The adapters of this machine, those in hardware first.
///
/// OpenGL shows the GPUs of Vulkan, Metal and DirectX a second time, with fewer abilities: its adapters count only where there are
/// no others.
#[cfg(all(feature = "gpu", not(target_family = "wasm")))]
async fn adapters(instance: &burn::tensor::wgpu::wgpu::Instance) -> Vec<burn::tensor::wgpu::wgpu::Adapter> {
    use burn::tensor::wgpu::wgpu::{Backends, DeviceType};

    let mut adapters = instance.enumerate_adapters(Backends::PRIMARY).await;
    if adapters.is_empty() {
        adapters = instance.enumerate_adapters(Backends::all()).await;
    }
    adapters.sort_by_key(|adapter| match adapter.get_info().device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::Cpu => 2,
        _ => 1,
    });
    adapters
}

#[cfg(feature = "gpu")]
fn instance() -> burn::tensor::wgpu::wgpu::Instance {
    use burn::tensor::wgpu::wgpu::{Instance, InstanceDescriptor};

    Instance::new(InstanceDescriptor::new_without_display_handle())
}

/// Requests a device from an adapter.
///
/// It is requested here and not by Burn, because three defaults of Burn do not suit an unknown browser: an uncaptured
/// error panics, the loss of the device is not reported, and on some systems several tensors share a buffer.
///
/// # Errors
/// [`Error::NoGpu`] if it refuses the device.
#[cfg(feature = "gpu")]
async fn request_of(
    instance: burn::tensor::wgpu::wgpu::Instance,
    adapter: burn::tensor::wgpu::wgpu::Adapter,
) -> Result<Requested, Error> {
    use burn::tensor::wgpu::{WgpuSetup, wgpu};

    let (device, queue) = adapter
        .request_device(&wgpu::DeviceDescriptor {
            label: Some("impasto"),
            // cubecl assumes that the device has all features of the adapter, so all are requested. The exception is
            // mapping GPU memory, which is slower than copying.
            required_features: adapter.features() - wgpu::Features::MAPPABLE_PRIMARY_BUFFERS,
            // SAFETY: no shader of this crate uses an experimental feature. Those of cubecl may; cubecl itself
            // enables the same features.
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
    /// Registers the device with Burn. Queries the capabilities of the adapter and does not wait.
    ///
    /// # Errors
    /// [`Error::NoGpu`] if Burn refuses the device.
    pub fn open(self) -> Result<Gpu, Error> {
        use burn::tensor::wgpu::{MemoryConfiguration, wgpu};

        let info = self.0.adapter.get_info();
        let (requested, queue) = (self.0.device.clone(), self.0.queue.clone());
        let device = Device::wgpu_options()
            // One buffer per tensor: WebGPU does not allow one buffer to be bound for reading and for writing.
            .memory_config(MemoryConfiguration::ExclusivePages)
            .setup(self.0)
            .init()
            .map_err(|error| Error::NoGpu(error.to_string()))?;
        let faults = Arc::default();
        watch(&requested, &faults);
        let software = info.device_type == wgpu::DeviceType::Cpu;
        let limits = requested.limits();
        let largest = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        // Browsers do not say that a GPU has memory of its own.
        let has_own = info.device_type == wgpu::DeviceType::DiscreteGpu;
        let budget = if has_own { 4 * Room::BUDGET } else { Room::BUDGET };
        set_room(&device, Room { budget, largest });
        kernels::set_in_software(&device, software);
        Ok(Gpu { device, name: name(&info), software, faults, requested, queue })
    }
}

/// Stores the first error of a device in `faults`.
///
/// Must be called after cubecl has created its server for the device, which happens in `init`. cubecl installs an
/// error handler that panics, wgpu keeps a single handler, and this one must replace it.
#[cfg(feature = "gpu")]
fn watch(device: &burn::tensor::wgpu::wgpu::Device, faults: &Faults) {
    use burn::tensor::wgpu::wgpu;

    let uncaptured = faults.clone();
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        keep(&uncaptured, failure_of(&error));
    }));
    // In a browser cubecl is notified as well. Natively there is a single callback, which is left to cubecl: after
    // the loss, reading from the device returns an error.
    #[cfg(target_family = "wasm")]
    {
        let lost = faults.clone();
        device.set_device_lost_callback(move |reason, message| {
            keep(&lost, Error::DeviceLost(format!("{reason:?}: {message}")));
        });
    }
}

/// The error of a run for an error of WebGPU. Out of memory: a smaller run may fit. After any other error the state
/// of the device is unknown.
#[cfg(feature = "gpu")]
fn failure_of(error: &burn::tensor::wgpu::wgpu::Error) -> Error {
    use burn::tensor::wgpu::wgpu;

    match error {
        wgpu::Error::OutOfMemory { .. } => Error::OutOfMemory("the GPU has no more".into()),
        other => Error::DeviceLost(other.to_string()),
    }
}

/// Stores an error, unless one is stored already.
#[cfg(feature = "gpu")]
fn keep(faults: &Faults, failure: Error) {
    let waiting = faults.lock().ok().and_then(|mut first| {
        first.fault.get_or_insert(failure);
        first.waiting.take()
    });
    // Woken without the lock, since it may poll at once.
    if let Some(waiting) = waiting {
        waiting.wake();
    }
}

/// The name of an adapter, for display.
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
        assert!(matches!(faults.lock().unwrap().fault, Some(Error::OutOfMemory(_))));
    }
}
