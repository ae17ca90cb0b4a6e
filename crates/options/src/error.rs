//! Defines what can be wrong with the options, in words that say what to do.

use picture::{UnknownSize, crop::UnknownCrop, rect::GRID};
use weights::{Layer, UnknownLayer};

/// The smallest side, in pixels, that a photo or a painting may have once it is scaled: four poolings halve it, and conv5_1
/// must be left with one pixel.
pub const MIN_SIDE: usize = 16;

/// What is wrong with the options, in words that say what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OptionsError {
    /// A long side below [`MIN_SIDE`].
    #[error("the {what} of {side} pixels is too small: choose at least {}", MIN_SIDE)]
    SizeTooSmall {
        /// "size" or "style size".
        what: &'static str,
        /// The long side that was asked for.
        side: u32,
    },
    /// A picture whose short side is below [`MIN_SIDE`] once it is scaled.
    #[error(
        "the {what} would be {width}×{height} pixels, and each side needs at least {}: choose a larger size, or crop a picture that is this long and narrow",
        MIN_SIDE
    )]
    PictureTooSmall {
        /// "photo" or "painting".
        what: &'static str,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// A picture too small for the layers that were chosen.
    #[error(
        "the {what} is {width}×{height} pixels, but {layer} needs {least} on each side: choose a larger size"
    )]
    TooSmallForLayer {
        /// "photo" or "painting".
        what: &'static str,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The deepest layer that looks at it.
        layer: Layer,
        /// What each side needs.
        least: usize,
    },
    /// A side of tiles that does not fit the network's poolings.
    #[error("tiles of {tile} pixels cannot be painted: choose a multiple of {GRID}, at least 64")]
    Tile {
        /// The side that was asked for, in pixels.
        tile: u32,
    },
    /// A mask that leaves nothing to paint.
    #[error("the mask leaves nothing to paint: what is white in it is painted, what is black stays as it is")]
    EmptyMask,
    /// A mask of another size than the photo.
    #[error(
        "the {what} is {}×{} pixels and the photo {}×{}: make a mask from the photo itself, so that the two fit",
        .mask.0, .mask.1, .photo.0, .photo.1
    )]
    MaskSize {
        /// "mask" or "opacity".
        what: &'static str,
        /// Of the photo, in pixels.
        photo: (usize, usize),
        /// Of the mask, in pixels.
        mask: (usize, usize),
    },
    /// A style loss and nothing that has a style.
    #[error("there is no painting: name one, or switch the style off (a style weight of 0)")]
    NoPainting,
    /// A mask tells only two things from each other.
    #[error(
        "a mask tells two paintings from each other, not {paintings}: leave out the mask, or keep two of them"
    )]
    TooManyForMask {
        /// How many there are.
        paintings: usize,
    },
    /// Zero steps.
    #[error("no steps would be made: choose at least 1 (100 is a good number)")]
    NoSteps,
    /// A weight that is negative, infinite or not a number.
    #[error("the {part} weight{} is {value}: choose 0 or more", of_layer(*.layer))]
    Weight {
        /// "content", "style" or "tv".
        part: &'static str,
        /// The layer whose weight it is; `None` for the weight of the whole part.
        layer: Option<Layer>,
        /// The offender.
        value: f32,
    },
    /// A layer that is listed more than once.
    #[error("the {part} layers name {layer} twice: keep one of them and add up the weights")]
    LayerTwice {
        /// "content" or "style".
        part: &'static str,
        /// The layer.
        layer: Layer,
    },
    /// Neither the content nor the style has any weight.
    #[error(
        "neither the photo nor the painting has any weight: give at least one layer a weight above 0, and the content or the style too"
    )]
    NothingToDo,
    /// A number that must be above 0: a constant of the optimiser, the loss to stop at, or the weight of a painting.
    #[error("the {what} is {value}: choose a finite number above 0")]
    NotPositive {
        /// Which constant.
        what: &'static str,
        /// The offender.
        value: f32,
    },
    /// A decay of the optimiser outside 0..1.
    #[error("{what} is {value}: choose a number from 0 up to, but not including, 1")]
    Decay {
        /// "beta1" or "beta2".
        what: &'static str,
        /// The offender.
        value: f32,
    },
    /// A name in a list of layers that is none.
    #[error(transparent)]
    UnknownLayer(#[from] UnknownLayer),
    /// A weight in a list of layers that is no number.
    #[error("\"{text}\" is no weight for {layer}: write {layer}=0.2, for example")]
    LayerWeight {
        /// The layer.
        layer: Layer,
        /// What was written after the equals sign.
        text: String,
    },
    /// A size that cannot be read.
    #[error(transparent)]
    UnknownSize(#[from] UnknownSize),
    /// A part of a painting that cannot be read.
    #[error(transparent)]
    UnknownCrop(#[from] UnknownCrop),
    /// A text where a number belongs.
    #[error("\"{found}\" is no number: write {wanted}")]
    NoNumber {
        /// What was written.
        found: String,
        /// What may be written.
        wanted: &'static str,
    },
    /// A choice that is not among the names known.
    #[error("\"{found}\" is no {what}: choose {choices}")]
    Choice {
        /// "end", "schedule", "style loss", "pooling", "start", "colour", "optimizer", "set of layers" or "experiment".
        what: &'static str,
        /// What was written.
        found: String,
        /// What may be written.
        choices: &'static str,
    },
}

fn of_layer(layer: Option<Layer>) -> String {
    layer.map_or_else(String::new, |layer| format!(" of {layer}"))
}
