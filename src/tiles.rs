//! Evaluates pictures in tiles, where the features of the whole picture do not fit into memory.
//!
//! Gram matrices and means are sums over pixels, so those of the picture are the sums of those of its tiles. A first
//! pass over the tiles computes them. A second pass computes the gradient of each tile, given the style residual of
//! the *whole* picture. Only the picture, its gradient and the state of the optimiser have full size.
//!
//! The price is computation: two passes over the picture, and one over the photo, whose features do not fit into
//! memory either. In addition, each tile is computed with a margin ([`picture::rect`]).
//!
//! The features that are compared with neighbours are gathered in the first pass from all tiles. They have one mean, that of
//! the whole picture, so the loss is the same as without tiles.
//!
//! The targets are computed in the same way, for any picture: one that fits is a single tile.

use options::{Options, deepest};
use picture::{
    Picture,
    rect::{Rect, Remainder, Tile, tiles},
};
use schedule::tile_side;
use weights::Layer;

use crate::{
    kernels::{
        Map,
        crop::{Patch, assemble, crop},
        neighbors::Pull,
        residual::residual,
        squares::Squares,
    },
    loss::{
        Collection, Content, Kind, Neighbors, Region, RegionFeatures, Statistics, Style, Targets, Term,
        UnmeasuredContent, on_device, orientations,
    },
    network::{Features, Gradient, StyleGradient, Vgg},
    sources::Painting,
};

/// Evaluates targets, losses and gradients in tiles.
#[derive(Clone, Copy)]
pub struct TileEvaluator<'a> {
    /// The network.
    pub vgg: &'a Vgg,
    /// Layers, weights, pooling and tile size.
    pub options: &'a Options,
}

impl TileEvaluator<'_> {
    /// The content targets of a photo, one for each content layer. Does not wait for the device.
    pub fn content(self, photo: &Picture, squares: &mut Squares) -> Vec<UnmeasuredContent> {
        let layers = &self.options.content_layers;
        let balance = self.vgg.balance();
        let mut targets: Vec<_> = layers.iter().map(|&layer| Content::unmeasured(layer, balance)).collect();
        let tiles = self.tiles(photo);
        for tile in &tiles {
            let features = self.forward(&self.part(photo, tile.outer), Remainder::Kept, deepest(layers));
            for (&(layer, _), target) in layers.iter().zip(&mut targets) {
                let features = features.at(layer);
                let inner = inner(tile, layer, Remainder::Kept);
                if inner.pixels() > 0 {
                    target.add(&crop(features, inner), squares);
                }
                if tiles.len() == 1 {
                    target.set_features(features.clone());
                }
            }
        }
        targets
    }

    /// The style statistics of a painting, one for each style layer. Its features are added to `collections`, where it has
    /// the index `number`.
    pub fn statistics(
        self,
        painting: &Painting,
        number: usize,
        collections: &mut [Collection],
    ) -> Vec<Statistics> {
        let layers = &self.options.style_layers;
        let picture = &painting.picture;
        // Features of transparent parts do not count.
        let guides: Vec<_> = layers.iter().map(|&(layer, _)| painting.guide(layer)).collect();
        let mut found = vec![None; layers.len()];
        for tile in self.tiles(picture) {
            let part = self.part(picture, tile.outer);
            let features = self.forward(&part, Remainder::Dropped, self.options.deepest_style_layer());
            collect(collections, number, picture, &features, &tile);
            for ((&(layer, _), guide), sum) in layers.iter().zip(&guides).zip(&mut found) {
                let rect = tile.outer.behind(layer.poolings(), Remainder::Dropped);
                let weights = guide.as_ref().map(|guide| on_device(&guide.cropped(rect), self.vgg.device()));
                let seen = RegionFeatures::new(features.at(layer), weights.as_ref(), self.options.style_loss);
                add_statistics(sum, &seen, layer, &tile, picture.size(), Remainder::Dropped);
            }
        }
        found.into_iter().flatten().collect()
    }

    /// Adds the features of a painting in its other orientations to `collections`. It has the index `number`, they have the
    /// next ones.
    pub fn turned(self, painting: &Picture, number: usize, collections: &mut [Collection]) {
        let mut picture = painting.clone();
        for number in number + 1..number + orientations(self.options) {
            picture = picture.turned();
            for tile in self.tiles(&picture) {
                let part = self.part(&picture, tile.outer);
                let [.., deepest] = Options::NEIGHBOR_LAYERS;
                let features = self.forward(&part, Remainder::Dropped, deepest);
                collect(collections, number, &picture, &features, &tile);
            }
        }
    }

    /// The gradient of content and style loss with respect to the picture `[H, W, 4]`, and the loss terms. `tiles`
    /// must cover the picture once.
    pub fn gradient(
        self,
        targets: &Targets,
        photo: &Picture,
        picture: &Map,
        tiles: &[Tile],
    ) -> (Map, Vec<Term>) {
        let Self { vgg, options } = self;
        let (style_residuals, pulls, mut terms) = self.style_residuals(targets, photo.size(), picture, tiles);
        let pieces = tiles.iter().map(|tile| {
            let wanted: Vec<Map> = if targets.content.is_empty() {
                Vec::new()
            } else {
                let photo = self.part(photo, tile.outer);
                let features = self.forward(&photo, Remainder::Kept, deepest(&options.content_layers));
                targets.content.iter().map(|target| features.at(target.layer).clone()).collect()
            };
            let features = self.forward(&crop(picture, tile.outer), Remainder::Kept, options.deepest_layer());
            let gradient = vgg.backward(features, |layer, features| {
                let mut sum = Gradient::default();
                let content = targets.content.iter().zip(&wanted).find(|(target, _)| target.layer == layer);
                if let Some((target, photo)) = content {
                    let factor = target.factor(options.alpha());
                    let map = target.map(Some(tile.outer));
                    sum.map = Some(residual(features, photo, map.as_ref(), 2.0 * factor).0);
                    let inner = inner(tile, layer, Remainder::Kept);
                    if inner.pixels() > 0 {
                        let map = target.map(Some(tile.inner));
                        let (_, sums) =
                            residual(&crop(features, inner), &crop(photo, inner), map.as_ref(), 1.0);
                        terms.push(Term { kind: Kind::Content, sums, factor });
                    }
                }
                for StyleResidual { region, gradient, .. } in
                    style_residuals.iter().filter(|residual| residual.layer == layer)
                {
                    let weights = region.weights(layer, Some(tile.outer));
                    sum = sum.add_style(features, gradient.clone(), weights.as_ref());
                }
                for (neighbors, pull) in pulls.iter().filter(|(neighbors, _)| neighbors.layer == layer) {
                    sum.map = Some(neighbors.spread(sum.map.take(), features, pull, tile));
                }
                sum
            });
            // The margin overlaps the neighbouring tiles: only the inner part is used.
            Patch { map: gradient, from: tile.inner.within(tile.outer), to: tile.inner }
        });
        let gradient = assemble(photo.size(), pieces);
        (gradient, terms)
    }

    /// The style residuals of the whole picture, one for each region and layer, what pulls its features to their neighbours,
    /// and the terms of the style loss.
    /// `size` is (width, height) of the picture.
    fn style_residuals<'a>(
        self,
        targets: &'a Targets,
        size: (usize, usize),
        picture: &Map,
        tiles: &[Tile],
    ) -> (Vec<StyleResidual<'a>>, Vec<(&'a Neighbors, Pull)>, Vec<Term>) {
        let options = self.options;
        let wanted: Vec<(&Region, &Style)> = targets
            .style
            .iter()
            .flat_map(|region| region.styles.iter().map(move |style| (region, style)))
            .collect();
        let sampled: Vec<(&Region, &Neighbors)> = targets
            .style
            .iter()
            .flat_map(|region| region.neighbors.iter().map(move |neighbors| (region, neighbors)))
            .collect();
        if wanted.is_empty() && sampled.is_empty() {
            return Default::default();
        }
        let mut found = vec![None; wanted.len()];
        let mut rows = vec![None; sampled.len()];
        for tile in tiles {
            let picture = crop(picture, tile.outer);
            let features = self.forward(&picture, Remainder::Kept, options.deepest_style_layer());
            for ((_, neighbors), rows) in sampled.iter().zip(&mut rows) {
                *rows = Some(neighbors.gather(rows.take(), features.at(neighbors.layer), tile));
            }
            for ((region, style), sum) in wanted.iter().zip(&mut found) {
                let layer = style.layer;
                if region.sees(layer) {
                    let weights = region.weights(layer, Some(tile.outer));
                    let seen = RegionFeatures::new(features.at(layer), weights.as_ref(), options.style_loss);
                    add_statistics(sum, &seen, layer, tile, size, Remainder::Kept);
                }
            }
        }
        let mut style_residuals = Vec::new();
        let mut terms = Vec::new();
        for ((region, style), found) in wanted.into_iter().zip(found) {
            let Some(found) = found else { continue };
            let pixels = Rect::whole(size).behind(style.layer.poolings(), Remainder::Kept).pixels();
            let (gradient, losses) = region.style_gradient(style, &found, options.style_weight, pixels);
            terms.extend(losses);
            style_residuals.push(StyleResidual { region, layer: style.layer, gradient });
        }
        let mut pulls = Vec::new();
        for ((region, neighbors), rows) in sampled.into_iter().zip(rows) {
            let Some(rows) = rows else { continue };
            let (pull, term) = neighbors.pull(&rows, region.neighbor_weight(options));
            terms.push(term);
            pulls.push((neighbors, pull));
        }
        (style_residuals, pulls, terms)
    }

    /// The tiles of a picture that is evaluated once, by the same rule as the optimised picture.
    fn tiles(self, picture: &Picture) -> Vec<Tile> {
        let (width, height) = picture.size();
        let most = self.vgg.most_at_once();
        let side = tile_side(self.options, (width, height), most).unwrap_or(width.max(height));
        tiles((width, height), side, (0, 0))
    }

    /// The features of a picture `[H, W, 4]` down to `deepest`.
    fn forward(self, picture: &Map, remainder: Remainder, deepest: Layer) -> Features {
        self.vgg.forward(picture, self.options.pooling, remainder, deepest)
    }

    /// A rectangle of a picture, uploaded: `[H, W, 4]`.
    fn part(self, picture: &Picture, rect: Rect) -> Map {
        self.vgg.upload(&picture.crop(rect))
    }
}

/// Adds the features of a tile of a picture, which has the index `number`, to `collections`.
fn collect(
    collections: &mut [Collection],
    number: usize,
    picture: &Picture,
    features: &Features,
    tile: &Tile,
) {
    for collection in collections {
        collection.add(number, picture.width(), features.at(collection.layer()), tile);
    }
}

/// The style gradient of a region at one layer, from the statistics of the whole picture.
struct StyleResidual<'a> {
    region: &'a Region,
    layer: Layer,
    gradient: StyleGradient,
}

/// Adds the statistics of a tile without its margin, times its share of the pixels, to those of a picture of `size`
/// (width, height).
fn add_statistics(
    sum: &mut Option<Statistics>,
    seen: &RegionFeatures,
    layer: Layer,
    tile: &Tile,
    size: (usize, usize),
    remainder: Remainder,
) {
    let inner = inner(tile, layer, remainder);
    if inner.pixels() > 0 {
        let whole = Rect::whole(size).behind(layer.poolings(), remainder);
        let share = inner.pixels() as f32 / whole.pixels() as f32;
        *sum = Some(Statistics::add(sum.take(), share, seen.statistics(inner)));
    }
}

/// The rectangle of a tile's features at `layer` that excludes its margin.
fn inner(tile: &Tile, layer: Layer, remainder: Remainder) -> Rect {
    tile.inner.within(tile.outer).behind(layer.poolings(), remainder)
}
