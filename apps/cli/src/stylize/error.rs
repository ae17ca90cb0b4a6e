//! Defines the errors of `impasto stylize`. Their messages say what to do.

use std::{io, path::PathBuf};

use decoding::ReadError;
use image::ImageError;
use impasto::Error;
use options::{OptionsError, recipe::RecipeError};
use weights::WeightsError;

use super::{outside::OutsideError, video::VideoError};

/// Why no picture was made.
#[derive(Debug, thiserror::Error)]
pub enum StylizeError {
    #[error(transparent)]
    Options(#[from] OptionsError),
    #[error("cannot open {}: {source}", .path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("cannot read {} as a picture: {source}", .path.display())]
    Read { path: PathBuf, source: ReadError },
    #[error("cannot read {} as a picture: {source}", .path.display())]
    Outside { path: PathBuf, source: OutsideError },
    #[error(
        "there is no network {}: name one with --weights, {}, or the path of a pack or of a model file; the pack of the full VGG-19 is made in the repository with `cargo xtask weights --download` or `--from FILE`",
        .asked.display(), .found.join(" or ")
    )]
    NoWeights { asked: PathBuf, found: Vec<String> },
    #[error(transparent)]
    Video(#[from] VideoError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("there is no GPU to paint on ({0}): leave out --device, or say --device cpu")]
    NoGpu(String),
    #[cfg(not(feature = "cpu"))]
    #[error("this program was built without the engine for the processor: build it with the feature cpu")]
    NoProcessor,
    #[error(transparent)]
    Engine(#[from] Error),
    #[error("the loss is no longer a number after {0} steps: choose a smaller --learning-rate or weights")]
    Diverged(u32),
    #[error("cannot tell the format of {} by its extension: name it .png, .jpg, .webp, .tif or .bmp", .0.display())]
    Format(PathBuf),
    #[error(
        "{} cannot have 16 bits a channel, which only PNG and TIFF have: name it .png or .tif, or leave out --bits",
        .0.display()
    )]
    Bits(PathBuf),
    #[error(
        "{} is {}×{} pixels and the photo {}×{}: a mask or a content map needs the photo's shape, make it from the photo itself",
        .path.display(), .mask.0, .mask.1, .photo.0, .photo.1
    )]
    MaskShape { path: PathBuf, mask: (usize, usize), photo: (usize, usize) },
    #[error("{} is one of the files to be read: choose another name for what is written", .0.display())]
    Overwrite(PathBuf),
    #[error("{} and {} are one file: choose another name for one of them", .0.display(), .1.display())]
    SameOutput(PathBuf, PathBuf),
    #[error("{} would be painted twice, from {one} and from {other}: say more in --name, such as {{photo}}-{{painting}}.png", .out.display())]
    SameName { out: PathBuf, one: String, other: String },
    #[error("{failed} of {of} pictures could not be painted: see above")]
    SomeFailed { failed: usize, of: usize },
    #[error("--{0} needs a result with a name: it cannot go to the standard output")]
    NeedsName(&'static str),
    #[error("cannot go on from {}: {why}", .path.display())]
    State { path: PathBuf, why: String },
    #[error(
        "--save-state and --resume need --optimizer adam: leave them out, or use --from with the picture"
    )]
    StateOfLbfgs,
    #[error("cannot paint like {}: {source}", .path.display())]
    Like { path: PathBuf, source: RecipeError },
    #[error("cannot encode {}: {source}", .path.display())]
    Encode { path: PathBuf, source: ImageError },
    #[error("cannot write into {} how it was painted: {source}", .path.display())]
    Recipe { path: PathBuf, source: RecipeError },
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
}
