//! Our own loops on the CPU: the memory of Burn's tensors, and the workers that take a share of the work.

mod helpers;
mod memory;

pub(crate) use helpers::helpers;
pub use helpers::{Helpers, Kernels, set_helpers};
pub(crate) use memory::{Numbers, tensor};
