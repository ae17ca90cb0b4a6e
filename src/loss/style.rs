//! What style is: which features of a layer respond, and which respond together, whatever the place.

use burn::tensor::Tensor;
use options::StyleLoss;
use picture::rect::Rect;

use super::term::{Kind, Term, squares};
use crate::{
    error::Error,
    kernels::{
        Map,
        crop::crop,
        gram::gram_matrix,
        moments::{covariance, mean, offset},
        readback::read_values,
        residual,
        scale_pixels::scale_pixels,
        shaped, upload,
    },
    network::StyleGradient,
};

/// The features of a layer as a region sees them.
pub(crate) struct RegionFeatures {
    /// `[H, W, C]`, the region's weights included.
    features: Map,
    /// Times the weights once more, where means are target: the mean is over features that are weighted as their products
    /// are.
    twice: Option<Map>,
}

/// What a picture or a painting is at a layer. Those of parts add up to that of the whole.
#[derive(Clone, Debug)]
pub(crate) struct Statistics {
    /// The Gram matrix, `[C, C]`.
    gram: Tensor<2>,
    /// The means, `[C]`, where they count for themselves ([`StyleLoss::Moments`]).
    mean: Option<Tensor<1>>,
}

/// Covariances are relative to at least this share of the Gram matrix's mean square.
const LEAST_COVARIANCE: f32 = 0.01;

/// What they shall be.
#[derive(Clone, Debug)]
pub(crate) struct StyleTarget {
    /// A: the Gram matrix, or the covariance.
    matrix: Tensor<2>,
    /// The mean of A², and of covariances no less than [`LEAST_COVARIANCE`].
    mean_square: f32,
    /// The means a, and the mean of their squares.
    mean: Option<(Tensor<1>, f32)>,
}

impl RegionFeatures {
    /// Features `[H, W, C]` seen through the weights of a region `[H, W]`, or without any.
    pub fn new(features: &Map, weights: Option<&Tensor<2>>, loss: StyleLoss) -> Self {
        let seen =
            |map: &Map| weights.map_or_else(|| map.clone(), |weights| scale_pixels(map, weights, None));
        let features = seen(features);
        let twice = (loss == StyleLoss::Moments).then(|| seen(&features));
        Self { features, twice }
    }

    /// The statistics of a rectangle of it.
    pub fn statistics(&self, rect: Rect) -> Statistics {
        Statistics {
            gram: gram_matrix(&crop(&self.features, rect)),
            mean: self.twice.as_ref().map(|twice| mean(&crop(twice, rect))),
        }
    }
}

impl Statistics {
    /// `sum + share · part`.
    pub fn add(sum: Option<Self>, share: f32, part: Self) -> Self {
        let (gram, mean) = match sum {
            None if share >= 1.0 => return part, // of the whole
            None => (None, None),
            Some(Self { gram, mean }) => (Some(gram), mean),
        };
        Self {
            gram: weighted_sum(gram, share, part.gram),
            mean: part.mean.map(|part| weighted_sum(mean, share, part)),
        }
    }

    /// What the loss compares: the Gram matrix, or covariance and mean.
    fn compared(&self) -> (Tensor<2>, Option<&Tensor<1>>) {
        match &self.mean {
            None => (self.gram.clone(), None),
            Some(mean) => (covariance(&self.gram, mean), Some(mean)),
        }
    }
}

/// As a map of a single place, for kernels that do not care what the numbers are.
fn as_pixel<const D: usize>(tensor: Tensor<D>) -> Map {
    let count = tensor.dims().iter().product();
    shaped(tensor, [1, 1, count])
}

fn weighted_sum<const D: usize>(sum: Option<Tensor<D>>, share: f32, part: Tensor<D>) -> Tensor<D> {
    let dims = part.dims();
    let share = upload(vec![share], [1, 1], &part.device());
    shaped(scale_pixels(&as_pixel(part), &share, sum.map(as_pixel).as_ref()), dims)
}

/// The difference, and the sum of its squares ([`residual::residual`]).
fn residual<const D: usize>(found: &Tensor<D>, target: &Tensor<D>, scale: f32) -> (Tensor<D>, Tensor<1>) {
    let [pixel, target] = [found, target].map(|tensor| as_pixel(tensor.clone()));
    let (difference, sums) = residual::residual(&pixel, &target, scale);
    (shaped(difference, found.dims()), sums)
}

impl StyleTarget {
    /// The style of a painting.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] if its magnitude cannot be read.
    pub async fn new(painting: &Statistics) -> Result<Self, Error> {
        let (matrix, mean) = painting.compared();
        let power = mean_square(&painting.gram).await?;
        let (mean_square, mean) = match mean {
            None => (power, None),
            Some(mean) => (
                // Next to nothing where the features are the same everywhere, as those of a single place are.
                mean_square(&matrix).await?.max(LEAST_COVARIANCE * power),
                Some((mean.clone(), mean_square(mean).await?)),
            ),
        };
        Ok(Self { matrix, mean_square, mean })
    }

    /// How a picture with these statistics is drawn towards what is target, and the losses; `weight` is that of the style
    /// loss here, and `pixels` how many features there are of a channel.
    ///
    /// β·w·mean((G−A)²)/mean(A²) has the gradient F·(4·factor/(C·H·W))·(G−A) with respect to the features F, since
    /// G = FᵀF/(C·H·W) is symmetric. With means μ apart, G − μμᵀ/C takes the place of G and F − μ that of F, and
    /// β·w·mean((μ−a)²)/mean(a²) adds (2·factor/(H·W))·(μ−a) everywhere.
    pub fn gradient(&self, found: &Statistics, weight: f32, pixels: usize) -> (StyleGradient, Vec<Term>) {
        let [c, _] = self.matrix.dims();
        let (matrix, mean) = found.compared();
        let weight = if mean.is_some() { 0.5 * weight } else { weight };
        let factor = weight / ((c * c) as f32 * self.mean_square);
        let (matrix, sums) = residual(&matrix, &self.matrix, 4.0 * factor / (c * pixels) as f32);
        let mut terms = vec![Term { kind: Kind::Style, sums, factor }];
        let offset = mean.zip(self.mean.as_ref()).map(|(mean, (target, mean_square))| {
            let factor = weight / (c as f32 * mean_square);
            let (difference, sums) = residual(mean, target, 2.0 * factor / pixels as f32);
            terms.push(Term { kind: Kind::Style, sums, factor });
            offset(mean, &matrix, &difference)
        });
        (StyleGradient { matrix, offset }, terms)
    }
}

/// Never zero: a target without any signal (a black layer) must not divide by it.
async fn mean_square<const D: usize>(tensor: &Tensor<D>) -> Result<f32, Error> {
    let values = read_values(tensor.clone()).await?;
    Ok(((squares(&values) / values.len() as f64) as f32).max(f32::MIN_POSITIVE))
}
