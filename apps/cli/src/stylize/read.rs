//! Reads the pictures from files.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use image::{DynamicImage, ImageDecoder, ImageReader};
use impasto::sources::{Painting, Subject};
use options::Options;
use picture::{Picture, crop::fitted, mask::Mask};

use super::{args::StylizeArgs, error::StylizeError};

/// A picture over a white background, and its opacity if it has transparent pixels.
pub struct Read {
    pub picture: Picture,
    pub opacity: Option<Mask>,
}

/// Reads a picture and applies its EXIF orientation.
pub fn read(path: &Path) -> Result<Read, StylizeError> {
    let unopened = |source| StylizeError::Open { path: path.to_owned(), source };
    let undecoded = |source| StylizeError::Decode { path: path.to_owned(), source };
    let file = File::open(path).map_err(unopened)?;
    // The format is detected from the content: file names are often wrong.
    let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(unopened)?;
    // The crate's default limit is 512 MB; [`Picture::MAX_PIXELS`] is the limit that applies here.
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(Picture::MAX_PIXELS as u64 * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(undecoded)?;
    let orientation = decoder.orientation().map_err(undecoded)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(undecoded)?;
    image.apply_orientation(orientation);
    let image = image.into_rgba8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let picture = Picture::from_rgba8(width, height, &image)
        .map_err(|source| StylizeError::Picture { path: path.to_owned(), source })?;
    Ok(Read { picture, opacity: Mask::opacity(width, height, &image) })
}

/// Reads a painting with its weight, and applies the options' crop and size.
pub fn read_painting(path: &Path, weight: f32, options: &Options) -> Result<Painting, StylizeError> {
    let Read { picture, opacity } = read(path)?;
    let size = options.style_size.unwrap_or(options.size);
    let (picture, opacity) = fitted(&picture, opacity.as_ref(), options.style_crop, size);
    Options::check_sides("painting", picture.width(), picture.height())?;
    Ok(Painting { picture, opacity, weight })
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
