//! Defines what a run reports while it runs: losses and the current picture.

use serde::{Deserialize, Serialize};

use crate::{channel::Channel, picture::Picture};

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
    /// Whether every term is finite. A diverged optimisation gives infinities and NaN, which JSON cannot represent.
    pub fn is_finite(&self) -> bool {
        [self.total, self.content, self.style, self.tv].iter().all(|term| term.is_finite())
    }
}

/// The picture at one step of a run, with channels of 8 bits, or of 16 for files that keep what the engine computes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Frame<C = u8> {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// The number of steps made.
    pub step: u32,
    /// The losses of the picture before the latest step; `None` before the first one.
    pub losses: Option<Losses>,
    /// sRGB with alpha, `width · height · 4` values, rows top to bottom. Not serialised: it is transferred beside
    /// the message.
    #[serde(skip)]
    pub rgba: Vec<C>,
}

impl<C: Channel> Frame<C> {
    /// The same picture resized to the size of the result, in pixels: frames of early scales are smaller.
    #[must_use]
    pub fn enlarged(self, width: usize, height: usize) -> Self {
        if (self.width, self.height) == (width, height) {
            return self;
        }
        match Picture::from_rgba(self.width, self.height, &self.rgba) {
            Ok(picture) => Self { width, height, rgba: picture.resize(width, height).to_rgba(), ..self },
            // The pixels have been transferred away.
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
