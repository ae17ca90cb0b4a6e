//! Defines the ids of runs and pictures in messages.

use serde::{Deserialize, Serialize};

/// The id of a run. Messages of an older run than the current one are ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u32);

impl JobId {
    /// The id of the next run.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The id of a picture. Equal ids mean the same file, so that it is decoded only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PictureId(pub u32);
