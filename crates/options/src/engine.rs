//! Defines the engines that the page can choose from. Each is a build of the worker.

use serde::{Deserialize, Serialize};

/// The build of the worker that paints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Burn with WGSL kernels, on WebGPU.
    Gpu,
    /// Loops on the CPU (the crate `processor`), in WebAssembly.
    Cpu,
}

impl Engine {
    /// The name in URLs and in the page's `data-engine`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
        }
    }
}
