//! The losses of Gatys et al. (2015): content, style by Gram matrices; and total variation.
//!
//! Content and style are divided by what the targets themselves measure, so that a value of 1 means
//! "as far from the target as nothing at all" and one set of weights suits every picture:
//!
//! ```text
//! L = β·Σ wₗ·mean((Gₗ−Aₗ)²)/mean(Aₗ²) + α·Σ wₗ·mean((Fₗ−Pₗ)²)/mean(Pₗ²) + τ·(mean dx² + mean dy²)
//! ```
//!
//! Where a mask gives each painting a part of the picture, the style loss is the sum over these, each with its share of
//! the picture and with features weighted by the mask (Gatys et al. 2017, "Controlling Perceptual Factors in Neural
//! Style Transfer", section 4).

use options::Options;
use picture::rect::Rect;
use weights::Layer;

mod content;
mod regions;
mod style;
mod term;
mod total_variation;

pub(crate) use content::Content;
pub(crate) use regions::{Region, Style};
pub(crate) use style::{RegionFeatures, Statistics};
pub(crate) use term::squares;
pub use term::{Kind, Term, losses, total};
pub(crate) use total_variation::total_variation;

use crate::{
    kernels::{Map, residual::residual},
    network::Gradient,
};

/// What the picture shall come near to: the photo's features P and the paintings' Gram matrices A.
#[derive(Clone, Debug)]
pub struct Targets {
    pub(crate) content: Vec<Content>,
    pub(crate) style: Vec<Region>,
}

impl Targets {
    /// The gradient of content and style loss with respect to one layer's features `[H, W, C]`. The losses themselves
    /// are appended to `terms`.
    pub fn gradient(
        &self,
        layer: Layer,
        features: &Map,
        options: &Options,
        terms: &mut Vec<Term>,
    ) -> Gradient {
        let map = self.content_gradient(layer, features, options.content_weight, terms);
        self.style_gradient(layer, features, options, terms, Gradient { map, style: None })
    }

    /// ∂/∂F of α·w·Σ(F−P)²/ΣP² = 2·factor·(F−P).
    fn content_gradient(
        &self,
        layer: Layer,
        features: &Map,
        alpha: f32,
        terms: &mut Vec<Term>,
    ) -> Option<Map> {
        let target = self.content.iter().find(|target| target.layer == layer)?;
        let photo = target.features.as_ref()?;
        let factor = target.factor(alpha);
        let (gradient, sums) = residual(features, photo, 2.0 * factor);
        terms.push(Term { kind: Kind::Content, sums, factor });
        Some(gradient)
    }

    /// That of the style loss ([`StyleTarget::gradient`](style::StyleTarget::gradient)), added to what is there.
    fn style_gradient(
        &self,
        layer: Layer,
        features: &Map,
        options: &Options,
        terms: &mut Vec<Term>,
        there: Gradient,
    ) -> Gradient {
        let [h, w, _] = features.dims();
        let mut sum = there;
        for region in &self.style {
            let Some(style) = region.styles.iter().find(|style| style.layer == layer) else { continue };
            if !region.sees(layer) {
                continue;
            }
            let weights = region.weights(layer, None);
            let seen = RegionFeatures::new(features, weights.as_ref(), options.style_loss);
            let found = seen.statistics(Rect::whole((w, h)));
            let (gradient, losses) = region.style_gradient(style, &found, options.style_weight, h * w);
            terms.extend(losses);
            sum = sum.add_style(features, gradient, weights.as_ref());
        }
        sum
    }
}
