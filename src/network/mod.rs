//! The network that looks at pictures: VGG-19, forward to features, backward to the picture.

mod gradient;
mod vgg;

pub use gradient::{Gradient, StyleGradient};
pub use vgg::{Features, Vgg};
