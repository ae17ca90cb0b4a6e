//! Reads a file, from its first bytes to the engine's values.

use image::metadata::Orientation;
use picture::Picture;

use crate::{
    error::{MAX_BYTES, ReadError},
    jpeg,
    kind::FileKind,
    others,
    pixels::{self, Decoded, Read},
};

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
    pixels::finish(decoded(most, bytes)?)
}

/// As [`read`], of a file that is upright whatever its EXIF data says.
///
/// # Errors
/// As [`read`].
pub fn read_upright(bytes: &[u8]) -> Result<Read, ReadError> {
    let decoded = decoded(Picture::MAX_PIXELS, bytes)?;
    pixels::finish(Decoded { orientation: Orientation::NoTransforms, ..decoded })
}

fn decoded(most: usize, bytes: &[u8]) -> Result<Decoded, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(ReadError::TooLong);
    }
    match FileKind::of(bytes).ok_or(ReadError::Unknown)? {
        FileKind::Jpeg => jpeg::decode(bytes, most),
        kind @ FileKind::Other(_) => Err(ReadError::Unreadable(kind)),
        kind => others::decode(bytes, kind, most),
    }
}
