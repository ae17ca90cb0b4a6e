//! Defines pictures: pixels of gamma-encoded sRGB, their resampling and colours, masks over them, and rectangles in
//! them.
//!
//! This is the lowest crate of the workspace. It does not depend on file formats, options of a run, the network or a
//! browser.

pub mod bleed;
mod channel;
pub mod chroma;
pub mod color;
pub mod crop;
mod frame;
pub mod grey;
pub mod mask;
mod picture;
pub mod rect;
pub mod resample;
mod scalable;
mod size;
mod srgb;
mod triptych;

pub use channel::Channel;
pub use frame::{Frame, Losses};
pub use picture::{Picture, PictureError};
pub use scalable::Scalable;
pub use size::{Size, UnknownSize, size_to_fit};
pub use triptych::triptych;
