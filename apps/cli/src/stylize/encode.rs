//! Encodes results as pictures of any of five formats.

use std::{io::Cursor, path::Path};

use image::{
    DynamicImage, ImageBuffer, ImageError, ImageFormat, Pixel, Rgb, Rgba,
    codecs::jpeg::JpegEncoder,
    error::{EncodingError, ImageFormatHint},
};
use impasto::{Error, StyleTransfer};
use picture::{Channel, Frame, Picture};

use super::{
    args::{Bits, Encoding},
    error::StylizeError,
    place::is_standard,
};

/// The quality of a JPEG where none is given: the usual 75 blurs the edges of strokes.
const JPEG_QUALITY: u8 = 95;

/// A picture as it is written.
pub enum Finished {
    /// With 8 bits a channel.
    Eight(Frame),
    /// With 16 bits a channel.
    Sixteen(Frame<u16>),
}

impl Finished {
    /// The picture of a run as it is now, at the size of the result.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn of(transfer: &StyleTransfer, bits: Bits) -> Result<Self, Error> {
        let (width, height) = transfer.size();
        Ok(match bits {
            Bits::Eight => Self::Eight(transfer.frame().await?.enlarged(width, height)),
            Bits::Sixteen => Self::Sixteen(transfer.fine_frame().await?.enlarged(width, height)),
        })
    }

    /// As an image, with its transparency if it has any, or over white.
    fn image(&self, keeps_transparency: bool) -> DynamicImage {
        match self {
            Self::Eight(frame) => image_of(frame, keeps_transparency),
            Self::Sixteen(frame) => image_of(frame, keeps_transparency),
        }
    }
}

/// How a result is written.
#[derive(Clone, Copy, Debug)]
pub struct Encoder {
    /// The format of the file.
    pub format: ImageFormat,
    /// The bits of a channel.
    pub bits: Bits,
    quality: Option<u8>,
}

impl Encoder {
    /// A PNG with 8 bits a channel.
    pub const PNG: Self = Self { format: ImageFormat::Png, bits: Bits::Eight, quality: None };

    /// The encoder for the extension of a file; PNG for the standard output.
    ///
    /// # Errors
    /// If the extension names no format that is written, or one without 16 bits where these are wanted.
    pub fn of(path: &Path, Encoding { quality, bits }: Encoding) -> Result<Self, StylizeError> {
        use ImageFormat::{Bmp, Jpeg, Png, Tiff, WebP};
        let format = if is_standard(path) {
            Png
        } else {
            path.extension()
                .and_then(ImageFormat::from_extension)
                .filter(|format| [Png, Jpeg, WebP, Bmp, Tiff].contains(format))
                .ok_or_else(|| StylizeError::Format(path.to_owned()))?
        };
        if bits == Bits::Sixteen && ![Png, Tiff].contains(&format) {
            return Err(StylizeError::Bits(path.to_owned()));
        }
        Ok(Self { format, bits, quality })
    }

    /// Encodes a picture. Where the format has transparency it is kept, otherwise the picture is laid over white.
    ///
    /// # Errors
    /// If a side is too long for the format.
    pub fn encode(self, picture: &Finished) -> Result<Vec<u8>, ImageError> {
        let has_transparency =
            [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff].contains(&self.format);
        let image = picture.image(has_transparency);
        match (self.format, self.quality) {
            (ImageFormat::Png, _) => png(&image),
            (ImageFormat::Jpeg, quality) => {
                let mut bytes = Vec::new();
                image.write_with_encoder(JpegEncoder::new_with_quality(
                    &mut bytes,
                    quality.unwrap_or(JPEG_QUALITY),
                ))?;
                Ok(bytes)
            }
            (ImageFormat::WebP, Some(quality)) => lossy_webp(&image, quality),
            (format, _) => {
                let mut bytes = Cursor::new(Vec::new());
                image.write_to(&mut bytes, format)?;
                Ok(bytes.into_inner())
            }
        }
    }
}

fn image_of<C>(frame: &Frame<C>, keeps_transparency: bool) -> DynamicImage
where
    C: Channel,
    Rgb<C>: Pixel<Subpixel = C>,
    Rgba<C>: Pixel<Subpixel = C>,
    DynamicImage: From<ImageBuffer<Rgb<C>, Vec<C>>> + From<ImageBuffer<Rgba<C>, Vec<C>>>,
{
    let (width, height) = (frame.width as u32, frame.height as u32);
    let is_transparent = frame.rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] < C::MOST);
    let image = if is_transparent && keeps_transparency {
        ImageBuffer::<Rgba<C>, _>::from_raw(width, height, frame.rgba.clone()).map(DynamicImage::from)
    } else {
        ImageBuffer::<Rgb<C>, _>::from_raw(width, height, over_white(frame)).map(DynamicImage::from)
    };
    image.expect("a frame has as many values as its size needs")
}

/// Red, green and blue over white.
fn over_white<C: Channel>(frame: &Frame<C>) -> Vec<C> {
    let opaque = Picture::from_rgba(frame.width, frame.height, &frame.rgba)
        .expect("a frame has four values per pixel")
        .to_rgba();
    opaque.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect()
}

/// A PNG that says that its colours are sRGB, which the encoder of `image` cannot.
fn png(image: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let failed = |error: png::EncodingError| failure(ImageFormat::Png, error);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, image.width(), image.height());
    encoder.set_color(if image.color().has_alpha() { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.set_compression(png::Compression::Balanced);
    let is_fine = image.color().bytes_per_pixel() / image.color().channel_count() == 2;
    if is_fine {
        encoder.set_depth(png::BitDepth::Sixteen);
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    if is_fine {
        // The bytes of the image are in the order of the machine, those of a PNG in the order of the network.
        let values = image.as_bytes().as_chunks::<2>().0;
        let values: Vec<u8> =
            values.iter().flat_map(|&pair| u16::from_ne_bytes(pair).to_be_bytes()).collect();
        writer.write_image_data(&values).map_err(failed)?;
    } else {
        writer.write_image_data(image.as_bytes()).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// A WebP with losses, by libwebp: the encoder of `image` has none. Its transparency is kept exactly.
fn lossy_webp(image: &DynamicImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    let (width, height) = (image.width(), image.height());
    let encoder = if image.color().has_alpha() {
        webp::Encoder::from_rgba(image.as_bytes(), width, height)
    } else {
        webp::Encoder::from_rgb(image.as_bytes(), width, height)
    };
    let encoded = encoder.encode_simple(false, f32::from(quality));
    encoded.map(|bytes| bytes.to_vec()).map_err(|error| failure(ImageFormat::WebP, format!("{error:?}")))
}

fn failure(format: ImageFormat, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ImageError {
    ImageError::Encoding(EncodingError::new(ImageFormatHint::Exact(format), error))
}
