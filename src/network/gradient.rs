//! Defines the gradient of the losses with respect to the features of a layer: the input that the losses give to the
//! backward pass.

use burn::tensor::Tensor;

use crate::kernels::{Map, conv, scale_pixels::scale_pixels};

/// The gradient of all losses at a layer with respect to its features F `[H, W, C]`: the sum of both fields. Without
/// losses both are `None`.
#[derive(Clone, Debug, Default)]
pub struct Gradient {
    /// A gradient stored as a map, `[H, W, C]`.
    pub map: Option<Map>,
    /// The gradient of a style loss, stored as the matrix that F is multiplied by.
    pub style: Option<StyleGradient>,
}

/// The gradient of a style loss, F·matrix + offset at each pixel. In this form it needs no map in memory.
#[derive(Clone, Debug)]
pub struct StyleGradient {
    /// `[C, C]`, symmetric.
    pub matrix: Tensor<2>,
    /// `[C]`; `None` is zero.
    pub offset: Option<Tensor<1>>,
}

impl StyleGradient {
    /// The gradient with respect to the input of the ReLU whose output is `features`:
    /// `(F·matrix + offset + add) · [F > 0]`. All maps are `[H, W, C]`.
    pub(super) fn before_relu(&self, features: &Map, add: Option<&Map>) -> Map {
        conv::conv1x1(features, &self.matrix, self.offset.as_ref(), add)
    }
}

impl Gradient {
    /// Adds the gradient of a style loss. `weights` `[H, W]` are those of the region that the loss belongs to;
    /// `None`: the whole picture. With weights the gradient becomes a map.
    #[must_use]
    pub fn add_style(self, features: &Map, style: StyleGradient, weights: Option<&Tensor<2>>) -> Self {
        match weights {
            None => Self { style: Some(style), ..self },
            Some(weights) => {
                // Chain rule: the loss depends on the weighted features w·F. The first factor w is that of F in
                // F·matrix, the second is ∂(w·F)/∂F.
                let seen = scale_pixels(&style.before_relu(features, None), weights, None);
                Self { map: Some(scale_pixels(&seen, weights, self.map.as_ref())), ..self }
            }
        }
    }
}
