//! Defines an opened device of the worker.

use std::{fmt, pin::Pin, rc::Rc};

use impasto::device::Device;
use protocol::Failure;

/// Returns the failure of a device since it was opened, if any.
pub type Fault = Rc<dyn Fn() -> Option<Failure>>;

/// Resolves at the first failure of a device.
pub type FirstFault = Pin<Box<dyn Future<Output = Failure>>>;

/// An opened device.
pub struct Opened {
    /// Burn's device.
    pub device: Device,
    /// The name of the device.
    pub name: String,
    /// Whether it is a software implementation on the CPU.
    pub software: bool,
    /// Returns the failure of the device, if any.
    pub fault: Fault,
    /// Resolves at the first failure of the device; `None` if it cannot fail.
    pub failed: Option<FirstFault>,
    /// Makes the browser look for finished work ([`super::nudges`]); `None` on the CPU.
    pub nudge: Option<Rc<dyn Fn()>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("name", &self.name).finish_non_exhaustive()
    }
}
