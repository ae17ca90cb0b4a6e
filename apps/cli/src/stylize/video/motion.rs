//! Follows the motion from one frame of a film to the next, and notices cuts.

use flow::{flow, trust, warped};
use picture::{Picture, grey::luma, mask::Mask};

/// A cut: less of the frame than this is known of the frame before,
const TRUSTED: f32 = 0.3;
/// or the frame before explains less than this part of what is seen,
const EXPLAINED: f32 = 0.5;
/// and the difference is more than that of a noisy film, 0..1.
const NOISE: f32 = 0.04;

/// A frame and what was painted of it.
pub struct Painted {
    pub frame: Picture,
    pub picture: Picture,
}

/// What is known of a frame by the one before.
#[derive(Debug)]
pub struct Motion {
    /// What was painted of the frame before, moved to where its parts are now.
    pub warped: Picture,
    /// How far each pixel of it is trusted.
    pub trust: Mask,
}

impl Motion {
    /// The motion to `frame` from the one before; `None` if there is a cut between them.
    pub fn between(before: &Painted, frame: &Picture) -> Option<Self> {
        let back = flow(frame, &before.frame);
        let trust = trust(&back, &flow(&before.frame, frame));
        let off = difference(frame, &warped(&before.frame, &back));
        let is_cut = off > NOISE && (trust.share() < TRUSTED || off > (1.0 - EXPLAINED) * contrast(frame));
        (!is_cut).then(|| Self { warped: warped(&before.picture, &back), trust })
    }
}

fn lumas(picture: &Picture) -> impl Iterator<Item = f32> {
    picture.rgb().as_chunks::<3>().0.iter().map(|&pixel| luma(pixel))
}

/// The mean difference of two pictures in luma, 0..1.
fn difference(one: &Picture, other: &Picture) -> f32 {
    mean(lumas(one).zip(lumas(other)).map(|(one, other)| (one - other).abs()))
}

/// The mean difference of the pixels from their mean, in luma, 0..1.
fn contrast(picture: &Picture) -> f32 {
    let all = mean(lumas(picture));
    mean(lumas(picture).map(|value| (value - all).abs()))
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0f64, 0u32), |(sum, count), value| (sum + f64::from(value), count + 1));
    (sum / f64::from(count.max(1))) as f32
}
