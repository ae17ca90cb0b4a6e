//! Defines the network VGG-19: forward from a picture to features, backward from the gradients at features to the
//! gradient at the picture.

mod gradient;
mod vgg;

pub use gradient::{Gradient, StyleGradient};
pub use vgg::{Features, Vgg};
