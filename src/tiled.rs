//! Pictures that are too large to be looked at as a whole: tile by tile, as if it had been at once.
//!
//! A Gram matrix is a sum over pixels, so that of the whole picture is the sum over its tiles: one pass finds it, and a
//! second one pulls every tile towards what the *whole* lacks. Nothing is larger than a tile but the picture itself, its
//! gradient and what the optimiser remembers. For that the network looks more often: twice at the picture, and once at
//! the photo, whose features would not fit either.
//!
//! The targets are found in the same way; a picture that fits is one tile.

use burn::tensor::{Tensor, TensorData};

use crate::{
    kernels::{
        Map, content,
        cut::{Piece, assemble, crop},
        frame::read_values,
        gram::gram_matrix,
        weigh::weigh,
    },
    layer::Layer,
    loss::{Content, Gram, Kind, Region, Targets, Term, on_device},
    message::Failure,
    options::{Options, deepest},
    picture::Picture,
    rect::{Rect, Tile, tiles},
    vgg::{Gradient, Vgg},
};

/// Who looks, and what for.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The network.
    pub vgg: &'a Vgg,
    /// Which layers, with which pooling.
    pub options: &'a Options,
    /// The side of a tile in pixels.
    pub side: usize,
}

impl Look<'_> {
    /// The content targets of a photo.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn content(self, photo: &Picture) -> Result<Vec<Content>, Failure> {
        let layers = &self.options.content_layers;
        let mut found = vec![(0.0, None); layers.len()];
        let tiles = tiles(photo.size(), self.side, (0, 0));
        for tile in &tiles {
            let features =
                self.vgg.forward(&self.part(photo, tile.outer), self.options.pooling, deepest(layers));
            for (&(layer, _), (power, whole)) in layers.iter().zip(&mut found) {
                let features = features.at(layer);
                let inner = crop(features, inner(tile, layer));
                *power += squares(&read_values(inner).await?);
                *whole = (tiles.len() == 1).then(|| features.clone());
            }
        }
        let target = |(&layer, (power, features))| Content::new(layer, features, power, self.vgg.balance());
        Ok(layers.iter().zip(found).map(target).collect())
    }

    /// The Gram matrices of a painting, one for each style layer, row by row.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn grams(self, painting: &Picture) -> Result<Vec<Vec<f32>>, Failure> {
        let layers = &self.options.style_layers;
        let mut grams = vec![Vec::new(); layers.len()];
        for tile in tiles(painting.size(), self.side, (0, 0)) {
            let picture = self.part(painting, tile.outer);
            let features = self.vgg.forward(&picture, self.options.pooling, deepest(layers));
            for (&(layer, _), gram) in layers.iter().zip(&mut grams) {
                let share = Share { tile: &tile, layer, size: painting.size() };
                share.add_gram(features.at(layer), gram).await?;
            }
        }
        Ok(grams)
    }

    /// The gradient of content and style loss with respect to the picture `[H, W, 4]`, and the losses.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if the device fails.
    pub async fn gradient(
        self,
        targets: &Targets,
        photo: &Picture,
        picture: &Map,
        tiles: &[Tile],
    ) -> Result<(Map, Vec<Term>), Failure> {
        let Self { vgg, options, .. } = self;
        let (lacks, mut terms) = self.lacks(targets, photo.size(), picture, tiles).await?;
        let pieces = tiles.iter().map(|tile| {
            let wanted = (!targets.content.is_empty()).then(|| {
                let photo = self.part(photo, tile.outer);
                let features = vgg.forward(&photo, options.pooling, deepest(&options.content_layers));
                targets.content.iter().map(|target| features.at(target.layer).clone()).collect::<Vec<_>>()
            });
            let wanted = wanted.unwrap_or_default();
            let features = vgg.forward(&crop(picture, tile.outer), options.pooling, options.deepest_layer());
            let gradient = vgg.backward(features, |layer, features| {
                let mut sum = Gradient { map: None, matrix: None };
                let content = targets.content.iter().zip(&wanted).find(|(target, _)| target.layer == layer);
                if let Some((target, photo)) = content {
                    let factor = target.factor(options.content_weight);
                    sum.map = Some(content::residual(features, photo, 2.0 * factor).0);
                    let inner = inner(tile, layer);
                    if inner.pixels() > 0 {
                        let (_, sums) = content::residual(&crop(features, inner), &crop(photo, inner), 1.0);
                        terms.push(Term { kind: Kind::Content, sums, factor });
                    }
                }
                for Lack { region, matrix, .. } in lacks.iter().filter(|lack| lack.layer == layer) {
                    if let Some((seen, weights)) = self.seen(region, layer, features, tile) {
                        sum = sum.and_style(&seen, matrix.clone(), weights.as_ref());
                    }
                }
                sum
            });
            Piece { map: gradient, from: tile.inner.within(tile.outer), to: tile.inner }
        });
        let gradient = assemble(photo.size(), pieces);
        Ok((gradient, terms))
    }

    /// What the Gram matrices of the whole picture lack, and the style losses.
    async fn lacks<'a>(
        self,
        targets: &'a Targets,
        size: (usize, usize),
        picture: &Map,
        tiles: &[Tile],
    ) -> Result<(Vec<Lack<'a>>, Vec<Term>), Failure> {
        let Self { vgg, options, .. } = self;
        let wanted: Vec<(&Region, &Gram)> = targets
            .style
            .iter()
            .flat_map(|region| region.grams.iter().map(move |gram| (region, gram)))
            .collect();
        if wanted.is_empty() {
            return Ok(Default::default());
        }
        let mut grams = vec![Vec::new(); wanted.len()];
        for tile in tiles {
            let picture = crop(picture, tile.outer);
            let features = vgg.forward(&picture, options.pooling, options.deepest_style_layer());
            for ((region, target), gram) in wanted.iter().zip(&mut grams) {
                let layer = target.layer;
                if let Some((seen, _)) = self.seen(region, layer, features.at(layer), tile) {
                    Share { tile, layer, size }.add_gram(&seen, gram).await?;
                }
            }
        }
        let mut lacks = Vec::new();
        let mut terms = Vec::new();
        for ((region, target), gram) in wanted.into_iter().zip(grams) {
            if gram.is_empty() {
                continue;
            }
            let [channels, _] = target.matrix.dims();
            let shape = [1, channels, channels];
            let gram = Tensor::from_data(TensorData::new(gram, shape), vgg.device());
            let factor = region.factor(target, options.style_weight);
            let count = channels * Rect::whole(size).behind(target.layer.poolings()).pixels();
            // As for features: the difference, and the sum of its squares.
            let (difference, sums) =
                content::residual(&gram, &target.matrix.clone().reshape(shape), 4.0 * factor / count as f32);
            terms.push(Term { kind: Kind::Style, sums, factor });
            lacks.push(Lack {
                region,
                layer: target.layer,
                matrix: difference.reshape([channels, channels]),
            });
        }
        Ok((lacks, terms))
    }

    /// The features of a tile as a region sees them, with the weights that did it; `None` where nothing is left of it.
    fn seen(
        self,
        region: &Region,
        layer: Layer,
        features: &Map,
        tile: &Tile,
    ) -> Option<(Map, Option<Tensor<2>>)> {
        let Some(part) = &region.part else { return Some((features.clone(), None)) };
        let guide = part.guides[layer.poolings()].as_ref()?;
        let weights = on_device(&guide.cropped(tile.outer.behind(layer.poolings())), self.vgg);
        Some((weigh(features, &weights, None), Some(weights)))
    }

    /// A rectangle of a picture, on the device.
    fn part(self, picture: &Picture, rect: Rect) -> Map {
        crate::transfer::to_map(&picture.crop(rect), self.vgg)
    }
}

/// What a region's Gram matrix lacks at a layer: (G − A), scaled.
struct Lack<'a> {
    region: &'a Region,
    layer: Layer,
    matrix: Tensor<2>,
}

/// A tile's share in a Gram matrix of a picture of this size.
struct Share<'a> {
    tile: &'a Tile,
    layer: Layer,
    size: (usize, usize),
}

impl Share<'_> {
    /// Adds what the features of a tile have to say, without its margin.
    async fn add_gram(self, features: &Map, gram: &mut Vec<f32>) -> Result<(), Failure> {
        let inner = inner(self.tile, self.layer);
        if inner.pixels() == 0 {
            return Ok(());
        }
        let share =
            inner.pixels() as f32 / Rect::whole(self.size).behind(self.layer.poolings()).pixels() as f32;
        let values = read_values(gram_matrix(&crop(features, inner))).await?;
        gram.resize(values.len(), 0.0);
        for (sum, value) in gram.iter_mut().zip(values) {
            *sum += share * value;
        }
        Ok(())
    }
}

/// The features of a tile at a layer that do not belong to its margin.
fn inner(tile: &Tile, layer: Layer) -> Rect {
    tile.inner.within(tile.outer).behind(layer.poolings())
}

fn squares(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value).powi(2)).sum()
}
