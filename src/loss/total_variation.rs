//! Defines the total variation: how speckled the picture is.

use super::term::{Kind, Term};
use crate::kernels::{Map, total_variation};

/// τ·(mean dx² + mean dy²) of a picture `[H, W, 4]`: its gradient added to `gradient`, and the loss.
pub(crate) fn total_variation(picture: &Map, gradient: &Map, tau: f32) -> (Map, Term) {
    let (gradient, sums) = total_variation::total_variation(picture, gradient, tau);
    (gradient, Term { kind: Kind::TotalVariation, sums, factor: tau })
}
