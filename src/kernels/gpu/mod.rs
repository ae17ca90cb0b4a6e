//! WGSL kernels on the buffers of Burn's GPU tensors.

mod adapter;
mod arena;
mod bindings;
mod buffer;
mod launch;
mod readback;
mod recording;
mod storage;

pub use adapter::{is_in_software, set_in_software};
pub use bindings::bindings;
pub use buffer::{Buffer, summing_threads};
pub(crate) use launch::shader;
pub use launch::{Registered, Shader, launches};
pub use readback::{read_buffers, readbacks};
pub use recording::{Recording, Rehearsal};
