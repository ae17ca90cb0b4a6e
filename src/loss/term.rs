//! Defines a term of the loss: computed on the device, read with the next frame.

use burn::tensor::Tensor;
use picture::Losses;

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

/// The losses from what was read of their terms, in the same order.
pub fn losses<'a>(terms: impl IntoIterator<Item = (&'a Term, &'a Vec<f32>)>) -> Losses {
    let mut losses = [0.0f64; 3];
    for (term, sums) in terms {
        losses[term.kind as usize] += term.loss(sums);
    }
    let [content, style, tv] = losses.map(|loss| loss as f32);
    Losses { total: losses.iter().sum::<f64>() as f32, content, style, tv }
}

/// The sum of the squares of some values.
pub(crate) fn squares(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value).powi(2)).sum()
}
