//! Defines the browser functions that the page and its workers share: messages, requests to the host, decoding of
//! pictures.
#![cfg(target_family = "wasm")]

pub mod decode;
pub mod envelope;
pub mod fetch;
mod js;

pub use js::{adapter_name, now, spoken, webgpu_adapter};

/// The name of the cache (Cache API) in which the engine's worker stores networks, and the page finds them. All packs
/// share it: the keys of their files contain folder, name and hash.
pub const WEIGHTS_CACHE: &str = "impasto-weights";
