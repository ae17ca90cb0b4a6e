//! Keeps painted frames in a folder, so that a film goes on where it was after Ctrl-C, a crash, or a reboot.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use picture::{Frame, Picture};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::VideoError;
use crate::stylize::{
    encode::{Encoder, Finished},
    error::StylizeError,
    place::Place,
    read::read,
    state_format::Identity,
};

/// The name of the file that says what the frames belong to.
const ABOUT: &str = "film.json";

/// What makes a painted film: frames of another one are not gone on with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilmIdentity {
    /// Options, network, paintings and the first frame.
    pub run: Identity,
    /// SHA-256 of the file of the film.
    pub film: [u8; 32],
    pub steps_after: u32,
    pub steadiness: f32,
}

impl FilmIdentity {
    /// The parts in which two differ, as a phrase; `None` if they are one.
    fn difference(&self, other: &Self) -> Option<&'static str> {
        if self.film != other.film {
            return Some("another film");
        }
        let differ =
            self.steps_after != other.steps_after || self.steadiness.to_bits() != other.steadiness.to_bits();
        self.run.difference(&other.run).or(differ.then_some("other options"))
    }
}

/// SHA-256 of a file.
///
/// # Errors
/// If it cannot be read.
pub fn hash(path: &Path) -> Result<[u8; 32], StylizeError> {
    let read = File::open(path).and_then(|mut file| {
        let mut hash = Sha256::new();
        let mut bytes = vec![0; 1 << 20];
        loop {
            match io::Read::read(&mut file, &mut bytes)? {
                0 => return Ok(hash.finalize().into()),
                count => hash.update(&bytes[..count]),
            }
        }
    });
    read.map_err(|source| StylizeError::Open { path: path.to_owned(), source })
}

/// A folder with painted frames.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens the folder, which is made if it does not exist.
    ///
    /// # Errors
    /// If it holds something else, or frames of another film; if it cannot be written.
    pub fn open(path: &Path, identity: &FilmIdentity) -> Result<Self, StylizeError> {
        let folder = Self { path: path.to_owned() };
        let about = path.join(ABOUT);
        let unwritten = |source| StylizeError::Write { path: about.clone(), source };
        match fs::read(&about) {
            Ok(bytes) => {
                let found: FilmIdentity = serde_json::from_slice(&bytes)
                    .map_err(|_| VideoError::OtherRun { path: path.to_owned(), words: "another program" })?;
                if let Some(words) = found.difference(identity) {
                    return Err(VideoError::OtherRun { path: path.to_owned(), words }.into());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path)
                    .map_err(|source| StylizeError::Write { path: path.to_owned(), source })?;
                if fs::read_dir(path).map_err(unwritten)?.next().is_some() {
                    return Err(VideoError::NotFrames(path.to_owned()).into());
                }
                let json =
                    serde_json::to_vec_pretty(identity).map_err(io::Error::other).map_err(unwritten)?;
                Place::of(&about).and_then(|place| place.write(&json)).map_err(unwritten)?;
            }
            Err(_) => return Err(VideoError::NotFrames(path.to_owned()).into()),
        }
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a frame; they are counted from 1.
    fn file(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:06}.png"))
    }

    /// How many frames are painted, without a gap.
    pub fn painted(&self) -> u64 {
        let mut painted = 0;
        while self.file(painted + 1).exists() {
            painted += 1;
        }
        painted
    }

    /// A painted frame.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(&self, number: u64) -> Result<Picture, StylizeError> {
        Ok(read(&self.file(number))?.picture)
    }

    /// Keeps a painted frame.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, number: u64, frame: Frame) -> Result<(), StylizeError> {
        let path = self.file(number);
        let bytes = Encoder::PNG
            .encode(&Finished::Eight(frame))
            .map_err(|source| StylizeError::Encode { path: path.clone(), source })?;
        let written = Place::of(&path).and_then(|place| place.write(&bytes));
        written.map_err(|source| StylizeError::Write { path, source })
    }

    /// Removes the frames, and the folder if nothing else is in it.
    pub fn remove(&self, frames: u64) {
        // What is left over does no harm.
        for number in 1..=frames {
            let _ = fs::remove_file(self.file(number));
        }
        let _ = fs::remove_file(self.path.join(ABOUT));
        let _ = fs::remove_dir(&self.path);
    }
}
