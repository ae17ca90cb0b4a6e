//! Defines a region of the picture and its style target (Gatys et al. 2017, "Controlling Perceptual Factors in Neural
//! Style Transfer", section 4).

use burn::tensor::{Device, Tensor};
use options::Options;
use picture::{
    mask::Mask,
    rect::{Rect, Remainder},
};
use rand::{SeedableRng, rngs::StdRng};
use schedule::tile_side;
use weights::Layer;

use super::{
    neighbors::Neighbors,
    position_weights::PositionWeights,
    style::{Statistics, StyleTarget, UnmeasuredStyle},
    term::Term,
};
use crate::network::{StyleGradient, Vgg};

/// A region of the picture, given by a mask, with its style targets.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    /// The weights of the mask, by which features are multiplied; `None` if the region is the whole picture.
    pub part: Option<Part>,
    /// The share of the picture that the region covers, 0..1. It is a factor of the style loss of the region, so that
    /// the gradient at a pixel is as large as it would be without regions.
    pub share: f32,
    pub styles: Vec<Style>,
    /// At each layer whose features are compared with neighbours.
    pub neighbors: Vec<Neighbors>,
}

/// The style target of one layer, with the weight w of the layer.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    pub layer: Layer,
    pub weight: f32,
    pub target: StyleTarget,
}

/// The weights of a region, indexed by the number of poolings before the layer. An entry is `None` if the region is too
/// small to have any weight at that resolution.
type Part = Vec<Option<PositionWeights>>;

impl Region {
    /// The region of `mask` (`None`: the whole picture). `targets` are the statistics that it is to have, one for each
    /// style layer of the options, in the same order; `squares` are all sums of squares, as read. `neighbors` are the
    /// features of its paintings that those of a picture of `size` (width, height) are compared with.
    pub fn new(
        mask: Option<&Mask>,
        targets: Vec<UnmeasuredStyle>,
        squares: &[f64],
        neighbors: Vec<(Layer, Tensor<2>)>,
        size: (usize, usize),
        options: &Options,
        vgg: &Vgg,
    ) -> Self {
        let styles = options.style_layers.iter().zip(targets).map(|(&(layer, weight), target)| {
            let weight = weight * vgg.balance().style(layer);
            Style { layer, weight, target: target.measured(squares) }
        });
        let mut random = StdRng::seed_from_u64(options.seed);
        let neighbors = neighbors.into_iter().filter_map(|(layer, targets)| {
            let guide = mask.map(|mask| mask.guide(layer.poolings(), Remainder::Kept));
            // A region without any weight at this resolution has no neighbours.
            let guide = guide.map_or(Some(None), |guide| guide.map(Some))?;
            Some(Neighbors::new(layer, targets, size, guide.as_ref(), &mut random))
        });
        Self {
            styles: styles.collect(),
            neighbors: neighbors.collect(),
            part: mask.map(|mask| {
                let tile = tile_side(options, mask.size(), vgg.most_at_once());
                part(mask, tile.is_some(), vgg.device())
            }),
            share: mask.map_or(1.0, Mask::share),
        }
    }

    /// The gradient and the terms of the style loss of this region at one layer, for the statistics `found` of
    /// features with `pixels` positions.
    pub fn style_gradient(
        &self,
        style: &Style,
        found: &Statistics,
        beta: f32,
        pixels: usize,
    ) -> (StyleGradient, Vec<Term>) {
        style.target.gradient(found, beta * style.weight * self.share, pixels)
    }

    /// The factor of the loss of neighbours at one layer.
    pub fn neighbor_weight(&self, options: &Options) -> f32 {
        let layers = Options::NEIGHBOR_LAYERS.len() as f32;
        options.style_weight * options.neighbors_weight * self.share / layers
    }

    /// Whether the region has any weight at the resolution of `layer`.
    pub fn sees(&self, layer: Layer) -> bool {
        self.part.as_ref().is_none_or(|part| part[layer.poolings()].is_some())
    }

    /// The weights `[H, W]` for the features of `layer`; `None` if the region is the whole picture. `tile` is the
    /// rectangle of pixels that the features belong to; `None`: the whole picture.
    pub fn weights(&self, layer: Layer, tile: Option<Rect>) -> Option<Tensor<2>> {
        let weights = self.part.as_ref()?[layer.poolings()].as_ref()?;
        Some(weights.of(tile))
    }
}

fn part(mask: &Mask, in_tiles: bool, device: &Device) -> Part {
    let depths = 0..=Layer::ALL.map(Layer::poolings).into_iter().max().unwrap_or_default();
    let weights = |poolings| {
        let guide = mask.guide(poolings, Remainder::Kept);
        guide.map(|guide| PositionWeights::new(guide, poolings, in_tiles, device))
    };
    depths.map(weights).collect()
}
