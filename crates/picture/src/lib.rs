//! Pictures: pixels of gamma-encoded sRGB, how they are resampled and recoloured, masks over them, and rectangles in them.
//!
//! This is the lowest crate of the workspace. It knows no file format, no option of a run, no network and no browser.

pub mod color;
pub mod crop;
mod frame;
pub mod mask;
mod picture;
pub mod rect;
pub mod resample;
mod size;
mod srgb;
mod triptych;

pub use frame::{Frame, Losses};
pub use picture::{Picture, PictureError};
pub use size::{Size, UnknownSize, size_to_fit};
pub use triptych::triptych;
