//! Decodes everything but JPEG, with the crate `image`.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageResult,
    codecs::{bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder},
    metadata::Orientation,
};

use crate::{
    colors::{self, Colors},
    error::{ReadError, check_size},
    kind::FileKind,
    pixels::Decoded,
};

/// What a decoder may need beside the pixels, in bytes.
const SMALL: u64 = 1 << 24;

/// Decodes a file of this kind.
pub fn decode(bytes: &[u8], kind: FileKind, most: usize) -> Result<Decoded, ReadError> {
    let decoded = match kind {
        FileKind::Png => {
            check_palette(bytes)?;
            let colors = colors::of_png(bytes)?;
            let (pixels, orientation, _) = pixels(PngDecoder::new(Cursor::new(bytes)), kind, most)?;
            return Ok(Decoded { pixels, orientation, colors });
        }
        FileKind::WebP => pixels(WebPDecoder::new(Cursor::new(bytes)), kind, most),
        FileKind::Gif => pixels(GifDecoder::new(Cursor::new(bytes)), kind, most),
        FileKind::Tiff => pixels(TiffDecoder::new(Cursor::new(bytes)), kind, most),
        FileKind::Bmp => pixels(BmpDecoder::new(Cursor::new(bytes)), kind, most),
        FileKind::Jpeg | FileKind::Other(_) => return Err(ReadError::Unreadable(kind)),
    };
    let (pixels, orientation, profile) = decoded?;
    Ok(Decoded {
        pixels,
        orientation,
        colors: profile.map_or(Colors::Srgb, |profile| colors::of_icc(&profile)),
    })
}

/// Refuses a PNG with a palette that ends within a colour: its decoder panics there (png 0.18.1, `create_rgba_palette`).
fn check_palette(bytes: &[u8]) -> Result<(), ReadError> {
    // After the signature each chunk is its length, its name, its bytes and a sum of four bytes.
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((length, more)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if more.starts_with(b"PLTE") && !length.is_multiple_of(3) {
            return Err(ReadError::damaged(FileKind::Png, &"its palette ends within a colour"));
        }
        rest = more.get(length.saturating_add(8)..).unwrap_or_default();
    }
    Ok(())
}

/// Pixels, orientation, and the ICC profile.
type Parts = (DynamicImage, Orientation, Option<Vec<u8>>);

fn pixels(decoder: ImageResult<impl ImageDecoder>, kind: FileKind, most: usize) -> Result<Parts, ReadError> {
    let undecoded = |error| ReadError::of_image(kind, &error);
    let mut decoder = decoder.map_err(undecoded)?;
    let (width, height) = decoder.dimensions();
    check_size(width as usize, height as usize, most)?;
    // Before the limits are set: with large ones the TIFF decoder finds no profile.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let mut limits = image::Limits::default();
    // Four values of 16 bits for each pixel, and as much beside it.
    limits.max_alloc = Some(16 * most as u64 + SMALL);
    decoder.set_limits(limits).map_err(undecoded)?;
    let pixels = DynamicImage::from_decoder(decoder).map_err(undecoded)?;
    Ok((pixels, orientation, profile))
}
