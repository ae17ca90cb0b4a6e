//! Which GPU devices are software: adapters that compute on the CPU's cores (SwiftShader, lavapipe).

use std::sync::RwLock;

use burn::{backend::DispatchDevice, tensor::Device};

use super::Buffer;

/// The devices that are known to be software.
static IN_SOFTWARE: RwLock<Vec<DispatchDevice>> = RwLock::new(Vec::new());

/// States whether a GPU device is software. Such a device gets larger register tiles and other convolution algorithms.
///
/// A device that nothing was stated about counts as hardware. Results differ by rounding only.
pub fn set_in_software(device: &Device, software: bool) {
    let device = device.as_dispatch();
    let mut known = IN_SOFTWARE.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.retain(|other| other != device);
    if software {
        known.push(device.clone());
    }
}

/// Whether this device is software.
pub fn is_in_software(device: &Device) -> bool {
    is_known(device.as_dispatch())
}

impl Buffer {
    /// Whether the device of this buffer is software.
    pub fn is_in_software(&self) -> bool {
        is_known(&DispatchDevice::Cube(self.0.device.clone()))
    }
}

fn is_known(device: &DispatchDevice) -> bool {
    IN_SOFTWARE.read().unwrap_or_else(std::sync::PoisonError::into_inner).contains(device)
}
