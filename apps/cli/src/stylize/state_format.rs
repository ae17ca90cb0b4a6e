//! Defines the file of a run's state: safetensors, with what is no map as JSON in its metadata.

use std::collections::HashMap;

use options::Options;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

/// The key of [`About`] in the metadata of the safetensors file.
const KEY: &str = "impasto";

/// What makes a run: a state of another one is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    pub options: Options,
    pub network: String,
    /// SHA-256 of all input pictures as the engine gets them.
    pub pictures: [u8; 32],
}

/// What the file says beside the values.
#[derive(Serialize, Deserialize)]
pub struct About {
    pub identity: Identity,
    pub scale: usize,
    pub steps: u32,
    pub steps_at_scale: u32,
    pub moments: u32,
    pub losses: Vec<(u32, f32)>,
}

impl Identity {
    /// The parts in which two runs differ, as a phrase; `None` if they are one run.
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        let parts = [
            (self.pictures != other.pictures, "other pictures"),
            (self.network != other.network, "another network"),
            (self.options != other.options, "other options"),
        ];
        parts.into_iter().find(|(differ, _)| *differ).map(|(_, words)| words)
    }
}

/// Sizes and values of the maps.
pub type Maps = Vec<([usize; 3], Vec<f32>)>;

/// A state as a file.
///
/// # Errors
/// A phrase, if the sizes of the maps are not those of their values.
pub fn serialized(about: &About, maps: &Maps) -> Result<Vec<u8>, String> {
    let about = serde_json::to_string(about).map_err(|error| error.to_string())?;
    let bytes: Vec<Vec<u8>> = maps
        .iter()
        .map(|(_, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect())
        .collect();
    let mut views = Vec::new();
    for (at, ((size, _), bytes)) in maps.iter().zip(&bytes).enumerate() {
        let view = TensorView::new(Dtype::F32, size.to_vec(), bytes).map_err(|error| error.to_string())?;
        views.push((format!("{at:03}"), view));
    }
    let metadata = HashMap::from([(KEY.to_owned(), about)]);
    safetensors::serialize(views, Some(metadata)).map_err(|error| error.to_string())
}

/// The state in a file; `None` if it is none, or damaged. Each map has as many values as its size says.
pub fn parsed(bytes: &[u8]) -> Option<(About, Maps)> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    let about: About = serde_json::from_str(header.metadata().as_ref()?.get(KEY)?).ok()?;
    if !about.losses.iter().all(|(_, loss)| loss.is_finite()) {
        return None;
    }
    let tensors = SafeTensors::deserialize(bytes).ok()?;
    let map = |at: usize| {
        let tensor =
            tensors.tensor(&format!("{at:03}")).ok().filter(|tensor| tensor.dtype() == Dtype::F32)?;
        let values = tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Some((tensor.shape().try_into().ok()?, values))
    };
    Some((about, (0..tensors.len()).map(map).collect::<Option<_>>()?))
}
