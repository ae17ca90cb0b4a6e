//! Defines the gradient of the losses with respect to the features of a layer, as the losses give it to the backward pass.

use burn::tensor::Tensor;

use crate::kernels::{Map, conv, scale_pixels::scale_pixels};

/// The gradient of the losses that look at a layer, with respect to its features F `[H, W, C]`: the sum of what is there.
#[derive(Clone, Debug, Default)]
pub struct Gradient {
    /// As it is, `[H, W, C]`.
    pub map: Option<Map>,
    /// As what F is multiplied by.
    pub style: Option<StyleGradient>,
}

/// The gradient of a style loss, F·matrix + offset at each place: it costs no map.
#[derive(Clone, Debug)]
pub struct StyleGradient {
    /// `[C, C]`.
    pub matrix: Tensor<2>,
    /// `[C]`; none is zero.
    pub offset: Option<Tensor<1>>,
}

impl StyleGradient {
    /// The gradient, and what else there is, before the ReLU that the features `[H, W, C]` came out of.
    pub(super) fn before_relu(&self, features: &Map, add: Option<&Map>) -> Map {
        conv::conv1x1(features, &self.matrix, self.offset.as_ref(), add)
    }
}

impl Gradient {
    /// With the gradient of a style loss added, by which a region pulls that sees the features through these weights
    /// `[H, W]`, or without any.
    #[must_use]
    pub fn add_style(self, features: &Map, style: StyleGradient, weights: Option<&Tensor<2>>) -> Self {
        match weights {
            None => Self { style: Some(style), ..self },
            Some(weights) => {
                // Once for what the region sees, and once for how that depends on the features.
                let seen = scale_pixels(&style.before_relu(features, None), weights, None);
                Self { map: Some(scale_pixels(&seen, weights, self.map.as_ref())), ..self }
            }
        }
    }
}
