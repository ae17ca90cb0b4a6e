//! What the page and its workers both do in a browser: messages, files from the host, decoding of pictures.
#![cfg(target_family = "wasm")]

pub mod decode;
pub mod envelope;
pub mod fetch;
mod js;

pub use js::{adapter_name, now, spoken, webgpu_adapter};
