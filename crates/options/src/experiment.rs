//! Defines the experiments of the paper that show what a layer represents (Gatys et al. 2015, figure 1): the same
//! optimisation from noise, with only one of the two losses.

use std::{fmt, str::FromStr};

use weights::Layer;

use crate::{choices::Init, error::OptionsError, table::Options};

/// An experiment and the layer that it is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Experiment {
    /// Reconstructs the content of the photo from this layer; no style loss.
    Content(Layer),
    /// Reconstructs the style of the painting: Gram matrices at the first layer of each block up to this layer, and at
    /// the layer itself; no content loss. The result is a texture of the photo's size.
    Texture(Layer),
}

impl Experiment {
    /// The constructor of the experiment with this name; `None` for an unknown name.
    pub fn by_name(name: &str) -> Option<fn(Layer) -> Self> {
        match name {
            "content" => Some(Self::Content),
            "texture" => Some(Self::Texture),
            _ => None,
        }
    }

    /// The name of the experiment, and its layer.
    pub fn named(self) -> (&'static str, Layer) {
        match self {
            Self::Content(layer) => ("content", layer),
            Self::Texture(layer) => ("texture", layer),
        }
    }

    /// These options with the losses and the start of the experiment; everything else is kept.
    #[must_use]
    pub fn of(self, options: Options) -> Options {
        let options = Options { init: Init::Noise, ..options };
        match self {
            Self::Content(layer) => Options {
                content_weight: 1.0,
                style_weight: 0.0,
                content_layers: vec![(layer, 1.0)],
                ..options
            },
            Self::Texture(layer) => {
                let firsts =
                    Layer::ALL.into_iter().filter(|&other| other < layer && other.is_first_of_block());
                let layers: Vec<Layer> = firsts.chain([layer]).collect();
                let share = 1.0 / layers.len() as f32;
                Options {
                    content_weight: 0.0,
                    style_weight: 1.0,
                    content_layers: Vec::new(),
                    style_layers: layers.into_iter().map(|layer| (layer, share)).collect(),
                    ..options
                }
            }
        }
    }
}

/// Reads `content=conv4_2` or `texture=conv3_1`.
impl FromStr for Experiment {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        match text.split_once('=').and_then(|(name, layer)| Some((Self::by_name(name)?, layer))) {
            Some((experiment, layer)) => Ok(experiment(layer.parse()?)),
            None => Err(OptionsError::Choice {
                what: "experiment",
                found: text.to_owned(),
                choices: "content or texture and a layer: content=conv4_2, texture=conv3_1",
            }),
        }
    }
}

impl fmt::Display for Experiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, layer) = self.named();
        write!(f, "{name}={layer}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_texture_has_the_first_layers_of_all_blocks_above() {
        let layers = |layer| -> Vec<Layer> {
            let options = Experiment::Texture(layer).of(Options::default());
            options.validate().unwrap();
            options.style_layers.into_iter().map(|(layer, _)| layer).collect()
        };
        assert_eq!(layers(Layer::Conv1_1), [Layer::Conv1_1]);
        assert_eq!(layers(Layer::Conv3_2), [Layer::Conv1_1, Layer::Conv2_1, Layer::Conv3_1, Layer::Conv3_2]);
        let all = [Layer::Conv1_1, Layer::Conv2_1, Layer::Conv3_1, Layer::Conv4_1, Layer::Conv5_1];
        assert_eq!(layers(Layer::Conv5_1), all);
    }

    #[test]
    fn every_experiment_comes_back_from_its_name() {
        for layer in Layer::ALL {
            for experiment in [Experiment::Content(layer), Experiment::Texture(layer)] {
                assert_eq!(experiment.to_string().parse::<Experiment>().unwrap(), experiment);
                experiment.of(Options::default()).validate().unwrap();
            }
        }
        for text in ["", "content", "content=", "style=conv1_1", "texture=conv9_9", "conv1_1"] {
            assert!(text.parse::<Experiment>().is_err(), "{text}");
        }
    }
}
