//! Computes the temporal loss of a film, which keeps a picture near the one before it: Ruder, Dosovitskiy and Brox 2016,
//! "Artistic style transfer for videos", section 4.2. Departure from Gatys et al., who paint single pictures.

use burn::tensor::Tensor;

use super::term::{Kind, Term};
use crate::kernels::{Map, residual::residual, vectors::weighted_sum};

/// What a picture is kept near.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    /// ω, the picture before, moved to where its parts are now, `[H, W, 4]`.
    pub warped: Map,
    /// c, how far each pixel of it is trusted, `[H, W]`, 0..1.
    pub trust: Tensor<2>,
    /// γ, the weight of the loss.
    pub weight: f32,
}

/// The loss γ·mean(c·(x − ω)²) of a picture x `[H, W, 4]`; the mean is over the three colours of all pixels. Returns `gradient`
/// `[H, W, 4]` plus the gradient of this loss, and the loss term.
pub(crate) fn temporal(picture: &Map, gradient: &Map, followed: &Followed) -> (Map, Term) {
    let Followed { warped, trust, weight } = followed;
    let [h, w, _] = picture.dims();
    let factor = weight / (3 * h * w) as f32;
    // Of the fourth value of a pixel nothing comes: it is zero in both pictures.
    let (own, sums) = residual(picture, warped, Some(trust), 2.0 * factor);
    (weighted_sum(&[(1.0, gradient), (1.0, &own)]), Term { kind: Kind::Temporal, sums, factor })
}
