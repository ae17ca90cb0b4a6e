//! Defines the numbers by which page and worker mean the same run and the same picture.

use serde::{Deserialize, Serialize};

/// One run, from Paint to done, stopped or failed. What belongs to an older job is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u32);

impl JobId {
    /// The id of the next run.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A picture that the visitor chose: equal ids mean the same file, so that nothing is decoded twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PictureId(pub u32);
