//! Keeps the state of a run in a file, from which it goes on exactly where it was: after Ctrl-C, a crash, or a reboot.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use impasto::{Snapshot, sources::Sources};
use options::Options;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{error::StylizeError, place::Place};

/// The state is written after this many steps, and when the run is interrupted.
pub const EVERY: u32 = 10;

/// The key of [`About`] in the metadata of the safetensors file.
const KEY: &str = "impasto";

/// What makes a run: a state of another one is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    options: Options,
    network: String,
    /// SHA-256 of all input pictures as the engine gets them.
    pictures: [u8; 32],
}

/// What the file says beside the values.
#[derive(Serialize, Deserialize)]
struct About {
    identity: Identity,
    scale: usize,
    steps: u32,
    steps_at_scale: u32,
    moments: u32,
    losses: Vec<(u32, f32)>,
}

impl Identity {
    pub fn of(options: &Options, network: &str, sources: &Sources) -> Self {
        let mut hash = Sha256::new();
        let mut add = |values: &[f32]| {
            hash.update((values.len() as u64).to_le_bytes());
            for value in values {
                hash.update(value.to_le_bytes());
            }
        };
        let subject = &sources.subject;
        add(subject.photo.rgb());
        for mask in [&subject.opacity, &subject.mask, &subject.content_map] {
            add(mask.as_ref().map_or(&[], |mask| mask.values()));
        }
        for painting in &sources.paintings {
            add(painting.picture.rgb());
            add(painting.opacity.as_ref().map_or(&[], |mask| mask.values()));
            add(&[painting.weight]);
        }
        Self { options: options.clone(), network: network.to_owned(), pictures: hash.finalize().into() }
    }

    /// The parts in which two runs differ, as a phrase; `None` if they are one run.
    fn difference(&self, other: &Self) -> Option<&'static str> {
        let parts = [
            (self.pictures != other.pictures, "other pictures"),
            (self.network != other.network, "another network"),
            (self.options != other.options, "other options"),
        ];
        parts.into_iter().find(|(differ, _)| *differ).map(|(_, words)| words)
    }
}

/// The file with the state of a run.
pub struct StateFile {
    path: PathBuf,
    place: Place,
    identity: Identity,
}

impl StateFile {
    pub const fn new(path: PathBuf, place: Place, identity: Identity) -> Self {
        Self { path, place, identity }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a state in the place of the one before.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, snapshot: &Snapshot) -> Result<(), StylizeError> {
        let failed = |why: String| StylizeError::State { path: self.path.clone(), why };
        let Snapshot { scale, steps, steps_at_scale, moments, losses, maps } = snapshot;
        let about = About {
            identity: self.identity.clone(),
            scale: *scale,
            steps: *steps,
            steps_at_scale: *steps_at_scale,
            moments: *moments,
            losses: losses.clone(),
        };
        let about = serde_json::to_string(&about).map_err(|error| failed(error.to_string()))?;
        let bytes: Vec<Vec<u8>> = maps
            .iter()
            .map(|(_, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect())
            .collect();
        let mut views = Vec::new();
        for (at, ((size, _), bytes)) in maps.iter().zip(&bytes).enumerate() {
            let view = TensorView::new(Dtype::F32, size.to_vec(), bytes)
                .map_err(|error| failed(error.to_string()))?;
            views.push((format!("{at:03}"), view));
        }
        let metadata = HashMap::from([(KEY.to_owned(), about)]);
        let file =
            safetensors::serialize(views, Some(metadata)).map_err(|error| failed(error.to_string()))?;
        self.place.write(&file).map_err(|source| StylizeError::Write { path: self.path.clone(), source })
    }

    /// The state in the file at `path`, if it is one of this run.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or belongs to another run.
    pub fn read(&self, path: &Path) -> Result<Snapshot, StylizeError> {
        let failed = |why: String| StylizeError::State { path: path.to_owned(), why };
        let bytes = fs::read(path).map_err(|source| StylizeError::Open { path: path.to_owned(), source })?;
        let (about, maps) =
            parsed(&bytes).ok_or_else(|| failed("it is no state of a run, or damaged".to_owned()))?;
        if let Some(words) = self.identity.difference(&about.identity) {
            return Err(failed(format!("it is the state of a run with {words}: give the same command")));
        }
        let About { scale, steps, steps_at_scale, moments, losses, .. } = about;
        Ok(Snapshot { scale, steps, steps_at_scale, moments, losses, maps })
    }

    /// Removes the file: the run is over.
    pub fn remove(&self) {
        if let Place::File(path) = &self.place {
            // What is left over does no harm.
            let _ = fs::remove_file(path);
        }
    }
}

/// Sizes and values of the maps.
type Maps = Vec<([usize; 3], Vec<f32>)>;

fn parsed(bytes: &[u8]) -> Option<(About, Maps)> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    let about = serde_json::from_str(header.metadata().as_ref()?.get(KEY)?).ok()?;
    let tensors = SafeTensors::deserialize(bytes).ok()?;
    let map = |at: usize| {
        let tensor =
            tensors.tensor(&format!("{at:03}")).ok().filter(|tensor| tensor.dtype() == Dtype::F32)?;
        let values = tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        Some((tensor.shape().try_into().ok()?, values))
    };
    Some((about, (0..tensors.len()).map(map).collect::<Option<_>>()?))
}
