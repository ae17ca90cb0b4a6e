//! Reads a file, from its first bytes to the engine's values.

use picture::Picture;

use crate::{
    error::{MAX_BYTES, ReadError},
    jpeg,
    kind::FileKind,
    others,
    pixels::{self, Read},
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
