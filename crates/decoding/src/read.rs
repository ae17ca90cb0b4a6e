//! Reads a file, from its first bytes to the engine's values.

use picture::{Picture, mask::Mask};

use crate::{error::ReadError, jpeg, kind::FileKind, others, pixels};

/// A longer file is refused, since a whole one is held in memory: 1 GB.
pub const MAX_BYTES: usize = 1_000_000_000;

/// A picture over a white background, and its opacity if it has transparent pixels.
#[derive(Clone, Debug)]
pub struct Read {
    /// The picture, gamma-encoded sRGB.
    pub picture: Picture,
    /// The opacity of each pixel.
    pub opacity: Option<Mask>,
}

/// Reads a picture file: JPEG (with Huffman codes and 8 bits), PNG, WebP, GIF and BMP (8 or 16 bits; of an animation the first
/// frame), TIFF. A JPEG that is too large is made smaller while it is decoded, by 2, 4 or 8.
///
/// Its colours are converted to sRGB from its profile (ICC; in a PNG also `cICP`, or `gAMA` with `cHRM`); without one, or with
/// one that cannot be read, they count as sRGB. The intent is the profile's perceptual one, without black point compensation.
/// Its EXIF orientation is applied.
///
/// # Errors
/// [`ReadError`], with what to do.
pub fn read(bytes: &[u8]) -> Result<Read, ReadError> {
    read_up_to(Picture::MAX_PIXELS, bytes)
}

/// As [`read`], of at most `most` pixels.
///
/// # Errors
/// As [`read`].
pub fn read_up_to(most: usize, bytes: &[u8]) -> Result<Read, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLong);
    }
    let decoded = match FileKind::of(bytes).ok_or(ReadError::Unknown)? {
        FileKind::Jpeg => jpeg::decode(bytes, most)?,
        kind @ FileKind::Other(_) => return Err(ReadError::Unreadable(kind)),
        kind => others::decode(bytes, kind, most)?,
    };
    pixels::finish(decoded)
}

/// Refuses a picture of more than `most` pixels.
pub fn check_size(width: usize, height: usize, most: usize) -> Result<(), ReadError> {
    match width.checked_mul(height) {
        Some(pixels) if pixels <= most => Ok(()),
        _ => Err(ReadError::TooLarge { width, height, most }),
    }
}
