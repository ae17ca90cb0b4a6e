//! The losses of Gatys et al. (2015): content, style by Gram matrices; and total variation.
//!
//! Content and style are divided by what the targets themselves measure, so that a value of 1 means
//! "as far from the target as nothing at all" and one set of weights suits every picture:
//!
//! ```text
//! L = β·Σ wₗ·mean((Gₗ−Aₗ)²)/mean(Aₗ²) + α·Σ wₗ·mean((Fₗ−Pₗ)²)/mean(Pₗ²) + τ·(mean dx² + mean dy²)
//! ```

use burn::tensor::Tensor;

use crate::{
    kernels::{Map, content, frame::read_values, gram},
    layer::Layer,
    message::{Failure, Losses},
    options::{Options, WeightedLayer},
    vgg::{Features, Gradient},
    weights::Balance,
};

/// What the picture shall come near to: the photo's features P and the painting's Gram matrices A.
#[derive(Clone, Debug)]
pub struct Targets {
    content: Vec<Target<Map>>,
    style: Vec<Target<Tensor<2>>>,
}

/// The target of one layer.
#[derive(Clone, Debug)]
struct Target<T> {
    layer: Layer,
    weight: f32,
    value: T,
    /// The mean of the squared target.
    mean_square: f32,
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

impl Targets {
    /// The content targets, from the features of the photo; `balance` is the network's.
    ///
    /// # Errors
    /// [`Failure::DeviceLost`] if their magnitude cannot be read.
    pub async fn content_of(photo: &Features, options: &Options, balance: &Balance) -> Result<Self, Failure> {
        let mut content = Vec::new();
        for &(layer, weight) in &options.content_layers {
            let value = photo.at(layer).clone();
            let weight = weight * balance.content();
            content.push(Target { layer, weight, mean_square: mean_square(value.clone()).await?, value });
        }
        Ok(Self { content, style: Vec::new() })
    }

    /// And the style targets, from the features of the painting.
    ///
    /// # Errors
    /// As [`Self::content_of`].
    pub async fn and_style_of(
        self,
        painting: &Features,
        options: &Options,
        balance: &Balance,
    ) -> Result<Self, Failure> {
        let mut style = Vec::new();
        for &(layer, weight) in &options.style_layers {
            let value = gram::gram_matrix(painting.at(layer));
            let weight = weight * balance.style(layer);
            style.push(Target { layer, weight, mean_square: mean_square(value.clone()).await?, value });
        }
        Ok(Self { style, ..self })
    }

    /// The gradient of content and style loss with respect to one layer's features `[H, W, C]`. The losses themselves
    /// are appended to `terms`.
    pub fn gradient(
        &self,
        layer: Layer,
        features: &Map,
        options: &Options,
        terms: &mut Vec<Term>,
    ) -> Gradient {
        Gradient {
            map: self.content_gradient(layer, features, options.content_weight, terms),
            matrix: self.style_gradient(layer, features, options.style_weight, terms),
        }
    }

    /// ∂/∂F of α·w·mean((F−P)²)/mean(P²) = 2·factor·(F−P).
    fn content_gradient(
        &self,
        layer: Layer,
        features: &Map,
        alpha: f32,
        terms: &mut Vec<Term>,
    ) -> Option<Map> {
        let target = self.content.iter().find(|target| target.layer == layer)?;
        let factor = alpha * target.weight / (count(features) * target.mean_square);
        let (gradient, sums) = content::residual(features, &target.value, 2.0 * factor);
        terms.push(Term { kind: Kind::Content, sums, factor });
        Some(gradient)
    }

    /// ∂/∂F of β·w·mean((G−A)²)/mean(A²) = F·(4·factor/(C·H·W))·(G−A), since G = FᵀF/(C·H·W) is symmetric: the matrix.
    fn style_gradient(
        &self,
        layer: Layer,
        features: &Map,
        beta: f32,
        terms: &mut Vec<Term>,
    ) -> Option<Tensor<2>> {
        let target = self.style.iter().find(|target| target.layer == layer)?;
        let [_, _, c] = features.dims();
        let factor = beta * target.weight / ((c * c) as f32 * target.mean_square);
        let (difference, sums) = gram::residual(features, &target.value, 4.0 * factor / count(features));
        terms.push(Term { kind: Kind::Style, sums, factor });
        Some(difference)
    }
}

/// The deepest layer that a loss looks at.
pub fn deepest(layers: &[WeightedLayer]) -> Layer {
    layers.iter().map(|&(layer, _)| layer).max().unwrap_or(Layer::Conv1_1)
}

fn count(map: &Map) -> f32 {
    map.dims().iter().product::<usize>() as f32
}

/// The mean of the squares, never zero: a target without any signal (a black layer) must not divide by it.
async fn mean_square<const D: usize>(tensor: Tensor<D>) -> Result<f32, Failure> {
    let values = read_values(tensor).await?;
    let sum: f64 = values.iter().map(|&value| f64::from(value).powi(2)).sum();
    Ok(((sum / values.len() as f64) as f32).max(f32::MIN_POSITIVE))
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
