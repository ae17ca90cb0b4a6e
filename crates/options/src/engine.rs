//! Defines the engines: the builds of the worker that paint.

use serde::{Deserialize, Serialize};

/// Which build of the worker paints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Kernels on WebGPU.
    Gpu,
    /// Burn's CPU backend in WebAssembly.
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
