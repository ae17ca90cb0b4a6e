//! Decodes JPEG, with the crate `jpeg-decoder`: `zune-jpeg`, which `image` uses, decodes some legal files wrongly.

use image::{DynamicImage, GrayImage, RgbImage, metadata::Orientation};
use jpeg_decoder::{CodingProcess, Decoder, Error, PixelFormat, UnsupportedFeature};

use crate::{
    colors::{self, Colors},
    error::{ReadError, check_size},
    kind::FileKind,
    pixels::Decoded,
};

/// A progressive JPEG decodes all of its samples in each scan; more scans than any encoder makes are an attack.
const MOST_SCANS: usize = 200;

/// Decodes a JPEG: baseline, extended or progressive, of one, three or four components. One with more than half of `most` pixels is
/// made smaller while it is decoded: a result with more is out of reach anyway.
pub fn decode(bytes: &[u8], most: usize) -> Result<Decoded, ReadError> {
    let mut decoder = Decoder::new(bytes);
    decoder.read_info().map_err(undecoded)?;
    let info = decoder.info().ok_or_else(|| ReadError::damaged(FileKind::Jpeg, &"no picture in it"))?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    if info.coding_process == CodingProcess::DctProgressive {
        // It keeps two bytes a sample until its end, whatever size is asked for: 3 GB for 512 million pixels of three colours.
        check_size(width, height, 4 * most)?;
        if scans(bytes) > MOST_SCANS {
            return Err(ReadError::damaged(FileKind::Jpeg, &"it has too many scans"));
        }
    }
    let mut scaled = (info.width, info.height);
    for shrunk in 1..=3 {
        if usize::from(scaled.0) * usize::from(scaled.1) > most / 2 {
            scaled = decoder.scale(info.width >> shrunk, info.height >> shrunk).map_err(undecoded)?;
        }
    }
    // An eighth is the smallest that there is.
    if check_size(scaled.0.into(), scaled.1.into(), most).is_err() {
        return Err(ReadError::TooLarge { width, height, most });
    }
    let data = decoder.decode().map_err(undecoded)?;
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    let colors = decoder.icc_profile().map_or(Colors::Srgb, |profile| colors::of_icc(&profile));
    let (width, height) = (u32::from(scaled.0), u32::from(scaled.1));
    let (pixels, colors) = match info.pixel_format {
        PixelFormat::L8 => (GrayImage::from_raw(width, height, data).map(DynamicImage::ImageLuma8), colors),
        PixelFormat::RGB24 => (RgbImage::from_raw(width, height, data).map(DynamicImage::ImageRgb8), colors),
        PixelFormat::CMYK32 => {
            let data =
                if is_of_adobe(bytes) { data } else { data.into_iter().map(|ink| 255 - ink).collect() };
            let rgb = colors.inks_to_srgb(&data);
            (image::ImageBuffer::from_raw(width, height, rgb).map(DynamicImage::ImageRgb16), Colors::Srgb)
        }
        PixelFormat::L16 => {
            return Err(ReadError::damaged(FileKind::Jpeg, &"it is lossless, with more than 8 bits"));
        }
    };
    let pixels = pixels.ok_or_else(|| ReadError::damaged(FileKind::Jpeg, &"it ends early"))?;
    Ok(Decoded { pixels, orientation: orientation.unwrap_or(Orientation::NoTransforms), colors })
}

/// Whether an Adobe program wrote it: with inks turned round, 255 for none, which the decoder takes for granted.
fn is_of_adobe(bytes: &[u8]) -> bool {
    bytes.windows(9).any(|window| window.starts_with(b"\xff\xee") && window.ends_with(b"Adobe"))
}

/// The number of scans.
fn scans(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|marker| marker == b"\xff\xda").count()
}

fn undecoded(error: Error) -> ReadError {
    let why = match error {
        Error::Unsupported(UnsupportedFeature::ArithmeticEntropyCoding) => {
            "it is coded arithmetically".to_owned()
        }
        Error::Unsupported(UnsupportedFeature::SamplePrecision(bits)) => {
            format!("it has {bits} bits a sample")
        }
        Error::Unsupported(UnsupportedFeature::Hierarchical) => "it is hierarchical".to_owned(),
        Error::Unsupported(other) => format!("it has an unusual feature, {other:?}"),
        other => other.to_string(),
    };
    ReadError::Damaged { kind: FileKind::Jpeg, why }
}
