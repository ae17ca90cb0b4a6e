//! Defines the ranges of the options on the page, and so in addresses and attributes.

use std::ops::RangeInclusive;

/// The long side of a result, in pixels.
pub const SIZES: RangeInclusive<u32> = 64..=2048;
/// The number of steps.
pub const STEPS: RangeInclusive<u32> = 10..=300;
/// The most passes that smooth the colours of a result.
pub const MOST_PASSES: u32 = 8;
/// The positions of the strength's slider, from the photo (low) to the painting (high).
pub const STRENGTHS: RangeInclusive<f64> = -1.5..=1.5;
/// The long side of the painting, in percent of the long side of the result. The larger, the broader the strokes.
pub const STROKES: [u32; 3] = [60, 100, 140];
