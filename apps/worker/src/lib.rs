//! Defines the workers of the page: the engine's session on GPU or CPU, the CPU engine's helpers, and the worker that
//! makes files.
//!
//! Each program in `src/bin` is loaded by `www/worker.js`. The messages are defined in the crate `protocol`.

pub mod pace;

#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
mod batch;
#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
mod cache;
#[cfg(target_family = "wasm")]
pub mod export;
#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
mod failure;
#[cfg(all(target_family = "wasm", feature = "cpu"))]
pub mod helpers;
#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
mod inbox;
#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
mod memory;
#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
pub mod opened;
#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
mod post;
#[cfg(all(target_family = "wasm", feature = "cpu"))]
pub mod relaxed;
#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
pub mod session;
#[cfg(all(target_family = "wasm", feature = "gpu"))]
pub mod timestamps;
#[cfg(all(target_family = "wasm", feature = "gpu"))]
mod tuning;
#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
mod yielder;

#[cfg(all(target_family = "wasm", any(feature = "cpu", feature = "gpu")))]
pub use failure::failure;
