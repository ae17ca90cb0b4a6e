//! Defines how the size of a picture is chosen.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The size at which a picture is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// The long side in pixels. The aspect ratio is kept, and nothing is enlarged.
    LongSide(u32),
    /// The size of the file, without resampling.
    Original,
}

/// A text that is neither a number of pixels nor `original`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no size: choose a number of pixels for the long side, or original")]
pub struct UnknownSize(pub String);

/// Reads `original`, or the long side in pixels.
impl FromStr for Size {
    type Err = UnknownSize;

    fn from_str(text: &str) -> Result<Self, UnknownSize> {
        if text == "original" {
            return Ok(Self::Original);
        }
        text.parse().map(Self::LongSide).map_err(|_| UnknownSize(text.to_owned()))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongSide(side) => write!(f, "{side}"),
            Self::Original => f.write_str("original"),
        }
    }
}

/// The size (width, height) with the given aspect ratio, to the nearest pixel, whose long side is at most `long_side`
/// pixels. Nothing is enlarged, and no side is below 1.
pub fn size_to_fit((width, height): (usize, usize), long_side: usize) -> (usize, usize) {
    let long = width.max(height);
    if long <= long_side {
        return (width.max(1), height.max(1));
    }
    // In u128, so that the product of two sides cannot overflow.
    let scale = |side: usize| {
        let scaled = (2 * side as u128 * long_side as u128 + long as u128) / (2 * long as u128);
        (scaled as usize).max(1)
    };
    (scale(width), scale(height))
}
