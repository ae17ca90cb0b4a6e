//! Defines a device that the worker owns.

use std::{fmt, rc::Rc};

use impasto::device::Device;
use protocol::Failure;

/// Asks a device what went wrong on it since it was opened, if anything.
pub type Fault = Rc<dyn Fn() -> Option<Failure>>;

/// A device, ready for tensors.
pub struct Opened {
    /// Burn's handle to it.
    pub device: Device,
    /// What it calls itself.
    pub name: String,
    /// Whether it computes on the processor's cores.
    pub software: bool,
    /// What went wrong on it since it was opened, if anything.
    pub fault: Fault,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("name", &self.name).finish_non_exhaustive()
    }
}
