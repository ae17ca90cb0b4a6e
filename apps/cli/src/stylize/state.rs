//! Keeps the state of a run in a file, from which it goes on exactly where it was: after Ctrl-C, a crash, or a reboot.

use std::{
    fs,
    path::{Path, PathBuf},
};

use impasto::{Snapshot, sources::Sources};
use options::Options;
use sha2::{Digest, Sha256};

use super::{
    error::StylizeError,
    place::Place,
    state_format::{About, Identity, parsed, serialized},
};

/// The state is written after this many steps, and when the run is interrupted.
pub const EVERY: u32 = 10;

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
        let file = serialized(&about, maps).map_err(failed)?;
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
