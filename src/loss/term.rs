//! Defines a term of the loss. Its value stays on the device until the next frame is read.

use burn::tensor::Tensor;
use picture::Losses;

/// A term of the loss: `factor` times the sum of the elements of `sums`.
#[derive(Clone, Debug)]
pub struct Term {
    /// The loss that it is a part of.
    pub kind: Kind,
    /// Partial sums, on the device, `[N]`; N depends on the kernel.
    pub sums: Tensor<1>,
    /// The factor of the sum, with the weights of loss and layer.
    pub factor: f32,
}

/// The losses, in the order of [`losses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Kind {
    Content,
    Style,
    TotalVariation,
    Temporal,
}

impl Term {
    /// The value of the term, given its partial sums as read from the device.
    fn loss(&self, sums: &[f32]) -> f64 {
        let sum: f64 = sums.iter().copied().map(f64::from).sum();
        f64::from(self.factor) * sum
    }
}

/// The total loss in f64, where [`Losses::total`] is f32. Each term comes with its partial sums as read from the
/// device.
pub fn total<'a>(terms: impl IntoIterator<Item = (&'a Term, &'a Vec<f32>)>) -> f64 {
    terms.into_iter().map(|(term, sums)| term.loss(sums)).sum()
}

/// The weighted losses and their total. The temporal loss, which only a film has, is a part of the total and has no field. Each term comes with its partial sums as read from the device.
pub fn losses<'a>(terms: impl IntoIterator<Item = (&'a Term, &'a Vec<f32>)>) -> Losses {
    let mut losses = [0.0f64; 4];
    for (term, sums) in terms {
        losses[term.kind as usize] += term.loss(sums);
    }
    let [content, style, tv, _] = losses.map(|loss| loss as f32);
    Losses { total: losses.iter().sum::<f64>() as f32, content, style, tv }
}
