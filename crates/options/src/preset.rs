//! Defines named lists of style layers. The name describes the visible effect.

use std::{fmt, str::FromStr};

use weights::Layer;

use crate::{choices::written_as, error::OptionsError, layers::WeightedLayer};

/// Which layers the style loss uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StyleLayers {
    /// conv1_1, conv2_1, conv3_1, conv4_1 and conv5_1: everything from texture to composition.
    #[default]
    Everything,
    /// conv1_1, conv2_1 and conv3_1, with small receptive fields: colours, dabs and fine strokes.
    Strokes,
    /// conv3_1, conv4_1 and conv5_1, with large receptive fields: large forms.
    Forms,
}

impl StyleLayers {
    /// All presets.
    pub const ALL: [Self; 3] = [Self::Everything, Self::Strokes, Self::Forms];

    /// The layers, with equal weights that add up to 1.
    pub fn layers(self) -> Vec<WeightedLayer> {
        use Layer::{Conv1_1, Conv2_1, Conv3_1, Conv4_1, Conv5_1};
        let layers: &[Layer] = match self {
            Self::Everything => &[Conv1_1, Conv2_1, Conv3_1, Conv4_1, Conv5_1],
            Self::Strokes => &[Conv1_1, Conv2_1, Conv3_1],
            Self::Forms => &[Conv3_1, Conv4_1, Conv5_1],
        };
        layers.iter().map(|&layer| (layer, 1.0 / layers.len() as f32)).collect()
    }

    /// The preset that has these layers and weights, if any.
    pub fn of(layers: &[WeightedLayer]) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.layers() == layers)
    }
}

written_as!(StyleLayers is "set of layers", one of "everything, strokes or forms": Everything = "everything", Strokes = "strokes", Forms = "forms");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layers::{format_layers, parse_layers},
        table::Options,
    };

    #[test]
    fn everything_is_what_one_gets_unless_one_chooses() {
        assert_eq!(StyleLayers::default().layers(), Options::default().style_layers);
    }

    #[test]
    fn each_is_recognised_by_its_layers_and_by_its_name() {
        for preset in StyleLayers::ALL {
            let layers = preset.layers();
            assert_eq!(StyleLayers::of(&layers), Some(preset));
            // The comparison must also hold after the weights have been written as text and read back.
            assert_eq!(StyleLayers::of(&parse_layers(&format_layers(&layers)).unwrap()), Some(preset));
            assert_eq!(preset.to_string().parse::<StyleLayers>().unwrap(), preset);
            let sum: f32 = layers.iter().map(|(_, weight)| weight).sum();
            assert!((sum - 1.0).abs() < 1e-6, "{sum}");
            Options { style_layers: layers, ..Options::default() }.validate().unwrap();
        }
    }

    #[test]
    fn another_list_is_none_of_them() {
        assert_eq!(StyleLayers::of(&[]), None);
        assert_eq!(StyleLayers::of(&[(Layer::Conv1_1, 1.0)]), None);
        let mut layers = StyleLayers::Strokes.layers();
        layers[0].1 = 0.5;
        assert_eq!(StyleLayers::of(&layers), None);
    }

    #[test]
    fn an_unknown_name_says_which_there_are() {
        let error = "all".parse::<StyleLayers>().unwrap_err().to_string();
        assert_eq!(error, "\"all\" is no set of layers: choose everything, strokes or forms");
    }
}
