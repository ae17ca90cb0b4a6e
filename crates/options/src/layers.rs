//! Defines lists of layers with weights, and their written form: `conv1_1=0.2,conv2_1=0.2`.

use weights::Layer;

use crate::{check::check_weight, error::OptionsError, number::Number};

/// A layer and its weight in the content loss or the style loss.
pub type WeightedLayer = (Layer, f32);

/// The deepest layer of a list; conv1_1 for an empty list.
pub fn deepest(layers: &[WeightedLayer]) -> Layer {
    layers.iter().map(|&(layer, _)| layer).max().unwrap_or(Layer::Conv1_1)
}

/// Reads a list such as `conv1_1=0.2,conv2_1=0.2`. A missing weight is 1; `none` is the empty list.
///
/// # Errors
/// [`OptionsError::UnknownLayer`] or [`OptionsError::LayerWeight`] for text that cannot be read,
/// [`OptionsError::Weight`] for a negative or infinite weight, [`OptionsError::LayerTwice`] with the part "listed" for
/// a repeated layer.
pub fn parse_layers(list: &str) -> Result<Vec<WeightedLayer>, OptionsError> {
    let mut layers: Vec<WeightedLayer> = Vec::new();
    if list.trim() == "none" {
        return Ok(layers);
    }
    for entry in list.split(',') {
        let (name, weight) = match entry.split_once('=') {
            Some((name, weight)) => (name, Some(weight.trim())),
            None => (entry, None),
        };
        let layer: Layer = name.trim().parse()?;
        let weight = match weight {
            None => 1.0,
            Some(text) => {
                Number::of(text).ok_or_else(|| OptionsError::LayerWeight { layer, text: text.to_owned() })?
            }
        };
        check_weight("listed", Some(layer), weight)?;
        if layers.iter().any(|&(earlier, _)| earlier == layer) {
            return Err(OptionsError::LayerTwice { part: "listed", layer });
        }
        layers.push((layer, weight));
    }
    Ok(layers)
}

/// Writes a list of layers so that [`parse_layers`] reads it back: `conv1_1=0.2,conv2_1=0.2`.
pub fn format_layers(layers: &[WeightedLayer]) -> String {
    if layers.is_empty() {
        return "none".to_owned();
    }
    let entries: Vec<String> = layers.iter().map(|(layer, weight)| format!("{layer}={weight}")).collect();
    entries.join(",")
}
