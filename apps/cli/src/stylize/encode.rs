//! Encodes results as pictures of any of five formats.

use std::{io::Cursor, path::Path};

use image::{
    ExtendedColorType, ImageEncoder, ImageError, ImageFormat, RgbImage, RgbaImage, codecs::jpeg::JpegEncoder,
};
use picture::{Frame, Picture};

use super::{error::StylizeError, place::is_standard};

/// The format for the file's extension; PNG for the standard output.
pub fn output_format(path: &Path) -> Result<ImageFormat, StylizeError> {
    use ImageFormat::{Bmp, Jpeg, Png, Tiff, WebP};
    if is_standard(path) {
        return Ok(Png);
    }
    let format = path.extension().and_then(ImageFormat::from_extension);
    format
        .filter(|format| [Png, Jpeg, WebP, Bmp, Tiff].contains(format))
        .ok_or_else(|| StylizeError::Format(path.to_owned()))
}

/// Encodes a frame. `quality` (1 to 100) is that of a JPEG. Where the format has transparency it is kept, otherwise the picture is
/// laid over white.
///
/// # Errors
/// If a side is too long for the format.
pub fn encode(frame: &Frame, format: ImageFormat, quality: u8) -> Result<Vec<u8>, ImageError> {
    let (width, height) = (frame.width as u32, frame.height as u32);
    let is_transparent = frame.rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] < 255);
    let has_transparency = [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff].contains(&format);
    let (pixels, colors) = if is_transparent && has_transparency {
        (frame.rgba.clone(), ExtendedColorType::Rgba8)
    } else {
        (over_white(frame), ExtendedColorType::Rgb8)
    };
    match format {
        ImageFormat::Png => png(&pixels, (width, height), colors),
        ImageFormat::Jpeg => {
            let mut bytes = Vec::new();
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            encoder.write_image(&pixels, width, height, colors)?;
            Ok(bytes)
        }
        _ => {
            let mut bytes = Cursor::new(Vec::new());
            if colors == ExtendedColorType::Rgba8 {
                RgbaImage::from_raw(width, height, pixels).map(|image| image.write_to(&mut bytes, format))
            } else {
                RgbImage::from_raw(width, height, pixels).map(|image| image.write_to(&mut bytes, format))
            }
            .expect("a frame has as many bytes as its size needs")?;
            Ok(bytes.into_inner())
        }
    }
}

/// Red, green and blue over white.
fn over_white(frame: &Frame) -> Vec<u8> {
    let opaque = Picture::from_rgba8(frame.width, frame.height, &frame.rgba)
        .expect("a frame has four bytes per pixel")
        .to_rgba8();
    opaque.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect()
}

/// A PNG that says that its colours are sRGB, which the encoder of `image` cannot.
fn png(pixels: &[u8], (width, height): (u32, u32), colors: ExtendedColorType) -> Result<Vec<u8>, ImageError> {
    let failed = |error: png::EncodingError| {
        ImageError::Encoding(image::error::EncodingError::new(ImageFormat::Png.into(), error))
    };
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    let is_opaque = colors == ExtendedColorType::Rgb8;
    encoder.set_color(if is_opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}
