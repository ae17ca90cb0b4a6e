//! Compares the features of a layer with the nearest ones of a painting, at positions that are drawn anew for each step.
//!
//! Departure from the paper: Gram matrices say how much there is of everything, but not where, so that everything gets
//! the same texture everywhere. Neighbours say what a single place looks like (Kolkin et al. 2022, "Neural Neighbor Style
//! Transfer"; Li and Wand 2016, "Combining Markov Random Fields and Convolutional Neural Networks for Image Synthesis").

use burn::tensor::{Device, Tensor};
use options::{Options, Turns};
use picture::{
    mask::{Guide, Mask},
    rect::{Rect, Remainder, Tile},
};
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use weights::Layer;

use super::term::{Kind, Term};
use crate::{
    kernels::{
        Map,
        crop::overwrite,
        neighbors::{Place, Pull, centred, gather, pull, spread, upload_places},
    },
    sources::Painting,
};

/// The most positions along a side at which a picture is compared.
const ACROSS: usize = 32;
/// The most features of paintings that it is compared with.
const TARGETS: usize = 4096;

/// What the features of a region are compared with at one layer, and where.
#[derive(Clone, Debug)]
pub(crate) struct Neighbors {
    pub layer: Layer,
    /// The centred features of the paintings, of length 1, `[M, C]`.
    targets: Tensor<2>,
    /// Width and height of the layer's features of the whole picture.
    size: (usize, usize),
    /// The square of the region's weight at each position; `None`: 1.
    weights: Option<Vec<f32>>,
    /// The positions of this step, in the whole picture.
    places: Vec<Place>,
    /// The same on the device. They are changed in place, since steps are replayed.
    placed: Map,
}

impl Neighbors {
    /// The positions in a picture of this size (width, height) in pixels whose features are compared with these targets.
    pub fn new(
        layer: Layer,
        targets: Tensor<2>,
        picture: (usize, usize),
        guide: Option<&Guide>,
        random: &mut StdRng,
    ) -> Self {
        let Rect { width, height, .. } = Rect::whole(picture).behind(layer.poolings(), Remainder::Kept);
        let weights = guide.map(|guide| guide.values().iter().map(|weight| weight * weight).collect());
        let places = drawn((width, height), weights.as_deref(), random);
        let placed = upload_places(&places, &targets.device());
        Self { layer, targets, size: (width, height), weights, places, placed }
    }

    /// Draws other positions.
    pub fn draw(&mut self, random: &mut StdRng) {
        self.places = drawn(self.size, self.weights.as_deref(), random);
        let places = upload_places(&self.places, &self.targets.device());
        overwrite(&mut self.placed, &places);
    }

    /// Adds the gradient of the loss with respect to `features` `[H, W, C]` of the whole picture, times `weight`, to `map`.
    pub fn gradient(&self, features: &Map, weight: f32, map: Option<Map>) -> (Map, Term) {
        let rows = gather(features, &self.placed, None);
        let (pull, term) = self.pull(&rows, weight);
        (spread(map, features, &pull, &self.placed), term)
    }

    /// What pulls at the features `[N, C]` of all positions, times `weight`.
    pub fn pull(&self, rows: &Tensor<2>, weight: f32) -> (Pull, Term) {
        let (pull, sums) = pull(&centred(rows, &self.placed), &self.targets, &self.placed, weight);
        (pull, Term { kind: Kind::Style, sums, factor: weight })
    }

    /// Adds the features of the positions in a tile to the rows of all. Each position is in the inner part of one tile.
    pub fn gather(&self, rows: Option<Tensor<2>>, features: &Map, tile: &Tile) -> Tensor<2> {
        gather(features, &self.within(tile.outer, tile.inner), rows)
    }

    /// As the end of [`Self::gradient`], for the features of a tile with its margin.
    pub fn spread(&self, map: Option<Map>, features: &Map, pull: &Pull, tile: &Tile) -> Map {
        spread(map, features, pull, &self.within(tile.outer, tile.outer))
    }

    /// The places in the features of the pixels `outer`, of those that lie in the pixels `wanted`.
    fn within(&self, outer: Rect, wanted: Rect) -> Map {
        let [outer, wanted] = [outer, wanted].map(|rect| rect.behind(self.layer.poolings(), Remainder::Kept));
        let (width, _) = self.size;
        let moved = |pixel: usize| moved((pixel % width, pixel / width), outer, wanted);
        let places = self.places.iter().map(|place| Place { pixel: place.pixel.and_then(moved), ..*place });
        upload_places(&places.collect::<Vec<_>>(), &self.targets.device())
    }
}

/// The index of a position in a map of `outer`, if it lies in `wanted`.
fn moved((x, y): (usize, usize), outer: Rect, wanted: Rect) -> Option<usize> {
    let is_in = |at: usize, start: usize, length: usize| (start..start + length).contains(&at);
    (is_in(x, wanted.x, wanted.width) && is_in(y, wanted.y, wanted.height))
        .then(|| (y - outer.y) * outer.width + x - outer.x)
}

/// The positions of a grid with a random offset. As many for any offset: the last ones may be nowhere.
fn drawn((width, height): (usize, usize), weights: Option<&[f32]>, random: &mut StdRng) -> Vec<Place> {
    let stride = width.max(height).div_ceil(ACROSS);
    // A side shorter than the stride has one position.
    let mut first = |length: usize| random.random_range(0..stride.min(length));
    let (left, top) = (first(width), first(height));
    let rows = (top..height).step_by(stride);
    let pixels = rows.flat_map(|y| (left..width).step_by(stride).map(move |x| y * width + x));
    let weighted = pixels.map(|pixel| (pixel, weights.map_or(1.0, |weights| weights[pixel])));
    let weighted: Vec<_> = weighted.filter(|(_, weight)| *weight > 0.0).collect();
    let sum: f32 = weighted.iter().map(|(_, weight)| weight).sum();
    let place = |(pixel, weight)| Place { pixel: Some(pixel), weight: weight / sum };
    let mut places: Vec<_> = weighted.into_iter().map(place).collect();
    places.resize(width.div_ceil(stride) * height.div_ceil(stride), Place { pixel: None, weight: 0.0 });
    places
}

/// Collects features of paintings at one layer.
pub(crate) struct Collection {
    layer: Layer,
    /// Of each picture, which is a painting in one orientation, the chosen positions, in ascending order.
    chosen: Vec<Vec<usize>>,
    rows: Option<Tensor<2>>,
}

impl Collection {
    /// An empty collection for each layer, from these paintings, each in all its [`orientations`]: all features of visible
    /// parts if they are few, else random ones, of each painting as its weight says.
    pub fn of_all_layers(paintings: &[&Painting], options: &Options) -> Vec<Self> {
        if !options.has_neighbors() {
            return Vec::new();
        }
        let mut random = StdRng::seed_from_u64(options.seed);
        let orientations = orientations(options);
        let all: f32 = paintings.iter().map(|painting| painting.weight).sum::<f32>() * orientations as f32;
        let of_layer = |layer: Layer| {
            let mut chosen = Vec::new();
            for painting in paintings {
                let most = ((TARGETS as f32 * painting.weight / all) as usize).max(1);
                let mut opacity = painting.opacity.clone();
                let (mut width, mut height) = painting.picture.size();
                for _ in 0..orientations {
                    chosen.push(some(&visible(opacity.as_ref(), (width, height), layer), most, &mut random));
                    opacity = opacity.map(|opacity| opacity.turned());
                    (width, height) = (height, width);
                }
            }
            Self { layer, chosen, rows: None }
        };
        Options::NEIGHBOR_LAYERS.map(of_layer).into()
    }

    /// Adds the features of a tile of one of the pictures, which has this width.
    pub fn add(&mut self, picture: usize, width: usize, features: &Map, tile: &Tile) {
        let poolings = self.layer.poolings();
        let [outer, wanted] = [tile.outer, tile.inner].map(|rect| rect.behind(poolings, Remainder::Dropped));
        let width = Remainder::Dropped.behind(width, poolings);
        let weight = 1.0 / self.chosen.iter().map(Vec::len).sum::<usize>() as f32;
        let places = self.chosen.iter().enumerate().flat_map(|(number, pixels)| {
            pixels.iter().map(move |&pixel| {
                let moved = moved((pixel % width, pixel / width), outer, wanted);
                Place { pixel: moved.filter(|_| number == picture), weight }
            })
        });
        let places = upload_places(&places.collect::<Vec<_>>(), &features.device());
        self.rows = Some(gather(features, &places, self.rows.take()));
    }

    /// The layer, and its targets `[M, C]`. All pictures must have been added.
    pub fn targets(self, device: &Device) -> (Layer, Tensor<2>) {
        let count: usize = self.chosen.iter().map(Vec::len).sum();
        let place = Place { pixel: None, weight: 1.0 / count as f32 };
        let rows = self.rows.expect("a painting was added");
        (self.layer, centred(&rows, &upload_places(&vec![place; count], device)).units)
    }

    /// The layer that it collects features of.
    pub fn layer(&self) -> Layer {
        self.layer
    }
}

/// The positions of a layer's features of a painting of this size (width, height) that are at least half as visible as the
/// most visible one.
fn visible(opacity: Option<&Mask>, size: (usize, usize), layer: Layer) -> Vec<usize> {
    let poolings = layer.poolings();
    match opacity.and_then(|opacity| opacity.guide(poolings, Remainder::Dropped)) {
        None => (0..Rect::whole(size).behind(poolings, Remainder::Dropped).pixels()).collect(),
        Some(guide) => {
            let most = guide.values().iter().copied().fold(0.0, f32::max);
            (0..guide.values().len()).filter(|&at| guide.values()[at] >= 0.5 * most).collect()
        }
    }
}

/// At most `most` of some numbers, at random and in the same order (Knuth, "The Art of Computer Programming", volume 2,
/// algorithm 3.4.2 S).
fn some(all: &[usize], most: usize, random: &mut StdRng) -> Vec<usize> {
    let mut left = most.min(all.len());
    let mut chosen = Vec::with_capacity(left);
    for (at, &number) in all.iter().enumerate() {
        if random.random_range(0..all.len() - at) < left {
            chosen.push(number);
            left -= 1;
        }
    }
    chosen
}

/// How many orientations of a painting give neighbours.
pub(crate) fn orientations(options: &Options) -> usize {
    match options.neighbors_turns {
        Turns::Quarters if options.has_neighbors() => 4,
        _ => 1,
    }
}
