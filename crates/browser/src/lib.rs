//! What the page and its workers both do in a browser: messages, files from the host, decoding of pictures.
#![cfg(target_family = "wasm")]

pub mod decode;
pub mod envelope;
pub mod fetch;
mod js;

pub use js::{adapter_name, now, spoken, webgpu_adapter};

/// The name in the Cache API under which the engine's worker keeps networks, and the page finds them. All packs share it: their files
/// are told apart by folder, name and hash.
pub const WEIGHTS_CACHE: &str = "impasto-weights";
