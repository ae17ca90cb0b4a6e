//! Finds the convolutions of a VGG-19 in a model file, by the names and shapes of its tensors.

use super::{
    error::WeightsError,
    tensors::{Catalogue, Element},
};
use crate::{format::MAX_CHANNELS, layer::Layer};

/// The tensors of one convolution, and its size.
#[derive(Debug)]
pub(super) struct PlannedConv {
    pub layer: Layer,
    pub out_channels: usize,
    pub in_channels: usize,
    pub weight: String,
    pub bias: String,
    pub coding: Option<Coding>,
}

/// The tensors with the scale and the zero point of quantised kernels.
#[derive(Debug)]
pub(super) struct Coding {
    pub scale: String,
    pub zero_point: String,
}

impl PlannedConv {
    /// The names of all tensors of this convolution.
    pub fn tensors(&self) -> impl Iterator<Item = &str> {
        let coding =
            self.coding.iter().flat_map(|coding| [coding.scale.as_str(), coding.zero_point.as_str()]);
        [self.weight.as_str(), self.bias.as_str()].into_iter().chain(coding)
    }
}

/// Finds the convolutions by name, and checks that their channels match. No values are read.
pub(super) fn plan(catalogue: &Catalogue) -> Result<Vec<PlannedConv>, WeightsError> {
    let missing = |name: String| WeightsError::MissingTensor { name };
    // Some files prefix the names (`state_dict.features.0.weight`, `module.features.0.weight`) or use those of the
    // literature.
    let find_prefix = |first: &str| {
        catalogue.keys().filter_map(|name| name.strip_suffix(first)).min_by_key(|prefix| prefix.len())
    };
    let (prefix, by_number) = match (find_prefix("features.0.weight"), find_prefix("conv1_1.weight")) {
        (Some(prefix), _) => (prefix, true),
        (None, Some(prefix)) => (prefix, false),
        (None, None) => return Err(missing("features.0.weight".to_owned())),
    };
    let mut given = 3; // red, green, blue
    let mut convs = Vec::with_capacity(Layer::ALL.len());
    for layer in Layer::ALL {
        let base = if by_number {
            format!("{prefix}features.{}", layer.torchvision_index())
        } else {
            format!("{prefix}{layer}")
        };
        let [weight, bias] = ["weight", "bias"].map(|part| format!("{base}.{part}"));
        let info = catalogue.get(&weight).ok_or_else(|| missing(weight.clone()))?;
        let out_channels = match info.shape.as_slice() {
            &[o, i, 3, 3] if (1..=MAX_CHANNELS).contains(&o) && i == given => o,
            _ => {
                let expected = format!("[1 to {MAX_CHANNELS}, {given}, 3, 3]");
                return Err(WeightsError::Shape { name: weight, expected, found: info.shape.clone() });
            }
        };
        let coding = match info.element {
            Element::U8 => {
                Some(Coding { scale: format!("{weight}.scale"), zero_point: format!("{weight}.zero_point") })
            }
            Element::Other => return Err(WeightsError::ElementType { name: weight }),
            _ => None,
        };
        let conv = PlannedConv { layer, out_channels, in_channels: given, weight, bias, coding };
        for name in conv.tensors().skip(1) {
            let info = catalogue.get(name).ok_or_else(|| missing(name.to_owned()))?;
            let count = info.shape.iter().try_fold(1usize, |count, &extent| count.checked_mul(extent));
            let may_be_scalar = name != conv.bias;
            if count != Some(out_channels) && !(may_be_scalar && count == Some(1)) {
                let expected = format!("[{out_channels}]");
                return Err(WeightsError::Shape {
                    name: name.to_owned(),
                    expected,
                    found: info.shape.clone(),
                });
            }
        }
        given = out_channels;
        convs.push(conv);
    }
    Ok(convs)
}
