//! Computes the total-variation loss, which suppresses noise. Departure from the paper, which has no such term.

use burn::tensor::Tensor;

use super::term::{Kind, Term};
use crate::kernels::{Map, total_variation};

/// The loss τ·(mean dx² + mean dy²) of a picture `[H, W, 4]`. Returns `gradient` `[H, W, 4]` plus the gradient of
/// this loss, multiplied by `editable` `[H, W]`, and the loss term. No other tensor may share the memory of `gradient`.
pub(crate) fn total_variation(
    picture: &Map,
    gradient: Map,
    editable: Option<&Tensor<2>>,
    tau: f32,
) -> (Map, Term) {
    let (gradient, sums) = total_variation::total_variation(picture, gradient, editable, tau);
    (gradient, Term { kind: Kind::TotalVariation, sums, factor: tau })
}
