//! Defines a region of the picture and the style that it shall have (Gatys et al. 2017, "Controlling Perceptual Factors in Neural
//! Style Transfer", section 4).

use burn::tensor::{Device, Tensor};
use options::Options;
use picture::{
    mask::{Guide, Mask},
    rect::{Rect, Remainder},
};
use schedule::tile_side;
use weights::Layer;

use super::{
    style::{Statistics, StyleTarget},
    term::Term,
};
use crate::{
    error::Error,
    kernels::upload,
    network::{StyleGradient, Vgg},
};

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
    pub target: StyleTarget,
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

impl Region {
    /// The region where a mask applies (`None`: everywhere) and the style that it shall have, one for each style layer of
    /// the options.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if its magnitude cannot be read.
    pub async fn new(
        mask: Option<&Mask>,
        paintings: Vec<Statistics>,
        options: &Options,
        vgg: &Vgg,
    ) -> Result<Self, Error> {
        let mut styles = Vec::new();
        for (&(layer, weight), painting) in options.style_layers.iter().zip(paintings) {
            let weight = weight * vgg.balance().style(layer);
            styles.push(Style { layer, weight, target: StyleTarget::new(&painting).await? });
        }
        Ok(Self {
            part: mask.map(|mask| Part::new(mask, tile_side(options, mask.size()).is_some(), vgg)),
            share: mask.map_or(1.0, Mask::share),
            styles,
        })
    }

    /// What it is drawn by at a layer with these statistics of `pixels` features a channel, and the losses.
    pub fn style_gradient(
        &self,
        style: &Style,
        found: &Statistics,
        beta: f32,
        pixels: usize,
    ) -> (StyleGradient, Vec<Term>) {
        style.target.gradient(found, beta * style.weight * self.share, pixels)
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
