//! Defines what a run reports on its way: its losses, and the picture at one moment.

use serde::{Deserialize, Serialize};

use crate::picture::Picture;

/// The weighted terms of the loss and their sum; dimensionless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// `content + style + tv`.
    pub total: f32,
    /// α times the content loss.
    pub content: f32,
    /// β times the style loss.
    pub style: f32,
    /// τ times the total variation.
    pub tv: f32,
}

impl Losses {
    /// Whether every term is a number: an optimisation that has run away gives infinities and NaN,
    /// which JSON cannot carry.
    pub fn is_finite(&self) -> bool {
        [self.total, self.content, self.style, self.tv].iter().all(|term| term.is_finite())
    }
}

/// The picture at one moment of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// How many steps the picture has behind it.
    pub step: u32,
    /// Those of the picture before the latest step; none before the first one.
    pub losses: Option<Losses>,
    /// sRGB with alpha 255, `width · height · 4` bytes, rows top to bottom. Travels beside the event.
    #[serde(skip)]
    pub rgba: Vec<u8>,
}

impl Frame {
    /// The same picture at the size of the result, in pixels: frames of early scales are smaller.
    #[must_use]
    pub fn enlarged(self, width: usize, height: usize) -> Self {
        if (self.width, self.height) == (width, height) {
            return self;
        }
        match Picture::from_rgba8(self.width, self.height, &self.rgba) {
            Ok(picture) => Self { width, height, rgba: picture.resize(width, height).to_rgba8(), ..self },
            // A frame whose pixels have been moved away.
            Err(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_that_ran_away_are_noticed() {
        assert!(Losses::default().is_finite());
        assert!(!Losses { style: f32::NAN, ..Losses::default() }.is_finite());
        assert!(!Losses { total: f32::INFINITY, ..Losses::default() }.is_finite());
    }
}
