//! Defines what the residuals of Gram matrices are computed from.

use burn::tensor::Tensor;

use crate::kernels::Map;

/// A layer whose Gram matrix G is compared with a target A.
#[derive(Clone, Copy, Debug)]
pub struct Compared<'a> {
    /// The features, `[H, W, C]`.
    pub features: &'a Map,
    /// A, `[C, C]`.
    pub target: &'a Tensor<2>,
    /// The factor of G − A in its residual.
    pub scale: f32,
    /// The factor of Σ(G − A)² in the sum over all layers.
    pub factor: f32,
}
