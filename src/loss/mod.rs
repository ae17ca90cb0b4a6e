//! Computes the losses of Gatys et al. (2015) and their gradients with respect to features: content, and style by
//! Gram matrices. Total variation is added to them. The gradients go on to the backward pass of the network.
//!
//! The total loss, with features F, those of the photo P, Gram matrices G and those of the painting A:
//!
//! ```text
//! L = β·Σ wₗ·mean((Gₗ−Aₗ)²)/mean(Aₗ²) + α·Σ wₗ·mean((Fₗ−Pₗ)²)/mean(Pₗ²) + τ·(mean dx² + mean dy²)
//! ```
//!
//! Departures from the paper:
//!
//! - The paper has absolute sums of squares, ½·Σ(F−P)² and Σ(G−A)²/(4·C²·(H·W)²). Here both are divided by the mean
//!   square of their target. A value of 1 is then the loss of features that are all zero, and the same α and β suit
//!   every picture and layer.
//! - G is divided by C·H·W, so that pictures of different sizes can be compared.
//! - The total variation, τ, is not in the paper.
//! - With the style loss `neighbors`, β·ν·mean over conv3_1 and conv4_1 of mean (1 − cos(F, nearest A)) is added
//!   (`loss/neighbors.rs`).
//! - With a content map, each position of the content loss has a weight (`loss/content.rs`).
//! - A picture of a film is also kept near the one before it (`loss/temporal.rs`).
//! - α may fall from scale to scale ([`Options::content_falloff`]).
//!
//! With masks, the style loss is the sum over the regions, each weighted by its share of the picture and with
//! features weighted by its mask (Gatys et al. 2017, "Controlling Perceptual Factors in Neural Style Transfer",
//! section 4).

use options::{Options, StyleLoss};
use picture::rect::Rect;
use rand::{SeedableRng, rngs::StdRng};
use weights::Layer;

mod content;
mod neighbors;
mod position_weights;
mod regions;
mod style;
mod temporal;
mod term;
mod total_variation;

pub(crate) use content::{Content, UnmeasuredContent};
pub(crate) use neighbors::{Collection, Neighbors, orientations};
pub(crate) use position_weights::on_device;
pub(crate) use regions::{Region, Style};
pub(crate) use style::{RegionFeatures, Statistics, UnmeasuredStyle};
pub(crate) use temporal::{Followed, temporal};
pub use term::{Kind, Term, losses, total};
pub(crate) use total_variation::total_variation;

use crate::{
    kernels::{Map, gram, residual::residual},
    network::{Features, Gradient, StyleGradient},
};

/// The targets of a run at one scale: features P of the photo, and style statistics of the paintings, one set for
/// each region.
#[derive(Clone, Debug)]
pub struct Targets {
    pub(crate) content: Vec<Content>,
    pub(crate) style: Vec<Region>,
}

impl Targets {
    /// The gradients of the style loss at all of its layers, if it compares Gram matrices of the whole picture. Such
    /// matrices are computed together, in few launches, once all features are there. Otherwise empty: a region weights
    /// the features of a layer first, for which there is no memory until those of deeper layers are dropped.
    ///
    /// Appends the loss terms to `terms`. Does not wait for the device.
    pub fn gram_gradients(
        &self,
        features: &Features,
        options: &Options,
        terms: &mut Vec<Term>,
    ) -> Vec<(Layer, StyleGradient)> {
        let whole = self.style.iter().find(|region| region.part.is_none());
        let Some(region) = whole.filter(|_| options.style_loss != StyleLoss::Moments) else {
            return Vec::new();
        };
        let compared = region.styles.iter().map(|style| {
            let weight = options.style_weight * style.weight * region.share;
            style.target.compared(features.at(style.layer), weight)
        });
        let compared: Vec<_> = compared.collect();
        let (matrices, sums) = gram::residuals(&compared);
        terms.extend(sums.into_iter().map(|sums| Term { kind: Kind::Style, sums, factor: 1.0 }));
        let layers = region.styles.iter().map(|style| style.layer);
        layers.zip(matrices.into_iter().map(|matrix| StyleGradient { matrix, offset: None })).collect()
    }

    /// The gradient of content and style loss with respect to the features `[H, W, C]` of one layer. `known` are the
    /// style gradients by [`Self::gram_gradients`]. Appends the loss terms of all others to `terms`. Does not wait for the
    /// device.
    pub fn gradient(
        &self,
        layer: Layer,
        features: &Map,
        options: &Options,
        known: &[(Layer, StyleGradient)],
        terms: &mut Vec<Term>,
    ) -> Gradient {
        let map = self.content_gradient(layer, features, options.alpha(), terms);
        let map = self.neighbor_gradient(layer, features, options, terms, map);
        if known.is_empty() {
            return self.style_gradient(layer, features, options, terms, Gradient { map, style: None });
        }
        let style = known.iter().find(|(at, _)| *at == layer).map(|(_, style)| style.clone());
        Gradient { map, style }
    }

    /// The gradient of the content loss, `[H, W, C]`: ∂/∂F of α·w·Σ m·(F−P)²/ΣP² is 2·factor·m·(F−P). `None` if the layer
    /// is no content layer.
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
        let (gradient, sums) = residual(features, photo, target.map(None).as_ref(), 2.0 * factor);
        terms.push(Term { kind: Kind::Content, sums, factor });
        Some(gradient)
    }

    /// Adds the gradient of the comparison with neighbours to `map`.
    fn neighbor_gradient(
        &self,
        layer: Layer,
        features: &Map,
        options: &Options,
        terms: &mut Vec<Term>,
        map: Option<Map>,
    ) -> Option<Map> {
        let mut sum = map;
        for region in &self.style {
            for neighbors in region.neighbors.iter().filter(|neighbors| neighbors.layer == layer) {
                let (map, term) = neighbors.gradient(features, region.neighbor_weight(options), sum);
                terms.push(term);
                sum = Some(map);
            }
        }
        sum
    }

    /// Draws the positions that are compared with neighbours. The same number gives the same positions.
    pub fn draw(&mut self, number: u32, options: &Options) {
        // Not the sequence that the tiles of this step get.
        let mut random = StdRng::seed_from_u64(options.seed.rotate_left(32) ^ u64::from(number));
        for neighbors in self.style.iter_mut().flat_map(|region| &mut region.neighbors) {
            neighbors.draw(&mut random);
        }
    }

    /// Adds the gradient of the style loss ([`StyleTarget::gradient`](style::StyleTarget::gradient)) to `there`.
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
