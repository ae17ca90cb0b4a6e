//! The launches of steps, as `examples/launches.rs` writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// All that was recorded.
#[derive(Debug, Deserialize)]
pub struct Recorded {
    /// By the kernel's name: all that a GPU may be asked for.
    pub kernels: BTreeMap<String, Text>,
    pub steps: Vec<Step>,
}

/// A variant of a kernel.
#[derive(Debug, Deserialize)]
pub struct Text {
    pub text: String,
    /// Threads of a workgroup.
    pub workgroup: [u32; 3],
}

/// One step.
#[derive(Debug, Deserialize)]
pub struct Step {
    pub network: String,
    /// How its convolutions are computed: `rule`, or one algorithm for all.
    pub algorithm: String,
    pub launches: Vec<Launch>,
}

#[derive(Debug, Deserialize)]
pub struct Launch {
    pub kernel: String,
    /// The layer.
    pub label: String,
    pub workgroups: u64,
    pub parameters: Vec<u32>,
    /// The memory of each buffer and its bytes.
    pub buffers: Vec<(String, u64)>,
}
