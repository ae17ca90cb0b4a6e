//! Defines why a file is not read. The messages say what to do.

use image::ImageError;
use picture::PictureError;

use crate::kind::FileKind;

/// A longer file is refused, since a whole one is held in memory: 1 GB.
pub const MAX_BYTES: usize = 1_000_000_000;

/// Why a file is not read as a picture.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It has more than [`MAX_BYTES`].
    #[error("the file has more than {} MB: save it smaller", MAX_BYTES / 1_000_000)]
    TooLong,
    /// Its format is known, but not read here.
    #[error(
        "it is {0}, by its bytes: convert it to JPEG, PNG, WebP or TIFF first, with the program that made it or with ImageMagick"
    )]
    Unreadable(FileKind),
    /// Its format is not known.
    #[error("it is no picture of a known format: try a JPEG, PNG, WebP, TIFF, GIF or BMP")]
    Unknown,
    /// It is damaged, or of a rare variant that is not read.
    #[error("it is {kind}, but cannot be decoded ({why}): save it anew with another program")]
    Damaged {
        /// Its format.
        kind: FileKind,
        /// The decoder's words.
        why: String,
    },
    /// It has too many pixels.
    #[error(
        "it has {width}×{height} pixels, more than the {} million that are read: save it smaller",
        .most / 1_000_000
    )]
    TooLarge {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The most pixels that are read.
        most: usize,
    },
    /// Its brightness exceeds that of a screen.
    #[error("its colours are HDR ({0}), which cannot be painted: save it for a usual screen (SDR) first")]
    Hdr(&'static str),
    /// Its pixels do not form a picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

impl ReadError {
    pub(crate) fn damaged(kind: FileKind, error: &impl ToString) -> Self {
        Self::Damaged { kind, why: error.to_string() }
    }

    pub(crate) fn of_image(kind: FileKind, error: &ImageError) -> Self {
        Self::damaged(kind, error)
    }
}

/// Refuses a picture of more than `most` pixels.
pub fn check_size(width: usize, height: usize, most: usize) -> Result<(), ReadError> {
    match width.checked_mul(height) {
        Some(pixels) if pixels <= most => Ok(()),
        _ => Err(ReadError::TooLarge { width, height, most }),
    }
}
