//! Computes the style loss: it compares statistics of the features of a layer that do not depend on position. These
//! are Gram matrices, or means and covariances.

use burn::tensor::Tensor;
use options::StyleLoss;
use picture::rect::Rect;

use super::term::{Kind, Term};
use crate::{
    kernels::{
        Map,
        crop::crop,
        gram::{Compared, gram_matrix},
        moments::{covariance, mean, offset},
        residual,
        scale_pixels::scale_pixels,
        shaped,
        squares::Squares,
        upload,
    },
    network::StyleGradient,
};

/// The features of a layer, weighted for a region.
pub(crate) struct RegionFeatures {
    /// The features times the weights of the region, `[H, W, C]`.
    features: Map,
    /// The features times the squared weights, `[H, W, C]`. Only for the loss on means and covariances: the Gram
    /// matrix holds products of weighted features, so a mean that belongs to it must have squared weights.
    twice: Option<Map>,
}

/// The style statistics of a layer. The statistics of a whole are the sum of those of its parts, each times its
/// share.
#[derive(Clone, Debug)]
pub(crate) struct Statistics {
    /// The Gram matrix G, `[C, C]`.
    gram: Tensor<2>,
    /// The mean of each channel, `[C]`; only with [`StyleLoss::Moments`].
    mean: Option<Tensor<1>>,
}

/// The lower bound of mean(A²) for covariances, relative to the mean square of the Gram matrix. Keeps the loss finite
/// where features are constant.
const LEAST_COVARIANCE: f32 = 0.01;

/// The style target of one layer.
#[derive(Clone, Debug)]
pub(crate) struct StyleTarget {
    /// A, `[C, C]`: the Gram matrix of the painting, or its covariance matrix.
    matrix: Tensor<2>,
    /// mean(A²), above 0; for covariances bounded below by [`LEAST_COVARIANCE`].
    mean_square: f32,
    /// The means a of the painting, `[C]`, and mean(a²); only with [`StyleLoss::Moments`].
    mean: Option<(Tensor<1>, f32)>,
}

/// A style target whose mean squares have not been read from the device.
pub(crate) struct UnmeasuredStyle {
    /// A, `[C, C]`.
    matrix: Tensor<2>,
    /// Of the Gram matrix of the painting.
    gram_squares: SquaresOf,
    /// The means a, `[C]`, their squares, and those of the covariance matrix; only with [`StyleLoss::Moments`].
    mean: Option<(Tensor<1>, SquaresOf, SquaresOf)>,
}

/// The sum of squares of a tensor: its index among those that are read back, and the number of elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SquaresOf {
    index: usize,
    count: usize,
}

impl RegionFeatures {
    /// Multiplies features `[H, W, C]` by the weights `[H, W]` of a region; `None`: no weights.
    pub fn new(features: &Map, weights: Option<&Tensor<2>>, loss: StyleLoss) -> Self {
        let seen =
            |map: &Map| weights.map_or_else(|| map.clone(), |weights| scale_pixels(map, weights, None));
        let features = seen(features);
        let twice = (loss == StyleLoss::Moments).then(|| seen(&features));
        Self { features, twice }
    }

    /// The statistics of the features in `rect`.
    pub fn statistics(&self, rect: Rect) -> Statistics {
        Statistics {
            gram: gram_matrix(&crop(&self.features, rect)),
            mean: self.twice.as_ref().map(|twice| mean(&crop(twice, rect))),
        }
    }
}

impl Statistics {
    /// `sum + share · part`; `None` counts as zero.
    pub fn add(sum: Option<Self>, share: f32, part: Self) -> Self {
        let (gram, mean) = match sum {
            None if share >= 1.0 => return part, // the whole: nothing to scale
            None => (None, None),
            Some(Self { gram, mean }) => (Some(gram), mean),
        };
        Self {
            gram: weighted_sum(gram, share, part.gram),
            mean: part.mean.map(|part| weighted_sum(mean, share, part)),
        }
    }

    /// The statistics that the loss compares: the Gram matrix `[C, C]`, or covariance matrix and means `[C]`.
    fn compared(&self) -> (Tensor<2>, Option<&Tensor<1>>) {
        match &self.mean {
            None => (self.gram.clone(), None),
            Some(mean) => (covariance(&self.gram, mean), Some(mean)),
        }
    }
}

/// Reshapes a tensor to a map of one pixel, `[1, 1, N]`, for elementwise kernels.
fn as_pixel<const D: usize>(tensor: Tensor<D>) -> Map {
    let count = tensor.dims().iter().product();
    shaped(tensor, [1, 1, count])
}

fn weighted_sum<const D: usize>(sum: Option<Tensor<D>>, share: f32, part: Tensor<D>) -> Tensor<D> {
    let dims = part.dims();
    let share = upload(vec![share], [1, 1], &part.device());
    shaped(scale_pixels(&as_pixel(part), &share, sum.map(as_pixel).as_ref()), dims)
}

/// `scale · (found − target)` in the shape of `found`, and partial sums of (found − target)²
/// ([`residual::residual`]).
fn residual<const D: usize>(found: &Tensor<D>, target: &Tensor<D>, scale: f32) -> (Tensor<D>, Tensor<1>) {
    let [pixel, target] = [found, target].map(|tensor| as_pixel(tensor.clone()));
    let (difference, sums) = residual::residual(&pixel, &target, None, scale);
    (shaped(difference, found.dims()), sums)
}

impl UnmeasuredStyle {
    /// The target with the statistics of a painting. Does not wait for the device.
    pub fn new(painting: &Statistics, squares: &mut Squares) -> Self {
        let (matrix, mean) = painting.compared();
        let gram_squares = SquaresOf::tensor(&painting.gram, squares);
        let mean = mean.map(|mean| {
            (mean.clone(), SquaresOf::tensor(mean, squares), SquaresOf::tensor(&matrix, squares))
        });
        Self { matrix, gram_squares, mean }
    }

    /// The target, given all sums of squares.
    pub fn measured(self, squares: &[f64]) -> StyleTarget {
        let gram = self.gram_squares.mean(squares);
        let (mean_square, mean) = match self.mean {
            None => (gram, None),
            Some((mean, of_mean, of_matrix)) => (
                // The covariance is nearly zero where features are the same at all positions, as in a layer with a
                // single one.
                of_matrix.mean(squares).max(LEAST_COVARIANCE * gram),
                Some((mean, of_mean.mean(squares))),
            ),
        };
        StyleTarget { matrix: self.matrix, mean_square, mean }
    }
}

impl SquaresOf {
    fn tensor<const D: usize>(tensor: &Tensor<D>, squares: &mut Squares) -> Self {
        let count = tensor.dims().iter().product();
        Self { index: squares.add(&as_pixel(tensor.clone())), count }
    }

    /// The mean of the squares. Never zero: a target without any activation, as of a black painting, would otherwise
    /// divide by zero.
    fn mean(self, squares: &[f64]) -> f32 {
        ((squares[self.index] / self.count as f64) as f32).max(f32::MIN_POSITIVE)
    }
}

impl StyleTarget {
    /// The gradient of the style loss with respect to the features F, and the loss terms. `found` are the statistics
    /// of the picture, `weight` is β·w (times the share of the region), and `pixels` is H·W of the layer.
    ///
    /// Gram matrices: β·w·mean((G−A)²)/mean(A²) has the gradient F·(4·factor/(C·H·W))·(G−A) with factor =
    /// β·w/(C²·mean(A²)), since G = FᵀF/(C·H·W) is symmetric (Gatys et al. 2015, eq. 6, for a relative loss).
    ///
    /// Means and covariances: each has half of the weight. With means μ, replace G by G − μμᵀ/C and F by F − μ. The
    /// loss of the means, β·w·mean((μ−a)²)/mean(a²), adds (2·factor/(H·W))·(μ−a) at every position.
    pub fn gradient(&self, found: &Statistics, weight: f32, pixels: usize) -> (StyleGradient, Vec<Term>) {
        let [c, _] = self.matrix.dims();
        let (matrix, mean) = found.compared();
        let weight = if mean.is_some() { 0.5 * weight } else { weight };
        let (factor, scale) = self.factors(weight, pixels);
        let (matrix, sums) = residual(&matrix, &self.matrix, scale);
        let mut terms = vec![Term { kind: Kind::Style, sums, factor }];
        let offset = mean.zip(self.mean.as_ref()).map(|(mean, (target, mean_square))| {
            let factor = weight / (c as f32 * mean_square);
            let (difference, sums) = residual(mean, target, 2.0 * factor / pixels as f32);
            terms.push(Term { kind: Kind::Style, sums, factor });
            offset(mean, &matrix, &difference)
        });
        (StyleGradient { matrix, offset }, terms)
    }

    /// As [`Self::gradient`] for a loss on Gram matrices: what of `features` `[H, W, C]` is to be compared, which the
    /// kernel does for many layers at once.
    pub fn compared<'a>(&'a self, features: &'a Map, weight: f32) -> Compared<'a> {
        let [h, w, _] = features.dims();
        let (factor, scale) = self.factors(weight, h * w);
        Compared { features, target: &self.matrix, scale, factor }
    }

    /// The factor of Σ(G−A)² in the loss, and that of G−A in the matrix of the gradient.
    fn factors(&self, weight: f32, pixels: usize) -> (f32, f32) {
        let [c, _] = self.matrix.dims();
        let factor = weight / ((c * c) as f32 * self.mean_square);
        (factor, 4.0 * factor / (c * pixels) as f32)
    }
}
