//! Neural style transfer after Gatys, Ecker and Bethge, natively and in the browser.

pub mod layer;
pub mod message;
pub mod options;
pub mod picture;
pub mod timeline;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
pub mod web;
pub mod weights;

#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod device;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod kernels;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod loss;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod transfer;
#[cfg(any(feature = "cpu", feature = "gpu"))]
pub mod vgg;
