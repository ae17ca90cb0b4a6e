//! The workers of the page: the engine's session on either device with the processor's helpers, and the worker that makes files.
//!
//! Each program in `src/bin` is loaded by `www/worker.js`. What they say to the page is in the crate `protocol`.

pub mod batch;
pub mod pace;

#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
pub mod engine;
#[cfg(target_family = "wasm")]
pub mod export;
