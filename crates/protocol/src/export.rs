//! Defines what the page and the worker that makes files say to each other.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A kind of file that a visitor takes home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// The picture at full size.
    Png,
    /// Photo, painting and result in one picture.
    Triptych,
    /// The process.
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

/// What the page asks of the worker that makes files. The frames travel beside it, oldest first, and for a triptych the
/// files of the photo and the paintings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// What is wanted.
    pub what: ExportKind,
    /// Of the frames, in pixels.
    pub width: usize,
    /// Of the frames, in pixels.
    pub height: usize,
    /// What the visitor calls the photo and the paintings, in the order of the files.
    pub titles: Vec<String>,
    /// How the last frame was painted, where one recipe says all of it: the text (`options::recipe::Recipe::text`)
    /// that goes into the picture's file.
    pub recipe: Option<String>,
}

/// What comes of an [`ExportRequest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportEvent {
    /// So much of the work is done (0..1).
    Part(f64),
    /// The file travels beside it.
    Made,
    /// There is no file.
    Failed {
        /// Why.
        failure: Failure,
    },
}
