//! Defines the errors of `impasto stylize`. Their messages say what to do.

use std::{io, path::PathBuf};

use image::ImageError;
use impasto::Error;
use options::{OptionsError, recipe::RecipeError};
use picture::PictureError;
use weights::WeightsError;

/// Why no picture was made.
#[derive(Debug, thiserror::Error)]
pub enum StylizeError {
    #[error(transparent)]
    Options(#[from] OptionsError),
    #[error("cannot open {}: {source}", .path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot read {} as a picture ({source}): try a PNG, JPEG, WebP, GIF or BMP", .path.display())]
    Decode { path: PathBuf, source: ImageError },
    #[error("cannot use {}: {source}", .path.display())]
    Picture { path: PathBuf, source: PictureError },
    #[error(
        "there are no weights at {}: name a pack or a model file with --weights; two packs, fast and tiny, lie in weights/ of the repository, and that of the full VGG-19 is made there with `cargo xtask weights --download` or `--from FILE`",
        .0.display()
    )]
    NoWeights(PathBuf),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("there is no GPU to paint on ({0}): leave out --device, or say --device cpu")]
    NoGpu(String),
    #[error(transparent)]
    Engine(#[from] Error),
    #[error("the loss is no longer a number after {0} steps: choose a smaller --learning-rate or weights")]
    Diverged(u32),
    #[error("cannot tell the format of {} by its extension: name it .png, .jpg, .webp or .bmp", .0.display())]
    Format(PathBuf),
    #[error(
        "{} is {}×{} pixels and the photo {}×{}: a mask or a content map needs the photo's shape, make it from the photo itself",
        .path.display(), .mask.0, .mask.1, .photo.0, .photo.1
    )]
    MaskShape { path: PathBuf, mask: (usize, usize), photo: (usize, usize) },
    #[error("{} is one of the pictures to be read: choose another name for the result", .0.display())]
    Overwrite(PathBuf),
    #[error("cannot paint like {}: {source}", .path.display())]
    Like { path: PathBuf, source: RecipeError },
    #[error("cannot encode {}: {source}", .path.display())]
    Encode { path: PathBuf, source: ImageError },
    #[error("cannot write into {} how it was painted: {source}", .path.display())]
    Recipe { path: PathBuf, source: RecipeError },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
}
