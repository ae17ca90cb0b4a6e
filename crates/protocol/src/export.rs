//! Defines the messages between the page and the worker that makes files.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The kinds of file that a visitor can save.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// The result at full size.
    Png,
    /// Photo, painting and result in one picture.
    Triptych,
    /// The frames of the run as an animation.
    Gif,
}

impl ExportKind {
    /// The name in the page's `data-busy`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Triptych => "triptych",
            Self::Gif => "gif",
        }
    }
}

/// The page's request for a file. The frames are transferred with it, oldest first, and for a triptych the files of the
/// photo and the paintings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// The kind of file.
    pub what: ExportKind,
    /// Width of the frames in pixels.
    pub width: usize,
    /// Height of the frames in pixels.
    pub height: usize,
    /// Titles of the photo and the paintings, in the order of their files.
    pub titles: Vec<String>,
    /// The recipe of the last frame, where a single recipe reproduces it: the text (`options::recipe::Recipe::text`) to
    /// store in the PNG.
    pub recipe: Option<String>,
}

/// The answers to an [`ExportRequest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportEvent {
    /// Progress, 0..1.
    Part(f64),
    /// The file is complete, and transferred with the event.
    Made,
    /// The file could not be made.
    Failed {
        /// The failure.
        failure: Failure,
    },
}
