//! Defines the errors of options. Each message says what is wrong and what to do about it.

use picture::{UnknownSize, crop::UnknownCrop, rect::GRID};
use weights::{Layer, UnknownLayer};

use crate::ranges::MOST_PASSES;

/// The smallest side, in pixels, of a photo or a painting after scaling. Four poolings halve it, and conv5_1 must be
/// left with one pixel.
pub const MIN_SIDE: usize = 16;

/// Why options are refused. The message says what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OptionsError {
    /// A long side below [`Options::MIN_SIDE`](crate::Options::MIN_SIDE).
    #[error("the {what} of {side} pixels is too small: choose at least {}", MIN_SIDE)]
    SizeTooSmall {
        /// "size" or "style size".
        what: &'static str,
        /// The requested long side, in pixels.
        side: u32,
    },
    /// A picture whose short side is below [`Options::MIN_SIDE`](crate::Options::MIN_SIDE) after scaling.
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
    /// A picture too small for the selected layers.
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
        /// The deepest layer that is evaluated on it.
        layer: Layer,
        /// The least length of each side, in pixels.
        least: usize,
    },
    /// A side of tiles that is below 64 or no multiple of [`GRID`].
    #[error("tiles of {tile} pixels cannot be painted: choose a multiple of {GRID}, at least 64")]
    Tile {
        /// The requested side, in pixels.
        tile: u32,
    },
    /// The number of passes that smooth the colours is above 8.
    #[error("colours cannot be smoothed {passes} times: choose 0 (not at all) to {}", MOST_PASSES)]
    Passes {
        /// The number of passes.
        passes: u32,
    },
    /// A mask that selects no pixel.
    #[error("the mask leaves nothing to paint: what is white in it is painted, what is black stays as it is")]
    EmptyMask,
    /// A painting of which nothing, or next to nothing, is opaque.
    #[error("nothing of the painting is visible, since it is transparent: choose another one")]
    InvisiblePainting,
    /// A mask whose size differs from that of its picture.
    #[error(
        "the {what} is {}×{} pixels and the {of} {}×{}: make it from the {of} itself, so that the two fit",
        .mask.0, .mask.1, .picture.0, .picture.1
    )]
    MaskSize {
        /// "mask", "opacity" or "content map".
        what: &'static str,
        /// "photo" or "painting".
        of: &'static str,
        /// Width and height of the picture, in pixels.
        picture: (usize, usize),
        /// Width and height of the mask, in pixels.
        mask: (usize, usize),
    },
    /// The style loss has a weight, but no painting is given.
    #[error("there is no painting: name one, or switch the style off (a style weight of 0)")]
    NoPainting,
    /// A mask with more than two paintings: it can assign areas to two only.
    #[error(
        "a mask tells two paintings from each other, not {paintings}: leave out the mask, or keep two of them"
    )]
    TooManyForMask {
        /// The number of paintings.
        paintings: usize,
    },
    /// A run of zero steps.
    #[error("no steps would be made: choose at least 1 (100 is a good number)")]
    NoSteps,
    /// A weight that is negative, infinite or not a number.
    #[error("the {part} weight{} is {value}: choose 0 or more", of_layer(*.layer))]
    Weight {
        /// "content", "style", "neighbors" or "tv".
        part: &'static str,
        /// The layer whose weight it is; `None` for the weight of the whole part.
        layer: Option<Layer>,
        /// The value that was refused.
        value: f32,
    },
    /// A layer that is listed twice.
    #[error("the {part} layers name {layer} twice: keep one of them and add up the weights")]
    LayerTwice {
        /// "content" or "style".
        part: &'static str,
        /// The layer.
        layer: Layer,
    },
    /// All weights of the content loss and the style loss are 0.
    #[error(
        "neither the photo nor the painting has any weight: give at least one layer a weight above 0, and the content or the style too"
    )]
    NothingToDo,
    /// A number that must be finite and above 0 but is not: a constant of the optimiser, the loss to stop at, or the
    /// weight of a painting.
    #[error("the {what} is {value}: choose a finite number above 0")]
    NotPositive {
        /// The name of the number.
        what: &'static str,
        /// The value that was refused.
        value: f32,
    },
    /// A decay rate of Adam outside 0..1 (1 excluded).
    #[error("{what} is {value}: choose a number from 0 up to, but not including, 1")]
    Decay {
        /// "beta1" or "beta2".
        what: &'static str,
        /// The value that was refused.
        value: f32,
    },
    /// A list of layers contains an unknown name.
    #[error(transparent)]
    UnknownLayer(#[from] UnknownLayer),
    /// A list of layers contains a weight that is not a number.
    #[error("\"{text}\" is no weight for {layer}: write {layer}=0.2, for example")]
    LayerWeight {
        /// The layer.
        layer: Layer,
        /// The text after the equals sign.
        text: String,
    },
    /// A size that cannot be read.
    #[error(transparent)]
    UnknownSize(#[from] UnknownSize),
    /// A region of a painting that cannot be read.
    #[error(transparent)]
    UnknownCrop(#[from] UnknownCrop),
    /// A text that should be a number.
    #[error("\"{found}\" is no number: write {wanted}")]
    NoNumber {
        /// The text.
        found: String,
        /// The expected form.
        wanted: &'static str,
    },
    /// An unknown name for a choice.
    #[error("\"{found}\" is no {what}: choose {choices}")]
    Choice {
        /// "end", "schedule", "style loss", "set of turns", "pyramid", "enlargement", "padding", "pooling", "start", "colour", "optimizer", "look", "set of
        /// layers" or "experiment".
        what: &'static str,
        /// The text.
        found: String,
        /// The known names.
        choices: &'static str,
    },
}

fn of_layer(layer: Option<Layer>) -> String {
    layer.map_or_else(String::new, |layer| format!(" of {layer}"))
}
