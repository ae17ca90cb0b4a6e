//! Reads the pictures from files.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use decoding::{MAX_BYTES, Read, ReadError};
use impasto::sources::{Painting, Subject};
use options::Options;
use picture::{Picture, crop::fitted, mask::Mask};

use super::{args::StylizeArgs, error::StylizeError, outside, place::is_standard};

/// Reads a picture, from the standard input if its path is `-`.
pub fn read(path: &Path) -> Result<Read, StylizeError> {
    let bytes =
        if is_standard(path) { all_of(io::stdin().lock()) } else { File::open(path).and_then(all_of) };
    let bytes = bytes.map_err(|source| StylizeError::Open { path: path.to_owned(), source })?;
    match decoding::read(&bytes) {
        Err(ReadError::Unreadable(kind)) if kind.is_heif() => outside::read(&bytes, kind)
            .map_err(|source| StylizeError::Outside { path: path.to_owned(), source }),
        read => read.map_err(|source| StylizeError::Read { path: path.to_owned(), source }),
    }
}

/// All bytes of a file; of one that is too long, enough to tell.
fn all_of(file: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a painting with its weight, and applies the options' crop and size.
pub fn read_painting(path: &Path, weight: f32, options: &Options) -> Result<Painting, StylizeError> {
    let Read { picture, opacity } = read(path)?;
    let size = options.style_size.unwrap_or(options.size);
    let (picture, opacity) = fitted(&picture, opacity.as_ref(), options.style_crop, size);
    Options::check_sides("painting", picture.width(), picture.height())?;
    Ok(Painting { picture, opacity, weight })
}

/// Reads a photo and its opacity, at the requested size.
pub fn read_photo(path: &Path, options: &Options) -> Result<(Picture, Option<Mask>), StylizeError> {
    let Read { picture, opacity } = read(path)?;
    Ok(fitted(&picture, opacity.as_ref(), None, options.size))
}

/// Reads the photo, its opacity, the mask and the content map, at the requested size.
pub fn read_subject(args: &StylizeArgs, options: &Options) -> Result<Subject, StylizeError> {
    let Read { picture, opacity } = read(&args.photo)?;
    let (photo, opacity) = fitted(&picture, opacity.as_ref(), None, options.size);
    let (width, height) = photo.size();
    let mask = |path: &Option<PathBuf>| -> Result<Option<Mask>, StylizeError> {
        let Some(path) = path else { return Ok(None) };
        let mask = read_mask(path, &picture)?;
        Ok(Some(mask.resize(width, height)))
    };
    let (mask, content_map) = (mask(&args.mask)?, mask(&args.content_map)?);
    Ok(Subject { photo, opacity, mask, content_map })
}

/// Reads a mask or a content map for a photo that was not resized.
fn read_mask(path: &Path, photo: &Picture) -> Result<Mask, StylizeError> {
    let mask = read(path)?.picture;
    // Scaling can change the size by a pixel.
    let aspect = |picture: &Picture| picture.width() as f64 / picture.height() as f64;
    if (aspect(&mask) / aspect(photo) - 1.0).abs() > 0.02 {
        let (mask, photo) = (mask.size(), photo.size());
        return Err(StylizeError::MaskShape { path: path.to_owned(), mask, photo });
    }
    Ok(Mask::of(&mask))
}
