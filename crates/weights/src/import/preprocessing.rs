//! Defines the preprocessing that a model file expects, and folds it into the first convolution of the network.

use crate::source::{Kernel, SourceConv};

/// The input that a network was trained with: `h[c] = (range · x[c] − mean[c]) / std[c]` with x in 0..1, channels in
/// `order`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Preprocessing {
    /// The order of the input channels, and of `mean` and `std`.
    pub order: Order,
    /// The value of white: 1 or 255.
    pub range: f64,
    /// The subtracted mean, on the scale of `range`.
    pub mean: [f64; 3],
    /// The divisor, on the scale of `range`.
    pub std: [f64; 3],
}

/// The order of the input channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Red first, as in torchvision's networks.
    Rgb,
    /// Blue first, as in networks converted from Caffe (which reads pictures with OpenCV).
    Bgr,
}

/// The description of the preprocessing in a model file is incomplete or not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreprocessingError {
    /// The description is incomplete.
    #[error("the file says `input_channel_order` but not `{0}`: complete its metadata")]
    Missing(&'static str),
    /// A value of the description is not understood.
    #[error("the file says `{key}` = \"{value}\", which is not {expected}: correct its metadata")]
    Unclear {
        /// The metadata key.
        key: &'static str,
        /// The value in the file.
        value: String,
        /// The accepted values.
        expected: &'static str,
    },
}

/// torchvision's `transforms.Normalize` for ImageNet.
pub(super) const TORCHVISION: Preprocessing =
    Preprocessing { order: Order::Rgb, range: 1.0, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/// That of the Oxford Visual Geometry Group, for weights converted from Caffe.
pub(super) const CAFFE: Preprocessing =
    Preprocessing { order: Order::Bgr, range: 255.0, mean: [103.939, 116.779, 123.68], std: [1.0; 3] };

impl Preprocessing {
    /// Reads the description from a file's metadata (`input_channel_order`, `input_range`, `input_mean_bgr` or
    /// `input_mean_rgb`, `input_std`); `None` where there is none.
    pub fn from_metadata<'a>(
        note: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Option<Self>, PreprocessingError> {
        let Some(order) = note("input_channel_order") else { return Ok(None) };
        let need = |key| note(key).ok_or(PreprocessingError::Missing(key));
        let (order, mean_key) = match order {
            "RGB" => (Order::Rgb, "input_mean_rgb"),
            "BGR" => (Order::Bgr, "input_mean_bgr"),
            _ => return Err(unclear("input_channel_order", order, "\"RGB\" or \"BGR\"")),
        };
        let range = match need("input_range")? {
            "0..1" => 1.0,
            "0..255" => 255.0,
            other => return Err(unclear("input_range", other, "\"0..1\" or \"0..255\"")),
        };
        let within = |values: &[f64; 3], from: f64| values.iter().all(|v| (from..=range).contains(v));
        let mean = three(mean_key, need(mean_key)?)?;
        if !within(&mean, 0.0) {
            return Err(unclear(mean_key, need(mean_key)?, "three numbers within the input range"));
        }
        let std = three("input_std", need("input_std")?)?;
        if !within(&std, 1e-3) {
            return Err(unclear("input_std", need("input_std")?, "three positive numbers"));
        }
        Ok(Some(Self { order, range, mean, std }))
    }

    /// The mean to subtract from RGB values in 0..1.
    pub fn rgb_mean(&self) -> [f32; 3] {
        [0, 1, 2].map(|rgb| (self.mean[self.position(rgb)] / self.range) as f32)
    }

    /// Rewrites conv1_1 so that its input is RGB values in 0..1 minus [`Preprocessing::rgb_mean`].
    ///
    /// `(range · x − mean) / std = range / std · (x − mean / range)`, and the factor `range / std` of an input channel
    /// is multiplied into the kernels. This is exact at the borders too: the zero padding is added after the
    /// subtraction of the mean, and a padded 0 stays 0 under any factor.
    ///
    /// Expects three input channels.
    pub fn fold_into(&self, first: &mut SourceConv) {
        if self.order == Order::Rgb && self.std.iter().all(|std| self.range.total_cmp(std).is_eq()) {
            return;
        }
        let old = std::mem::replace(&mut first.kernel, Kernel::F32(Vec::new())).into_f32();
        let mut weight = Vec::with_capacity(old.len());
        for kernels in old.chunks_exact(27) {
            for rgb in 0..3 {
                let c = self.position(rgb);
                let factor = self.range / self.std[c];
                weight.extend(kernels[c * 9..][..9].iter().map(|&w| (f64::from(w) * factor) as f32));
            }
        }
        first.kernel = Kernel::F32(weight);
    }

    /// The index of RGB channel `rgb` in the order of the file.
    fn position(&self, rgb: usize) -> usize {
        match self.order {
            Order::Rgb => rgb,
            Order::Bgr => 2 - rgb,
        }
    }
}

fn unclear(key: &'static str, value: &str, expected: &'static str) -> PreprocessingError {
    PreprocessingError::Unclear { key, value: value.to_owned(), expected }
}

/// Parses three numbers: "103.939,116.779,123.68".
fn three(key: &'static str, text: &str) -> Result<[f64; 3], PreprocessingError> {
    let values: Result<Vec<f64>, _> = text.split(',').map(|value| value.trim().parse()).collect();
    values
        .ok()
        .and_then(|values| <[f64; 3]>::try_from(values).ok())
        .ok_or_else(|| unclear(key, text, "three numbers separated by commas"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Layer;

    /// The response of a 3×3 window at the left border of the picture, with zero padding.
    fn respond(conv: &SourceConv, input: &[[f64; 9]; 3]) -> Vec<f64> {
        let weight = conv.kernel.clone().into_f32();
        (0..conv.out_channels)
            .map(|o| {
                let taps = (0..27).map(|i| f64::from(weight[o * 27 + i]) * input[i / 9][i % 9]);
                taps.sum::<f64>() + f64::from(conv.bias[o])
            })
            .collect()
    }

    #[test]
    fn folding_changes_no_response_not_even_at_the_border() {
        let weight: Vec<f32> = (0..2 * 27).map(|i| (i as f32 * 1.3).sin()).collect();
        let inside = |tap: usize| !tap.is_multiple_of(3); // the left column is outside the picture
        let rgb = |c: usize, tap: usize| (c as f64 * 0.31 + tap as f64 * 0.07) % 1.0;
        for preprocessing in [TORCHVISION, CAFFE] {
            let original = SourceConv {
                layer: Layer::Conv1_1,
                out_channels: 2,
                in_channels: 3,
                kernel: Kernel::F32(weight.clone()),
                bias: vec![0.5, -2.0],
            };
            let mut folded = original.clone();
            preprocessing.fold_into(&mut folded);
            let mut as_trained = [[0.0; 9]; 3];
            let mut as_fed = [[0.0; 9]; 3];
            for c in 0..3 {
                for tap in (0..9).filter(|&tap| inside(tap)) {
                    let source = if preprocessing.order == Order::Bgr { 2 - c } else { c };
                    as_trained[c][tap] = (preprocessing.range * rgb(source, tap) - preprocessing.mean[c])
                        / preprocessing.std[c];
                    as_fed[c][tap] = rgb(c, tap) - f64::from(preprocessing.rgb_mean()[c]);
                }
            }
            for (a, b) in respond(&original, &as_trained).iter().zip(respond(&folded, &as_fed)) {
                assert!((a - b).abs() < 1e-5 * a.abs().max(1.0), "{preprocessing:?}: {a} became {b}");
            }
        }
    }
}
