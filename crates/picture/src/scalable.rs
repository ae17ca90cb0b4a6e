//! Defines a picture of which several sizes are needed.

use std::sync::OnceLock;

use crate::{
    Picture,
    resample::{Light, encode, light_of},
};

/// A picture that is resized to several sizes: its linear light is computed once, when it is first needed, and kept.
/// It takes as much memory as the picture.
///
/// All sizes are resampled from the full size, with the same values as by [`Picture::resize`]. From a pyramid of halves
/// they would differ by up to 0.008, and resampling takes less time than the conversion to light.
#[derive(Clone, Debug)]
pub struct Scalable {
    picture: Picture,
    light: OnceLock<Light>,
}

impl Scalable {
    /// Of this picture.
    pub const fn new(picture: Picture) -> Self {
        Self { picture, light: OnceLock::new() }
    }

    /// The picture at full size.
    pub const fn picture(&self) -> &Picture {
        &self.picture
    }

    /// As [`Picture::resize`].
    ///
    /// # Panics
    /// As [`Picture::resize`].
    #[must_use]
    pub fn resize(&self, width: usize, height: usize) -> Picture {
        self.picture.resize_by(width, height, |to| {
            let light = self.light.get_or_init(|| light_of(self.picture.rgb()));
            encode(light, self.picture.size(), to)
        })
    }
}
