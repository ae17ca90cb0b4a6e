//! The network that looks at pictures: VGG-19, forward to features, backward to the picture.

mod gradient;
mod vgg;

pub use gradient::{Gradient, Pull};
pub use vgg::{Features, Vgg};
