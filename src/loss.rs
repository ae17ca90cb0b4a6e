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

use burn::tensor::{Device, Tensor};

use crate::{
    kernels::{Map, residual::residual, upload},
    layer::Layer,
    mask::{Guide, Mask},
    message::{Failure, Losses},
    options::{Options, WeightedLayer},
    rect::{Rect, Remainder},
    statistics::{Seen, Statistics, Wanted},
    vgg::{Gradient, Pull, Vgg},
    weights::Balance,
};

/// What the picture shall come near to: the photo's features P and the paintings' Gram matrices A.
#[derive(Clone, Debug)]
pub struct Targets {
    pub(crate) content: Vec<Content>,
    pub(crate) style: Vec<Region>,
}

/// The content target of one layer.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub layer: Layer,
    pub weight: f32,
    /// ΣP².
    pub power: f32,
    /// P; none where the picture is looked at tile by tile, and the photo with it.
    pub features: Option<Map>,
}

/// A part of the picture and the style that it shall have.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    /// Which part, at each depth; `None` is all of it.
    pub part: Option<Part>,
    /// How large it is, as a share of the picture: so large is its share of the style loss, and a place is pulled as
    /// strongly as it would be without regions.
    pub share: f32,
    pub styles: Vec<Style>,
}

/// The style target of one layer.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    pub layer: Layer,
    pub weight: f32,
    pub wanted: Wanted,
}

/// What the features of a region are multiplied by, indexed by the number of poolings above them; none where nothing is
/// left of the region.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    guides: Vec<Option<Guide>>,
    /// The same on the device; none where the picture is looked at tile by tile.
    weights: Vec<Option<Tensor<2>>>,
    device: Device,
}

/// A loss that has been computed but not read: its elements add up, times a factor, to the loss.
#[derive(Clone, Debug)]
pub struct Term {
    /// Which of the three losses it belongs to.
    pub kind: Kind,
    /// Partial sums, on the device.
    pub sums: Tensor<1>,
    /// What the sum is multiplied by, the weights of layer and loss included.
    pub factor: f32,
}

/// The three losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Kind {
    Content,
    Style,
    TotalVariation,
}

impl Content {
    /// The target of a layer: the features P as they are, if they are of the whole photo, and ΣP².
    pub fn new((layer, weight): WeightedLayer, features: Option<Map>, power: f64, balance: &Balance) -> Self {
        // Never zero: a target without any signal (a black layer) must not divide by it.
        let power = (power as f32).max(f32::MIN_POSITIVE);
        Self { layer, weight: weight * balance.content(), power, features }
    }

    /// α·w/ΣP²: what Σ(F−P)² is multiplied by.
    pub fn factor(&self, alpha: f32) -> f32 {
        alpha * self.weight / self.power
    }
}

impl Region {
    /// The region where a mask applies (`None`: everywhere) and the style that it shall have, one for each style layer of
    /// the options.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if its magnitude cannot be read.
    pub async fn new(
        mask: Option<&Mask>,
        paintings: Vec<Statistics>,
        options: &Options,
        vgg: &Vgg,
    ) -> Result<Self, Failure> {
        let mut styles = Vec::new();
        for (&(layer, weight), painting) in options.style_layers.iter().zip(paintings) {
            let weight = weight * vgg.balance().style(layer);
            styles.push(Style { layer, weight, wanted: Wanted::new(&painting).await? });
        }
        Ok(Self {
            part: mask.map(|mask| Part::new(mask, options.tile_side(mask.size()).is_some(), vgg)),
            share: mask.map_or(1.0, Mask::share),
            styles,
        })
    }

    /// What it is drawn by at a layer with these statistics of `places` features a channel, and the losses.
    pub fn pull(&self, style: &Style, found: &Statistics, beta: f32, places: usize) -> (Pull, Vec<Term>) {
        style.wanted.pull(found, beta * style.weight * self.share, places)
    }

    /// Whether anything is left of it at a layer.
    pub fn sees(&self, layer: Layer) -> bool {
        self.part.as_ref().is_none_or(|part| part.guides[layer.poolings()].is_some())
    }

    /// The weights `[H, W]` of a layer's features, if it is not the whole picture. `tile` is the rectangle of pixels that
    /// is looked at, if that is not the whole picture.
    pub fn weights(&self, layer: Layer, tile: Option<Rect>) -> Option<Tensor<2>> {
        let part = self.part.as_ref()?;
        let depth = layer.poolings();
        match tile {
            None => part.weights[depth].clone(),
            Some(tile) => Some(on_device(
                &part.guides[depth].as_ref()?.cropped(tile.behind(depth, Remainder::Kept)),
                &part.device,
            )),
        }
    }
}

impl Part {
    fn new(mask: &Mask, in_tiles: bool, vgg: &Vgg) -> Self {
        let depths = 0..=Layer::ALL.map(Layer::poolings).into_iter().max().unwrap_or_default();
        let guides: Vec<_> = depths.map(|poolings| mask.guide(poolings)).collect();
        let device = vgg.device().clone();
        let weights = if in_tiles {
            Vec::new()
        } else {
            guides.iter().map(|guide| Some(on_device(guide.as_ref()?, &device))).collect()
        };
        Self { guides, weights, device }
    }
}

fn on_device(guide: &Guide, device: &Device) -> Tensor<2> {
    upload(guide.values().to_vec(), guide.shape(), device)
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
        self.style_gradient(layer, features, options, terms, Gradient { map, pull: None })
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

    /// That of the style loss ([`Wanted::pull`]), added to what is there.
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
            let seen = Seen::new(features, weights.as_ref(), options.style_loss);
            let found = seen.statistics(Rect::whole((w, h)));
            let (pull, losses) = region.pull(style, &found, options.style_weight, h * w);
            terms.extend(losses);
            sum = sum.and_style(features, pull, weights.as_ref());
        }
        sum
    }
}

/// The sum of the squares of some values.
pub(crate) fn squares(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value).powi(2)).sum()
}

impl Term {
    /// The loss, from what was read of its sums.
    fn loss(&self, sums: &[f32]) -> f64 {
        let sum: f64 = sums.iter().copied().map(f64::from).sum();
        f64::from(self.factor) * sum
    }
}

/// All losses together, more exact than [`Losses::total`].
pub fn total<'a>(terms: impl IntoIterator<Item = (&'a Term, &'a Vec<f32>)>) -> f64 {
    terms.into_iter().map(|(term, sums)| term.loss(sums)).sum()
}

impl Losses {
    /// The losses from what was read of their terms, in the same order.
    pub fn from_terms<'a>(terms: impl IntoIterator<Item = (&'a Term, &'a Vec<f32>)>) -> Self {
        let mut losses = [0.0f64; 3];
        for (term, sums) in terms {
            losses[term.kind as usize] += term.loss(sums);
        }
        let [content, style, tv] = losses.map(|loss| loss as f32);
        Self { total: losses.iter().sum::<f64>() as f32, content, style, tv }
    }
}
