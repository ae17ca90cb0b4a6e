//! Writes results: as a picture of any of four formats, whole or not at all, never over an input.

use std::{
    fs::{self, File},
    io::{self, Cursor},
    path::{Path, PathBuf},
    process,
};

use image::{
    ExtendedColorType, ImageEncoder, ImageError, ImageFormat, RgbImage, RgbaImage, codecs::jpeg::JpegEncoder,
};
use picture::{Frame, Picture};

use super::error::StylizeError;

/// The format for the file's extension.
pub fn output_format(path: &Path) -> Result<ImageFormat, StylizeError> {
    use ImageFormat::{Bmp, Jpeg, Png, WebP};
    let format = path.extension().and_then(ImageFormat::from_extension);
    format
        .filter(|format| [Png, Jpeg, WebP, Bmp].contains(format))
        .ok_or_else(|| StylizeError::Format(path.to_owned()))
}

/// Encodes a frame.
pub fn encode(frame: &Frame, format: ImageFormat) -> Result<Vec<u8>, ImageError> {
    let (width, height) = (frame.width as u32, frame.height as u32);
    let see_through = frame.rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] < 255);
    if see_through && [ImageFormat::Png, ImageFormat::WebP].contains(&format) {
        let mut bytes = Cursor::new(Vec::new());
        RgbaImage::from_raw(width, height, frame.rgba.clone())
            .expect("a frame has four bytes per pixel")
            .write_to(&mut bytes, format)?;
        return Ok(bytes.into_inner());
    }
    // The other formats have no transparency, or programs do not support it there.
    let opaque = Picture::from_rgba8(frame.width, frame.height, &frame.rgba)
        .expect("a frame has four bytes per pixel")
        .to_rgba8();
    let rgb: Vec<u8> = opaque.as_chunks::<4>().0.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
    let mut bytes = Vec::new();
    if format == ImageFormat::Jpeg {
        // The usual JPEG quality of 75 blurs the edges of brush strokes.
        JpegEncoder::new_with_quality(&mut bytes, 95).write_image(
            &rgb,
            width,
            height,
            ExtendedColorType::Rgb8,
        )?;
    } else {
        RgbImage::from_raw(width, height, rgb)
            .expect("a frame has four bytes per pixel")
            .write_to(&mut Cursor::new(&mut bytes), format)?;
    }
    Ok(bytes)
}

/// Refuses an output that is one of the inputs.
pub fn refuse_to_overwrite<'a>(
    out: &Path,
    mut inputs: impl Iterator<Item = &'a PathBuf>,
) -> Result<(), StylizeError> {
    // A path that does not resolve is not an existing file, so it cannot be an input.
    let Ok(resolved) = out.canonicalize() else { return Ok(()) };
    if inputs.any(|input| input.canonicalize().is_ok_and(|input| input == resolved)) {
        return Err(StylizeError::Overwrite(out.to_owned()));
    }
    Ok(())
}

/// Checks before the run that the result can be written.
pub fn try_writing(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: add a file name"));
    }
    let partial = partial_path(path);
    File::create(&partial)?;
    fs::remove_file(&partial)
}

/// Writes the file atomically: to a temporary file in the same folder, which is then renamed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = partial_path(path);
    let done = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    if done.is_err() {
        let _ = fs::remove_file(&partial); // The first error is the one to report.
    }
    done
}

fn partial_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.partial", process::id()))
}
