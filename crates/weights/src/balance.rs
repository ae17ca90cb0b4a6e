//! Defines factors on the losses of a smaller network that stands in for VGG-19.

use std::collections::BTreeMap;

use crate::{error::PackError, layer::Layer};

/// The range of a factor.
const BOUNDS: std::ops::RangeInclusive<f32> = 0.01..=100.0;
const CONTENT: &str = "content";

/// Factors that a network applies to its losses, in addition to the weights that a visitor chooses.
///
/// The features of a smaller network differ from those of VGG-19, little at conv1_1 and much at conv5_1. Larger factors
/// on the layers that it reproduces well bring its results closer to VGG-19's. All factors default to 1, the values for
/// VGG-19 itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    content: f32,
    style: Vec<(Layer, f32)>,
}

impl Default for Balance {
    fn default() -> Self {
        Self { content: 1.0, style: Vec::new() }
    }
}

impl Balance {
    /// Reads the entries of a manifest: `content` or the name of a style layer, with a factor in 0.01..=100.
    ///
    /// # Errors
    /// [`PackError::BadBalance`] for an unknown name or a factor out of range.
    pub fn new(written: &BTreeMap<String, f32>) -> Result<Self, PackError> {
        let mut balance = Self::default();
        for (name, &factor) in written {
            let bad = || PackError::BadBalance { name: name.clone(), factor };
            if !BOUNDS.contains(&factor) {
                return Err(bad());
            }
            if name == CONTENT {
                balance.content = factor;
            } else {
                balance.style.push((name.parse().map_err(|_| bad())?, factor));
            }
        }
        Ok(balance)
    }

    /// The entries for a manifest; factors of 1 are left out.
    pub fn written(&self) -> BTreeMap<String, f32> {
        let content =
            (self.content.to_bits() != 1.0f32.to_bits()).then(|| (CONTENT.to_owned(), self.content));
        content
            .into_iter()
            .chain(self.style.iter().map(|(layer, factor)| (layer.to_string(), *factor)))
            .collect()
    }

    /// The factor of the content loss.
    pub fn content(&self) -> f32 {
        self.content
    }

    /// The factor of a layer in the style loss.
    pub fn style(&self, layer: Layer) -> f32 {
        self.style.iter().find(|(named, _)| *named == layer).map_or(1.0, |(_, factor)| *factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &[(&str, f32)]) -> Result<Balance, PackError> {
        Balance::new(&written.iter().map(|(name, factor)| ((*name).to_owned(), *factor)).collect())
    }

    #[test]
    fn what_is_written_is_read_again_and_the_rest_is_one() {
        let balance = read(&[("content", 0.7), ("conv1_1", 2.0)]).unwrap();
        assert_eq!((balance.content(), balance.style(Layer::Conv1_1)), (0.7, 2.0));
        assert_eq!(balance.style(Layer::Conv5_1).to_bits(), 1.0f32.to_bits());
        assert_eq!(Balance::new(&balance.written()).unwrap(), balance);
        assert_eq!(read(&[]).unwrap(), Balance::default());
        assert!(Balance::default().written().is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (name, factor) in [
            ("content", 0.0),
            ("content", -1.0),
            ("conv1_1", f32::NAN),
            ("conv1_1", 1e9),
            ("conv9_9", 1.0),
            ("tv", 1.0),
        ] {
            let error = read(&[(name, factor)]).unwrap_err();
            assert!(matches!(&error, PackError::BadBalance { name: named, .. } if named == name), "{error}");
        }
    }
}
